import { readVarUint8Array } from 'lib0/decoding';
import * as Y from 'yjs';

/** Leaves packed strokes where they are in the update. Yjs gives each a buffer of its own, larger than most strokes. */
class SharingDecoder extends Y.UpdateDecoderV1 {
  override readBuf(): Uint8Array<ArrayBuffer> {
    return readVarUint8Array(this.restDecoder) as Uint8Array<ArrayBuffer>;
  }
}

/**
 * `Y.applyUpdate` for documents that may hold very many strokes: in half the memory and time. The document keeps the
 * update's bytes, so nobody may write into them any more.
 */
export function applyUpdate(doc: Y.Doc, update: Uint8Array, origin?: unknown): void {
  // Part of something much larger (a pool, a frame of many messages) would keep all of that.
  const own = update.buffer.byteLength > update.byteLength * 2 ? update.slice() : update;
  Y.applyUpdateV2(doc, own, origin, SharingDecoder);
}
