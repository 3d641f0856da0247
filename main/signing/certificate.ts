import { X509Certificate, createHash } from 'node:crypto';
import type { MemberId, Sha256 } from '../../common/domain/ids.ts';
import { asMemberId, asSha256 } from '../../common/domain/ids.ts';
import type { DerValue } from './der.ts';
import {
  DerError,
  DerReader,
  TAG,
  bitStringBytes,
  booleanOf,
  explicit,
  integerBytes,
  namedBits,
  oidOf,
  readDer,
  smallInteger,
  stringOf,
  timeOf,
} from './der.ts';

/** What verification needs of an X.509 certificate (RFC 5280), read from its DER and not from anyone's rendering of it. */
export interface Certificate {
  readonly der: Uint8Array;
  /** SHA-256 of the DER. */
  readonly fingerprint: Sha256;
  readonly x509: X509Certificate;
  /** Content of the serial number INTEGER. */
  readonly serial: Uint8Array;
  /** The DER of the names as they stand; equality of names is equality of these bytes. */
  readonly issuer: Uint8Array;
  readonly subject: Uint8Array;
  readonly commonName: string;
  /** The agency: the unit where there is one (the parent agency is O then), else O. */
  readonly organisation: string;
  /** From the subjectAltName `urn:uuid:…`. */
  readonly memberId: MemberId | undefined;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly signatureAlgorithm: string;
  readonly isAuthority: boolean;
  readonly pathLength: number | undefined;
  /** undefined where the extension is missing. */
  readonly keyUsage: ((bit: number) => boolean) | undefined;
  readonly hasUnknownCritical: boolean;
}

/** Bits of keyUsage (RFC 5280, 4.2.1.3). */
export const KEY_USAGE = { digitalSignature: 0, nonRepudiation: 1, keyCertSign: 5, crlSign: 6 } as const;

const OID_COMMON_NAME = '2.5.4.3';
const OID_ORGANISATION = '2.5.4.10';
const OID_UNIT = '2.5.4.11';
const OID_KEY_USAGE = '2.5.29.15';
const OID_ALT_NAME = '2.5.29.17';
const OID_BASIC_CONSTRAINTS = '2.5.29.19';
/** Known and without effect here: extended key usage, policies, key identifiers, where to find CRLs. */
const HARMLESS = new Set(['2.5.29.37', '2.5.29.32', '2.5.29.14', '2.5.29.35', '2.5.29.31', '1.3.6.1.5.5.7.1.1']);

const MAX_CERTIFICATE = 64 * 1024;

function nameParts(name: DerValue): Map<string, string> {
  const parts = new Map<string, string>();
  for (const relative of new DerReader(name, TAG.sequence).rest()) {
    for (const attribute of new DerReader(relative, TAG.set).rest()) {
      const reader = new DerReader(attribute, TAG.sequence);
      const type = oidOf(reader.any());
      const value = stringOf(reader.any());
      reader.end();
      if (value !== undefined) parts.set(type, value);
    }
  }
  return parts;
}

interface Extensions {
  isAuthority: boolean;
  pathLength: number | undefined;
  keyUsage: ((bit: number) => boolean) | undefined;
  memberId: MemberId | undefined;
  hasUnknownCritical: boolean;
}

function memberIdIn(altName: DerValue): MemberId | undefined {
  for (const name of new DerReader(altName, TAG.sequence).rest()) {
    // [6] uniformResourceIdentifier
    const match =
      name.tag === 0x86 ? /^urn:uuid:([0-9a-f-]{36})$/.exec(Buffer.from(name.content).toString('latin1')) : null;
    if (match) return asMemberId(match[1]!);
  }
  return undefined;
}

function readExtensions(list: DerValue | undefined): Extensions {
  const found: Extensions = {
    isAuthority: false,
    pathLength: undefined,
    keyUsage: undefined,
    memberId: undefined,
    hasUnknownCritical: false,
  };
  if (!list) return found;
  const outer = new DerReader(list, explicit(3));
  const extensions = outer.enter(TAG.sequence).rest();
  outer.end();
  const seen = new Set<string>();
  for (const extension of extensions) {
    const reader = new DerReader(extension, TAG.sequence);
    const id = oidOf(reader.any());
    const criticalValue = reader.optional(TAG.boolean);
    const critical = criticalValue !== undefined && booleanOf(criticalValue);
    const value = readDer(reader.expect(TAG.octetString).content);
    reader.end();
    if (seen.has(id)) throw new DerError('extension twice');
    seen.add(id);
    if (id === OID_BASIC_CONSTRAINTS) {
      const constraints = new DerReader(value, TAG.sequence);
      const authority = constraints.optional(TAG.boolean);
      found.isAuthority = authority !== undefined && booleanOf(authority);
      const length = constraints.optional(TAG.integer);
      found.pathLength = length && smallInteger(length);
      constraints.end();
    } else if (id === OID_KEY_USAGE) found.keyUsage = namedBits(value);
    else if (id === OID_ALT_NAME) found.memberId = memberIdIn(value);
    else if (critical && !HARMLESS.has(id)) found.hasUnknownCritical = true;
  }
  return found;
}

/** Reads one certificate. Throws DerError for anything that is no version 3 (or 1) certificate in DER. */
export function readCertificate(der: Uint8Array): Certificate {
  if (der.length > MAX_CERTIFICATE) throw new DerError('certificate too large');
  const outer = new DerReader(readDer(der), TAG.sequence);
  const tbs = outer.enter(TAG.sequence);
  const outerAlgorithm = outer.expect(TAG.sequence);
  bitStringBytes(outer.expect(TAG.bitString));
  outer.end();

  const version = tbs.optional(explicit(0));
  if (version) {
    const reader = new DerReader(version, explicit(0));
    if (smallInteger(reader.any()) !== 2) throw new DerError('certificate version');
    reader.end();
  }
  const serial = integerBytes(tbs.any());
  const algorithm = tbs.expect(TAG.sequence);
  if (Buffer.compare(algorithm.raw, outerAlgorithm.raw) !== 0) throw new DerError('two signature algorithms');
  const issuer = tbs.expect(TAG.sequence);
  const validity = tbs.enter(TAG.sequence);
  const notBefore = timeOf(validity.any());
  const notAfter = timeOf(validity.any());
  validity.end();
  const subject = tbs.expect(TAG.sequence);
  tbs.expect(TAG.sequence);
  const extensions = readExtensions(tbs.optional(explicit(3)));
  tbs.end();
  const parts = nameParts(subject);
  let x509: X509Certificate;
  try {
    x509 = new X509Certificate(der);
    // Parses the key, which the constructor leaves for later.
    void x509.publicKey;
  } catch (cause) {
    throw new DerError(`certificate: ${String(cause)}`);
  }
  return {
    der,
    fingerprint: asSha256(createHash('sha256').update(der).digest('hex')),
    x509,
    serial,
    issuer: issuer.raw,
    subject: subject.raw,
    commonName: parts.get(OID_COMMON_NAME) ?? '',
    organisation: parts.get(OID_UNIT) ?? parts.get(OID_ORGANISATION) ?? '',
    notBefore,
    notAfter,
    signatureAlgorithm: oidOf(new DerReader(algorithm, TAG.sequence).any()),
    ...extensions,
  };
}
