import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Authority } from './authority.ts';
import { fingerprint } from './certificate-reading.ts';
import { checkCertificate, createCertificateCheck } from './check-certificate.ts';
import {
  keyPem,
  must,
  newAuthority,
  newMember,
  openssl,
  ORGANISATION,
  PASSWORD,
  pem,
  type TestMember,
} from './identity-fixtures.ts';
import { importPkcs12 } from './pkcs12-reading.ts';
import { readRevocationList } from './revocation-list.ts';
import { generateRsaKey } from './rsa-key.ts';

const now = new Date();
const later = (days: number): Date => new Date(now.getTime() + days * 24 * 3_600_000);
let authority: Authority;
let root: Buffer;
let rootKey: KeyObject;
let foreign: { authority: Authority; root: Buffer };
let member: TestMember;
beforeAll(async () => {
  const made = await newAuthority(now);
  ({ authority, root } = made);
  rootKey = must(await importPkcs12(made.p12, PASSWORD)).privateKey;
  foreign = await newAuthority(now);
  member = await newMember(authority, 'Hồ Thị Đại Biểu', { position: 'Ủy viên', validDays: 30 });
}, 60_000);

const refusal = (der: Uint8Array, roots = [root], at = later(1), crl?: Uint8Array): string => {
  const result = checkCertificate(der, roots, at, crl);
  return result.ok ? 'ok' : result.error;
};

const uuid = 'URI:urn:uuid:0b6e0a3c-58a9-4f3e-9a53-0b7f4be1c2d4';
const proper = {
  basicConstraints: 'critical,CA:FALSE',
  keyUsage: 'critical,digitalSignature,nonRepudiation',
  extendedKeyUsage: 'clientAuth,serverAuth',
  subjectAltName: uuid,
};

/** OpenSSL signs with our root whatever it is told to; `null` leaves an extension out. */
async function bent(
  change: Partial<Record<string, string | null>>,
  {
    issuer = root,
    issuerKey = rootKey,
    key,
    digest = '-sha256',
  }: { issuer?: Buffer; issuerKey?: KeyObject; key?: KeyObject; digest?: string } = {},
): Promise<Buffer> {
  const lines = Object.entries({ ...proper, ...change }).flatMap(([name, value]) =>
    value == null ? [] : [`${name}=${value}`],
  );
  const subject = key ?? (await generateRsaKey(2048));
  const files = {
    'k.pem': keyPem(subject),
    'p.pem': createPublicKey(subject).export({ format: 'pem', type: 'spki' }).toString(),
    'r.pem': pem(issuer),
    'r.key': keyPem(issuerKey),
    ext: lines.join('\n'),
  };
  const request = await openssl(['req', '-new', '-key', 'k.pem', '-subj', '/CN=Ai do'], files);
  const sign = [
    'x509',
    '-req',
    '-in',
    'req',
    '-CA',
    'r.pem',
    '-CAkey',
    'r.key',
    '-CAcreateserial',
    '-days',
    '20',
    digest,
  ];
  const options = lines.length === 0 ? [] : ['-extfile', 'ext'];
  return (await openssl([...sign, ...options, '-outform', 'DER'], { ...files, req: request.output })).output;
}

describe('checkCertificate', () => {
  it('says who the member is', () => {
    const checked = must(checkCertificate(member.certificate, [foreign.root, root], now));
    expect(checked).toMatchObject({
      memberId: member.memberId,
      name: 'Hồ Thị Đại Biểu',
      position: 'Ủy viên',
      organisation: ORGANISATION.name,
      fingerprint: fingerprint(member.certificate),
      rootFingerprint: fingerprint(root),
      serial: member.serial,
      internal: true,
    });
    expect(checked.publicKey.equals(createPublicKey(member.privateKey))).toBe(true);
  });

  it('refuses another organisation of the same name, no roots, and roots that are none', async () => {
    expect(refusal(member.certificate, [foreign.root])).toBe('not-of-this-organisation');
    expect(refusal(member.certificate, [])).toBe('not-of-this-organisation');
    expect(refusal(member.certificate, [member.certificate, Buffer.from('x')])).toBe('not-of-this-organisation');
    const others = await newMember(foreign.authority, 'Người Ngoài');
    expect(refusal(others.certificate)).toBe('not-of-this-organisation');
  });

  it('refuses a certificate that a member issued', async () => {
    const child = await bent({}, { issuer: member.certificate, issuerKey: member.privateKey });
    expect(refusal(child, [root])).toBe('not-of-this-organisation');
    expect(refusal(child, [root, member.certificate])).toBe('not-of-this-organisation');
  });

  it('keeps to the dates of the member and of the root', async () => {
    expect(refusal(member.certificate, [root], later(31))).toBe('expired');
    expect(refusal(member.certificate, [root], later(29))).toBe('ok');
    // Valid a little before it was made: clocks differ by a day.
    expect(refusal(member.certificate, [root], later(-1))).toBe('ok');
    expect(refusal(member.certificate, [root], later(-3))).toBe('not-yet-valid');
  });

  it('says the same again of a certificate that it knows, and keeps to the dates', async () => {
    const check = createCertificateCheck(root);
    const others = await newMember(foreign.authority, 'Người Ngoài');
    for (let again = 0; again < 2; again++) {
      expect(check(member.certificate, now)).toEqual(checkCertificate(member.certificate, [root], now));
      expect(check(member.certificate, later(31))).toEqual({ ok: false, error: 'expired' });
      expect(check(member.certificate, later(-3))).toEqual({ ok: false, error: 'not-yet-valid' });
      expect(check(others.certificate, now)).toEqual({ ok: false, error: 'not-of-this-organisation' });
    }
    // Nothing counts against a root that is none, however often it is asked.
    const none = createCertificateCheck(member.certificate);
    expect(none(member.certificate, now).ok || none(member.certificate, now).ok).toBe(false);
  });

  it('accepts what OpenSSL issued with our root when it has all it needs, and only then', async () => {
    expect(refusal(await bent({}))).toBe('ok');
    const cases: [Partial<Record<string, string | null>>, string][] = [
      [{ basicConstraints: 'critical,CA:TRUE' }, 'wrong-purpose'],
      [{ keyUsage: 'critical,keyEncipherment' }, 'wrong-purpose'],
      [{ keyUsage: 'critical,digitalSignature,keyCertSign' }, 'wrong-purpose'],
      [{ keyUsage: null }, 'wrong-purpose'],
      [{ extendedKeyUsage: null }, 'wrong-purpose'],
      [{ extendedKeyUsage: 'serverAuth' }, 'wrong-purpose'],
      [{ extendedKeyUsage: 'clientAuth,codeSigning' }, 'wrong-purpose'],
      [{ subjectAltName: null }, 'malformed'],
      [{ subjectAltName: 'DNS:localhost' }, 'malformed'],
      [{ subjectAltName: `${uuid},URI:urn:uuid:1b6e0a3c-58a9-4f3e-9a53-0b7f4be1c2d4` }, 'malformed'],
      [{ subjectAltName: 'URI:urn:uuid:0B6E0A3C-58A9-4F3E-9A53-0B7F4BE1C2D4' }, 'malformed'],
      [{ nameConstraints: 'critical,permitted;DNS:a' }, 'malformed'],
    ];
    for (const [change, expected] of cases) {
      expect([change, refusal(await bent(change))]).toEqual([change, expected]);
    }
    // Without any extension OpenSSL 3.0 writes version 1.
    const bare = { basicConstraints: null, keyUsage: null, extendedKeyUsage: null, subjectAltName: null };
    expect(['malformed', 'wrong-purpose']).toContain(refusal(await bent(bare)));
  });

  it('refuses weak keys and digests', async () => {
    const short = generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey;
    expect(refusal(await bent({}, { key: short }))).toBe('weak-key');
    const curve = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
    expect(refusal(await bent({}, { key: curve }))).toBe('weak-key');
    expect(refusal(await bent({}, { digest: '-sha1' }))).toBe('weak-key');
    expect(refusal(await bent({}, { digest: '-sha512' }))).toBe('ok');
  });

  it('refuses a root that may not issue, though it signed', async () => {
    const key = await generateRsaKey(2048);
    for (const [constraints, usage, expected] of [
      ['critical,CA:TRUE', 'critical,keyCertSign', 'ok'],
      ['critical,CA:FALSE', 'critical,keyCertSign', 'not-of-this-organisation'],
      ['critical,CA:TRUE', 'critical,digitalSignature', 'not-of-this-organisation'],
    ] as const) {
      const config = `[req]\ndistinguished_name=d\nx509_extensions=e\n[d]\n[e]\nsubjectKeyIdentifier=hash\nbasicConstraints=${constraints}\nkeyUsage=${usage}`;
      const make = [
        'req',
        '-x509',
        '-new',
        '-config',
        'c',
        '-key',
        'k.pem',
        '-subj',
        '/O=X/CN=X',
        '-outform',
        'DER',
        '-days',
        '9',
      ];
      const issuer = (await openssl(make, { 'k.pem': keyPem(key), c: config })).output;
      expect(refusal(await bent({}, { issuer, issuerKey: key }), [issuer])).toBe(expected);
    }
  });

  it('refuses a certificate with any one byte changed, and never throws', () => {
    for (let position = 0; position < member.certificate.length; position++) {
      const changed = Buffer.from(member.certificate);
      changed[position]! ^= 1 << (position & 7);
      expect(refusal(changed), `byte ${position}`).not.toBe('ok');
    }
    expect(refusal(Buffer.concat([member.certificate, Buffer.of(0)]))).toBe('malformed');
    expect(refusal(Buffer.alloc(0))).toBe('malformed');
    expect(refusal(Buffer.alloc(70_000, 0x30))).toBe('malformed');
  });
});

describe('revocation', () => {
  it('counts from its time on', async () => {
    const other = await newMember(authority, 'Người Ở Lại');
    const revoked = [{ serial: member.serial, at: later(5) }];
    const crl = await authority.revocationList({ revoked, number: 1, now });
    expect(refusal(member.certificate, [root], later(4), crl)).toBe('ok');
    expect(refusal(member.certificate, [root], later(6), crl)).toBe('revoked');
    expect(refusal(other.certificate, [root], later(6), crl)).toBe('ok');
    const read = must(readRevocationList(crl, root));
    expect(read).toMatchObject({ number: 1 });
    expect(checkCertificate(member.certificate, [root], later(6), read).ok).toBe(false);
  });

  it('refuses lists of others, changed lists and rubbish', async () => {
    const list = { revoked: [], number: 3, now };
    const theirs = await foreign.authority.revocationList(list);
    expect(refusal(member.certificate, [root], now, theirs)).toBe('bad-revocation-list');
    const ours = await authority.revocationList(list);
    expect(refusal(member.certificate, [root], now, ours)).toBe('ok');
    for (let position = 0; position < ours.length; position++) {
      const changed = Buffer.from(ours);
      changed[position]! ^= 1 << (position & 7);
      expect(refusal(member.certificate, [root], now, changed), `byte ${position}`).toBe('bad-revocation-list');
    }
    expect(readRevocationList(Buffer.from('x'), root)).toEqual({ ok: false, error: 'malformed' });
  });

  it('reads what OpenSSL makes', async () => {
    const config =
      '[ca]\ndefault_ca=a\n[a]\ndatabase=db\ncrlnumber=n\ndefault_md=sha256\ndefault_crl_days=9\ncrl_extensions=e\n[e]\nauthorityKeyIdentifier=keyid';
    const row = `R\t${'400101000000Z'}\t260101000000Z,keyCompromise\t0${member.serial}`.replace(
      /\t0([0-9a-f]{32})$/,
      '\t$1',
    );
    const files = {
      c: config,
      n: '0B\n',
      db: `${row.toUpperCase().replace('KEYCOMPROMISE', 'keyCompromise')}\tunknown\t/CN=x\n`,
      'db.attr': '',
      'r.pem': pem(root),
      'r.key': keyPem(rootKey),
    };
    const make = ['ca', '-gencrl', '-config', 'c', '-cert', 'r.pem', '-keyfile', 'r.key'];
    const { output } = await openssl(make, files);
    const der = (await openssl(['crl', '-in', 'crl', '-outform', 'DER'], { crl: output })).output;
    const read = must(readRevocationList(der, root));
    expect(read.number).toBe(11);
    expect(read.revoked.get(member.serial)).toEqual(new Date('2026-01-01T00:00:00Z'));
  });
});
