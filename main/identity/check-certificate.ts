import { X509Certificate, type KeyObject } from 'node:crypto';
import type { MemberId, Sha256 } from '../../common/domain/ids.ts';
import {
  attributeOf,
  fingerprint,
  memberIdOf,
  organisationOf,
  readCertificateOrNull,
  type ReadCertificate,
} from './certificate-reading.ts';
import { oids } from './oids.ts';
import { fail, succeed, type Result } from './result.ts';
import { isStrongKey } from './rsa-key.ts';
import { readRevocationList, type RevocationList } from './revocation-list.ts';

export type CertificateFailure =
  | 'malformed'
  /** No root given here issued it. */
  | 'not-of-this-organisation'
  | 'not-yet-valid'
  | 'expired'
  | 'revoked'
  | 'weak-key'
  /** An authority's certificate, or one that may not be used for connections and signatures. */
  | 'wrong-purpose'
  /** The revocation list is none of the root's. */
  | 'bad-revocation-list';

export interface MemberCertificate {
  memberId: MemberId;
  name: string;
  position: string | null;
  organisation: string;
  /** SHA-256 of the certificate's and of the root's DER. */
  fingerprint: Sha256;
  rootFingerprint: Sha256;
  serial: string;
  notBefore: Date;
  notAfter: Date;
  publicKey: KeyObject;
  /** Issued inside an organisation by Phiên: no official-duty signature. */
  internal: boolean;
}

const strongSignatures = new Set<string>([oids.sha256WithRsa, oids.sha384WithRsa, oids.sha512WithRsa]);
const KEY_USAGE = { digitalSignature: 0, keyCertSign: 5 };

/**
 * Is this the certificate of a member of an organisation whose root is among `roots`, at that time? One step from the
 * root, as our authorities issue; nothing is fetched and nothing is taken from the system's trust store. `crl` counts
 * what was revoked at or before `at`. Checks no possession of the key: that is TLS's, or a signature's, to show.
 */
export function checkCertificate(
  der: Uint8Array,
  roots: readonly Uint8Array[],
  at: Date,
  crl?: Uint8Array | RevocationList,
): Result<MemberCertificate, CertificateFailure> {
  return checkAgainst(der, roots.map(readRoot), at, crl);
}

export type CertificateCheck = (der: Uint8Array, at: Date) => Result<MemberCertificate, CertificateFailure>;

/** More than an organisation has people. */
const MAX_REMEMBERED = 2000;

/**
 * The same check for one root, where the same certificates come again and again, some of them many times a second: what no
 * clock changes is found out once for each that is accepted. Knows no revocation list.
 */
export function createCertificateCheck(root: Uint8Array): CertificateCheck {
  const read = readRoot(root);
  const accepted = new Map<string, MemberCertificate>();
  /** Of bytes that were asked about; nobody writes into a certificate. */
  const names = new WeakMap<Uint8Array, Sha256>();
  return (der, at) => {
    const name = names.get(der) ?? fingerprint(der);
    names.set(der, name);
    const known = accepted.get(name);
    if (known && read) return outOfDate(known, read, at) ?? succeed(known);
    const checked = checkAgainst(der, [read], at);
    if (checked.ok) {
      if (accepted.size >= MAX_REMEMBERED) accepted.clear();
      accepted.set(name, checked.value);
    }
    return checked;
  };
}

function checkAgainst(
  der: Uint8Array,
  roots: readonly (ReadCertificate | null)[],
  at: Date,
  crl?: Uint8Array | RevocationList,
): Result<MemberCertificate, CertificateFailure> {
  const certificate = readCertificateOrNull(der);
  if (certificate === null || certificate.unknownCriticalExtension) return fail('malformed');
  if (!strongSignatures.has(certificate.signatureAlgorithm) || !isStrongKey(certificate.publicKey))
    return fail('weak-key');
  if (!isForMembers(certificate)) return fail('wrong-purpose');

  const root = roots.find((candidate) => candidate !== null && issued(candidate, certificate)) ?? null;
  const organisation = root === null ? null : organisationOf(root);
  if (root === null || organisation === null) return fail('not-of-this-organisation');

  const outside = outOfDate(certificate, root, at);
  if (outside) return outside;

  if (crl !== undefined) {
    const list = crl instanceof Uint8Array ? readRevocationList(crl, root.der) : succeed(crl);
    if (!list.ok || !list.value.issuer.equals(root.subject)) return fail('bad-revocation-list');
    const revokedAt = list.value.revoked.get(certificate.serial);
    if (revokedAt !== undefined && revokedAt <= at) return fail('revoked');
  }

  const memberId = memberIdOf(certificate);
  const name = attributeOf(certificate, oids.commonName);
  if (memberId === null || name === undefined) return fail('malformed');
  return succeed({
    memberId,
    name,
    position: attributeOf(certificate, oids.title) ?? null,
    organisation: organisation.name,
    fingerprint: fingerprint(der),
    rootFingerprint: fingerprint(root.der),
    serial: certificate.serial,
    notBefore: certificate.notBefore,
    notAfter: certificate.notAfter,
    publicKey: certificate.publicKey,
    internal: certificate.policies.includes(oids.internalPolicy),
  });
}

const isForMembers = ({ certificateAuthority, keyUsage, extendedKeyUsage }: ReadCertificate): boolean =>
  !certificateAuthority &&
  keyUsage?.has(KEY_USAGE.digitalSignature) === true &&
  !keyUsage.has(KEY_USAGE.keyCertSign) &&
  extendedKeyUsage?.has(oids.clientAuth) === true &&
  extendedKeyUsage.has(oids.serverAuth);

type Dates = Pick<ReadCertificate, 'notBefore' | 'notAfter'>;

function outOfDate(certificate: Dates, root: Dates, at: Date): Result<never, 'not-yet-valid' | 'expired'> | null {
  if (at < certificate.notBefore || at < root.notBefore) return fail('not-yet-valid');
  if (at > certificate.notAfter || at > root.notAfter) return fail('expired');
  return null;
}

/** null for what is no root worth the name. */
function readRoot(der: Uint8Array): ReadCertificate | null {
  const root = readCertificateOrNull(der);
  return root !== null && isRoot(root) ? root : null;
}

/** The root's name and signature are on the certificate. */
function issued(root: ReadCertificate, certificate: ReadCertificate): boolean {
  return root.subject.equals(certificate.issuer) && keyIdentifiersMatch(root, certificate) && signed(root, certificate);
}

export const isRoot = (root: ReadCertificate): boolean =>
  root.certificateAuthority &&
  root.keyUsage?.has(KEY_USAGE.keyCertSign) === true &&
  !root.unknownCriticalExtension &&
  strongSignatures.has(root.signatureAlgorithm) &&
  isStrongKey(root.publicKey) &&
  root.subject.equals(root.issuer) &&
  signed(root, root);

const keyIdentifiersMatch = (root: ReadCertificate, certificate: ReadCertificate): boolean =>
  certificate.authorityKeyIdentifier === null || certificate.authorityKeyIdentifier === root.subjectKeyIdentifier;

function signed(issuer: ReadCertificate, certificate: ReadCertificate): boolean {
  try {
    return new X509Certificate(certificate.der).verify(issuer.publicKey);
  } catch {
    return false;
  }
}
