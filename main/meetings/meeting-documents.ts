import { Awareness } from 'y-protocols/awareness';
import * as Y from 'yjs';
import type { Entry, Stream } from '../../common/acts/entry.ts';
import type { OpenDocument } from '../../common/collab/carried-meeting.ts';
import type { MeetingId } from '../../common/domain/ids.ts';
import { updateOf, type WritableMeetingLog } from './meeting-log.ts';
import type { Log, MeetingStore } from './ports.ts';

/** Origin of changes that this laptop's own use cases make. */
export const OWN_CHANGE = Symbol('own change');

const FROM_LOG = Symbol('from the log');

/** Typing is signed in batches: this long after the last change, in milliseconds, and at the latest after twice that. */
const QUIET_MILLISECONDS = 1000;

/** Own changes that are on this disk and in no signed entry yet. */
export interface UnsignedChanges {
  count(): number;
  /** When the first of them was made, RFC 3339; null when there are none. */
  since(): string | null;
  onChange(listener: () => void): () => void;
}

export interface MeetingDocuments {
  readonly unsigned: UnsignedChanges;
  /** The same Y.Doc for everyone who has it open; unloaded when the last one releases it. */
  open(name: string): OpenDocument;
  /** Changes with this origin are this laptop's own from now on: stored at once, signed soon. */
  markOwn(origin: object): void;
  /** Applies a stored entry of another laptop to its document, if that is open. */
  applyEntry(entry: Entry): void;
  /** Signs everything that is waiting; for closing and for handing on. */
  flush(): Promise<void>;
  /** Unloads everything. Own changes are on disk and signed at the next opening at the latest. */
  close(): void;
}

interface Loaded {
  readonly doc: Y.Doc;
  readonly awareness: Awareness;
  holders: number;
  quiet: NodeJS.Timeout | undefined;
  latest: NodeJS.Timeout | undefined;
}

/** The Yjs documents of one meeting, built from the signed log and from own changes that are not signed yet. */
export function openMeetingDocuments(options: {
  readonly meeting: MeetingId;
  readonly store: MeetingStore;
  readonly log: WritableMeetingLog;
  readonly logger: Log;
  readonly readOnly: boolean;
  readonly now: () => Date;
}): MeetingDocuments {
  const { meeting, store, log } = options;
  const loaded = new Map<string, Loaded>();
  const ownOrigins = new WeakSet<object>();
  /** One for each document; what is being signed counts until it is signed. */
  const unsigned = new Map<string, { since: string; count: number }>();
  const unsignedListeners = new Set<() => void>();
  let closed = false;

  // What a crash left unsigned is signed before anything new.
  if (!options.readOnly) {
    for (const name of store.pending.documents(meeting)) {
      countUnsigned(name);
      void commit(name);
    }
  }

  function countUnsigned(name: string): void {
    const known = unsigned.get(name);
    unsigned.set(name, { since: known?.since ?? options.now().toISOString(), count: (known?.count ?? 0) + 1 });
    for (const listener of unsignedListeners) listener();
  }

  function load(name: string): Loaded {
    const doc = new Y.Doc({ gc: true });
    for (const entry of store.entries.readStream(meeting, streamOf(name))) apply(name, doc, () => updateOf(entry));
    for (const update of store.pending.read(meeting, name).updates) apply(name, doc, () => update);
    const awareness = new Awareness(doc);
    awareness.setLocalState(null);
    const document: Loaded = { doc, awareness, holders: 0, quiet: undefined, latest: undefined };
    doc.on('update', (update: Uint8Array, origin: unknown) => {
      if (!isOwn(origin) || options.readOnly) return;
      store.pending.add(meeting, name, update);
      countUnsigned(name);
      schedule(name, document);
    });
    return document;
  }

  /** One change that cannot be applied costs itself, not the document. */
  function apply(name: string, doc: Y.Doc, update: () => Uint8Array): void {
    try {
      Y.applyUpdate(doc, update(), FROM_LOG);
    } catch (error) {
      options.logger.error('a change could not be applied', { meeting, document: name }, error);
    }
  }

  const isOwn = (origin: unknown): boolean =>
    origin === OWN_CHANGE || (typeof origin === 'object' && origin !== null && ownOrigins.has(origin));

  function schedule(name: string, document: Loaded): void {
    clearTimeout(document.quiet);
    // A stroke is one change: signed as soon as the pen is up.
    const wait = name.startsWith('ink/') ? 0 : QUIET_MILLISECONDS;
    document.quiet = setTimeout(() => void commit(name), wait);
    document.latest ??= setTimeout(() => void commit(name), wait * 2);
  }

  async function commit(name: string): Promise<void> {
    const document = loaded.get(name);
    if (document) {
      clearTimeout(document.quiet);
      clearTimeout(document.latest);
      document.quiet = document.latest = undefined;
    }
    let taken = 0;
    try {
      await log.commitChanges(name, (updates) => {
        taken = unsigned.get(name)?.count ?? 0;
        return Y.mergeUpdates([...updates]);
      });
      const left = unsigned.get(name);
      if (left && left.count > taken)
        unsigned.set(name, { since: options.now().toISOString(), count: left.count - taken });
      else unsigned.delete(name);
      for (const listener of unsignedListeners) listener();
    } catch (error) {
      // The changes stay on disk and are tried again with the next change or start.
      options.logger.error('changes could not be signed', { meeting, document: name }, error);
    }
  }

  return {
    unsigned: {
      count: () => [...unsigned.values()].reduce((sum, { count }) => sum + count, 0),
      since: () => [...unsigned.values()].map(({ since }) => since).sort()[0] ?? null,
      onChange(listener) {
        unsignedListeners.add(listener);
        return () => unsignedListeners.delete(listener);
      },
    },
    open(name) {
      if (closed) throw new Error('meeting is closed');
      let document = loaded.get(name);
      if (!document) loaded.set(name, (document = load(name)));
      const held = document;
      held.holders += 1;
      let released = false;
      return {
        doc: held.doc,
        awareness: held.awareness,
        release() {
          if (released) return;
          released = true;
          held.holders -= 1;
          if (held.holders > 0) return;
          loaded.delete(name);
          void commit(name);
          clearTimeout(held.quiet);
          clearTimeout(held.latest);
          held.awareness.destroy();
          held.doc.destroy();
        },
      };
    },
    markOwn: (origin) => void ownOrigins.add(origin),
    applyEntry(entry) {
      const name = entry.payload.stream.slice('doc/'.length);
      const document = loaded.get(name);
      if (document) apply(name, document.doc, () => updateOf(entry));
    },
    async flush() {
      for (const name of store.pending.documents(meeting)) await commit(name);
    },
    close() {
      closed = true;
      for (const document of loaded.values()) {
        clearTimeout(document.quiet);
        clearTimeout(document.latest);
        document.awareness.destroy();
        document.doc.destroy();
      }
      loaded.clear();
    },
  };
}

const streamOf = (name: string): Stream => `doc/${name}`;
