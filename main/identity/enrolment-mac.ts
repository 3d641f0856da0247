import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import { ENROLMENT_CHANNEL_LABEL } from '../../common/wire/enrolment.ts';

/**
 * Bytes that only the two ends of this TLS connection know (RFC 5705). They are under every MAC, so a message cannot be
 * carried from one connection into another: somebody in the middle, with a connection to each side, can pass nothing on.
 */
export const channelBinding = (socket: TLSSocket): Buffer =>
  socket.exportKeyingMaterial(32, ENROLMENT_CHANNEL_LABEL, Buffer.alloc(0));

const hash = (bytes: Uint8Array): Buffer => createHash('sha256').update(bytes).digest();

/** Over the channel and the exact bytes sent. */
export const requestMac = (key: Uint8Array, channel: Uint8Array, body: Uint8Array): Buffer =>
  createHmac('sha256', key).update(channel).update(hash(body)).digest();

/** Over the channel, the request it answers (with its key and nonce) and the exact bytes of the answer. */
export const answerMac = (key: Uint8Array, channel: Uint8Array, request: Uint8Array, body: Uint8Array): Buffer =>
  createHmac('sha256', key).update(channel).update(hash(request)).update(hash(body)).digest();

/** Compares a received hex MAC in constant time. */
export function macMatches(expected: Buffer, received: unknown): boolean {
  if (typeof received !== 'string' || !/^[0-9a-f]{64}$/.test(received)) return false;
  return timingSafeEqual(expected, Buffer.from(received, 'hex'));
}
