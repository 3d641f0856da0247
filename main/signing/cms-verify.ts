import type { ProblemCode } from '../../common/domain/verdict.ts';
import { OID, isSha256, keyProblem, verifySignature } from './algorithms.ts';
import type { Certificate } from './certificate.ts';
import { readCertificate } from './certificate.ts';
import { sha256 } from './cms.ts';
import type { DerValue } from './der.ts';
import {
  DerError,
  DerReader,
  TAG,
  encode,
  explicit,
  integerBytes,
  octetString,
  oidOf,
  readDer,
  readSetOf,
  smallInteger,
} from './der.ts';

const MAX_CERTIFICATES = 12;

export interface CmsVerdict {
  readonly signer: Certificate | undefined;
  /** The embedded certificates other than the signer's. */
  readonly others: readonly Certificate[];
  readonly problems: readonly ProblemCode[];
  readonly hasTimestamp: boolean;
}

interface SignerInfo {
  readonly issuer: Uint8Array;
  readonly serial: Uint8Array;
  readonly digestAlgorithm: DerValue;
  readonly signedAttributes: DerValue;
  readonly signatureAlgorithm: DerValue;
  readonly signature: Uint8Array;
  readonly unsignedAttributes: readonly string[];
}

interface SignedData {
  readonly certificates: readonly DerValue[];
  readonly signerInfo: SignerInfo;
}

const same = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;

function requireThat(condition: boolean, detail: string): void {
  if (!condition) throw new DerError(detail);
}

/** The one shape of SignedData that B-B signatures have; anything else throws DerError. */
function readSignedData(cms: Uint8Array): SignedData {
  const contentInfo = new DerReader(readDer(cms), TAG.sequence);
  requireThat(oidOf(contentInfo.any()) === OID.signedData, 'no SignedData');
  const wrapper = contentInfo.enter(explicit(0));
  contentInfo.end();
  const data = wrapper.enter(TAG.sequence);
  wrapper.end();
  requireThat(smallInteger(data.any()) === 1, 'version of SignedData');
  const digests = readSetOf(data.expect(TAG.set));
  requireThat(digests.length === 1, 'digest algorithms');
  const content = data.enter(TAG.sequence);
  requireThat(oidOf(content.any()) === OID.data, 'content type');
  content.end();
  const certificates = readSetOf(data.expect(explicit(0)), explicit(0));
  requireThat(certificates.length > 0 && certificates.length <= MAX_CERTIFICATES, 'number of certificates');
  const [info, ...more] = readSetOf(data.expect(TAG.set));
  requireThat(info !== undefined && more.length === 0, 'one signer expected');
  data.end();
  const signerInfo = readSignerInfo(info!);
  requireThat(same(digests[0]!.raw, signerInfo.digestAlgorithm.raw), 'digest algorithms differ');
  return { certificates, signerInfo };
}

function readSignerInfo(value: DerValue): SignerInfo {
  const info = new DerReader(value, TAG.sequence);
  requireThat(smallInteger(info.any()) === 1, 'version of SignerInfo');
  const id = info.enter(TAG.sequence);
  const issuer = id.expect(TAG.sequence).raw;
  const serial = integerBytes(id.any());
  id.end();
  const digestAlgorithm = info.expect(TAG.sequence);
  const signedAttributes = info.expect(explicit(0));
  const signatureAlgorithm = info.expect(TAG.sequence);
  const signature = info.expect(TAG.octetString).content;
  const unsigned = info.optional(explicit(1));
  info.end();
  const unsignedAttributes = unsigned ? [...readAttributes(unsigned, explicit(1)).keys()] : [];
  return { issuer, serial, digestAlgorithm, signedAttributes, signatureAlgorithm, signature, unsignedAttributes };
}

/** Attributes with one value each, each at most once, in DER order. */
function readAttributes(value: DerValue, tag: number): Map<string, DerValue> {
  const attributes = new Map<string, DerValue>();
  for (const item of readSetOf(value, tag)) {
    const reader = new DerReader(item, TAG.sequence);
    const type = oidOf(reader.any());
    const values = readSetOf(reader.expect(TAG.set));
    reader.end();
    requireThat(values.length === 1 && !attributes.has(type), `attribute ${type}`);
    attributes.set(type, values[0]!);
  }
  requireThat(attributes.size > 0, 'no attributes');
  return attributes;
}

/** RFC 5035: the first ESSCertIDv2 must name the certificate that signs; SHA-256 is its default and the only one known. */
function namesCertificate(value: DerValue, certificate: Certificate): boolean {
  const outer = new DerReader(value, TAG.sequence);
  const ids = outer.enter(TAG.sequence);
  const first = ids.enter(TAG.sequence);
  const algorithm = first.optional(TAG.sequence);
  if (algorithm && !isSha256(algorithm)) return false;
  const hash = first.expect(TAG.octetString).content;
  const issuerSerial = first.optional(TAG.sequence);
  first.end();
  if (!same(hash, sha256(certificate.der))) return false;
  if (!issuerSerial) return true;
  const reader = new DerReader(issuerSerial, TAG.sequence);
  const [general, ...others] = new DerReader(reader.expect(TAG.sequence), TAG.sequence).rest();
  const serial = integerBytes(reader.any());
  reader.end();
  if (!general || others.length > 0) return false;
  return same(general.raw, encode(explicit(4), certificate.issuer)) && same(serial, certificate.serial);
}

/** RFC 6211: the algorithms inside the signature must be those outside. */
function protectsAlgorithms(value: DerValue, info: SignerInfo): boolean {
  const reader = new DerReader(value, TAG.sequence);
  const digest = reader.expect(TAG.sequence);
  const signature = reader.expect(explicit(1));
  reader.end();
  return same(digest.raw, info.digestAlgorithm.raw) && same(signature.content, info.signatureAlgorithm.content);
}

/** Every signed attribute must be one we know and say what it should; returns what does not. */
function attributeProblems(info: SignerInfo, signer: Certificate, contentDigest: Uint8Array): ProblemCode[] {
  const problems: ProblemCode[] = [];
  const attributes = readAttributes(info.signedAttributes, explicit(0));
  const checks: Record<string, { needed: boolean; problem: ProblemCode; holds: (value: DerValue) => boolean }> = {
    [OID.contentType]: { needed: true, problem: 'cms-malformed', holds: (value) => oidOf(value) === OID.data },
    [OID.messageDigest]: {
      needed: true,
      problem: 'content-digest-wrong',
      holds: (value) => same(value.raw, octetString(contentDigest)),
    },
    [OID.signingCertificateV2]: {
      needed: true,
      problem: 'certificate-mismatch',
      holds: (value) => namesCertificate(value, signer),
    },
    [OID.algorithmProtection]: {
      needed: false,
      problem: 'algorithm-mismatch',
      holds: (value) => protectsAlgorithms(value, info),
    },
  };
  for (const [type, check] of Object.entries(checks)) {
    const value = attributes.get(type);
    if (value === undefined) {
      if (check.needed) problems.push('attribute-missing');
    } else if (!check.holds(value)) problems.push(check.problem);
  }
  if ([...attributes.keys()].some((type) => !(type in checks))) problems.push('attribute-unknown');
  return problems;
}

/**
 * Verifies a detached CMS signature against the SHA-256 of the content, up to but not including the question whom the
 * certificates belong to. Never throws for bad input.
 */
export function verifyCms(cms: Uint8Array, contentDigest: Uint8Array): CmsVerdict {
  let data: SignedData;
  try {
    data = readSignedData(cms);
  } catch (cause) {
    if (!(cause instanceof DerError)) throw cause;
    return { signer: undefined, others: [], problems: ['cms-malformed'], hasTimestamp: false };
  }
  const { signerInfo } = data;
  const hasTimestamp = signerInfo.unsignedAttributes.includes(OID.signatureTimestamp);
  let certificates: Certificate[];
  try {
    certificates = data.certificates.map((value) => readCertificate(value.raw));
  } catch (cause) {
    if (!(cause instanceof DerError)) throw cause;
    return { signer: undefined, others: [], problems: ['certificate-malformed'], hasTimestamp };
  }
  const [signer, ...twins] = certificates.filter(
    (certificate) => same(certificate.issuer, signerInfo.issuer) && same(certificate.serial, signerInfo.serial),
  );
  if (!signer || twins.length > 0)
    return { signer: undefined, others: certificates, problems: ['certificate-mismatch'], hasTimestamp };
  const others = certificates.filter((certificate) => certificate !== signer);
  const problems: ProblemCode[] = [];
  if (signerInfo.unsignedAttributes.length > 0) problems.push('attribute-unknown');
  if (!isSha256(signerInfo.digestAlgorithm)) problems.push('algorithm-unsupported');
  const weak = keyProblem(signer.x509.publicKey);
  if (weak) problems.push(weak);
  try {
    problems.push(...attributeProblems(signerInfo, signer, contentDigest));
    const signed = encode(TAG.set, signerInfo.signedAttributes.content);
    const right = verifySignature(signerInfo.signatureAlgorithm, signer.x509.publicKey, signed, signerInfo.signature);
    if (right === undefined) problems.push('algorithm-unsupported');
    else if (!right) problems.push('signature-wrong');
  } catch (cause) {
    if (!(cause instanceof DerError)) throw cause;
    problems.push('cms-malformed');
  }
  return { signer, others, problems, hasTimestamp };
}
