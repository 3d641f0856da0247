import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';
import { documentNameSchema } from '../acts/entry.ts';

/**
 * A binary frame of the link: one or more of (document name, message of y-websocket's protocol), each with its length
 * in front. An empty message closes that document on this link.
 */
export interface DocumentFrame {
  readonly document: string;
  readonly message: Uint8Array;
}

/** Frames in one binary message. */
const MAX_FRAMES = 10_000;

export function encodeDocumentFrames(frames: readonly DocumentFrame[]): Uint8Array {
  const encoder = encoding.createEncoder();
  for (const frame of frames) {
    encoding.writeVarString(encoder, frame.document);
    encoding.writeVarUint8Array(encoder, frame.message);
  }
  return encoding.toUint8Array(encoder);
}

/** The frames (views into `bytes`), or null when they are not well formed. */
export function decodeDocumentFrames(bytes: Uint8Array): DocumentFrame[] | null {
  const frames: DocumentFrame[] = [];
  try {
    const decoder = decoding.createDecoder(bytes);
    while (decoding.hasContent(decoder)) {
      if (frames.length >= MAX_FRAMES) return null;
      const nameLength = decoding.peekVarUint(decoder);
      if (nameLength > 128) return null;
      const document = decoding.readVarString(decoder);
      if (!documentNameSchema.safeParse(document).success) return null;
      frames.push({ document, message: decoding.readVarUint8Array(decoder) });
    }
  } catch {
    return null;
  }
  return frames;
}
