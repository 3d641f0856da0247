import { createHash, randomBytes } from 'node:crypto';
import { asMeetingId, type MeetingId, type MemberId } from '../../common/domain/ids.ts';

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567';

/** The id that this convener and nonce give: the first 128 bits of a SHA-256, RFC 4648 base32 in lower case. */
export function meetingIdOf(convener: MemberId, nonce: string): MeetingId {
  const digest = createHash('sha256').update(`phien-meeting:${convener}:${nonce}`).digest();
  let bits = 0n;
  for (const byte of digest.subarray(0, 16)) bits = (bits << 8n) | BigInt(byte);
  bits <<= 2n;
  let id = '';
  for (let shift = 125n; shift >= 0n; shift -= 5n) id += ALPHABET[Number((bits >> shift) & 31n)] ?? '';
  return asMeetingId(id);
}

/** 128 random bits, base64url. */
export function newNonce(): string {
  return randomBytes(16).toString('base64url');
}
