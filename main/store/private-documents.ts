import type { MeetingId } from '../../common/domain/ids.ts';
import type { Database } from './database.ts';
import type { Journalled, JournalRecord } from './own-journal.ts';
import { numbered, type NumberedChanges } from './pending-changes.ts';

/**
 * Documents that never leave this laptop (private annotations), as Yjs updates. They lie in a table of their own that
 * nothing which syncs is given.
 */
export interface PrivateDocuments {
  append(meeting: MeetingId, name: string, update: Uint8Array): void;
  /** Puts back a change that the journal has and the table lost. */
  replay(change: Extract<JournalRecord, { kind: 'private' }>): void;
  /** In order; undefined when there is no such document. */
  load(meeting: MeetingId, name: string): NumberedChanges | undefined;
  list(meeting: MeetingId): string[];
  /** Puts `merged` in the place of the changes up to `upTo`; what was appended after `load` stays. */
  compact(meeting: MeetingId, name: string, upTo: number, merged: Uint8Array): void;
}

export function privateDocuments(db: Database, journalled: Journalled): PrivateDocuments {
  const add = db.prepare<[MeetingId, string, Uint8Array]>(
    'INSERT INTO private_changes (meeting, name, changes) VALUES (?, ?, ?)',
  );
  const read = db.prepare<[MeetingId, string], { id: number; changes: Uint8Array }>(
    'SELECT id, changes FROM private_changes WHERE meeting = ? AND name = ? ORDER BY id',
  );
  const list = db
    .prepare<[MeetingId], string>('SELECT DISTINCT name FROM private_changes WHERE meeting = ? ORDER BY name')
    .pluck();
  const clear = db.prepare<[MeetingId, string, number]>(
    'DELETE FROM private_changes WHERE meeting = ? AND name = ? AND id < ?',
  );
  const replace = db.prepare<[Uint8Array, number, MeetingId, string]>(
    'UPDATE private_changes SET changes = ? WHERE id = ? AND meeting = ? AND name = ?',
  );
  const compact = db.transaction((meeting: MeetingId, name: string, upTo: number, merged: Uint8Array) => {
    if (replace.run(merged, upTo, meeting, name).changes !== 1) throw new Error(`no change ${upTo} of ${name}`);
    clear.run(meeting, name, upTo);
  });
  // Numbers rise for ever (AUTOINCREMENT), so what is above the last one is missing.
  const last = db.prepare<[], number>("SELECT seq FROM sqlite_sequence WHERE name = 'private_changes'").pluck();
  const put = db.prepare<[number, string, string, Uint8Array]>(
    'INSERT INTO private_changes (id, meeting, name, changes) VALUES (?, ?, ?, ?)',
  );
  return {
    append: (meeting, name, update) =>
      journalled(() => ({
        kind: 'private',
        id: Number(add.run(meeting, name, update).lastInsertRowid),
        meeting,
        name,
        changes: Buffer.from(update).toString('base64'),
      })),
    replay({ id, meeting, name, changes }) {
      if (id > (last.get() ?? 0)) put.run(id, meeting, name, Buffer.from(changes, 'base64'));
    },
    load: (meeting, name) => numbered(read.all(meeting, name)),
    list: (meeting) => list.all(meeting),
    compact: (meeting, name, upTo, merged) => compact.immediate(meeting, name, upTo, merged),
  };
}
