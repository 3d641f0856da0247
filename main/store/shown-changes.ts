import type { MeetingId } from '../../common/domain/ids.ts';
import type { Database } from './database.ts';
import type { DeferredSync } from './deferred-sync.ts';

/** What one author wrote; `tag` as in client ids, -1 for deletions, which tell nobody. */
export interface ShownPart {
  readonly tag: number;
  /** A Yjs update. */
  readonly changes: Uint8Array;
}

/** Changes of others that were shown live and that no signed entry holds yet: one part for each author of a document. */
export interface ShownChanges {
  /**
   * Puts parts in the place of those with the same tag; empty `changes` take one away. There for readers and for the next
   * start when this returns; the promise resolves when the machine may fail too.
   */
  put(meeting: MeetingId, document: string, parts: readonly ShownPart[]): Promise<void>;
  /** The same, within a transaction of something else. */
  write(meeting: MeetingId, document: string, parts: readonly ShownPart[]): void;
  read(meeting: MeetingId, document: string): ShownPart[];
  documents(meeting: MeetingId): string[];
}

export function shownChanges(db: Database, deferred: DeferredSync): ShownChanges {
  const replace = db.prepare<[MeetingId, string, number, Uint8Array]>(
    `INSERT INTO shown_changes (meeting, document, tag, changes) VALUES (?, ?, ?, ?)
     ON CONFLICT (meeting, document, tag) DO UPDATE SET changes = excluded.changes`,
  );
  const remove = db.prepare<[MeetingId, string, number]>(
    'DELETE FROM shown_changes WHERE meeting = ? AND document = ? AND tag = ?',
  );
  const read = db.prepare<[MeetingId, string], ShownPart>(
    'SELECT tag, changes FROM shown_changes WHERE meeting = ? AND document = ? ORDER BY tag',
  );
  const documents = db
    .prepare<[MeetingId], string>('SELECT DISTINCT document FROM shown_changes WHERE meeting = ? ORDER BY document')
    .pluck();
  const write = (meeting: MeetingId, document: string, parts: readonly ShownPart[]): void => {
    for (const { tag, changes } of parts) {
      if (changes.byteLength > 0) replace.run(meeting, document, tag, changes);
      else remove.run(meeting, document, tag);
    }
  };
  const put = db.transaction(write);
  return {
    put: (meeting, document, parts) => deferred.commit(() => put.immediate(meeting, document, parts)),
    write,
    read: (meeting, document) => read.all(meeting, document),
    documents: (meeting) => documents.all(meeting),
  };
}
