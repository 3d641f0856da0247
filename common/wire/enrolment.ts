import { z } from 'zod';
import { memberIdSchema } from '../acts/entry.ts';
import { asMemberId } from '../domain/ids.ts';

/**
 * How a newcomer's laptop asks the secretary's laptop for a certificate. One request, repeated until it is decided:
 * the same bytes of meaning give the same answer, so either laptop may restart in between.
 *
 * Both directions are authenticated with keys derived from the invitation's secret, over the exact bytes of the body and
 * over the TLS channel itself, since the newcomer knows no certificate yet that the channel could be checked against.
 */
export const ENROLMENT_PATH = '/enrolment/1';
export const ENROLMENT_VERSION = 1;
/** Both directions. A certificate is some 1.5 KB, its base64 2 KB. */
export const ENROLMENT_BODY_LIMIT = 16 * 1024;
/** RFC 5705 exporter label: both ends of one TLS connection, and nobody between two of them, get the same bytes. */
export const ENROLMENT_CHANNEL_LABEL = 'EXPERIMENTAL phien enrolment 1';
/** Carries the hex HMAC-SHA256 of a request or an answer. */
export const ENROLMENT_MAC_HEADER = 'phien-mac';

const base64 = (limit: number) =>
  z
    .string()
    .min(4)
    .max(limit)
    .regex(/^[A-Za-z0-9+/]+={0,2}$/);
const hex = (length: number) => z.string().regex(new RegExp(`^[0-9a-f]{${length}}$`));

// Controls, line and paragraph separators, and the marks that reorder or hide text: a name must be what it looks like.
const deceptive =
  /[\p{Cc}\p{Cs}\p{Co}\p{Zl}\p{Zp}\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/u;

/** A name as it may stand in a certificate: NFC, trimmed, 1 to `limit` characters, nothing invisible. */
export const plainName = (limit: number) =>
  z
    .string()
    .max(limit * 4)
    .transform((text) => text.normalize('NFC').trim().replace(/ {2,}/g, ' '))
    .refine((text) => text.length > 0 && [...text].length <= limit && !deceptive.test(text), 'not a plain name');

/** X.520 bounds commonName at 64 characters. */
export const personNameSchema = plainName(64);

export const organisationInfoSchema = z.object({ name: plainName(200), parent: plainName(200).optional() });
export type OrganisationInfo = z.infer<typeof organisationInfoSchema>;

/** `192.0.2.7:7443`, `[2001:db8::7]:7443` or `may-thu-ky.local:7443`. */
export const hostPortSchema = z
  .string()
  .max(260)
  .regex(/^(\[[0-9A-Fa-f:.]{2,45}(%[\w.-]{1,20})?\]|[A-Za-z0-9]([A-Za-z0-9._-]{0,250}[A-Za-z0-9])?):[0-9]{1,5}$/)
  .refine((text) => {
    const port = Number(text.slice(text.lastIndexOf(':') + 1));
    return port >= 1 && port <= 65535;
  }, 'not a port');

export const enrolmentRequestSchema = z.object({
  version: z.literal(ENROLMENT_VERSION),
  /** Derived from the secret; tells nothing about it. */
  invitation: hex(32),
  /** PKCS#10, DER. */
  request: base64(6_000),
  name: personNameSchema,
  /** The member whose key is lost and whose laptop asks for a new certificate for it; absent for somebody new. */
  renews: memberIdSchema.transform(asMemberId).optional(),
  /** Fresh for every request; the answer's MAC covers it. */
  nonce: hex(32),
});
export type EnrolmentRequest = z.infer<typeof enrolmentRequestSchema>;

/** What a request can be turned down for although the code was right. */
export const enrolmentRejections = [
  'used',
  'expired',
  'withdrawn',
  'refused',
  /** It is for somebody new (or for another member) and a member's laptop shows it, or the other way round. */
  'not-for-renewal',
  'only-for-renewal',
  'bad-request',
  'bad-signature',
  'weak-key',
] as const;
export type EnrolmentRejection = (typeof enrolmentRejections)[number];

/** An answer under MAC: it comes from somebody who knows the secret. */
export const enrolmentAnswerSchema = z.discriminatedUnion('state', [
  z.object({ state: z.literal('pending') }),
  z.object({
    state: z.literal('approved'),
    /** DER of the newcomer's certificate and of the organisation's root. */
    certificate: base64(8_000),
    root: base64(8_000),
    organisation: organisationInfoSchema,
  }),
  z.object({ state: z.literal('rejected'), reason: z.enum(enrolmentRejections) }),
]);
export type EnrolmentAnswer = z.infer<typeof enrolmentAnswerSchema>;

/** An answer without MAC, since no shared secret was shown. A hint only: anybody on the path could have written it. */
export const enrolmentFailureSchema = z.object({
  error: z.enum(['wrong-code', 'too-many-attempts', 'malformed', 'too-large', 'unsupported-version', 'internal']),
});
export type EnrolmentFailure = z.infer<typeof enrolmentFailureSchema>['error'];

export const INVITATION_FILE_LIMIT = 8 * 1024;

/** The content of a `.phien-invite` file, and of the same invitation's QR code. Who holds it can ask in that name once. */
export const invitationFileSchema = z.object({
  format: z.literal('phien-invite'),
  version: z.literal(1),
  organisation: plainName(200),
  /** SHA-256 of the root certificate's DER. */
  fingerprint: hex(64),
  addresses: z.array(hostPortSchema).max(16),
  /** The secret in the form people type. */
  secret: z.string().max(40),
  /** For whom it is meant; proposed to the newcomer, decided by the secretary. */
  name: personNameSchema.optional(),
  expires: z.iso.datetime(),
});
export type InvitationFile = z.infer<typeof invitationFileSchema>;

/** Crockford's base 32: no I, L, O, U. */
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
export const INVITATION_SECRET_BYTES = 10;

/** Ten bytes as `XXXX-XXXX-XXXX-XXXX`. */
export function formatInvitationCode(secret: Uint8Array): string {
  if (secret.length !== INVITATION_SECRET_BYTES) throw new RangeError('an invitation secret has ten bytes');
  let value = secret.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  let code = '';
  for (let index = 0; index < 16; index++) {
    code = alphabet.charAt(Number(value & 31n)) + code;
    value >>= 5n;
  }
  return code.replace(/(.{4})(?=.)/g, '$1-');
}

/** Reads a typed code: any case, O for 0, I and L for 1, blanks, dots and any dash between. `null` when it is no code. */
export function parseInvitationCode(text: string): Uint8Array | null {
  if (text.length > 80) return null;
  const plain = text
    .normalize('NFKC')
    .toUpperCase()
    .replace(/[\s.\p{Pd}_]/gu, '')
    .replace(/O/g, '0')
    .replace(/[IL]/g, '1');
  if (plain.length !== 16) return null;
  let value = 0n;
  for (const character of plain) {
    const digit = alphabet.indexOf(character);
    if (digit < 0) return null;
    value = (value << 5n) | BigInt(digit);
  }
  const secret = new Uint8Array(INVITATION_SECRET_BYTES);
  for (let index = secret.length - 1; index >= 0; index--) {
    secret[index] = Number(value & 255n);
    value >>= 8n;
  }
  return secret;
}
