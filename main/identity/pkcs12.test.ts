import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
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
import { derivePkcs12Key } from './pkcs12-key-derivation.ts';
import { importPkcs12 } from './pkcs12-reading.ts';
import { writePkcs12 } from './pkcs12-writing.ts';

let root: Buffer;
let authorityFile: Buffer;
let member: TestMember;
let files: Record<string, string>;
beforeAll(async () => {
  const made = await newAuthority();
  root = made.root;
  authorityFile = made.p12;
  member = await newMember(made.authority, 'Đặng Thị Khóa');
  files = { 'k.pem': keyPem(member.privateKey), 'c.pem': pem(member.certificate), 'r.pem': pem(root), pass: PASSWORD };
}, 60_000);

const sameKey = (left: KeyObject, right: KeyObject): boolean =>
  left.export({ format: 'der', type: 'pkcs8' }).equals(right.export({ format: 'der', type: 'pkcs8' }));

const exported = async (options: string[], more: Record<string, string> = {}): Promise<Buffer> => {
  const args = ['pkcs12', '-export', '-inkey', 'k.pem', '-in', 'c.pem', '-passout', 'file:pass', ...options];
  return (await openssl(args, { ...files, ...more })).output;
};

describe('PKCS#12', () => {
  it('of ours opens in OpenSSL, strongly protected, with key, certificate and name', async () => {
    const args = ['pkcs12', '-in', 'a.p12', '-info', '-nodes', '-passin', 'file:pass'];
    const { text } = await openssl(args, { 'a.p12': authorityFile, pass: PASSWORD });
    expect(text).toContain('PBES2, PBKDF2, AES-256-CBC, Iteration 600000, PRF hmacWithSHA256');
    expect(text).toMatch(/MAC: sha256, Iteration 300000/);
    const certificate = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/.exec(text)?.[0];
    expect(certificate).toBe(pem(root).trim());
    const key = /-----BEGIN PRIVATE KEY-----[^-]+-----END PRIVATE KEY-----/.exec(text)?.[0] ?? '';
    const { privateKey, chain } = must(await importPkcs12(authorityFile, PASSWORD));
    expect(sameKey(createPrivateKey(key), privateKey)).toBe(true);
    expect(chain.map((der) => der.equals(root))).toEqual([true]);
    const wrong = openssl(args, { 'a.p12': authorityFile, pass: 'other' });
    await expect(wrong).rejects.toThrow('Mac verify error');
  });

  it('of ours carries a whole chain', async () => {
    const chain = [member.certificate, root];
    const p12 = await writePkcs12({
      privateKey: member.privateKey,
      chain,
      password: PASSWORD,
      label: ORGANISATION.name,
    });
    const back = must(await importPkcs12(p12, PASSWORD.normalize('NFD')));
    expect(sameKey(back.privateKey, member.privateKey)).toBe(true);
    expect(Buffer.concat(back.chain).equals(Buffer.concat(chain))).toBe(true);
  });

  const legacy = ['-legacy', '-provider', 'legacy', '-provider', 'default'];
  it.each([
    ['by default (AES-256)', []],
    ['of old systems (RC2-40 and Triple DES)', legacy],
    ['with Triple DES throughout', ['-keypbe', 'PBE-SHA1-3DES', '-certpbe', 'PBE-SHA1-3DES', '-macalg', 'sha1']],
    ['with SHA-512', ['-keypbe', 'aes-128-cbc', '-certpbe', 'aes-192-cbc', '-macalg', 'sha512']],
    ['with an open key', ['-keypbe', 'NONE', '-certpbe', 'NONE']],
  ])('of OpenSSL %s opens here', async (_name, options) => {
    const { privateKey, chain } = must(
      await importPkcs12(await exported(['-certfile', 'r.pem', ...options]), PASSWORD),
    );
    expect(sameKey(privateKey, member.privateKey)).toBe(true);
    expect(chain.map((der) => der.toString('hex'))).toEqual(
      [member.certificate, root].map((der) => der.toString('hex')),
    );
  });

  it('that cannot be used is refused with its reason', async () => {
    const good = await exported([]);
    expect(await importPkcs12(good, 'other')).toEqual({ ok: false, error: 'wrong-password' });
    expect(await importPkcs12(good.subarray(0, 900), PASSWORD)).toEqual({ ok: false, error: 'damaged' });
    expect(await importPkcs12(Buffer.from('no file of that kind'), PASSWORD)).toEqual({ ok: false, error: 'damaged' });
    expect(await importPkcs12(Buffer.alloc(300_000, 0x30), PASSWORD)).toEqual({ ok: false, error: 'damaged' });
    expect(await importPkcs12(await exported(['-nomac']), PASSWORD)).toEqual({ ok: false, error: 'unsupported' });

    const keyless = await openssl(['pkcs12', '-export', '-nokeys', '-in', 'c.pem', '-passout', 'file:pass'], files);
    expect(await importPkcs12(keyless.output, PASSWORD)).toEqual({ ok: false, error: 'no-key' });

    for (const key of [
      generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey,
      generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey,
    ]) {
      const make = ['req', '-x509', '-new', '-key', 'k.pem', '-subj', '/CN=x', '-days', '2'];
      const certificate = await openssl(make, { 'k.pem': keyPem(key) });
      const file = await exported([], { 'k.pem': keyPem(key), 'c.pem': certificate.output.toString() });
      expect(await importPkcs12(file, PASSWORD)).toEqual({ ok: false, error: 'unsupported-key' });
    }
  });

  it('that asks for minutes of work is refused at once', async () => {
    const start = performance.now();
    const greedy = await exported(['-iter', '2048']);
    const at = greedy.lastIndexOf(Buffer.from('02020800', 'hex'));
    expect(at).toBeGreaterThan(0);
    const stretched = Buffer.concat([greedy.subarray(0, at), Buffer.from('02047fffffff', 'hex')]);
    // The outer lengths grow by two bytes: SEQUENCE of all and of the MacData before it.
    stretched.writeUInt16BE(stretched.readUInt16BE(2) + 2, 2);
    const macData = greedy.lastIndexOf(Buffer.from('3041', 'hex'), at);
    expect(macData).toBeGreaterThan(0);
    stretched[macData + 1]! += 2;
    expect(await importPkcs12(stretched, PASSWORD)).toEqual({ ok: false, error: 'unsupported' });
    expect(performance.now() - start).toBeLessThan(5_000);
  });

  it('never throws, whichever byte is damaged, and never gives another key', async () => {
    const good = await exported([]);
    let others = 0;
    for (let position = 0; position < good.length; position += 37) {
      const damaged = Buffer.from(good);
      damaged[position]! ^= 0x15;
      const result = await importPkcs12(damaged, PASSWORD);
      if (result.ok) others += Number(!sameKey(result.value.privateKey, member.privateKey));
    }
    expect(others).toBe(0);
  });
});

describe('key derivation', () => {
  it('gives what RFC 7292 asks for', async () => {
    // Vector of the Bouncy Castle and OpenSSL test suites: password "smeg".
    const salt = Buffer.from('0A58CF64530D823F', 'hex');
    const key = { password: 'smeg', salt, iterations: 1, hash: 'sha1' as const };
    expect((await derivePkcs12Key({ ...key, purpose: 1, length: 24 })).toString('hex')).toBe(
      '8aaae6297b6cb04642ab5b077851284eb7128f1a2a7fbca3',
    );
    expect((await derivePkcs12Key({ ...key, purpose: 2, length: 8 })).toString('hex')).toBe('79993dfe048d3b76');
  });
});
