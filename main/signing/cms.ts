import { createHash } from 'node:crypto';
import type { SignatureAlgorithm, Signer } from '../../common/acts/signer.ts';
import { OID, digestIdentifier, keyProblem, signatureIdentifier } from './algorithms.ts';
import type { Certificate } from './certificate.ts';
import { readCertificate } from './certificate.ts';
import { DerError, TAG, encode, explicit, integer, octetString, oid, sequence, setOf } from './der.ts';
import { SigningError } from './errors.ts';

export const sha256 = (...parts: readonly Uint8Array[]): Buffer => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
};

/** Reads a signer's chain, own certificate first. Throws SigningError. */
export function readChain(chain: readonly Uint8Array[]): [Certificate, ...Certificate[]] {
  try {
    const [own, ...others] = chain.map(readCertificate);
    if (!own) throw new DerError('empty chain');
    if (keyProblem(own.x509.publicKey) !== undefined) throw new DerError('key of the certificate');
    return [own, ...others];
  } catch (cause) {
    throw new SigningError('signing-certificate-unusable', String(cause));
  }
}

const attribute = (type: string, value: Uint8Array): Uint8Array => sequence(oid(type), setOf([value]));

/**
 * The signed attributes of a B-B signature (ETSI EN 319 142-1, 6.3): content type, digest, the certificate that signs
 * (RFC 5035, hash only) and the algorithms (RFC 6211). No signing-time: PAdES has it in the signature dictionary.
 */
function signedAttributes(digest: Uint8Array, own: Certificate, algorithm: Uint8Array): Uint8Array[] {
  const certificateId = sequence(octetString(sha256(own.der)));
  // signatureAlgorithm is [1] IMPLICIT: the identifier's content under another tag.
  const implicitAlgorithm = Uint8Array.from(algorithm);
  implicitAlgorithm[0] = explicit(1);
  return [
    attribute(OID.contentType, oid(OID.data)),
    attribute(OID.messageDigest, octetString(digest)),
    attribute(OID.signingCertificateV2, sequence(sequence(certificateId))),
    attribute(OID.algorithmProtection, sequence(digestIdentifier(), implicitAlgorithm)),
  ];
}

/** A detached CMS signature over content with the given SHA-256. Throws SigningError; what the signer throws passes through. */
export async function signCms(
  contentDigest: Uint8Array,
  signer: Signer,
  algorithm: SignatureAlgorithm,
): Promise<Uint8Array> {
  const [own, ...others] = readChain(signer.chain);
  const identifier = signatureIdentifier(algorithm);
  const attributes = signedAttributes(contentDigest, own, identifier);
  // RFC 5652, 5.4: what is signed has the tag of a SET, what is stored has [0].
  const signature = await signer.sign(setOf(attributes), algorithm);
  const signerInfo = sequence(
    integer(1),
    sequence(own.issuer, integer(own.serial)),
    digestIdentifier(),
    setOf(attributes, explicit(0)),
    identifier,
    octetString(signature),
  );
  const signedData = sequence(
    integer(1),
    setOf([digestIdentifier()]),
    sequence(oid(OID.data)),
    setOf(
      [own, ...others].map((certificate) => certificate.der),
      explicit(0),
    ),
    encode(TAG.set, signerInfo),
  );
  return sequence(oid(OID.signedData), encode(explicit(0), signedData));
}
