import * as Y from 'yjs';
import { tagOf, tagOfClient } from '../../common/collab/client-id.ts';
import type { DocumentClients } from '../../common/collab/document-clients.ts';
import { readUpdate, withDeletions, type Change, type Deletion } from '../../common/collab/read-update.ts';
import {
  deletedIn,
  NOBODY,
  partsByAuthor,
  unsignedPart,
  withinDeletions,
  type Knows,
} from '../../common/collab/unsigned-part.ts';
import { isCircular } from '../../common/collab/write-check.ts';
import type { MeetingId, MemberId } from '../../common/domain/ids.ts';
import type { Log, ShownChanges as ShownStore } from './ports.ts';

/**
 * Of what one author wrote live and did not sign yet, and of a document. Two seconds of typing are some hundred bytes, a
 * pasted page some thousand. An author who signs nothing costs the others this much of their disks and no more; what goes
 * beyond it is on the screens only. Bytes.
 */
export const MAX_SHOWN_BYTES = 64 * 1024;
const MAX_SHOWN_OF_DOCUMENT = 1024 * 1024;

/** What comes within this time goes to the disk together. Milliseconds. */
const GATHER_MILLISECONDS = 250;
/** What the disk did not take is tried again. Milliseconds. */
const AGAIN_MILLISECONDS = 1000;

/** What an author wrote live and did not sign. */
export interface ShownPart {
  /** As in client ids; -1 for deletions, which tell nobody. */
  readonly tag: number;
  /** A Yjs update; empty once all of it is signed. */
  changes: Uint8Array;
}

/**
 * What others wrote live into one open document of several authors and have not signed yet. Their laptops may never come
 * back, and others' signed changes build on it: so it is on this disk too, until an entry holds it.
 */
export interface ShownChanges {
  /** Not in any order. */
  parts(): readonly ShownPart[];
  /** Somebody else's live change was applied. */
  saw(update: Uint8Array): void;
  /** Another laptop brought this, and it was applied. */
  take(update: Uint8Array): void;
  /** An entry of somebody else came in; `clients` know of it already. */
  signed(change: Change, author: MemberId): void;
  /** What is not on the disk yet: to be stored with an own change, which may build on it. */
  due(): readonly ShownPart[];
  /** That is stored. */
  stored(): void;
  /** Stores what came lately, if it can be. */
  close(): void;
}

/** `doc` holds what the log holds, and nothing else yet. */
export function openShownChanges(options: {
  readonly meeting: MeetingId;
  readonly document: string;
  readonly me: MemberId;
  readonly doc: Y.Doc;
  readonly store: ShownStore;
  readonly clients: () => DocumentClients;
  readonly logger: Log;
}): ShownChanges {
  const { meeting, document, doc, store, logger } = options;
  const parts = new Map<number, ShownPart>();
  const unwritten = new Set<ShownPart>();
  let fresh: Uint8Array[] = [];
  let freshBytes = 0;
  /** Of entries since the last look. */
  let signedTags = new Set<number>();
  let signedDeletions: Deletion[] = [];
  /** More came at once than is looked at: the whole document, whose entries are still on their way. */
  let behind = false;
  let timer: NodeJS.Timeout | undefined;
  let closed = false;

  function soon(): void {
    timer ??= setTimeout(keep, GATHER_MILLISECONDS);
  }

  function keep(): void {
    try {
      put();
    } catch (error) {
      logger.warn('changes of others could not be kept', { meeting, document }, error);
      // Nobody may write any more: who wrote them may be lost.
      if (!closed) timer ??= setTimeout(keep, AGAIN_MILLISECONDS);
    }
  }

  const signedTo = (client: number): number => options.clients().signedTo(client);

  function set(part: ShownPart, changes: Uint8Array): void {
    part.changes = changes;
    if (changes.byteLength > 0) parts.set(part.tag, part);
    else parts.delete(part.tag);
    unwritten.add(part);
  }

  function forgetSigned(some: readonly ShownPart[], isSigned: Knows): void {
    for (const part of some) {
      const left = unsignedPart(part.changes, signedTo, isSigned);
      if (left === undefined) logger.warn('kept changes of others are damaged', { meeting, document });
      if (left !== part.changes) set(part, left === undefined || left === 'nothing' ? EMPTY : left);
    }
  }

  function add(update: Uint8Array): void {
    for (const [tag, own] of partsByAuthor(update)) {
      const part = parts.get(tag) ?? { tag, changes: EMPTY };
      const whole = part.changes.byteLength > 0 ? Y.mergeUpdates([part.changes, own]) : own;
      const left = unsignedPart(whole, signedTo, () => false);
      // Something between the two was too much: what is there already may be built upon.
      if (left === undefined) continue;
      const changes = left === 'nothing' ? EMPTY : left;
      const others = [...parts.values()].reduce((sum, one) => sum + (one === part ? 0 : one.changes.byteLength), 0);
      if (changes.byteLength > MAX_SHOWN_BYTES || others + changes.byteLength > MAX_SHOWN_OF_DOCUMENT) continue;
      if (part.changes.byteLength === 0 && changes.byteLength === 0) continue;
      set(part, changes);
    }
  }

  /** In memory; what it comes to is `unwritten`. */
  function look(): void {
    if (fresh.length > 0) {
      const update = Y.mergeUpdates(fresh);
      fresh = [];
      freshBytes = 0;
      add(update);
    }
    if (behind && signedTags.size === 0) {
      const left = beyondSigned();
      // Otherwise the log is still coming: looked at again when it rests.
      if (left.byteLength <= MAX_SHOWN_BYTES) {
        behind = false;
        add(left);
      }
    }
    if (signedTags.size === 0) return;
    const due = [...signedTags, NOBODY].flatMap((tag) => parts.get(tag) ?? []);
    forgetSigned(due, withinDeletions(signedDeletions));
    signedTags = new Set();
    signedDeletions = [];
    if (behind) soon();
  }

  function put(): void {
    timer = undefined;
    look();
    if (unwritten.size === 0) return;
    store.put(meeting, document, [...unwritten]).catch((error: unknown) => {
      logger.warn('changes of others are not safe from a power cut', { meeting, document }, error);
    });
    unwritten.clear();
  }

  /** Looked for in the document itself, since too much came at once. */
  function beyondSigned(): Uint8Array {
    const mine = tagOf(options.me);
    const from = [...doc.store.clients.keys()].map((client) => {
      const tag = tagOfClient(client);
      const end = Y.getState(doc.store, client);
      return [client, tag === undefined || tag === mine ? end : Math.min(end, signedTo(client))] as const;
    });
    return withDeletions(Y.encodeStateAsUpdate(doc, Y.encodeStateVector(new Map(from))), []);
  }

  for (const { tag, changes } of store.read(meeting, document)) parts.set(tag, { tag, changes });
  forgetSigned([...parts.values()], deletedIn(doc));
  if (unwritten.size > 0) soon();

  return {
    parts: () => [...parts.values()],
    saw(update) {
      if (update.byteLength > MAX_SHOWN_BYTES) {
        behind = true;
      } else {
        // What is too much together may be taken in part.
        if (freshBytes + update.byteLength > MAX_SHOWN_BYTES) look();
        fresh.push(update);
        freshBytes += update.byteLength;
      }
      soon();
    },
    take(update) {
      add(update);
      if (unwritten.size > 0) soon();
    },
    signed(change, author) {
      if (parts.size === 0 && fresh.length === 0 && !behind) return;
      signedTags.add(tagOf(author));
      for (const deletion of change.deletions) signedDeletions.push(deletion);
      soon();
    },
    due() {
      look();
      return [...unwritten];
    },
    stored: () => unwritten.clear(),
    close() {
      closed = true;
      clearTimeout(timer);
      keep();
    },
  };
}

const EMPTY = new Uint8Array(0);

/** Whether it is what one author of those `tags` can have written: what was on a disk may be damaged. */
export function isWhole({ tag, changes }: ShownPart, tags: ReadonlySet<number>): boolean {
  const change = readUpdate(changes);
  if (change === undefined || isCircular(change)) return false;
  if (change.runs.size === 0) return true;
  return tags.has(tag) && [...change.runs.keys()].every((client) => tagOfClient(client) === tag);
}
