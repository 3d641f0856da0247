import { createHash, sign, type KeyObject } from 'node:crypto';
import type { OrganisationInfo } from '../../common/wire/enrolment.ts';
import {
  bitString,
  boolean,
  content,
  decode,
  encode,
  explicit,
  implicit,
  nothing,
  octets,
  oid,
  parts,
  printable,
  sequence,
  setOf,
  smallInteger,
  utf8,
  type Node,
} from './der.ts';
import { oids } from './oids.ts';

export const sha256WithRsa = (): Node => sequence(oid(oids.sha256WithRsa), nothing());

/** Signs a to-be-signed structure (certificate, request, revocation list) in libuv's thread pool and encloses both. */
export async function signStructure(toBeSigned: Node, key: KeyObject): Promise<Buffer> {
  const signature = await new Promise<Buffer>((resolve, reject) => {
    sign('sha256', encode(toBeSigned), key, (error, bytes) => (error ? reject(error) : resolve(bytes)));
  });
  return encode(sequence(toBeSigned, sha256WithRsa(), bitString(signature)));
}

const attribute = (type: string, value: Node): Node => setOf(sequence(oid(type), value));

/** From the general to the particular: country, parent agency, agency; the last of O and OU is the organisation. */
function organisationAttributes(organisation: OrganisationInfo): Node[] {
  const country = attribute(oids.countryName, printable('VN'));
  const { name, parent } = organisation;
  return parent === undefined
    ? [country, attribute(oids.organizationName, utf8(name))]
    : [country, attribute(oids.organizationName, utf8(parent)), attribute(oids.organizationalUnitName, utf8(name))];
}

/** X.520's upper bound for a commonName. */
const commonName = (text: string): Node => attribute(oids.commonName, utf8([...text].slice(0, 64).join('')));

export const authorityName = (organisation: OrganisationInfo): Node =>
  sequence(...organisationAttributes(organisation), commonName(organisation.name));

export function personName(organisation: OrganisationInfo, name: string, position: string | undefined): Node {
  const title = position === undefined ? [] : [attribute(oids.title, utf8(position))];
  return sequence(...organisationAttributes(organisation), ...title, commonName(name));
}

/** A request's name decides nothing, so it is no more than what the newcomer goes by. */
export const requestedName = (name: string): Node => sequence(commonName(name));

export const extension = (type: string, critical: boolean, value: Node): Node =>
  sequence(oid(type), ...(critical ? [boolean(true)] : []), octets(encode(value)));

/** RFC 7093, method 1: the first 160 bits of the SHA-256 of the key's bits. */
export function keyIdentifier(publicKey: KeyObject): Buffer {
  const spki = decode(publicKey.export({ format: 'der', type: 'spki' }));
  const bits = content(parts(spki, 'sequence')[1], 'bits').subarray(1);
  return createHash('sha256').update(bits).digest().subarray(0, 20);
}

export const publicKeyInfo = (publicKey: KeyObject): Node => decode(publicKey.export({ format: 'der', type: 'spki' }));

/** Bits are numbered from the most significant one (X.680): digitalSignature 0, nonRepudiation 1, keyCertSign 5, cRLSign 6. */
const keyUsage = (...bits: number[]): Node => {
  const byte = bits.reduce((sum, bit) => sum | (0x80 >> bit), 0);
  return extension(oids.keyUsage, true, bitString(Uint8Array.of(byte), 7 - Math.max(...bits)));
};

export const authorityKeyIdentifier = (issuerKey: KeyObject): Node =>
  extension(oids.authorityKeyIdentifier, false, sequence(implicit(0, keyIdentifier(issuerKey))));

const subjectKeyIdentifier = (key: KeyObject): Node =>
  extension(oids.subjectKeyIdentifier, false, octets(keyIdentifier(key)));

export const authorityExtensions = (key: KeyObject): Node =>
  explicit(
    3,
    sequence(
      extension(oids.basicConstraints, true, sequence(boolean(true), smallInteger(0))),
      keyUsage(5, 6),
      subjectKeyIdentifier(key),
      authorityKeyIdentifier(key),
    ),
  );

export const INTERNAL_NOTICE =
  'Chứng thư số nội bộ do hệ thống Phiên của cơ quan cấp; không phải chữ ký số chuyên dùng công vụ.';

const internalPolicy = (): Node =>
  sequence(
    sequence(oid(oids.internalPolicy), sequence(sequence(oid(oids.userNotice), sequence(utf8(INTERNAL_NOTICE))))),
  );

/**
 * What a member's certificate may be used for: mutual TLS in both roles, and signing documents. Verifiers of CMS
 * (OpenSSL's `cms`, NSS) ask for emailProtection once there is an extended key usage at all.
 */
const memberUsages = [oids.clientAuth, oids.serverAuth, oids.emailProtection, oids.documentSigning];

export const memberExtensions = (key: KeyObject, issuerKey: KeyObject, memberId: string): Node =>
  explicit(
    3,
    sequence(
      extension(oids.basicConstraints, true, sequence()),
      keyUsage(0, 1),
      extension(oids.extendedKeyUsage, false, sequence(...memberUsages.map(oid))),
      subjectKeyIdentifier(key),
      authorityKeyIdentifier(issuerKey),
      extension(oids.subjectAltName, false, sequence(implicit(6, `urn:uuid:${memberId}`))),
      extension(oids.certificatePolicies, false, internalPolicy()),
    ),
  );
