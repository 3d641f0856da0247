import { createPublicKey, generateKeyPairSync, randomUUID, X509Certificate } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { asMemberId } from '../../common/domain/ids.ts';
import { createAuthority, openAuthority, type Authority } from './authority.ts';
import { readCertificate } from './certificate-reading.ts';
import { createRequest, readRequest } from './certificate-request.ts';
import { keyPem, must, newAuthority, newMember, openssl, ORGANISATION, PASSWORD, pem } from './identity-fixtures.ts';
import { generateRsaKey } from './rsa-key.ts';
import { createSigner } from './signer.ts';

let authority: Authority;
let root: Buffer;
let p12: Buffer;
beforeAll(async () => {
  ({ authority, root, p12 } = await newAuthority());
}, 60_000);

describe('authority', () => {
  it('makes a root that OpenSSL reads as a certificate authority with Vietnamese names', async () => {
    const options = ['-noout', '-text', '-nameopt', 'utf8,sep_comma_plus,-esc_msb'];
    const { text } = await openssl(['x509', '-in', 'root.pem', ...options], { 'root.pem': pem(root) });
    expect(text).toContain(`O=${ORGANISATION.parent}`);
    expect(text).toContain(`OU=${ORGANISATION.name}`);
    expect(text).toContain('CA:TRUE, pathlen:0');
    expect(text).toContain('Certificate Sign, CRL Sign');
    expect(text).toContain('Public-Key: (3072 bit)');
    expect(text).toContain('sha256WithRSAEncryption');
    const { notBefore, notAfter } = readCertificate(root);
    expect(notAfter.getUTCFullYear() - notBefore.getUTCFullYear()).toBeGreaterThanOrEqual(20);
  });

  it('opens again with the password, and with no other', async () => {
    expect(must(await openAuthority(p12, PASSWORD)).organisation).toEqual(ORGANISATION);
    expect(await openAuthority(p12, `${PASSWORD}!`)).toEqual({ ok: false, error: 'wrong-password' });
    expect(await openAuthority(p12.subarray(0, 400), PASSWORD)).toEqual({ ok: false, error: 'damaged' });
  });

  it('refuses a short password and a name that cannot be shown', async () => {
    const now = new Date();
    expect(await createAuthority({ organisation: ORGANISATION, password: '1234567', now })).toEqual({
      ok: false,
      error: 'password-too-short',
    });
    await expect(createAuthority({ organisation: { name: 'a\u202eb' }, password: PASSWORD, now })).rejects.toThrow();
  });

  it('issues certificates that OpenSSL accepts for both TLS roles and for CMS', async () => {
    const member = await newMember(authority, 'Nguyễn Thị Ánh Tuyết', { position: 'Phó Chủ tịch' });
    const files = { 'root.pem': pem(root), 'member.pem': pem(member.certificate) };
    for (const purpose of ['sslclient', 'sslserver', 'smimesign']) {
      const verify = ['verify', '-x509_strict', '-purpose', purpose, '-CAfile', 'root.pem', 'member.pem'];
      expect((await openssl(verify, files)).text).toContain('member.pem: OK');
    }
    const options = ['-noout', '-text', '-nameopt', 'utf8,sep_comma_plus,-esc_msb'];
    const { text } = await openssl(['x509', '-in', 'member.pem', ...options], files);
    expect(text).toContain('CN=Nguyễn Thị Ánh Tuyết');
    expect(text).toContain('title=Phó Chủ tịch');
    expect(text).toContain(`URI:urn:uuid:${member.memberId}`);
    expect(text).toContain('CA:FALSE');
    expect(text).toContain('Digital Signature, Non Repudiation');
    expect(text).toContain('không phải chữ ký số chuyên dùng công vụ');
    expect(new X509Certificate(member.certificate).checkIssued(new X509Certificate(root))).toBe(true);
  });

  it('makes signatures with a member key that `openssl cms` and `openssl dgst` accept', async () => {
    const member = await newMember(authority, 'Trần Văn Mẫu');
    const signer = createSigner(member.privateKey, [member.certificate, root]);
    const message = Buffer.from('Điều 1. Thông qua chương trình họp.', 'utf8');
    const files = {
      'key.pem': createPublicKey(member.privateKey).export({ format: 'pem', type: 'spki' }),
      message,
      pss: await signer.sign(message, 'RSASSA-PSS'),
      pkcs1: await signer.sign(message, 'RSASSA-PKCS1-v1_5'),
    };
    const dgst = ['dgst', '-sha256', '-verify', 'key.pem'];
    const pss = ['-sigopt', 'rsa_padding_mode:pss', '-sigopt', 'rsa_pss_saltlen:32'];
    expect((await openssl([...dgst, ...pss, '-signature', 'pss', 'message'], files)).text).toContain('Verified OK');
    expect((await openssl([...dgst, '-signature', 'pkcs1', 'message'], files)).text).toContain('Verified OK');

    const inputs = {
      message,
      'm.pem': pem(member.certificate),
      'm.key': keyPem(member.privateKey),
      'r.pem': pem(root),
    };
    const sign = [
      'cms',
      '-sign',
      '-binary',
      '-outform',
      'DER',
      '-in',
      'message',
      '-signer',
      'm.pem',
      '-inkey',
      'm.key',
    ];
    const { output } = await openssl(sign, inputs);
    const check = [
      'cms',
      '-verify',
      '-binary',
      '-inform',
      'DER',
      '-in',
      'cms',
      '-content',
      'message',
      '-CAfile',
      'r.pem',
    ];
    expect((await openssl(check, { ...inputs, cms: output })).text).toContain('CMS Verification successful');
  });

  it('never outlives its root, and starts a little in the past', async () => {
    const now = new Date();
    const member = await newMember(authority, 'Lê Thị Thử', { now, validDays: 100_000 });
    const read = readCertificate(member.certificate);
    expect(read.notAfter).toEqual(readCertificate(root).notAfter);
    expect(now.getTime() - read.notBefore.getTime()).toBeGreaterThan(5 * 60_000);
  });

  it('writes the dates after 2049 as RFC 5280 wants them', async () => {
    const late = await newAuthority(new Date('2045-03-01T00:00:00Z'));
    const { text } = await openssl(['x509', '-in', 'r.pem', '-noout', '-enddate'], { 'r.pem': pem(late.root) });
    expect(text).toContain('Mar  1 00:00:00 2065 GMT');
  }, 60_000);

  it('gives every certificate its own 128-bit serial number', async () => {
    const serials = new Set<string>();
    const privateKey = await generateRsaKey(2048);
    const request = await createRequest(privateKey, { name: 'Ai đó' });
    for (let count = 0; count < 10; count++) {
      const order = { request, memberId: asMemberId(randomUUID()), name: 'Ai đó', validDays: 1 };
      serials.add(must(await authority.issue(order, new Date())).serial);
    }
    expect(serials.size).toBe(10);
    expect([...serials].every((serial) => serial.length <= 32 && serial.length >= 28)).toBe(true);
  });

  it('revokes: OpenSSL reads the list and refuses the revoked member only', async () => {
    const now = new Date();
    const gone = await newMember(authority, 'Phạm Văn Cũ');
    const stays = await newMember(authority, 'Phạm Thị Mới');
    const revoked = [{ serial: gone.serial, at: now, reason: 'affiliation-changed' as const }];
    const crl = await authority.revocationList({ revoked, number: 7, now });
    const toPem = ['crl', '-inform', 'DER', '-in', 'crl.der', '-text'];
    const { text, output } = await openssl(toPem, { 'crl.der': crl });
    expect(text).toContain('Affiliation Changed');
    expect(text).toMatch(/CRL Number:\s+7/);
    const files = {
      'r.pem': pem(root),
      'crl.pem': output,
      'gone.pem': pem(gone.certificate),
      'stays.pem': pem(stays.certificate),
    };
    const verify = ['verify', '-crl_check', '-CAfile', 'r.pem', '-CRLfile', 'crl.pem'];
    expect((await openssl([...verify, 'stays.pem'], files)).text).toContain('OK');
    await expect(openssl([...verify, 'gone.pem'], files)).rejects.toThrow('certificate revoked');
  });
});

describe('requests', () => {
  it('are ones that OpenSSL verifies, and ours read what OpenSSL makes', async () => {
    const privateKey = await generateRsaKey(2048);
    const der = await createRequest(privateKey, { name: 'Đỗ Quốc Ví Dụ' });
    const options = ['-verify', '-noout', '-subject', '-nameopt', 'utf8,-esc_msb'];
    const { text } = await openssl(['req', '-inform', 'DER', '-in', 'r.der', ...options], { 'r.der': der });
    expect(text).toMatch(/verify OK/i);
    expect(text).toContain('Đỗ Quốc Ví Dụ');

    const make = ['req', '-new', '-key', 'k.pem', '-subj', '/CN=other', '-outform', 'DER', '-sha384'];
    const foreign = await openssl(make, { 'k.pem': keyPem(privateKey) });
    expect(readRequest(foreign.output).ok).toBe(true);
  });

  it('with a bad signature, a short key, another kind of key or rubbish are refused', async () => {
    const privateKey = await generateRsaKey(2048);
    const der = await createRequest(privateKey, { name: 'X' });
    const forged = Buffer.from(der);
    forged[forged.length - 9]! ^= 1;
    expect(readRequest(forged)).toEqual({ ok: false, error: 'bad-signature' });

    const renamed = Buffer.from(der);
    const at = renamed.indexOf(Buffer.from('X'), 20);
    renamed[at] = 0x59;
    expect(readRequest(renamed)).toEqual({ ok: false, error: 'bad-signature' });

    const short = generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey;
    expect(readRequest(await createRequest(short, { name: 'X' }))).toEqual({ ok: false, error: 'weak-key' });

    const curve = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
    const make = ['req', '-new', '-key', 'k.pem', '-subj', '/CN=x', '-outform', 'DER'];
    const foreign = await openssl(make, { 'k.pem': keyPem(curve) });
    expect(readRequest(foreign.output)).toEqual({ ok: false, error: 'weak-key' });

    expect(readRequest(Buffer.from('not a request'))).toEqual({ ok: false, error: 'bad-request' });
    expect(readRequest(Buffer.concat([der, Buffer.of(0)]))).toEqual({ ok: false, error: 'bad-request' });
  });

  it('decide nothing about the subject', async () => {
    const privateKey = await generateRsaKey(2048);
    const request = await createRequest(privateKey, { name: 'Chủ tịch giả' });
    const order = { request, memberId: asMemberId(randomUUID()), name: 'Ngô Thị Thật', validDays: 1 };
    const { certificate } = must(await authority.issue(order, new Date()));
    expect(readCertificate(certificate).subjectAttributes.at(-1)?.value).toBe('Ngô Thị Thật');
    expect(await authority.issue({ ...order, name: 'a\u200bb' }, new Date())).toEqual({ ok: false, error: 'bad-name' });
  });
});
