import { encodeDocumentFrames } from '../../common/wire/document-frames.ts';

/** A change or an awareness message in a document that somebody follows. */
export interface Happening {
  /** One object for each document. */
  readonly document: { readonly name: string; readonly number: number };
  /** As y-websocket's protocol has it. */
  readonly message: Uint8Array;
  /** Who said it: it isn't sent back. */
  readonly by: object | null;
  /** May be left out for who is behind: a newer one follows. */
  readonly live: boolean;
}

/** What happened in a window, encoded once for all links. Buffers are shared: nobody may write into them. */
export interface Window {
  readonly all: readonly Happening[];
  /** One frame of the link with those that `wants` takes, in parts; empty when there are none. */
  frameOf(wants: (happening: Happening) => boolean): readonly Uint8Array[];
}

const envelopes = new WeakMap<Uint8Array, { readonly document: string | number; readonly bytes: Uint8Array }>();

/** The frame of one message of a document; the same bytes for all who are sent it. */
export function envelopeOf(document: string | number, message: Uint8Array): Uint8Array {
  const known = envelopes.get(message);
  if (known?.document === document) return known.bytes;
  const bytes = encodeDocumentFrames([{ document, message }]);
  envelopes.set(message, { document, bytes });
  return bytes;
}

/** Frames are cut here, so that many large changes at a time fit the largest message of a link. */
const MAX_BYTES = 1024 * 1024;
const MAX_HAPPENINGS = 1000;

export interface Happenings {
  add(happening: Happening): void;
  /** Those since the last call. */
  take(): readonly Window[];
}

export function createHappenings(): Happenings {
  let windows: Happening[][] = [];
  let bytes = 0;

  return {
    add(happening) {
      const size = happening.message.byteLength;
      const last = windows.at(-1);
      if (last && bytes + size <= MAX_BYTES && last.length < MAX_HAPPENINGS) {
        last.push(happening);
        bytes += size;
      } else {
        windows.push([happening]);
        bytes = size;
      }
    },
    take() {
      const taken = windows;
      windows = [];
      return taken.map(windowOf);
    },
  };
}

/** Most links lack nothing or only what they said themselves: their frames are the whole, or the whole with a gap. */
function windowOf(all: readonly Happening[]): Window {
  let whole: Uint8Array | undefined;
  let offsets: number[] = [];

  function encode(): Uint8Array {
    const parts = all.map(({ document, message }) => envelopeOf(document.number, message));
    let at = 0;
    offsets = [0, ...parts.map((part) => (at += part.byteLength))];
    return Buffer.concat(parts);
  }

  return {
    all,
    frameOf(wants) {
      const parts: Uint8Array[] = [];
      let from = -1;
      for (let index = 0; index <= all.length; index++) {
        const happening = all[index];
        const wanted = happening !== undefined && wants(happening);
        if (wanted === from >= 0) continue;
        if (wanted) from = index;
        else {
          whole ??= encode();
          parts.push(whole.subarray(offsets[from], offsets[index]));
          from = -1;
        }
      }
      return parts;
    },
  };
}
