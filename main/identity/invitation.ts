import { createHmac, randomBytes } from 'node:crypto';
import {
  formatInvitationCode,
  INVITATION_FILE_LIMIT,
  INVITATION_SECRET_BYTES,
  invitationFileSchema,
  parseInvitationCode,
  type InvitationFile,
} from '../../common/wire/enrolment.ts';
import type { MemberId } from '../../common/domain/ids.ts';
import { fail, succeed, type Result } from './result.ts';

/** What the secretary's laptop keeps of an invitation. Plain JSON, so that any store can hold it. */
export interface InvitationRecord {
  /** Derived from the secret; what the newcomer's laptop names on the wire. */
  id: string;
  /** As typed, to show it once more to whom it was lost by. */
  code: string;
  /** For whom it is meant. */
  name: string | null;
  /** The member who gets a new certificate with it; absent for somebody new. */
  renews?: MemberId;
  createdAt: string;
  /** Last moment for the first request; a request that is waiting then stays. */
  expiresAt: string;
  state: 'open' | 'pending' | 'approved' | 'refused' | 'withdrawn';
  /** The one request this invitation was used for; absent while it is open. */
  request: EnrolmentRecord | null;
}

export interface EnrolmentRecord {
  requestId: string;
  /** As the newcomer wrote it. */
  name: string;
  /** PKCS#10, base64. */
  request: string;
  /** SHA-256 of the newcomer's public key (SPKI), hex: to be compared on both screens where that is wanted. */
  keyFingerprint: string;
  receivedAt: string;
  remoteAddress: string;
  /** Base64 DER, once approved. */
  certificate: string | null;
}

export const INVITATION_DAYS = 7;

export function createInvitation(options: {
  name?: string;
  renews?: MemberId;
  now: Date;
  validDays?: number;
}): InvitationRecord {
  const secret = randomBytes(INVITATION_SECRET_BYTES);
  const expires = new Date(options.now.getTime() + (options.validDays ?? INVITATION_DAYS) * 24 * 3_600_000);
  return {
    id: invitationKeys(secret).id,
    code: formatInvitationCode(secret),
    name: options.name ?? null,
    ...(options.renews ? { renews: options.renews } : {}),
    createdAt: options.now.toISOString(),
    expiresAt: expires.toISOString(),
    state: 'open',
    request: null,
  };
}

export interface InvitationKeys {
  id: string;
  request: Buffer;
  answer: Buffer;
}

/**
 * All that both sides use comes from the 80-bit secret by HMAC-SHA256 under separate names. 80 bits need no slow
 * derivation: trying them all against a recorded message is out of reach.
 */
export function invitationKeys(secret: Uint8Array): InvitationKeys {
  const derive = (purpose: string): Buffer =>
    createHmac('sha256', secret).update(`phien invitation 1 ${purpose}`).digest();
  return { id: derive('id').subarray(0, 16).toString('hex'), request: derive('request'), answer: derive('answer') };
}

/** The content of a `.phien-invite` file, and of the QR code. */
export function writeInvitationFile(
  invitation: InvitationRecord,
  organisation: { name: string; fingerprint: string; addresses: readonly string[] },
): string {
  const file: InvitationFile = {
    format: 'phien-invite',
    version: 1,
    organisation: organisation.name,
    fingerprint: organisation.fingerprint,
    addresses: [...organisation.addresses],
    secret: invitation.code,
    ...(invitation.name === null ? {} : { name: invitation.name }),
    expires: invitation.expiresAt,
  };
  return JSON.stringify(file);
}

export type InvitationFileFailure = 'not-an-invitation' | 'newer-version' | 'expired';

/** Reads a `.phien-invite` file, or what a QR code said. */
export function readInvitationFile(bytes: Uint8Array, now: Date): Result<InvitationFile, InvitationFileFailure> {
  if (bytes.length > INVITATION_FILE_LIMIT) return fail('not-an-invitation');
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return fail('not-an-invitation');
  }
  if (isNewer(json)) return fail('newer-version');
  const parsed = invitationFileSchema.safeParse(json);
  if (!parsed.success || parseInvitationCode(parsed.data.secret) === null) return fail('not-an-invitation');
  return new Date(parsed.data.expires) < now ? fail('expired') : succeed(parsed.data);
}

function isNewer(json: unknown): boolean {
  if (typeof json !== 'object' || json === null) return false;
  const { format, version } = json as { format?: unknown; version?: unknown };
  return format === 'phien-invite' && typeof version === 'number' && version > 1;
}
