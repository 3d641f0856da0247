import type { MeetingId } from '../../common/domain/ids.ts';
import type { Database } from './database.ts';

/** The state of a document (a Yjs update) after the first `entries` entries of its stream, in order of arrival. */
export interface DocumentSnapshot {
  readonly entries: number;
  readonly state: Uint8Array;
}

/** A cache that makes opening fast; throwing it away loses nothing. */
export interface DocumentSnapshots {
  get(meeting: MeetingId, document: string): DocumentSnapshot | undefined;
  put(meeting: MeetingId, document: string, snapshot: DocumentSnapshot): void;
  clear(meeting: MeetingId): void;
}

export function documentSnapshots(db: Database): DocumentSnapshots {
  const read = db.prepare<[MeetingId, string], DocumentSnapshot>(
    'SELECT entries, state FROM document_snapshots WHERE meeting = ? AND document = ?',
  );
  const write = db.prepare<[MeetingId, string, number, Uint8Array]>(
    'INSERT OR REPLACE INTO document_snapshots (meeting, document, entries, state) VALUES (?, ?, ?, ?)',
  );
  const clear = db.prepare<[MeetingId]>('DELETE FROM document_snapshots WHERE meeting = ?');
  return {
    get: (meeting, document) => read.get(meeting, document),
    put: (meeting, document, { entries, state }) => void write.run(meeting, document, entries, state),
    clear: (meeting) => void clear.run(meeting),
  };
}
