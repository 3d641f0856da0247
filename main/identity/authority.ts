import { createPublicKey, randomBytes, type KeyObject } from 'node:crypto';
import type { MemberId } from '../../common/domain/ids.ts';
import { organisationInfoSchema, personNameSchema, type OrganisationInfo } from '../../common/wire/enrolment.ts';
import {
  authorityExtensions,
  authorityKeyIdentifier,
  authorityName,
  extension,
  memberExtensions,
  personName,
  publicKeyInfo,
  sha256WithRsa,
  signStructure,
} from './certificate-building.ts';
import { organisationOf, readCertificate, readCertificateOrNull } from './certificate-reading.ts';
import { readRequest, type RequestFailure } from './certificate-request.ts';
import { isRoot } from './check-certificate.ts';
import { decode, enumerated, explicit, positiveInteger, sequence, smallInteger, time, type Node } from './der.ts';
import { oids } from './oids.ts';
import { readPkcs12, type Pkcs12Failure } from './pkcs12-reading.ts';
import { writePkcs12 } from './pkcs12-writing.ts';
import { fail, succeed, type Result } from './result.ts';
import { generateRsaKey } from './rsa-key.ts';

/** Laptops' clocks differ, some by a day: a certificate is valid from two days before it was made, so that it works at once. */
const CLOCK_ALLOWANCE = 2 * 24 * 3_600_000;
const ROOT_YEARS = 20;
const DAY = 24 * 3_600_000;
const AUTHORITY_PASSWORD_LENGTH = 8;

const MEMBER_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

const randomSerial = (): Node => positiveInteger(randomBytes(16));

export interface NewAuthority {
  /** To be kept by the secretary or the IT officer, and backed up: nobody can make it again. */
  p12: Buffer;
  /** The root certificate, DER. */
  certificate: Buffer;
  /** Already open, for the first certificates. */
  authority: Authority;
}

/**
 * Makes an organisation's authority: its root certificate and, in one password-protected PKCS#12, the key. Throws when
 * the organisation's name cannot stand in a certificate; the interface checks with `organisationInfoSchema` first.
 */
export async function createAuthority(options: {
  organisation: OrganisationInfo;
  password: string;
  now: Date;
}): Promise<Result<NewAuthority, 'password-too-short'>> {
  if ([...options.password].length < AUTHORITY_PASSWORD_LENGTH) return fail('password-too-short');
  const organisation = organisationInfoSchema.parse(options.organisation);
  const privateKey = await generateRsaKey();
  const publicKey = createPublicKey(privateKey);
  const name = authorityName(organisation);
  const end = new Date(options.now);
  end.setUTCFullYear(end.getUTCFullYear() + ROOT_YEARS);
  const certificate = await signStructure(
    sequence(
      explicit(0, smallInteger(2)),
      randomSerial(),
      sha256WithRsa(),
      name,
      sequence(time(new Date(options.now.getTime() - CLOCK_ALLOWANCE)), time(end)),
      name,
      publicKeyInfo(publicKey),
      authorityExtensions(publicKey),
    ),
    privateKey,
  );
  const p12 = await writePkcs12({
    privateKey,
    chain: [certificate],
    password: options.password,
    label: organisation.name,
  });
  return succeed({ p12, certificate, authority: authorityOf(privateKey, certificate, organisation) });
}

export interface IssueOrder {
  /** The newcomer's PKCS#10, DER. Only its key is used. */
  request: Uint8Array;
  memberId: MemberId;
  name: string;
  position?: string;
  /** From now; never beyond the authority's own end. */
  validDays: number;
}

/** CRL reasons (RFC 5280, 5.3.1) an organisation has a use for. */
const reasons = { unspecified: 0, 'key-compromised': 1, 'affiliation-changed': 3, superseded: 4, ceased: 5 } as const;
export type RevocationReason = keyof typeof reasons;

export interface Revocation {
  /** Hex, as `readCertificate` and `checkCertificate` give it. */
  serial: string;
  at: Date;
  reason?: RevocationReason;
}

export interface Authority {
  readonly certificate: Buffer;
  readonly organisation: OrganisationInfo;
  /** Throws for a member id that is no UUID; all else that may be wrong is in the result. */
  issue(
    order: IssueOrder,
    now: Date,
  ): Promise<Result<{ certificate: Buffer; serial: string }, RequestFailure | 'bad-name' | 'expired'>>;
  /** The complete list, every time; `number` must grow from one list to the next. */
  revocationList(list: {
    revoked: readonly Revocation[];
    number: number;
    now: Date;
    validDays?: number;
  }): Promise<Buffer>;
}

/** Opens the authority's PKCS#12. The key stays inside the returned object. */
export async function openAuthority(
  p12: Uint8Array,
  password: string,
): Promise<Result<Authority, Pkcs12Failure | 'not-an-authority'>> {
  const opened = await readPkcs12(p12, password);
  if (!opened.ok) return opened;
  const { privateKey, chain } = opened.value;
  const root = chain[0] === undefined ? null : readCertificateOrNull(chain[0]);
  const organisation = root === null ? null : organisationOf(root);
  if (root === null || organisation === null || !isRoot(root)) return fail('not-an-authority');
  return succeed(authorityOf(privateKey, root.der, organisation));
}

function authorityOf(privateKey: KeyObject, certificate: Buffer, organisation: OrganisationInfo): Authority {
  const root = readCertificate(certificate);
  const issuerName = decode(root.subject);
  return {
    certificate: root.der,
    organisation,
    async issue(order, now) {
      if (!MEMBER_ID.test(order.memberId)) throw new RangeError('a member id is a UUID in lower case');
      const request = readRequest(order.request);
      if (!request.ok) return request;
      const name = personNameSchema.safeParse(order.name);
      const position = personNameSchema.optional().safeParse(order.position);
      if (!name.success || !position.success) return fail('bad-name');
      const notAfter = new Date(Math.min(now.getTime() + order.validDays * DAY, root.notAfter.getTime()));
      if (notAfter <= now) return fail('expired');
      const key = request.value.publicKey;
      const certificate = await signStructure(
        sequence(
          explicit(0, smallInteger(2)),
          randomSerial(),
          sha256WithRsa(),
          issuerName,
          sequence(time(new Date(now.getTime() - CLOCK_ALLOWANCE)), time(notAfter)),
          personName(organisation, name.data, position.data),
          publicKeyInfo(key),
          memberExtensions(key, root.publicKey, order.memberId),
        ),
        privateKey,
      );
      return succeed({ certificate, serial: readCertificate(certificate).serial });
    },
    revocationList({ revoked, number, now, validDays = 30 }) {
      const entries = revoked.map(({ serial, at, reason = 'unspecified' }) =>
        sequence(
          positiveInteger(serialBytes(serial)),
          time(at),
          // RFC 5280 wants "unspecified" left out.
          ...(reason === 'unspecified'
            ? []
            : [sequence(extension(oids.reasonCode, false, enumerated(reasons[reason])))]),
        ),
      );
      return signStructure(
        sequence(
          smallInteger(1),
          sha256WithRsa(),
          issuerName,
          time(now),
          time(new Date(now.getTime() + validDays * DAY)),
          ...(entries.length === 0 ? [] : [sequence(...entries)]),
          explicit(
            0,
            sequence(authorityKeyIdentifier(root.publicKey), extension(oids.crlNumber, false, smallInteger(number))),
          ),
        ),
        privateKey,
      );
    },
  };
}

function serialBytes(serial: string): Buffer {
  if (!/^[0-9a-f]{1,40}$/.test(serial)) throw new RangeError('not a serial number');
  return Buffer.from(serial.length % 2 ? `0${serial}` : serial, 'hex');
}
