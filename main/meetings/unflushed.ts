import type { Entry, StreamHead } from '../../common/acts/entry.ts';
import { streamKey } from '../../common/wire/acknowledged.ts';

/** What can be read here and is not known to be on the disk yet: a power cut may undo it, so it is promised to nobody. */
export interface Unflushed {
  /** As `write`, which returns when the entries can be read, and resolves when they are on the disk. */
  append(entries: readonly Entry[], write: (entries: readonly Entry[]) => Promise<void>): Promise<void>;
  /** As `flush`, which resolves when everything is on the disk that could be read before. */
  onDisk(flush: () => Promise<void>): Promise<void>;
  /** By `streamKey`, how far the disk has such a stream; undefined: not at all. */
  streams(): ReadonlyMap<string, StreamHead | undefined>;
}

export function followFlushes(headOf: (entry: Entry) => StreamHead | undefined): Unflushed {
  /** For each write how far its streams were before, in order. */
  const waiting = new Set<ReadonlyMap<string, StreamHead | undefined>>();

  /** A flush has with a write all those before it, failed ones among them. */
  async function settle(last: ReadonlyMap<string, StreamHead | undefined> | undefined, flushed: Promise<void>) {
    await flushed;
    if (!last || !waiting.has(last)) return;
    for (const one of waiting) {
      waiting.delete(one);
      if (one === last) return;
    }
  }

  return {
    append(entries, write) {
      const before = new Map<string, StreamHead | undefined>();
      for (const entry of entries) {
        const key = streamKey(entry.payload);
        if (!before.has(key)) before.set(key, headOf(entry));
      }
      const flushed = write(entries);
      waiting.add(before);
      return settle(before, flushed);
    },
    onDisk: (flush) => settle([...waiting].at(-1), flush()),
    streams() {
      const found = new Map<string, StreamHead | undefined>();
      for (const one of waiting) for (const [key, head] of one) if (!found.has(key)) found.set(key, head);
      return found;
    },
  };
}
