import type { MeetingId, MemberId, Sha256 } from '../domain/ids.ts';
import type { Entry, Stream, StreamHead } from './entry.ts';

export interface StreamWeight {
  /** Of the state of its snapshot; 0 when it has none. */
  readonly stateBytes: number;
  /** Of the entries after the snapshot. */
  readonly characters: number;
}

/**
 * Where checked entries are kept. Append-only, but that a snapshot takes the place of what its author wrote before it in
 * the stream; synchronous, so that an own entry is on disk before it is shown as done.
 */
export interface EntryLog {
  /**
   * Stores the next entries of their streams in one transaction; throws when one is not the next of its stream. A
   * snapshot comes with its state, and may be further on.
   */
  append(entries: readonly Entry[]): void;
  /**
   * The same for what others wrote: returns when the entries can be read here and outlive this process; the promise
   * resolves when they are on the disk. It rejects when the disk fails.
   */
  appendSoon(entries: readonly Entry[]): Promise<void>;
  /** Resolves when everything that can be read here is on the disk, also what was not before; rejects when it fails. */
  onDisk(): Promise<void>;
  head(meeting: MeetingId, author: MemberId, stream: Stream): StreamHead | undefined;
  heads(meeting: MeetingId): StreamHead[];
  /** Known of all entries that are here, and of the last one that a snapshot replaced. */
  hashAt(meeting: MeetingId, author: MemberId, stream: Stream, seq: number): Sha256 | undefined;
  /** Entries of one stream from `fromSeq` on, in order, at most `limit`; from the snapshot on that stands for it. */
  read(meeting: MeetingId, author: MemberId, stream: Stream, fromSeq: number, limit: number): Entry[];
  /**
   * All entries of a stream of any author (all authors' acts, or a document's changes), in order of arrival, one after the
   * other: together they may have hundreds of megabytes.
   */
  readStream(meeting: MeetingId, stream: Stream): Iterable<Entry>;
  /** What there is of a stream. */
  weigh(meeting: MeetingId, author: MemberId, stream: Stream): StreamWeight;
}

export interface StreamOfAuthor {
  readonly meeting: MeetingId;
  readonly author: MemberId;
  readonly stream: Stream;
}

/** A few at a time: together they may have many megabytes. */
const READ_AT_A_TIME = 16;

/** What there is of one author's stream, from its snapshot on. */
export function* entriesOf(log: Pick<EntryLog, 'read'>, { meeting, author, stream }: StreamOfAuthor): Iterable<Entry> {
  for (let from = 1; ;) {
    const some = log.read(meeting, author, stream, from, READ_AT_A_TIME);
    yield* some;
    const last = some.at(-1);
    if (!last || some.length < READ_AT_A_TIME) return;
    from = last.payload.seq + 1;
  }
}
