import { beforeAll, describe, expect, it } from 'vitest';
import type { ProblemCode } from '../../common/domain/verdict.ts';
import type { CertificateOptions, TestIdentity } from '../../tests/fixtures/pki.ts';
import { makeIdentity } from '../../tests/fixtures/pki.ts';
import { readCertificate } from './certificate.ts';
import { judgeChain } from './chain.ts';

const DAY = 24 * 3600_000;
const days = (count: number): Date => new Date(Date.now() + count * DAY);

let root: TestIdentity;
beforeAll(() => {
  root = makeIdentity({ name: 'Gốc', authority: true });
});

function problems(leaf: TestIdentity, options: { roots?: TestIdentity[]; extra?: TestIdentity[]; at?: Date } = {}) {
  const { roots = [root], extra = [], at = new Date() } = options;
  const others = [...leaf.chain.slice(1), ...extra.map((identity) => identity.certificate)];
  const trusted = roots.map((identity) => readCertificate(identity.certificate));
  return judgeChain(readCertificate(leaf.certificate), others.map(readCertificate), trusted, at).problems;
}
const issue = (options: Partial<CertificateOptions> = {}): TestIdentity =>
  makeIdentity({ name: 'Người ký', issuer: root, ...options });
const authority = (options: Partial<CertificateOptions> = {}): TestIdentity => issue({ authority: true, ...options });

describe('a chain', () => {
  it('of a certificate under a trusted root is accepted', () => expect(problems(issue())).toEqual([]));
  it('through an intermediate authority is accepted', () =>
    expect(problems(issue({ issuer: authority() }))).toEqual([]));
  it('needs its intermediate authority', () => {
    const leaf = issue({ issuer: authority() });
    expect(problems({ ...leaf, chain: [leaf.certificate, root.certificate] })).toEqual(['certificate-untrusted']);
  });

  const cases: [string, () => TestIdentity, ProblemCode][] = [
    [
      'from a stranger',
      () => issue({ issuer: makeIdentity({ name: 'Lạ', authority: true }) }),
      'certificate-untrusted',
    ],
    [
      'from a stranger of the same name',
      () => issue({ issuer: makeIdentity({ name: 'Gốc', authority: true, bits: 2048 }) }),
      'certificate-untrusted',
    ],
    ['that expired', () => issue({ notAfter: days(-1) }), 'certificate-expired'],
    ['that begins tomorrow', () => issue({ notBefore: days(1) }), 'certificate-not-yet-valid'],
    ['under an expired authority', () => issue({ issuer: authority({ notAfter: days(-1) }) }), 'certificate-expired'],
    ['issued by a member', () => issue({ issuer: issue() }), 'issuer-not-allowed'],
    ['issued without keyCertSign', () => issue({ issuer: authority({ keyUsage: [6, 0xc0] }) }), 'issuer-not-allowed'],
    [
      'longer than pathLength allows',
      () => issue({ issuer: authority({ name: 'Dưới', issuer: authority({ name: 'Trên', pathLength: 0 }) }) }),
      'issuer-not-allowed',
    ],
    ['not made for signing', () => issue({ keyUsage: [5, 0x20] }), 'certificate-not-for-signing'],
    [
      'with a critical extension nobody knows',
      () => issue({ criticalExtension: '1.2.3.4' }),
      'certificate-not-for-signing',
    ],
    [
      'with critical name constraints',
      () => issue({ issuer: authority({ criticalExtension: '2.5.29.30' }) }),
      'certificate-not-for-signing',
    ],
    ['with a short key', () => issue({ bits: 1024 }), 'key-too-weak'],
  ];
  it.each(cases)('%s is refused', (_, make, problem) => expect(problems(make())).toContain(problem));

  it('is judged at the time asked for', () => {
    const leaf = issue({ notAfter: days(-1) });
    expect(problems(leaf, { at: days(-2) })).toEqual([]);
  });
  it('takes no certificate along that does not belong to it', () => {
    const stranger = makeIdentity({ name: 'Lạ', authority: true });
    expect(problems(issue(), { extra: [stranger] })).toEqual(['certificate-chain-broken']);
    expect(problems(issue(), { extra: [authority()] })).toEqual([]);
  });
  it('ends where authorities issue each other in a circle', () => {
    const one = authority({ bits: 2048 });
    const two = makeIdentity({ name: 'Hai', authority: true, issuer: one });
    const again = makeIdentity({ name: 'Người ký', authority: true, issuer: two, key: one.key });
    const leaf = issue({ issuer: { ...two, chain: [two.certificate, again.certificate, one.certificate] } });
    expect(problems(leaf, { roots: [makeIdentity({ name: 'Khác', authority: true })] })).toContain(
      'certificate-untrusted',
    );
  });
  it('with several trusted roots takes the right one', () => {
    expect(problems(issue(), { roots: [makeIdentity({ name: 'Khác', authority: true }), root] })).toEqual([]);
  });
  it('without trusted roots is untrusted, not broken', () => {
    expect(problems(issue({ issuer: authority() }), { roots: [] })).toEqual(['certificate-untrusted']);
  });
});

describe('a certificate', () => {
  it('is read with its Vietnamese names and member', () => {
    const identity = issue({ name: 'Nguyễn Thị Thử', organisation: 'Ủy ban nhân dân xã Suối Mơ' });
    expect(readCertificate(identity.certificate)).toMatchObject({
      commonName: 'Nguyễn Thị Thử',
      organisation: 'Ủy ban nhân dân xã Suối Mơ',
      memberId: identity.memberId,
      isAuthority: false,
    });
  });
  it('with any flipped bit is malformed or no longer issued by its authority', () => {
    const identity = issue();
    for (let i = 0; i < identity.certificate.length; i += 3) {
      const flipped = Buffer.from(identity.certificate);
      flipped[i]! ^= 1 << (i % 8);
      let found: readonly ProblemCode[];
      try {
        found = problems({ ...identity, certificate: flipped });
      } catch (cause) {
        expect(String(cause), `byte ${i}`).toMatch(/DerError/);
        continue;
      }
      expect(found, `byte ${i}`).not.toEqual([]);
    }
  });
});
