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

/** Encodes what many links send; the result is shared, so nobody may write into it. */
export type FrameEncoder = (frames: readonly DocumentFrame[]) => Uint8Array;

/** Links that lack different things of one moment: mostly all lack the same, or all but what they wrote themselves. */
const MAX_VARIANTS = 4;

/**
 * An encoder for all links of a host. The same message goes to many of them: it is put into its envelope once, and links
 * that are sent exactly the same get one buffer. Remembers nothing longer than the messages live.
 */
export function createFrameEncoder(): FrameEncoder {
  const envelopes = new WeakMap<Uint8Array, { document: string; bytes: Uint8Array }>();
  const wholes = new WeakMap<Uint8Array, { frames: readonly DocumentFrame[]; bytes: Uint8Array }[]>();

  function envelope(frame: DocumentFrame): Uint8Array {
    const known = envelopes.get(frame.message);
    if (known?.document === frame.document) return known.bytes;
    const bytes = encodeDocumentFrames([frame]);
    if (frame.message.byteLength > 0) envelopes.set(frame.message, { document: frame.document, bytes });
    return bytes;
  }

  return (frames) => {
    const first = frames[0];
    if (!first) return new Uint8Array(0);
    if (frames.length === 1) return envelope(first);
    const variants = wholes.get(first.message) ?? [];
    const same = variants.find((one) => sameFrames(one.frames, frames));
    if (same) return same.bytes;
    const bytes = joined(frames.map(envelope));
    if (variants.length < MAX_VARIANTS && first.message.byteLength > 0) {
      variants.push({ frames, bytes });
      wholes.set(first.message, variants);
    }
    return bytes;
  };
}

const sameFrames = (a: readonly DocumentFrame[], b: readonly DocumentFrame[]): boolean =>
  a.length === b.length &&
  a.every((frame, index) => frame.message === b[index]?.message && frame.document === b[index].document);

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.byteLength, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.byteLength;
  }
  return whole;
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
