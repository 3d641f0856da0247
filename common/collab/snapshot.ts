import { fromBase64UrlEncoded, toBase64UrlEncoded } from 'lib0/buffer';
import * as Y from 'yjs';
import { documentChangeBodySchema, MAX_STATE_BYTES, STATE_MARK, type Entry } from '../acts/entry.ts';
import type { StreamWeight } from '../acts/entry-log.ts';
import type { MemberId } from '../domain/ids.ts';
import { applyEntry } from './apply-entry.ts';
import { applyUpdate } from './apply-update.ts';
import { createDocumentClients } from './document-clients.ts';
import { shapeOf } from './document-shapes.ts';
import { readUpdate } from './read-update.ts';
import { signedProblem, type ChangeProblem } from './write-check.ts';

/**
 * Snapshots of documents that one author writes: a signed entry that says what the author's entries come to so far, and
 * takes their place. Everybody who has those entries computes the same bytes.
 */

/** Entries of less than this are not worth one. Characters. */
export const SNAPSHOT_FLOOR = 64 * 1024;

/**
 * Whether there is so much after the last snapshot that a new one is due: as much as that one's state at least, so that
 * making them costs each change a constant share, and nobody can keep the others busy with them.
 */
export const isSnapshotDue = ({ stateBytes, characters }: StreamWeight): boolean =>
  characters >= Math.max(SNAPSHOT_FLOOR, stateBytes);

/** Documents in which snapshots are made. */
export const hasSnapshots = (stream: string): boolean =>
  stream.startsWith('doc/') && shapeOf(documentOf(stream)).oneAuthor;

/** The Yjs update in a verified entry of a document's stream. */
export const updateOf = ({ payload, state }: Entry): Uint8Array =>
  state ?? fromBase64UrlEncoded(documentChangeBodySchema.parse(payload.body).update);

/**
 * What all entries of a stream, from its snapshot on, come to: the bytes that a snapshot after them names. Depends on
 * nothing else, and on the version of Yjs only as far as that writes the same document differently. undefined when there
 * is nothing, or more than a snapshot holds.
 */
export function computedState(stream: string, entries: Iterable<Entry>): Uint8Array | undefined {
  const shape = shapeOf(documentOf(stream));
  const doc = new Y.Doc({ gc: true });
  let any = false;
  // One transaction: cleared up once.
  doc.transact(() => {
    for (const entry of entries) {
      any = true;
      // A state stands alone and was checked as a whole before it was stored.
      if (entry.state) applyUpdate(doc, entry.state);
      else applyEntry(doc, updateOf(entry), shape, null);
    }
  });
  const state = Y.encodeStateAsUpdate(doc);
  doc.destroy();
  return any && state.byteLength <= MAX_STATE_BYTES ? state : undefined;
}

/** What is wrong with a state, as with a change that is the first of its author: it stands alone. */
export function stateProblem(state: Uint8Array, stream: string, author: MemberId): ChangeProblem | undefined {
  const change = readUpdate(state);
  return change ? signedProblem(change, shapeOf(documentOf(stream)), author, createDocumentClients()) : 'malformed';
}

export const documentOf = (stream: string): string => stream.slice('doc/'.length);

/** An entry as it travels to somebody who lacks what it stands for. */
export const withState = ({ jws, state }: Entry): string =>
  state === undefined ? jws : `${jws}${STATE_MARK}${toBase64UrlEncoded(state)}`;

/** The state behind an entry as it travels; undefined when there is none, null when it is none. */
export function stateBehind(travelling: string): Uint8Array | undefined | null {
  const at = travelling.indexOf(STATE_MARK);
  if (at < 0) return undefined;
  const text = travelling.slice(at + 1);
  return text.length <= MAX_STATE_CHARACTERS && /^[A-Za-z0-9_-]+$/.test(text) ? fromBase64UrlEncoded(text) : null;
}

const MAX_STATE_CHARACTERS = Math.ceil((MAX_STATE_BYTES * 4) / 3);
