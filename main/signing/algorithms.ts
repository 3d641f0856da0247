import type { KeyObject, VerifyKeyObjectInput } from 'node:crypto';
import { constants, verify as cryptoVerify } from 'node:crypto';
import type { SignatureAlgorithm } from '../../common/acts/signer.ts';
import type { DerValue } from './der.ts';
import { DerReader, TAG, derNull, encode, explicit, integer, oid, oidOf, sequence } from './der.ts';

export const OID = {
  data: '1.2.840.113549.1.7.1',
  signedData: '1.2.840.113549.1.7.2',
  sha256: '2.16.840.1.101.3.4.2.1',
  mgf1: '1.2.840.113549.1.1.8',
  rsaEncryption: '1.2.840.113549.1.1.1',
  rsaPss: '1.2.840.113549.1.1.10',
  sha256WithRsa: '1.2.840.113549.1.1.11',
  sha384WithRsa: '1.2.840.113549.1.1.12',
  sha512WithRsa: '1.2.840.113549.1.1.13',
  ecdsaSha256: '1.2.840.10045.4.3.2',
  ecdsaSha384: '1.2.840.10045.4.3.3',
  ecdsaSha512: '1.2.840.10045.4.3.4',
  contentType: '1.2.840.113549.1.9.3',
  messageDigest: '1.2.840.113549.1.9.4',
  signingCertificateV2: '1.2.840.113549.1.9.16.2.47',
  algorithmProtection: '1.2.840.113549.1.9.52',
  signatureTimestamp: '1.2.840.113549.1.9.16.2.14',
} as const;

/** Shortest acceptable keys (Circular 15/2025/TT-BKHCN, annex I). */
const MIN_RSA_BITS = 2048;
const MIN_EC_BITS = 256;
const PSS_SALT = 32;

/** What a certificate may be signed with: nothing that rests on SHA-1 or MD5. */
export const CERTIFICATE_ALGORITHMS: ReadonlySet<string> = new Set([
  OID.rsaPss,
  OID.sha256WithRsa,
  OID.sha384WithRsa,
  OID.sha512WithRsa,
  OID.ecdsaSha256,
  OID.ecdsaSha384,
  OID.ecdsaSha512,
]);

const sha256Identifier = (): Uint8Array => sequence(oid(OID.sha256));

/** RSASSA-PSS-params for SHA-256, MGF1 with SHA-256, 32 bytes of salt (RFC 4055, 3.1). */
const pssParameters = (hash: Uint8Array): Uint8Array =>
  sequence(
    encode(explicit(0), hash),
    encode(explicit(1), sequence(oid(OID.mgf1), hash)),
    encode(explicit(2), integer(PSS_SALT)),
  );

/** Digest algorithm without parameters (RFC 5754, 2). */
export const digestIdentifier = sha256Identifier;

export function signatureIdentifier(algorithm: SignatureAlgorithm): Uint8Array {
  return algorithm === 'RSASSA-PSS'
    ? sequence(oid(OID.rsaPss), pssParameters(sequence(oid(OID.sha256), derNull())))
    : sequence(oid(OID.sha256WithRsa), derNull());
}

const sameBytes = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;

export function isSha256(identifier: DerValue): boolean {
  return (
    sameBytes(identifier.raw, sha256Identifier()) || sameBytes(identifier.raw, sequence(oid(OID.sha256), derNull()))
  );
}

/** OpenSSL throws where key and parameters can't go together; that is a wrong signature, not a bug. */
const verify = (bytes: Uint8Array, key: VerifyKeyObjectInput, signature: Uint8Array): boolean => {
  try {
    return cryptoVerify('sha256', bytes, key, signature);
  } catch {
    return false;
  }
};

export type KeyProblem = 'key-too-weak' | 'algorithm-unsupported';

/** Whether a public key is one we accept signatures from. */
export function keyProblem(key: KeyObject): KeyProblem | undefined {
  const details = key.asymmetricKeyDetails ?? {};
  switch (key.asymmetricKeyType) {
    case 'rsa':
    case 'rsa-pss': {
      const exponent = details.publicExponent ?? 0n;
      if ((details.modulusLength ?? 0) < MIN_RSA_BITS || exponent < 65537n || exponent % 2n === 0n)
        return 'key-too-weak';
      return (details.modulusLength ?? 0) > 16384 ? 'algorithm-unsupported' : undefined;
    }
    case 'ec': {
      const bits = { prime256v1: 256, secp384r1: 384, secp521r1: 521 }[details.namedCurve ?? ''];
      return bits === undefined || bits < MIN_EC_BITS ? 'algorithm-unsupported' : undefined;
    }
    default:
      return 'algorithm-unsupported';
  }
}

/**
 * Verifies a signature over `bytes` (hashed with SHA-256) with exactly the algorithm and parameters that the CMS names.
 * `undefined`: an algorithm we do not know.
 */
export function verifySignature(
  identifier: DerValue,
  key: KeyObject,
  bytes: Uint8Array,
  signature: Uint8Array,
): boolean | undefined {
  const reader = new DerReader(identifier, TAG.sequence);
  const id = oidOf(reader.any());
  const isRsa = key.asymmetricKeyType === 'rsa';
  if (id === OID.rsaPss) {
    const known = [sha256Identifier(), sequence(oid(OID.sha256), derNull())].some((hash) =>
      sameBytes(identifier.raw, sequence(oid(OID.rsaPss), pssParameters(hash))),
    );
    if (!known || !(isRsa || key.asymmetricKeyType === 'rsa-pss')) return undefined;
    return verify(bytes, { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: PSS_SALT }, signature);
  }
  if ((id === OID.sha256WithRsa || id === OID.rsaEncryption) && isRsa) {
    if (!sameBytes(identifier.raw, sequence(oid(id), derNull()))) return undefined;
    return verify(bytes, { key, padding: constants.RSA_PKCS1_PADDING }, signature);
  }
  if (id === OID.ecdsaSha256 && key.asymmetricKeyType === 'ec') {
    if (!sameBytes(identifier.raw, sequence(oid(id)))) return undefined;
    return verify(bytes, { key, dsaEncoding: 'der' }, signature);
  }
  return undefined;
}
