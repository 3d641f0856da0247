import { constants, deflateRawSync, inflateRawSync } from 'node:zlib';
import { createPacking, MAX_PACKED, packedHeader } from '../../common/wire/packed-control.ts';

/** Room for the result of one stroke: zlib's own are 16 KB, garbage of 6 MB a second while two hundred draw. */
const chunkFor = (bytes: Uint8Array): number => Math.max(1024, Math.min(64 * 1024, bytes.byteLength));

/** The quickest: on entries the others come to the same size. */
const LEVEL = 1;

export const packing = createPacking({
  deflate: (bytes) => deflateRawSync(bytes, { level: LEVEL, chunkSize: chunkFor(bytes) }),
  inflate: (bytes) => inflateRawSync(bytes, { maxOutputLength: MAX_PACKED, chunkSize: 2 * chunkFor(bytes) }),
});

/** The end of a message that begins differently for each: blocks of DEFLATE may stand behind others. */
export const deflatedEnd = (json: Uint8Array): Uint8Array => deflateRawSync(json, { level: LEVEL });

/** What such a message begins with: a frame together with the end. */
export function packedStart(json: string, end: Uint8Array): Uint8Array {
  const start = deflateRawSync(json, { level: LEVEL, finishFlush: constants.Z_SYNC_FLUSH });
  return Buffer.concat([packedHeader(start.byteLength + end.byteLength), start]);
}
