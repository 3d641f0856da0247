import * as encoding from 'lib0/encoding';
import type { DocumentFrame } from './document-frames.ts';

/**
 * A control message packed: a binary frame of the link, under the number that no document has, that brings the message's
 * UTF-8 JSON as raw DEFLATE (RFC 1951). Entries and heads are half of their text that way: a thin line takes seconds
 * for them, and a host sends them to everybody.
 */
const NUMBER_OF_NO_DOCUMENT = 0;

/** Smaller ones gain little. Bytes of JSON. */
const PACKED_FROM = 1024;
/** Larger ones go as text, so that unpacking costs little however a message was made. Bytes of JSON. */
export const MAX_PACKED = 512 * 1024;

export const isWorthPacking = (bytes: number): boolean => bytes >= PACKED_FROM && bytes <= MAX_PACKED;

/** What stands before so many bytes of DEFLATE. */
export function packedHeader(bytes: number): Uint8Array {
  const encoder = encoding.createEncoder();
  encoding.writeVarUint(encoder, 0);
  encoding.writeVarUint(encoder, NUMBER_OF_NO_DOCUMENT);
  encoding.writeVarUint(encoder, bytes);
  return encoding.toUint8Array(encoder);
}

export interface Packing {
  /** The packed frame of a control message, made once for all who are sent the same `json`; null: it goes as text. */
  pack(json: Uint8Array): Uint8Array | null;
  /** The JSON of a packed message; empty when there is none in it, null when the frames are about documents. */
  unpack(frames: readonly DocumentFrame[]): string | null;
}

/** `inflate` throws on what is no DEFLATE, and on more than `MAX_PACKED` bytes. */
export function createPacking(zlib: {
  deflate(bytes: Uint8Array): Uint8Array;
  inflate(bytes: Uint8Array): Uint8Array;
}): Packing {
  const made = new WeakMap<Uint8Array, Uint8Array>();
  return {
    pack(json) {
      if (!isWorthPacking(json.byteLength)) return null;
      const known = made.get(json);
      if (known) return known;
      const deflated = zlib.deflate(json);
      if (deflated.byteLength >= json.byteLength) return null;
      const header = packedHeader(deflated.byteLength);
      const frame = new Uint8Array(header.byteLength + deflated.byteLength);
      frame.set(header);
      frame.set(deflated, header.byteLength);
      made.set(json, frame);
      return frame;
    },
    unpack(frames) {
      const [first] = frames;
      if (first?.document !== NUMBER_OF_NO_DOCUMENT) return null;
      // What comes to nothing takes time as well.
      if (frames.length > 1 || first.message.byteLength > MAX_PACKED) return '';
      try {
        return new TextDecoder().decode(zlib.inflate(first.message));
      } catch {
        return '';
      }
    },
  };
}
