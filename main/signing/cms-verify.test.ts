import { constants, generateKeyPairSync, sign } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import type { ProblemCode } from '../../common/domain/verdict.ts';
import type { TestIdentity } from '../../tests/fixtures/pki.ts';
import { makeIdentity, testSigner } from '../../tests/fixtures/pki.ts';
import { OID, digestIdentifier, signatureIdentifier } from './algorithms.ts';
import { sha256, signCms } from './cms.ts';
import { verifyCms } from './cms-verify.ts';
import { TAG, derNull, encode, explicit, integer, octetString, oid, sequence, setOf } from './der.ts';

const CONTENT = sha256(Buffer.from('nội dung'));
let root: TestIdentity;
let member: TestIdentity;
beforeAll(() => {
  root = makeIdentity({ name: 'Gốc', authority: true });
  member = makeIdentity({ name: 'Người ký', issuer: root });
});

const attribute = (type: string, ...values: Uint8Array[]): Uint8Array => sequence(oid(type), setOf(values));
const essHash = (hash: Uint8Array): Uint8Array => sequence(sequence(sequence(octetString(hash))));

interface Parts {
  version: number;
  attributes: Uint8Array[];
  unsigned: Uint8Array[];
  identifier: Uint8Array;
  digests: Uint8Array[];
  infoDigest: Uint8Array;
  content: Uint8Array;
  certificates: Uint8Array[];
  infoCount: number;
  issuer: Uint8Array;
  serial: Uint8Array;
  sort: boolean;
  salt: number;
}

/** A CMS with every part under the test's control, signed by `member` over whatever the attributes say. */
function compose(change: Partial<Parts> = {}): Uint8Array {
  const parts: Parts = {
    version: 1,
    attributes: defaultAttributes(),
    unsigned: [],
    identifier: signatureIdentifier('RSASSA-PSS'),
    digests: [digestIdentifier()],
    infoDigest: digestIdentifier(),
    content: sequence(oid(OID.data)),
    certificates: [...member.chain],
    infoCount: 1,
    issuer: root.subject,
    serial: serialOf(member),
    sort: true,
    salt: 32,
    ...change,
  };
  const signed = parts.sort ? setOf(parts.attributes) : encode(TAG.set, ...parts.attributes);
  const pss = { key: member.key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: parts.salt };
  const signature = sign('sha256', signed, parts.identifier.length > 20 ? pss : member.key);
  const stored = Uint8Array.from(signed);
  stored[0] = explicit(0);
  const info = sequence(
    integer(parts.version),
    sequence(parts.issuer, parts.serial),
    parts.infoDigest,
    stored,
    parts.identifier,
    octetString(signature),
    ...(parts.unsigned.length > 0 ? [setOf(parts.unsigned, explicit(1))] : []),
  );
  const data = sequence(
    integer(1),
    setOf(parts.digests),
    parts.content,
    setOf(parts.certificates, explicit(0)),
    encode(TAG.set, ...Array.from({ length: parts.infoCount }, () => info)),
  );
  return sequence(oid(OID.signedData), encode(explicit(0), data));
}

const defaultAttributes = (): Uint8Array[] => [
  attribute(OID.contentType, oid(OID.data)),
  attribute(OID.messageDigest, octetString(CONTENT)),
  attribute(OID.signingCertificateV2, essHash(sha256(member.certificate))),
];

/** The serial number as the certificate has it: after version in the to-be-signed part. */
function serialOf(identity: TestIdentity): Uint8Array {
  const der = identity.certificate;
  const at = Buffer.from(der).indexOf(Buffer.from('a003020102', 'hex')) + 5;
  return der.subarray(at, at + 2 + der[at + 1]!);
}

const found = (cms: Uint8Array): readonly ProblemCode[] => verifyCms(cms, CONTENT).problems;

describe('a CMS signature', () => {
  it.each(['RSASSA-PSS', 'RSASSA-PKCS1-v1_5'] as const)('that we made is accepted (%s)', async (algorithm) => {
    const cms = await signCms(CONTENT, testSigner(member), algorithm);
    expect(found(cms)).toEqual([]);
    expect(verifyCms(cms, CONTENT).signer?.commonName).toBe('Người ký');
    expect(verifyCms(cms, sha256(Buffer.from('khác'))).problems).toEqual(['content-digest-wrong']);
  });
  it('composed with the minimum is accepted', () => expect(found(compose())).toEqual([]));
  it('with rsaEncryption as its algorithm is accepted', () =>
    expect(found(compose({ identifier: sequence(oid(OID.rsaEncryption), derNull()) }))).toEqual([]));
  it('by an elliptic curve key is accepted', async () => {
    const key = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
    const own = makeIdentity({ name: 'Đường cong', issuer: root, key });
    const saved = member;
    member = own;
    try {
      const identifier = sequence(oid(OID.ecdsaSha256));
      const cms = compose({ identifier });
      expect(found(cms)).toEqual([]);
    } finally {
      member = saved;
    }
  });

  const without = (type: string): Uint8Array[] =>
    defaultAttributes().filter((item) => !Buffer.from(item).includes(Buffer.from(oid(type))));
  const cases: [string, () => Partial<Parts>, ProblemCode][] = [
    ['of another version', () => ({ version: 3 }), 'cms-malformed'],
    ['with two signers', () => ({ infoCount: 2 }), 'cms-malformed'],
    ['with no signer', () => ({ infoCount: 0 }), 'cms-malformed'],
    [
      'with its content inside',
      () => ({ content: sequence(oid(OID.data), encode(explicit(0), octetString(CONTENT))) }),
      'cms-malformed',
    ],
    ['with content of another type', () => ({ content: sequence(oid('1.2.3')) }), 'cms-malformed'],
    [
      'with two digest algorithms',
      () => ({ digests: [digestIdentifier(), sequence(oid('1.3.14.3.2.26'))] }),
      'cms-malformed',
    ],
    [
      'with attributes out of order',
      () => ({ sort: false, attributes: defaultAttributes().toReversed() }),
      'cms-malformed',
    ],
    [
      'with an attribute twice',
      () => ({ attributes: [...defaultAttributes(), defaultAttributes()[1]!] }),
      'cms-malformed',
    ],
    [
      'with two values in an attribute',
      () => ({
        attributes: [
          ...without(OID.messageDigest),
          attribute(OID.messageDigest, octetString(CONTENT), octetString(sha256())),
        ],
      }),
      'cms-malformed',
    ],
    ['without content type', () => ({ attributes: without(OID.contentType) }), 'attribute-missing'],
    ['without digest', () => ({ attributes: without(OID.messageDigest) }), 'attribute-missing'],
    ['without signing certificate', () => ({ attributes: without(OID.signingCertificateV2) }), 'attribute-missing'],
    [
      'that names another certificate',
      () => ({
        attributes: [
          ...without(OID.signingCertificateV2),
          attribute(OID.signingCertificateV2, essHash(sha256(root.certificate))),
        ],
      }),
      'certificate-mismatch',
    ],
    [
      'whose protected algorithms are others',
      () => ({
        attributes: [
          ...defaultAttributes(),
          attribute(
            OID.algorithmProtection,
            sequence(digestIdentifier(), encode(explicit(1), oid(OID.sha256WithRsa), derNull())),
          ),
        ],
      }),
      'algorithm-mismatch',
    ],
    [
      'with an attribute nobody knows',
      () => ({ attributes: [...defaultAttributes(), attribute('1.2.3.4', integer(1))] }),
      'attribute-unknown',
    ],
    ['with unsigned attributes', () => ({ unsigned: [attribute('1.2.3.4', integer(1))] }), 'attribute-unknown'],
    ['without the certificate of the signer', () => ({ certificates: [root.certificate] }), 'certificate-mismatch'],
    ['with no certificate', () => ({ certificates: [] }), 'cms-malformed'],
    [
      'with something else for a certificate',
      () => ({ certificates: [...member.chain, sequence(integer(5))] }),
      'certificate-malformed',
    ],
    [
      'with SHA-1',
      () => ({ digests: [sequence(oid('1.3.14.3.2.26'))], infoDigest: sequence(oid('1.3.14.3.2.26')) }),
      'algorithm-unsupported',
    ],
    ['with another salt length', () => ({ salt: 20 }), 'signature-wrong'],
    ['with PSS parameters left out', () => ({ identifier: sequence(oid(OID.rsaPss)) }), 'algorithm-unsupported'],
  ];
  it.each(cases)('%s is refused', (_, change, problem) => expect(found(compose(change()))).toContain(problem));

  it('with any flipped bit is refused, or its certificates no longer are what they were', async () => {
    const cms = await signCms(CONTENT, testSigner(member), 'RSASSA-PSS');
    const embedded = member.chain.map((der) => Buffer.from(cms).indexOf(der));
    for (let i = 0; i < cms.length; i += 1) {
      // Roots and intermediates are for the chain to judge; see its tests.
      if (i >= embedded[1]! && i < embedded[1]! + member.chain[1]!.length) continue;
      const flipped = Buffer.from(cms);
      flipped[i]! ^= 1 << (i % 8);
      expect(found(flipped), `byte ${i}`).not.toEqual([]);
    }
  });
});
