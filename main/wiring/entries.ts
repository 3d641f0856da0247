import { X509Certificate } from 'node:crypto';
import type { Signer } from '../../common/acts/signer.ts';
import { certificateCourse, type CertificateDates } from '../../common/domain/certificate-course.ts';
import type { MemberId, Sha256 } from '../../common/domain/ids.ts';
import { createCertificateCheck, type CertificateCheck } from '../identity/check-certificate.ts';
import { fingerprint, validityOf } from '../identity/certificate-reading.ts';
import {
  readEntry,
  signEntry,
  signingCertificate,
  verifyEntry,
  type SigningCertificate,
} from '../identity/entry-signature.ts';
import type { CertificateBook, EntryAuthentication, LaptopStore } from '../meetings/ports.ts';

/** Signs and checks entries for the unlocked person. */
export function entryAuthentication(signer: Signer): EntryAuthentication {
  /** The book gives the same bytes for the same certificate. */
  const read = new WeakMap<Uint8Array, SigningCertificate>();
  let validity: CertificateDates | undefined;

  function certificateOf(der: Uint8Array, member: MemberId): SigningCertificate {
    const known = read.get(der);
    if (known) return known;
    const { publicKey } = new X509Certificate(der);
    const made = signingCertificate({ fingerprint: fingerprint(der), member, publicKey });
    read.set(der, made);
    return made;
  }

  return {
    course(at) {
      const [own] = signer.chain;
      if (!own) throw new Error('signer without a certificate');
      validity ??= validityOf(own);
      return certificateCourse(validity, at.getTime());
    },
    sign: (payload) => signEntry(signer, payload),
    read(jws) {
      const read = readEntry(jws);
      return read.ok ? { ok: true, entry: read.value } : { ok: false, reason: read.error };
    },
    verify(entry, certificate, member) {
      const verified = verifyEntry(entry, certificateOf(certificate, member));
      return verified.ok ? undefined : verified.error;
    },
  };
}

/** The certificates of one organisation, as the store keeps them. */
export function certificateBook(
  certificates: LaptopStore['certificates'],
  root: Uint8Array,
  check: CertificateCheck = createCertificateCheck(root),
): CertificateBook {
  const organisation = fingerprint(root);
  /** Asked for with every entry that is passed on, for everyone it goes to. */
  const read = new Map<Sha256, Uint8Array>();

  return {
    get(wanted) {
      const der = read.get(wanted) ?? certificates.get(wanted);
      if (der) read.set(wanted, der);
      return der;
    },
    add(der) {
      const key = fingerprint(der);
      if (certificates.get(key)) return;
      const within = lastMomentOf(der);
      const result = within && check(der, within);
      if (result?.ok) certificates.addSoon({ fingerprint: key, der, member: result.value.memberId, organisation });
    },
    memberOf(der, at) {
      const result = check(der, at);
      return result.ok ? { member: result.value.memberId, name: result.value.name } : undefined;
    },
  };
}

/** A moment at which the certificate is valid if it ever is: what old entries were signed with must stay checkable. */
function lastMomentOf(der: Uint8Array): Date | undefined {
  try {
    return new Date(new X509Certificate(der).validTo);
  } catch {
    return undefined;
  }
}
