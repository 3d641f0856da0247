import { createHash, X509Certificate, type KeyObject } from 'node:crypto';
import type { CertificateDates } from '../../common/domain/certificate-course.ts';
import { asMemberId, asSha256, type MemberId, type Sha256 } from '../../common/domain/ids.ts';
import {
  content,
  dateOf,
  decode,
  DerError,
  encode,
  integerHex,
  isKind,
  isTag,
  numberOf,
  oidText,
  parts,
  stringOf,
  tagged,
  type Node,
} from './der.ts';
import { oids } from './oids.ts';

/** SHA-256 of the DER bytes: how acts and the wire name a certificate. */
export const fingerprint = (der: Uint8Array): Sha256 => asSha256(createHash('sha256').update(der).digest('hex'));

export interface ReadCertificate {
  der: Buffer;
  serial: string;
  signatureAlgorithm: string;
  /** Raw DER, compared byte for byte. */
  issuer: Buffer;
  subject: Buffer;
  /** Values by attribute type, in order. */
  subjectAttributes: readonly { type: string; value: string }[];
  notBefore: Date;
  notAfter: Date;
  publicKey: KeyObject;
  certificateAuthority: boolean;
  pathLength: number | null;
  /** Bit numbers of keyUsage; `null` when the extension is absent. */
  keyUsage: ReadonlySet<number> | null;
  extendedKeyUsage: ReadonlySet<string> | null;
  subjectKeyIdentifier: string | null;
  authorityKeyIdentifier: string | null;
  alternativeUris: readonly string[];
  policies: readonly string[];
  unknownCriticalExtension: boolean;
}

/** No certificate of ours comes near; what is larger is an attack on the parser. */
const CERTIFICATE_LIMIT = 16 * 1024;

/** Reads a v3 certificate strictly. Throws `DerError`; checks no signature. */
export function readCertificate(der: Uint8Array): ReadCertificate {
  if (der.length > CERTIFICATE_LIMIT) throw new DerError('certificate too large');
  const [toBeSigned, algorithm, , extra] = parts(decode(der), 'sequence');
  const [version, serial, innerAlgorithm, issuer, validity, subject, , ...rest] = parts(toBeSigned, 'sequence');
  if (extra !== undefined || numberOf(tagged(version, 0)[0]) !== 2) throw new DerError('not a version 3 certificate');
  if (innerAlgorithm === undefined || algorithm === undefined || issuer === undefined || subject === undefined)
    throw new DerError('incomplete certificate');
  if (!encode(innerAlgorithm).equals(encode(algorithm))) throw new DerError('two signature algorithms');
  const [notBefore, notAfter] = parts(validity, 'sequence');
  const extensionsNode = rest.find((node) => isTag(node, 3));
  return {
    der: Buffer.from(der),
    serial: integerHex(serial),
    signatureAlgorithm: oidText(parts(algorithm, 'sequence')[0]),
    issuer: encode(issuer),
    subject: encode(subject),
    subjectAttributes: readName(subject),
    notBefore: dateOf(notBefore),
    notAfter: dateOf(notAfter),
    publicKey: publicKeyOf(der),
    ...readExtensions(extensionsNode === undefined ? [] : parts(tagged(extensionsNode, 3)[0], 'sequence')),
  };
}

/** First and last moment of a certificate of this laptop's store, RFC 3339. Throws `DerError` for what is none. */
export function validityOf(der: Uint8Array): CertificateDates {
  const { notBefore, notAfter } = readCertificate(der);
  return { from: notBefore.toISOString(), until: notAfter.toISOString() };
}

export function readCertificateOrNull(der: Uint8Array): ReadCertificate | null {
  try {
    return readCertificate(der);
  } catch {
    // A stranger's bytes; why they are no certificate helps nobody.
    return null;
  }
}

function publicKeyOf(der: Uint8Array): KeyObject {
  try {
    return new X509Certificate(der).publicKey;
  } catch (cause) {
    throw new DerError('unusable certificate', { cause });
  }
}

function readName(name: Node): { type: string; value: string }[] {
  return parts(name, 'sequence').flatMap((relative) =>
    parts(relative, 'set').map((attribute) => {
      const [type, value] = parts(attribute, 'sequence');
      return { type: oidText(type), value: stringOf(value) };
    }),
  );
}

type Extensions = Pick<
  ReadCertificate,
  | 'certificateAuthority'
  | 'pathLength'
  | 'keyUsage'
  | 'extendedKeyUsage'
  | 'subjectKeyIdentifier'
  | 'authorityKeyIdentifier'
  | 'alternativeUris'
  | 'policies'
  | 'unknownCriticalExtension'
>;

function readExtensions(nodes: Node[]): Extensions {
  const found: Extensions = {
    certificateAuthority: false,
    pathLength: null,
    keyUsage: null,
    extendedKeyUsage: null,
    subjectKeyIdentifier: null,
    authorityKeyIdentifier: null,
    alternativeUris: [],
    policies: [],
    unknownCriticalExtension: false,
  };
  const seen = new Set<string>();
  for (const node of nodes) {
    const [typeNode, ...rest] = parts(node, 'sequence');
    const type = oidText(typeNode);
    if (seen.has(type)) throw new DerError('an extension twice');
    seen.add(type);
    const critical = isKind(rest[0], 'boolean') && content(rest[0])[0] === 0xff;
    const value = decode(content(rest.at(-1), 'octets'));
    readExtension(found, type, value, critical);
  }
  return found;
}

function readExtension(found: Extensions, type: string, value: Node, critical: boolean): void {
  switch (type) {
    case oids.basicConstraints: {
      const [authority, length] = parts(value, 'sequence');
      found.certificateAuthority = isKind(authority, 'boolean') && content(authority)[0] === 0xff;
      found.pathLength = length === undefined ? null : numberOf(length);
      return;
    }
    case oids.keyUsage:
      found.keyUsage = readBits(content(value, 'bits'));
      return;
    case oids.extendedKeyUsage:
      found.extendedKeyUsage = new Set(parts(value, 'sequence').map(oidText));
      return;
    case oids.subjectKeyIdentifier:
      found.subjectKeyIdentifier = content(value, 'octets').toString('hex');
      return;
    case oids.authorityKeyIdentifier: {
      const key = parts(value, 'sequence').find((node) => isTag(node, 0));
      found.authorityKeyIdentifier = key === undefined ? null : content(key).toString('hex');
      return;
    }
    case oids.subjectAltName:
      found.alternativeUris = parts(value, 'sequence')
        .filter((node) => isTag(node, 6))
        .map((node) => content(node).toString('latin1'));
      return;
    case oids.certificatePolicies:
      found.policies = parts(value, 'sequence').map((policy) => oidText(parts(policy, 'sequence')[0]));
      return;
    default:
      if (critical) found.unknownCriticalExtension = true;
  }
}

function readBits(bytes: Buffer): Set<number> {
  const bits = new Set<number>();
  for (let index = 0; index < Math.min(bytes.length - 1, 2) * 8; index++) {
    if ((bytes[1 + (index >> 3)] ?? 0) & (0x80 >> (index & 7))) bits.add(index);
  }
  return bits;
}

export const attributeOf = (certificate: ReadCertificate, type: string): string | undefined =>
  certificate.subjectAttributes.find((attribute) => attribute.type === type)?.value;

/** Agency and parent agency from an authority's subject: the last and the first of O and OU. */
export function organisationOf(root: ReadCertificate): { name: string; parent?: string } | null {
  const units = root.subjectAttributes
    .filter(({ type }) => type === oids.organizationName || type === oids.organizationalUnitName)
    .map(({ value }) => value);
  const name = units.at(-1);
  if (name === undefined) return null;
  const parent = units.length > 1 ? units[0] : undefined;
  return parent === undefined ? { name } : { name, parent };
}

/** The member's id, when the certificate names exactly one. */
export function memberIdOf(certificate: ReadCertificate): MemberId | null {
  const ids = certificate.alternativeUris.flatMap((uri) => {
    const match = /^urn:uuid:([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/.exec(uri);
    return match?.[1] === undefined ? [] : [match[1]];
  });
  const [only, second] = ids;
  return only === undefined || second !== undefined ? null : asMemberId(only);
}
