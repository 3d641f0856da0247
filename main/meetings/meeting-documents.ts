import { Awareness } from 'y-protocols/awareness';
import * as Y from 'yjs';
import type { Entry, EntryPayload, Stream } from '../../common/acts/entry.ts';
import type { OpenDocument } from '../../common/collab/carried-meeting.ts';
import { Refusal } from '../../common/contract/port.ts';
import { HELD_BACK, type HeldBack } from '../../common/contract/requests.ts';
import type { MeetingId, MemberId } from '../../common/domain/ids.ts';
import { tagOf, tagOfClient, newClientId } from '../../common/collab/client-id.ts';
import { applyEntry } from '../../common/collab/apply-entry.ts';
import { applyUpdate } from '../../common/collab/apply-update.ts';
import { createDocumentClients } from '../../common/collab/document-clients.ts';
import { shapeOf } from '../../common/collab/document-shapes.ts';
import { readUpdate, type Change } from '../../common/collab/read-update.ts';
import { updateOf } from '../../common/collab/snapshot.ts';
import { createWaitingChanges, type WaitingChanges } from '../../common/collab/waiting-changes.ts';
import { withoutClients } from '../../common/collab/unsigned-part.ts';
import { isCircular, judgeLive, type Judgement } from '../../common/collab/write-check.ts';
import type { WritableMeetingLog } from './meeting-log.ts';
import type { Log, MeetingStore } from './ports.ts';
import { countUnsigned, type UnsignedChanges } from './unsigned-changes.ts';
import { isWhole, MAX_SHOWN_BYTES, openShownChanges, type ShownChanges, type ShownPart } from './shown-changes.ts';

const FROM_LOG = Symbol('from the log');
const OWN_CHANGE = Symbol('own change');
/** Live once, and on this disk or another's since: not to be sent on as this laptop's own. */
const FROM_SHOWN = Symbol('shown live before');

/** Typing is signed in batches: this long after the last change, in milliseconds, and at the latest after twice that. */
const QUIET_MILLISECONDS = 1000;

/** What waits for a clock that is right, or a certificate that counts, is tried again so often. Milliseconds. */
const TRIED_AGAIN_MILLISECONDS = 10_000;

/** Entries that wait for others in an open document; more are looked at again when it is opened anew. */
const MAX_WAITING = 10_000;

/** What other laptops brought and can't be applied yet, of at most 64 KiB each; they bring it again when they reconnect. */
const MAX_BROUGHT = 64;

/**
 * What an author may have shown here and not signed: letters, bytes of strokes. Who shows more is not punished, since it
 * comes as entries; but it would be in everybody's memory and in no log.
 */
export const MAX_LIVE = 4 * 1024 * 1024;

/** An entry by its place in the log, or what is not in one yet: an own change, or what others had shown. */
type Waiting = Pick<EntryPayload, 'author' | 'seq'> | Uint8Array | ShownPart;

export interface MeetingDocuments {
  readonly unsigned: UnsignedChanges;
  /** The same Y.Doc for everyone who has it open; unloaded when the last one releases it. */
  open(name: string): OpenDocument;
  /**
   * Stores an own change, to be applied when it is on disk, which it is when this returns, and signed soon. Returns how to
   * take it back when it can't be applied. Throws when it can't be stored: then nobody must see it.
   */
  keep(name: string, update: Uint8Array): () => void;
  /** Makes an own change of a document. Throws when it can't be stored; then nothing has changed. */
  change(name: string, change: (doc: Y.Doc) => void): void;
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
  /** From streams of several authors, which come in no common order. */
  readonly waiting: WaitingChanges<Waiting>;
  /** What others wrote live and did not sign; only where several write. */
  shown: ShownChanges | undefined;
  showsAll: boolean;
  /** Other laptops brought it, and something is missing yet. */
  readonly brought: WaitingChanges<Uint8Array>;
  /** Client ids under which somebody's own connection wrote here. */
  readonly heard: Set<number>;
  /** How much each author has shown live that is in no entry yet. */
  readonly live: Map<MemberId, number>;
  holders: number;
  quiet: NodeJS.Timeout | undefined;
  latest: NodeJS.Timeout | undefined;
}

/** The Yjs documents of one meeting, built from the signed log and from own changes that are not signed yet. */
export function openMeetingDocuments(options: {
  readonly meeting: MeetingId;
  readonly me: MemberId;
  readonly store: MeetingStore;
  readonly log: WritableMeetingLog;
  readonly logger: Log;
  readonly readOnly: boolean;
  readonly now: () => Date;
  /** Whether changes with that origin were made in this laptop's own windows. */
  readonly isOwnWindow: (origin: unknown) => boolean;
  /** Whether this laptop's member may write the document now. */
  readonly mayWrite: (document: string) => boolean;
  /** Everybody who ever might. */
  readonly writersEver: (document: string) => ReadonlySet<MemberId>;
}): MeetingDocuments {
  const { meeting, store, log } = options;
  const loaded = new Map<string, Loaded>();
  const unsigned = countUnsigned(options.now);
  /** Changes of the use cases are made under one name of their own; windows have others. */
  const clientID = newClientId(options.me);
  let closed = false;
  let again: NodeJS.Timeout | undefined;

  // What a crash left unsigned is signed before anything new.
  if (!options.readOnly) {
    for (const name of store.pending.documents(meeting)) {
      unsigned.add(name);
      void commit(name);
    }
  }

  function load(name: string): Loaded {
    const doc = new Y.Doc({ gc: true });
    const waiting = createWaitingChanges<Waiting>(doc, MAX_WAITING, (item) => {
      if (item instanceof Uint8Array) return apply(name, document, item, item);
      if ('changes' in item) return item.changes.byteLength > 0 ? apply(name, document, item.changes, item) : undefined;
      const [entry] = store.entries.read(meeting, item.author, streamOf(name), item.seq, 1);
      if (entry) apply(name, document, updateOf(entry), item);
    });
    const awareness = new Awareness(doc);
    awareness.setLocalState(null);
    const document: Loaded = {
      doc,
      awareness,
      waiting,
      shown: undefined,
      showsAll: false,
      brought: createWaitingChanges(doc, MAX_BROUGHT, (update) => void takeShown(name, document, update)),
      heard: new Set(),
      live: new Map(),
      holders: 0,
      quiet: undefined,
      latest: undefined,
    };
    const shape = shapeOf(name);
    const applyAll = (): void => {
      for (const entry of store.entries.readStream(meeting, streamOf(name))) {
        // A snapshot stands alone and was checked as a whole before it was stored.
        if (entry.state) applyUpdate(doc, entry.state, FROM_LOG);
        else apply(name, document, updateOf(entry), entry.payload);
      }
    };
    // As for a snapshot: one transaction, cleared up once. Where several write, what waits for others is tried in between.
    if (shape.oneAuthor) Y.transact(doc, applyAll, FROM_LOG, false);
    else applyAll();
    const shown = (document.shown = openShown(name, doc));
    for (const update of store.pending.read(meeting, name).updates) apply(name, document, update, update);
    if (!shown) return document;
    // Who may not write here can't bring it to the others, and would be alone with what only this laptop has seen.
    if (options.mayWrite(name) || waiting.any()) showAll(name, document);
    doc.on('update', (update: Uint8Array, origin: unknown) => {
      const own = origin === OWN_CHANGE || options.isOwnWindow(origin);
      if (!own && origin !== FROM_LOG && origin !== FROM_SHOWN) shown.saw(update);
    });
    return document;
  }

  function openShown(name: string, doc: Y.Doc): ShownChanges | undefined {
    if (options.readOnly || shapeOf(name).oneAuthor) return undefined;
    const clients = () => log.clientsOf(name);
    const { me, logger } = options;
    return openShownChanges({ meeting, document: name, me, doc, store: store.shown, clients, logger });
  }

  /** As live text, judged anew: a disk may be damaged. */
  function showAll(name: string, document: Loaded): void {
    document.showsAll = true;
    const parts = document.shown?.parts() ?? [];
    if (parts.length === 0) return;
    const tags = new Set([...options.writersEver(name)].map(tagOf));
    for (const part of parts) {
      if (isWhole(part, tags)) apply(name, document, part.changes, part);
      else options.logger.warn('unsigned changes of others left out', { meeting, document: name, tag: part.tag });
    }
  }

  /** False for what no laptop would bring. What builds on something that isn't here yet waits for it. */
  function takeShown(name: string, document: Loaded, update: Uint8Array): boolean {
    const change = update.byteLength > MAX_SHOWN_BYTES ? undefined : readUpdate(update);
    const { doc, shown, brought, heard } = document;
    if (change === undefined || isCircular(change) || !shown) return false;
    const tags = new Set([...options.writersEver(name)].map(tagOf));
    // Of who was here with those clients this laptop has all that there is.
    const left = withoutClients(update, change, (client) => heard.has(client) || !tags.has(tagOfClient(client) ?? -1));
    const missing = applyEntry(doc, left, shapeOf(name), FROM_SHOWN);
    if (missing === 'refused') return false;
    // Not before it fits: it must not spoil what this laptop has seen of the same author.
    if (missing.length === 0) shown.take(left);
    else brought.add(missing, left.slice());
    return true;
  }

  function judge(name: string, document: Loaded, author: MemberId, update: Uint8Array): Judgement {
    const shape = shapeOf(name);
    // Those of ink are in the log, which is long.
    const clients = shape.oneAuthor ? NOT_ASKED : log.clientsOf(name);
    const judgement = judgeLive(update, shape, author, document.doc, clients);
    const change = judgement.verdict === 'apply' ? readUpdate(judgement.update) : undefined;
    if (change === undefined) return judgement;
    if (author !== options.me) {
      const live = (document.live.get(author) ?? 0) + contentOf(change);
      if (live > MAX_LIVE) return { verdict: 'nothing-new' };
      document.live.set(author, live);
    }
    if (document.shown) for (const client of change.runs.keys()) document.heard.add(client);
    return judgement;
  }

  /** One change that cannot be applied costs itself, not the document. */
  function apply(name: string, document: Loaded, update: Uint8Array, item: Waiting): void {
    const { doc, waiting } = document;
    waiting.around(() => {
      try {
        const isShown = 'changes' in item;
        const missing = applyEntry(doc, update, shapeOf(name), isShown ? FROM_SHOWN : FROM_LOG);
        if (missing === 'refused') throw new Error('not what such a document holds');
        if (missing.length === 0) return;
        waiting.add(missing, isShown || item instanceof Uint8Array ? item : { author: item.author, seq: item.seq });
        if (document.shown && !document.showsAll) showAll(name, document);
      } catch (error) {
        options.logger.error('a change could not be applied', { meeting, document: name }, error);
      }
    });
  }

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
      const entry = await log.commitChanges(name, (updates) => {
        taken = unsigned.countOf(name);
        return Y.mergeUpdates([...updates]);
      });
      // Without one there was nothing to sign, or this laptop can't for now.
      unsigned.signed(name, entry ? taken : 0);
    } catch (error) {
      // The changes stay on disk and are tried again with the next change or start.
      const why = heldBackBy(error);
      if (!why) return options.logger.error('changes could not be signed', { meeting, document: name }, error);
      if (unsigned.hold(name, why)) options.logger.warn('changes wait unsigned', { meeting, document: name, why });
      if (why !== 'too-much-written' && !closed) again ??= setTimeout(tryAgain, TRIED_AGAIN_MILLISECONDS);
    }
  }

  function tryAgain(): void {
    again = undefined;
    void flush();
  }

  async function flush(): Promise<void> {
    for (const name of store.pending.documents(meeting)) await commit(name);
  }

  function open(name: string): OpenDocument {
    if (closed) throw new Error('meeting is closed');
    let document = loaded.get(name);
    if (!document) loaded.set(name, (document = load(name)));
    const held = document;
    held.holders += 1;
    let released = false;
    return {
      doc: held.doc,
      awareness: held.awareness,
      judge: (author, update) => judge(name, held, author, update),
      isFromLog: (origin) => origin === FROM_LOG || origin === FROM_SHOWN,
      shown: () => held.shown?.parts().map(({ changes }) => changes) ?? [],
      takeShown: (update) => takeShown(name, held, update),
      release() {
        if (released) return;
        released = true;
        held.holders -= 1;
        // When the meeting was closed before, what was changed is on disk and signed at the next start.
        if (held.holders > 0 || closed) return;
        loaded.delete(name);
        void commit(name);
        clearTimeout(held.quiet);
        clearTimeout(held.latest);
        unload(held);
      },
    };
  }

  function keep(name: string, update: Uint8Array): () => void {
    if (options.readOnly) throw new Error('a meeting from a package is never changed');
    const document = loaded.get(name);
    const number = store.pending.add(meeting, name, update, document?.shown?.due() ?? []);
    document?.shown?.stored();
    unsigned.add(name);
    if (document) schedule(name, document);
    return () => {
      store.pending.remove(number);
      unsigned.takeBack(name);
    };
  }

  return {
    unsigned,
    open,
    keep,
    change(name, change) {
      const document = open(name);
      try {
        // On a copy: what can't be stored must not be seen either.
        const copy = new Y.Doc();
        Y.applyUpdate(copy, Y.encodeStateAsUpdate(document.doc));
        copy.clientID = clientID;
        const updates: Uint8Array[] = [];
        copy.on('update', (update: Uint8Array) => updates.push(update));
        copy.transact(() => change(copy));
        if (updates.length === 0) return;
        const update = Y.mergeUpdates(updates);
        keep(name, update);
        Y.applyUpdate(document.doc, update, OWN_CHANGE);
      } finally {
        document.release();
      }
    },
    applyEntry(entry) {
      const name = entry.payload.stream.slice('doc/'.length);
      const document = loaded.get(name);
      if (!document) return;
      const update = updateOf(entry);
      apply(name, document, update, entry.payload);
      const { author } = entry.payload;
      const live = document.live.get(author) ?? 0;
      const change = document.shown || live > 0 ? readUpdate(update) : undefined;
      if (!change) return;
      document.shown?.signed(change, author);
      if (live > 0) document.live.set(author, Math.max(0, live - contentOf(change)));
    },
    flush,
    close() {
      closed = true;
      clearTimeout(again);
      for (const document of loaded.values()) {
        clearTimeout(document.quiet);
        clearTimeout(document.latest);
        unload(document);
      }
      loaded.clear();
    },
  };
}

function heldBackBy(error: unknown): HeldBack | undefined {
  return error instanceof Refusal ? HELD_BACK.find((why) => why === error.code) : undefined;
}

function unload({ waiting, brought, awareness, doc, shown }: Loaded): void {
  shown?.close();
  brought.clear();
  waiting.clear();
  awareness.destroy();
  doc.destroy();
}

/** Letters, and bytes of what is no text; the same however a change is cut into updates. */
function contentOf({ runs }: Change): number {
  let sum = 0;
  for (const { structs } of runs.values()) for (const { length, size } of structs) sum += Math.max(length, size);
  return sum;
}

/** Whose the clients are is no question where one author writes. */
const NOT_ASKED = createDocumentClients();

const streamOf = (name: string): Stream => `doc/${name}`;
