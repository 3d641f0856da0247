import { setImmediate, setTimeout } from 'node:timers/promises';
import type { Entry } from '../../common/acts/entry.ts';
import type { EntryBatch } from '../../common/collab/carried-meeting.ts';
import { shareEntries, type SharedEntries } from '../../common/wire/log-exchange.ts';
import { createShortTurns } from '../../common/wire/short-turns.ts';

/**
 * Passes stored entries on to all links. While people draw, strokes that were signed go out one link after the other
 * rather than to all at once: their ink is on the screens already, and megabytes of signatures in one go would hold up
 * the ink of the others. Everything else goes out at once.
 */
export interface EntryRelay {
  /** Entries were stored here; several calls before `start` make one batch. */
  add(entries: readonly Entry[]): void;
  /** Begins to send what was added, unless it is sending: then that follows. */
  start(): void;
  /** Sends what waits to whoever hasn't got it, all at once: no more comes from here. */
  close(): void;
}

/** Within this, entries have gone to everyone, if links keep up. Milliseconds. */
const EVENLY_MILLISECONDS = 400;
/** With few laptops there is little to even out. */
const LONGEST_PAUSE_MILLISECONDS = 4;

export function createEntryRelay<Link>(options: {
  /** Those of now. */
  links(): readonly Link[];
  nextBatch(): number;
  /** Must not throw. */
  send(link: Link, entries: readonly Entry[], shared: () => SharedEntries): void;
  /** All links were sent these or have them waiting. */
  onSent(entries: readonly Entry[]): void;
  /** `onSent` threw; what comes next is sent all the same. */
  onError(error: unknown): void;
  /** Somebody draws or types. */
  isLive(): boolean;
}): EntryRelay {
  let pending: Entry[] = [];
  /** Links that the entries under way have not gone to yet. */
  let left: { readonly links: Link[]; send(link: Link): void } | undefined;
  let sending = false;
  let closed = false;

  const isCalm = (): boolean => options.isLive() && pending.every(isInk) && !closed;

  async function send(): Promise<void> {
    const endTurn = createShortTurns(setImmediate, () => performance.now());
    while (pending.length > 0 && !closed) {
      const entries = pending;
      const hurry = !entries.every(isInk);
      pending = [];
      const shared = encodedOnce(entries);
      const links = [...options.links()];
      const pause = Math.min(LONGEST_PAUSE_MILLISECONDS, EVENLY_MILLISECONDS / links.length);
      left = { links, send: (link) => options.send(link, entries, shared) };
      for (let link = links.shift(); link !== undefined; link = links.shift()) {
        left.send(link);
        await (hurry || !isCalm() ? endTurn() : setTimeout(pause));
      }
      if (!closed) told(entries);
    }
    sending = false;
  }

  function told(entries: readonly Entry[]): void {
    try {
      options.onSent(entries);
    } catch (error) {
      options.onError(error);
    }
  }

  function encodedOnce(entries: readonly Entry[]): () => SharedEntries {
    let shared: SharedEntries | undefined;
    return () => (shared ??= shareEntries(entries, options.nextBatch()));
  }

  return {
    add: (entries) => void pending.push(...entries),
    start() {
      if (sending || closed) return;
      sending = true;
      void send();
    },
    close() {
      if (closed) return;
      closed = true;
      for (const link of left?.links.splice(0) ?? []) left?.send(link);
      if (pending.length === 0) return;
      const entries = pending;
      pending = [];
      const shared = encodedOnce(entries);
      for (const link of options.links()) options.send(link, entries, shared);
    },
  };
}

const INK = 'doc/ink/';
const isInk = ({ payload }: Entry): boolean => payload.stream.startsWith(INK);

/** As far as can be told without checking it: more than one is somebody who catches up. */
export function isOneStroke({ entries }: EntryBatch): boolean {
  const [entry = ''] = entries;
  return entries.length === 1 && Buffer.from(entry.split('.', 2)[1] ?? '', 'base64url').includes(`"stream":"${INK}`);
}
