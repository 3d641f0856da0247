import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';
import { documentNameSchema } from '../acts/entry.ts';

/**
 * A binary frame of the link: one or more of (document, message of y-websocket's protocol), each with its length in front.
 * A document has its name, or after an empty name its number. An empty message closes that document on this link.
 */
export interface DocumentFrame {
  readonly document: string | number;
  readonly message: Uint8Array;
}

/** Ours, from the carrying laptop, of a document by its name: on this link it has that number (a varUint) as well. */
export const NUMBERED = 102;
const MAX_NUMBER = 2 ** 32 - 1;
/** Frames in one binary message. */
const MAX_FRAMES = 10_000;

export function encodeDocumentFrames(frames: readonly DocumentFrame[]): Uint8Array {
  const encoder = encoding.createEncoder();
  for (const frame of frames) {
    if (typeof frame.document === 'string') encoding.writeVarString(encoder, frame.document);
    else {
      encoding.writeVarUint(encoder, 0);
      encoding.writeVarUint(encoder, frame.document);
    }
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
      const document = readDocument(decoder);
      if (document === null) return null;
      frames.push({ document, message: decoding.readVarUint8Array(decoder) });
    }
  } catch {
    return null;
  }
  return frames;
}

function readDocument(decoder: decoding.Decoder): string | number | null {
  const nameLength = decoding.peekVarUint(decoder);
  if (nameLength > 128) return null;
  const name = decoding.readVarString(decoder);
  if (nameLength > 0) return documentNameSchema.safeParse(name).success ? name : null;
  const number = decoding.readVarUint(decoder);
  return number <= MAX_NUMBER ? number : null;
}

export function numberedMessage(number: number): Uint8Array {
  const encoder = encoding.createEncoder();
  encoding.writeVarUint(encoder, NUMBERED);
  encoding.writeVarUint(encoder, number);
  return encoding.toUint8Array(encoder);
}

/** The number that a `NUMBERED` message gives, or null when it is not well formed. */
export function readNumbered(message: Uint8Array): number | null {
  try {
    const decoder = decoding.createDecoder(message);
    decoding.readVarUint(decoder);
    const number = decoding.readVarUint(decoder);
    return number <= MAX_NUMBER && !decoding.hasContent(decoder) ? number : null;
  } catch {
    return null;
  }
}
