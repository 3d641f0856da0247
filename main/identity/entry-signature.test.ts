import { execFileSync } from 'node:child_process';
import {
  constants,
  createHash,
  createHmac,
  createSign,
  generateKeyPairSync,
  sign,
  type KeyObject,
  verify,
} from 'node:crypto';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { MAX_ENTRY_CHARACTERS, type Entry, type EntryPayload } from '../../common/acts/entry.ts';
import type { Signer } from '../../common/acts/signer.ts';
import { asMeetingId, asMemberId, asSha256 } from '../../common/domain/ids.ts';
import { readEntry, signEntry, signingCertificate, verifyEntry, type SigningCertificate } from './entry-signature.ts';
import { createSigner } from './signer.ts';

const LAN = asMemberId('11111111-1111-4111-8111-111111111111');
const MINH = asMemberId('22222222-2222-4222-8222-222222222222');
const payload: EntryPayload = {
  v: 1,
  meeting: asMeetingId('abcdefghijklmnopqrstuvwxyz'),
  author: LAN,
  stream: 'acts',
  seq: 2,
  prev: asSha256('ab'.repeat(32)),
  time: '2026-03-02T01:00:00.000Z',
  kind: 'absence-reported',
  body: { reason: 'Đi công tác tại xã Sông Mơ' },
};

let privateKey: KeyObject;
let publicKey: KeyObject;
let signer: Signer;
let certificate: SigningCertificate;
let entry: Entry;

beforeAll(async () => {
  ({ privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 }));
  // Stands for the certificate: only its hash counts here.
  const der = publicKey.export({ format: 'der', type: 'spki' });
  signer = createSigner(privateKey, [der]);
  certificate = signingCertificate({
    fingerprint: asSha256(createHash('sha256').update(der).digest('hex')),
    member: LAN,
    publicKey,
  });
  entry = await signEntry(signer, payload);
});

const encode = (value: string | Uint8Array) => Buffer.from(value).toString('base64url');
const decode = (part: string) => Buffer.from(part, 'base64url').toString('utf8');
const partsOf = (jws: string) => jws.split('.') as [string, string, string];
/** Signs any two texts rightly, to see that form alone is refused. */
function signedTexts(header: string, body: string | Uint8Array): string {
  const input = `${encode(header)}.${encode(body)}`;
  const key = { key: privateKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 };
  return `${input}.${encode(sign('sha256', Buffer.from(input), key))}`;
}
const headerText = () => decode(partsOf(entry.jws)[0]);
const payloadText = () => decode(partsOf(entry.jws)[1]);
function outcome(jws: string, by: SigningCertificate = certificate): string {
  const read = readEntry(jws);
  if (!read.ok) return read.error;
  const verified = verifyEntry(read.value, by);
  return verified.ok ? 'valid' : verified.error;
}

describe('an entry as signed', () => {
  it('is read and verified to the same entry', () => {
    const read = readEntry(entry.jws);
    if (!read.ok) throw new Error(read.error);
    expect(verifyEntry(read.value, certificate)).toEqual({ ok: true, value: entry });
    expect(entry.payload).toEqual(payload);
    expect(entry.hash).toBe(createHash('sha256').update(entry.jws).digest('hex'));
  });

  it('verifies with ten lines of node:crypto alone', async () => {
    // A real certificate from openssl, as in the lines of acts.jsonl.
    const pem = execFileSync(
      'openssl',
      [...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-subj', '/CN=Lan', '-days', '2', '-keyout', '-']],
      { stdio: ['ignore', 'pipe', 'ignore'] },
    ).toString();
    const { createPrivateKey, X509Certificate } = await import('node:crypto');
    const x509 = new X509Certificate(pem.slice(pem.indexOf('-----BEGIN CERTIFICATE')));
    const { jws } = await signEntry(createSigner(createPrivateKey(pem), [x509.raw]), payload);
    const script = `
      import { constants, verify, X509Certificate } from 'node:crypto';
      const { jws, cert } = JSON.parse(process.argv[1]);
      const [header, payload, signature] = jws.split('.');
      const x509 = new X509Certificate(cert);
      const named = JSON.parse(Buffer.from(header, 'base64url'))['x5t#S256'];
      const same = Buffer.from(named, 'base64url').toString('hex') === x509.fingerprint256.replaceAll(':', '').toLowerCase();
      const key = { key: x509.publicKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 };
      const right = verify('sha256', Buffer.from(header + '.' + payload), key, Buffer.from(signature, 'base64url'));
      console.log(same && right ? JSON.parse(Buffer.from(payload, 'base64url')).body.reason : 'invalid');`;
    const run = (line: string) =>
      execFileSync(process.execPath, ['--input-type=module', '-e', script, line]).toString().trim();
    expect(run(JSON.stringify({ jws, cert: x509.toString() }))).toBe(payload.body['reason']);
    expect(run(JSON.stringify({ jws: entry.jws, cert: x509.toString() }))).toBe('invalid');
  });

  it('is refused when the payload is not in form, before anything is signed', async () => {
    await expect(signEntry(signer, { ...payload, seq: 0 })).rejects.toThrow();
    await expect(signEntry(signer, { ...payload, body: { a: undefined, b: Number.NaN } })).rejects.toThrow();
    await expect(signEntry(signer, { ...payload, body: nested(16) })).rejects.toThrow(/deep/);
    await expect(signEntry(signer, { ...payload, body: { a: Array(20_000).fill(0) } })).rejects.toThrow(/many/);
  });
});

describe('another signer', () => {
  it('is told by what is wrong', () => {
    const other = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey;
    const short = generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey;
    const pss = generateKeyPairSync('rsa-pss', { modulusLength: 2048 }).publicKey;
    const curve = generateKeyPairSync('ed25519').publicKey;
    expect(outcome(entry.jws, { ...certificate, member: MINH })).toBe('wrong-author');
    expect(outcome(entry.jws, { ...certificate, fingerprint: asSha256('0'.repeat(64)) })).toBe('unknown-certificate');
    expect(outcome(entry.jws, signingCertificate({ ...certificate, publicKey: other }))).toBe('bad-signature');
    for (const key of [short, pss, curve, privateKey]) {
      expect(outcome(entry.jws, signingCertificate({ ...certificate, publicKey: key }))).toBe('certificate-refused');
    }
  });
});

describe('a header that was read before', () => {
  it('counts for itself alone', async () => {
    const [header, , signature] = partsOf(entry.jws);
    expect(outcome(entry.jws)).toBe('valid');
    const later = encode(payloadText().replace('"seq":2', '"seq":3'));
    expect(outcome(`${header}.${later}.${signature}`)).toBe('bad-signature');
    for (const other of [headerText().replace('PS256', 'RS256'), headerText().replace(',', ', ')]) {
      const jws = signedTexts(other, payloadText());
      expect([outcome(jws), outcome(jws)]).toEqual(['malformed', 'malformed']);
    }
    const elsewhere = await signEntry(createSigner(privateKey, [Buffer.from('another')]), payload);
    const read = readEntry(elsewhere.jws);
    expect(read.ok && read.value.certificate).toBe(elsewhere.certificate);
    expect(outcome(elsewhere.jws)).toBe('unknown-certificate');
  });
});

describe('the key of a certificate', () => {
  it('is used in its own manner for entries only', () => {
    const data = Buffer.from('không phải mục nhật ký');
    expect(outcome(entry.jws)).toBe('valid');
    expect(verify('sha256', data, publicKey, sign('sha256', data, privateKey))).toBe(true);
  });
});

describe('a changed entry', () => {
  it('is refused wherever one character changed', () => {
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=+/ ';
    fc.assert(
      fc.property(fc.nat(entry.jws.length - 1), fc.constantFrom(...alphabet), (at, character) => {
        fc.pre(entry.jws[at] !== character);
        expect(outcome(entry.jws.slice(0, at) + character + entry.jws.slice(at + 1))).not.toBe('valid');
      }),
      { numRuns: 500 },
    );
  });

  it('is refused cut, lengthened or with parts exchanged', () => {
    const [header, body, signature] = partsOf(entry.jws);
    const wrong = [
      '',
      '.',
      '..',
      `${header}.${body}`,
      `${header}.${body}.`,
      `${header}..${signature}`,
      `.${body}.${signature}`,
      `${entry.jws}.`,
      `${entry.jws}.${signature}`,
      `${body}.${header}.${signature}`,
      `${entry.jws}=`,
      `${entry.jws}\n`,
      ` ${entry.jws}`,
      `${header}=.${body}.${signature}`,
      `${header}.${body}.${signature.slice(0, -4)}`,
      `${header}.${body}.${signature}AAAA`,
      `${header}.${encode(payloadText().replace('seq":2', 'seq":3'))}.${signature}`,
    ];
    expect(wrong.filter((jws) => outcome(jws) === 'valid')).toEqual([]);
  });

  it('is refused with spare bits set, padding or the other alphabet', () => {
    // 32 bytes end in a character of which 2 bits are spare: three other characters decode to the same bytes.
    const fingerprint = (JSON.parse(headerText()) as { 'x5t#S256': string })['x5t#S256'];
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    const next = alphabet[alphabet.indexOf(fingerprint.at(-1)!) + 1]!;
    const twin = fingerprint.slice(0, -1) + next;
    expect(Buffer.from(twin, 'base64url').equals(Buffer.from(fingerprint, 'base64url'))).toBe(true);
    expect(outcome(signedTexts(headerText().replace(fingerprint, twin), payloadText()))).toBe('malformed');
    const [header, body, signature] = partsOf(entry.jws);
    const signatureTwin = signature.slice(0, -1) + alphabet[alphabet.indexOf(signature.at(-1)!) + 1]!;
    expect(Buffer.from(signatureTwin, 'base64url').equals(Buffer.from(signature, 'base64url'))).toBe(true);
    expect(outcome(`${header}.${body}.${signatureTwin}`)).toBe('malformed');
    expect(outcome(`${header}.${body}.${signature}==`)).toBe('malformed');
    expect(outcome(`${header}.${body}.${Buffer.from(signature, 'base64url').toString('base64')}`)).toBe('malformed');
  });
});

describe('an entry rightly signed but out of form', () => {
  const headers: Record<string, (text: string) => string> = {
    'alg none': (text) => text.replace('PS256', 'none'),
    'alg HS256': (text) => text.replace('PS256', 'HS256'),
    'alg RS256': (text) => text.replace('PS256', 'RS256'),
    'alg PS384': (text) => text.replace('PS256', 'PS384'),
    'alg in lower case': (text) => text.replace('PS256', 'ps256'),
    'another typ': (text) => text.replace('phien-entry', 'JWT'),
    'no certificate': (text) => text.replace(/,"x5t#S256":"[^"]*"/, ''),
    'a key of its own': (text) => text.replace('}', ',"jwk":{}}'),
    crit: (text) => text.replace('"typ"', '"crit":["b64"],"typ"'),
    'a key twice': (text) => text.replace('{', '{"alg":"none",'),
    'another order': (text) => `{"typ":"phien-entry",${text.slice(1).replace(',"typ":"phien-entry"', '')}`,
    'a space': (text) => text.replace(',', ', '),
    'no object': () => '[]',
  };
  for (const [what, change] of Object.entries(headers)) {
    it(`is refused for its header: ${what}`, () => {
      const changed = change(headerText());
      expect(changed).not.toBe(headerText());
      expect(outcome(signedTexts(changed, payloadText()))).toBe('malformed');
    });
  }

  it('is refused when signed in the manner of another algorithm', () => {
    const [header, body] = partsOf(entry.jws);
    const input = `${header}.${body}`;
    const pem = publicKey.export({ format: 'pem', type: 'spki' });
    const rs256 = createSign('sha256').update(input).sign(privateKey);
    const hs256 = createHmac('sha256', pem).update(input).digest();
    const key = (saltLength: number) => ({ key: privateKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength });
    const wrong = [
      rs256,
      hs256,
      sign('sha256', Buffer.from(input), key(0)),
      sign('sha256', Buffer.from(input), key(20)),
      sign('sha256', Buffer.from(input), key(48)),
      sign('sha384', Buffer.from(input), key(32)),
      Buffer.alloc(256),
      Buffer.alloc(256, 0xff),
      Buffer.concat([Buffer.alloc(1), Buffer.from(partsOf(entry.jws)[2], 'base64url')]),
    ];
    for (const signature of wrong) expect(outcome(`${input}.${encode(signature)}`)).toBe('bad-signature');
  });

  const payloads: Record<string, (text: string) => string | Uint8Array> = {
    'a space': (text) => text.replace(',', ', '),
    'a line end': (text) => `${text}\n`,
    'a byte order mark': (text) => `\ufeff${text}`,
    'another order of keys': (text) => text.replace('{', '{"v":1,').replace(',"v":1}', '}'),
    'a key twice': (text) => text.replace('"seq":2', '"seq":1,"seq":2'),
    'a key twice in the body': (text) => text.replace('"reason"', '"reason":"khác","reason"'),
    'an escaped character': (text) => text.replace('Sông', 'S\\u00f4ng'),
    'a number written otherwise': (text) => text.replace('"seq":2', '"seq":2.0'),
    'a number with an exponent': (text) => text.replace('"seq":2', '"seq":2e0'),
    'minus zero': (text) => text.replace('"reason"', '"a":-0,"reason"'),
    'a number too large': (text) => text.replace('"reason"', '"a":1e400,"reason"'),
    'a number beyond doubles': (text) => text.replace('"reason"', '"a":9007199254740993,"reason"'),
    'a lone surrogate': (text) => text.replace('Sông', '\\ud800'),
    'bytes that are no UTF-8': (text) =>
      Buffer.concat([Buffer.from(text.slice(0, -3)), Buffer.from([0xc3, 0x28]), Buffer.from('"},"v":1}')]),
    'an unknown key': (text) => text.replace(/}$/, ',"w":1}'),
    'a prototype': (text) => text.replace('{', '{"__proto__":{},'),
    'no author': (text) => text.replace(/"author":"[^"]*",/, ''),
    'another version': (text) => text.replace('"v":1', '"v":2'),
    'a stream of nothing': (text) => text.replace('"stream":"acts"', '"stream":"doc/other"'),
    'no number': (text) => text.replace('"seq":2', '"seq":0'),
    'local time': (text) => text.replace('00.000Z', '00.000+07:00'),
    'a long way down': (text) => text.replace('"Đi công tác tại xã Sông Mơ"', '['.repeat(20_000) + ']'.repeat(20_000)),
    'too many values': (text) => text.replace(/"Đi [^"]*"/, JSON.stringify(Array(20_000).fill(0))),
    'no object': () => '"acts"',
  };
  for (const [what, change] of Object.entries(payloads)) {
    it(`is refused for its payload: ${what}`, () => {
      const changed = change(payloadText());
      expect(changed).not.toBe(payloadText());
      expect(outcome(signedTexts(headerText(), changed))).toBe('malformed');
    });
  }

  it('is valid when nothing was changed: the tests above refuse for their change alone', () => {
    expect(outcome(signedTexts(headerText(), payloadText()))).toBe('valid');
  });

  it('is valid at the bounds of depth and number', async () => {
    const widest = { a: Array(19_000).fill(0), b: nested(13) };
    expect(outcome((await signEntry(signer, { ...payload, body: widest })).jws)).toBe('valid');
  });

  it('is refused unread when too large', () => {
    const body = payloadText().replace('Đi', 'Đ'.repeat(MAX_ENTRY_CHARACTERS / 2));
    expect(outcome(signedTexts(headerText(), body))).toBe('too-large');
    const started = performance.now();
    expect(outcome('.'.repeat(64 * 1024 * 1024))).toBe('too-large');
    expect(performance.now() - started).toBeLessThan(500);
  });

  it('keeps a body member called __proto__ as signed', () => {
    const text = payloadText().replace('"reason"', '"__proto__":{"polluted":true},"reason"');
    const read = readEntry(signedTexts(headerText(), text));
    if (!read.ok) throw new Error(read.error);
    expect(Object.keys(read.value.payload.body)).toEqual(['__proto__', 'reason']);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });
});

it('reading never throws, whatever comes', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.json(), fc.string()), { maxLength: 4 }), fc.boolean(), (texts, encoded) => {
      expect(readEntry(texts.map((text) => (encoded ? encode(text) : text)).join('.')).ok).toBe(false);
    }),
    { numRuns: 500 },
  );
});

function nested(depth: number): Record<string, unknown> {
  return depth === 0 ? {} : { a: nested(depth - 1) };
}
