import type { MeetingId, MemberId, Sha256 } from '../domain/ids.ts';
import type { Entry, Stream, StreamHead } from './entry.ts';

/** Where checked entries are kept. Append-only; synchronous, so that an entry is on disk before it is shown as done. */
export interface EntryLog {
  /** Stores the next entries of their streams in one transaction; throws when one is not the next of its stream. */
  append(entries: readonly Entry[]): void;
  head(meeting: MeetingId, author: MemberId, stream: Stream): StreamHead | undefined;
  heads(meeting: MeetingId): StreamHead[];
  hashAt(meeting: MeetingId, author: MemberId, stream: Stream, seq: number): Sha256 | undefined;
  /** Entries of one stream from `fromSeq` on, in order, at most `limit`. */
  read(meeting: MeetingId, author: MemberId, stream: Stream, fromSeq: number, limit: number): Entry[];
  /** All entries of a stream of any author (all authors' acts, or a document's changes), in order of arrival. */
  readStream(meeting: MeetingId, stream: Stream): Entry[];
}
