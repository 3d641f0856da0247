import type { Entry } from '../../common/acts/entry.ts';
import type { EntryLog } from '../../common/acts/entry-log.ts';
import type { MeetingId } from '../../common/domain/ids.ts';
import type { Database } from './database.ts';
import type { Journalled } from './own-journal.ts';
import type { ShownChanges, ShownPart } from './shown-changes.ts';

/** Changes of one document with the number of the last of them. */
export interface NumberedChanges {
  readonly updates: readonly Uint8Array[];
  readonly upTo: number;
}

/**
 * Own changes of shared documents (Yjs updates) that no signed entry holds yet. They survive a crash; an entry takes
 * them out in the same transaction that stores it, so that nothing is lost and nothing is signed twice.
 */
export interface PendingChanges {
  /** Returns the change's number; on disk when it returns, and what others have shown (`ShownChanges`) with it. */
  add(meeting: MeetingId, document: string, update: Uint8Array, shown?: readonly ShownPart[]): number;
  /** Takes a change back that turned out to be none. */
  remove(change: number): void;
  /** In order, the first and what comes to no more than `bytes` with it; undefined when nothing is pending. */
  read(meeting: MeetingId, document: string, bytes?: number): NumberedChanges | undefined;
  /** Every document with something pending: what to sign after a restart. */
  documents(): { readonly meeting: MeetingId; readonly document: string }[];
  /** Appends `entry`, which holds the document's changes up to `upTo`, and forgets those. An entry must not leave this
   * laptop before this returns: until then a crash would have the same changes signed again under the same number. */
  commit(meeting: MeetingId, document: string, upTo: number, entry: Entry): void;
}

interface ChangeRow {
  readonly id: number;
  readonly changes: Uint8Array;
}

export function pendingChanges(
  db: Database,
  entries: EntryLog,
  journalled: Journalled,
  shownChanges: Pick<ShownChanges, 'write'>,
): PendingChanges {
  const add = db.prepare<[MeetingId, string, Uint8Array]>(
    'INSERT INTO pending_changes (meeting, document, changes) VALUES (?, ?, ?)',
  );
  const read = db.prepare<[MeetingId, string], ChangeRow>(
    'SELECT id, changes FROM pending_changes WHERE meeting = ? AND document = ? ORDER BY id',
  );
  const documents = db.prepare<[], { meeting: MeetingId; document: string }>(
    'SELECT DISTINCT meeting, document FROM pending_changes ORDER BY meeting, document',
  );
  const clear = db.prepare<[MeetingId, string, number]>(
    'DELETE FROM pending_changes WHERE meeting = ? AND document = ? AND id <= ?',
  );
  const remove = db.prepare<[number]>('DELETE FROM pending_changes WHERE id = ?');
  const insert = (meeting: MeetingId, document: string, update: Uint8Array): number =>
    Number(add.run(meeting, document, update).lastInsertRowid);
  const addWith = db.transaction(
    (meeting: MeetingId, document: string, update: Uint8Array, shown: readonly ShownPart[]): number => {
      shownChanges.write(meeting, document, shown);
      return insert(meeting, document, update);
    },
  );
  return {
    remove: (change) => void remove.run(change),
    add: (meeting, document, update, shown = []) =>
      shown.length === 0 ? insert(meeting, document, update) : addWith.immediate(meeting, document, update, shown),
    read(meeting, document, bytes = Infinity) {
      let sum = 0;
      const some: ChangeRow[] = [];
      for (const row of read.iterate(meeting, document)) {
        sum += row.changes.byteLength;
        if (some.length > 0 && sum > bytes) break;
        some.push(row);
      }
      return numbered(some);
    },
    documents: () => documents.all(),
    commit: (meeting, document, upTo, entry) =>
      journalled(() => {
        clear.run(meeting, document, upTo);
        entries.append([entry]);
        return { kind: 'entry', jws: entry.jws };
      }),
  };
}

/** Undefined for none. */
export function numbered(rows: readonly ChangeRow[]): NumberedChanges | undefined {
  const last = rows.at(-1);
  return last && { updates: rows.map(({ changes }) => changes), upTo: last.id };
}
