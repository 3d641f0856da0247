import * as Y from 'yjs';
import { tagOfClient } from './client-id.ts';
import { readUpdate, withDeletions, type Change, type Deletion } from './read-update.ts';

/** Whether something is deleted already, or in a signed entry. */
export type Knows = (deletion: Deletion) => boolean;

/** Deletions tell nobody who made them. */
export const NOBODY = -1;

/**
 * What of a change no signed entry holds: structs from `signedTo` of their client on, and deletions that `isSigned` does
 * not know. `nothing` when all of it is signed; undefined for what is no change that Yjs would write.
 */
export function unsignedPart(
  update: Uint8Array,
  signedTo: (client: number) => number,
  isSigned: Knows,
): Uint8Array | 'nothing' | undefined {
  const change = readUpdate(update);
  if (change === undefined) return undefined;
  const runs = [...change.runs.values()];
  const deletions = change.deletions.filter((deletion) => !isSigned(deletion));
  if (deletions.length === 0 && runs.every(({ client, end }) => end <= signedTo(client))) return 'nothing';
  const left = runs.every(({ client, start }) => start >= signedTo(client))
    ? update
    : Y.diffUpdate(update, Y.encodeStateVector(new Map(runs.map(({ client }) => [client, signedTo(client)]))));
  return deletions.length === change.deletions.length ? left : withDeletions(left, deletions);
}

/**
 * A change as one for each author, by the tag of client ids; deletions go with the structs when these are one author's.
 * Left out is what client ids don't name an author of.
 */
export function partsByAuthor(update: Uint8Array): Map<number, Uint8Array> {
  const parts = new Map<number, Uint8Array>();
  const change = readUpdate(update);
  if (change === undefined) return parts;
  const tags = new Set([...change.runs.keys()].map(tagOfClient));
  const [only] = tags;
  if (tags.size === 1 && only !== undefined) return parts.set(only, update);
  for (const tag of tags) {
    if (tag !== undefined)
      parts.set(
        tag,
        withDeletions(
          withoutClients(update, change, (client) => tagOfClient(client) !== tag),
          [],
        ),
      );
  }
  if (change.deletions.length > 0)
    parts.set(
      NOBODY,
      withoutClients(update, change, () => true),
    );
  return parts;
}

/** Without the structs of the clients that `isLeftOut` names. `change`: what `readUpdate` makes of it. */
export function withoutClients(update: Uint8Array, change: Change, isLeftOut: (client: number) => boolean): Uint8Array {
  const ends = [...change.runs.values()].flatMap(({ client, end }) =>
    isLeftOut(client) ? [[client, end] as const] : [],
  );
  return ends.length === 0 ? update : Y.diffUpdate(update, Y.encodeStateVector(new Map(ends)));
}

/** Whether a deletion is within these. */
export function withinDeletions(deletions: readonly Deletion[]): Knows {
  const byClient = new Map<number, { from: number; to: number }[]>();
  for (const { client, clock, length } of deletions.toSorted((a, b) => a.clock - b.clock)) {
    const ranges = byClient.get(client) ?? [];
    byClient.set(client, ranges);
    const last = ranges.at(-1);
    if (last && clock <= last.to) last.to = Math.max(last.to, clock + length);
    else ranges.push({ from: clock, to: clock + length });
  }
  return ({ client, clock, length }) => {
    const ranges = byClient.get(client) ?? [];
    let [low, high] = [0, ranges.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((ranges[middle]?.to ?? 0) < clock + length) low = middle + 1;
      else high = middle;
    }
    const found = ranges[low];
    return found !== undefined && found.from <= clock;
  };
}

/** Whether all that a deletion names is deleted in the document. */
export const deletedIn =
  (doc: Y.Doc): Knows =>
  ({ client, clock, length }) => {
    const end = clock + length;
    if (end > Y.getState(doc.store, client)) return false;
    for (let at = clock; at < end;) {
      const struct = Y.getItem(doc.store, Y.createID(client, at)) as Y.Item | Y.GC;
      if (!struct.deleted) return false;
      at = struct.id.clock + struct.length;
    }
    return true;
  };
