import { NUMBERED, readNumbered, type DocumentFrame } from './document-frames.ts';

/**
 * The numbers that the carrying laptop gave to documents on this link. A name of ink has a hundred characters, as many as
 * what a pen writes in a moment.
 */
export interface DocumentNumbers {
  /** A frame to send, with the number where there is one. */
  outgoing(document: string, message: Uint8Array): DocumentFrame;
  /** What to make of a frame: its document by name; null when it is nobody's business (or not any more). */
  incoming(frame: DocumentFrame): { readonly document: string; readonly message: Uint8Array } | null | 'malformed';
}

export function createDocumentNumbers(): DocumentNumbers {
  /** Documents that are open here, and their numbers. */
  const numbers = new Map<string, number | null>();
  const names = new Map<number, string>();
  /** How often each was opened here without an answer yet: one that was closed and opened again is answered twice. */
  const unanswered = new Map<string, number>();

  function number(document: string, given: number | null): void {
    const before = numbers.get(document);
    if (typeof before === 'number') names.delete(before);
    numbers.set(document, given);
    if (given !== null) names.set(given, document);
  }

  /** Whether it is the answer to the last opening. */
  function answered(document: string): boolean {
    const left = (unanswered.get(document) ?? 1) - 1;
    if (left > 0) unanswered.set(document, left);
    else unanswered.delete(document);
    return left === 0;
  }

  return {
    outgoing(document, message) {
      const known = numbers.get(document) ?? document;
      if (!numbers.has(document)) {
        number(document, null);
        if (message.byteLength > 0) unanswered.set(document, (unanswered.get(document) ?? 0) + 1);
      }
      if (message.byteLength === 0) {
        number(document, null);
        numbers.delete(document);
      }
      return { document: known, message };
    },
    incoming({ document, message }) {
      const name = typeof document === 'number' ? names.get(document) : document;
      if (name === undefined) return null;
      // Not opened there.
      if (message.byteLength === 0) answered(name);
      if (message[0] !== NUMBERED) return { document: name, message };
      const given = readNumbered(message);
      if (given === null) return 'malformed';
      const other = names.get(given);
      if (other !== undefined && other !== name) return 'malformed';
      // The number of an opening before may not be valid any more.
      if (answered(name) && numbers.has(name)) number(name, given);
      return null;
    },
  };
}
