import type { Awareness } from 'y-protocols/awareness';
import type * as Y from 'yjs';
import type { Entry, EntryRefusal, Stream, StreamHead } from '../acts/entry.ts';
import type { MeetingId, MemberId, Sha256 } from '../domain/ids.ts';
import type { WantedPaper } from './paper-parts.ts';
import type { Judgement } from './write-check.ts';

/** What hub, link and use cases need of one meeting on this laptop; small, so that it can be implemented twice. */

/** An open document; `release` when done. The same document opened twice is one Y.Doc. */
export interface OpenDocument {
  readonly doc: Y.Doc;
  readonly awareness: Awareness;
  /** What to do with a change that this member's own connection brings; asked just before it would be applied. */
  judge(author: MemberId, update: Uint8Array): Judgement;
  /** Whether a change that the document tells of came in as an entry: everybody gets those, from the log. */
  isFromLog(origin: unknown): boolean;
  /** What others wrote into it live and did not sign, as far as this laptop keeps it: updates to be brought to who carries. */
  shown(): readonly Uint8Array[];
  /** Takes such an update from another laptop; false for what no laptop would bring. */
  takeShown(update: Uint8Array): boolean;
  release(): void;
}

/** A batch of entries as it travels: entries and the certificates (DER) of their authors. */
export interface EntryBatch {
  readonly entries: readonly string[];
  readonly certificates: readonly Uint8Array[];
}

/** Entries of one stream, one after the other. */
export interface ReadEntries extends EntryBatch {
  /** The number of the first: higher than asked for when a snapshot stands for those before, and its state is behind it. */
  readonly first: number;
}

export interface ReceivedEntries {
  /** New ones, stored and applied. */
  readonly accepted: readonly Entry[];
  readonly refused: readonly { readonly index: number; readonly reason: EntryRefusal }[];
}

/** The signed log of one meeting, as hub and link use it. */
export interface MeetingLog {
  heads(): StreamHead[];
  /** By `streamKey`: of streams that go further than the disk has them, how far it does; undefined: nothing of them. */
  unflushed?(): ReadonlyMap<string, StreamHead | undefined>;
  /**
   * Entries after `seq` of that stream, at most `limit`, with the certificates needed to check them. `stateToo`: a
   * snapshot that comes next has its state with it in any case.
   */
  readAfter(author: MemberId, stream: Stream, seq: number, limit: number, stateToo?: boolean): ReadEntries;
  /**
   * Checks, stores and applies what came from `from`; never throws for bad input. `yielding`: nobody waits for it, so that
   * live ink goes first.
   */
  receive(batch: EntryBatch, from: MemberId, yielding?: boolean): Promise<ReceivedEntries>;
  /** Called for every entry stored from anywhere, when it can be read here. Returns how to stop. */
  onStored(listener: (entries: readonly Entry[], from: MemberId | 'self') => void): () => void;
  certificatesOf(entries: readonly Entry[]): Uint8Array[];
  /** Another laptop said how far it has the streams. */
  heard?(heads: readonly StreamHead[]): void;
}

/** One meeting on this laptop, as hub and link use it. */
export interface CarriedMeeting {
  readonly id: MeetingId;
  readonly title: () => string;
  readonly log: MeetingLog;
  /** Whether this person is of the meeting: convener or in the roster. */
  mayAttend(member: MemberId): boolean;
  /** The rule of "who may write what" for live changes of a document. */
  mayWrite(member: MemberId, document: string): boolean;
  openDocument(name: string): OpenDocument;
  /** Where a paper of this meeting lies on this disk; undefined while it is not (wholly) here or not of the meeting. */
  paperFile(paper: Sha256): { readonly path: string; readonly size: number } | undefined;
  /** Papers that plan or minutes of this meeting name, whether here or not. */
  namedPapers(): ReadonlyMap<Sha256, WantedPaper>;
}
