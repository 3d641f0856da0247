import * as Y from 'yjs';
import { actBodySchemas, isActKind, type Act } from '../../common/acts/acts.ts';
import {
  ACTS_STREAM,
  chainVerdict,
  DOCUMENT_CHANGE,
  DOCUMENT_SNAPSHOT,
  documentChangeBodySchema,
  documentSnapshotBodySchema,
  ENTRY_VERSION,
  jwsOf,
  payloadBytes,
  type Entry,
  type EntryPayload,
  type EntryRefusal,
  type Stream,
  type StreamHead,
} from '../../common/acts/entry.ts';
import type { MeetingLog, ReadEntries } from '../../common/collab/carried-meeting.ts';
import { createDocumentClients, type DocumentClients } from '../../common/collab/document-clients.ts';
import { shapeOf } from '../../common/collab/document-shapes.ts';
import { readUpdate } from '../../common/collab/read-update.ts';
import { documentOf, hasSnapshots, stateBehind, updateOf, withState } from '../../common/collab/snapshot.ts';
import { signedProblem } from '../../common/collab/write-check.ts';
import { oneAtATime } from '../../common/contract/in-turn.ts';
import { Refusal } from '../../common/contract/port.ts';
import type { MeetingId, MemberId } from '../../common/domain/ids.ts';
import { streamKey } from '../../common/wire/acknowledged.ts';
import { createEntryIntake, type Checked } from './entry-intake.ts';
import type { CertificateBook, EntryAuthentication, Log, MeetingStore } from './ports.ts';
import { checkedSnapshot, dueSnapshot, isSnapshot } from './snapshots.ts';
import { timesOfEntries } from './times-of-entries.ts';
import { followFlushes } from './unflushed.ts';
import { countWritten } from './written-so-far.ts';

/** Own entries are refused for the same reasons as received ones; this one tells which. */
export class EntryRefused extends Error {
  readonly reason: EntryRefusal;
  constructor(reason: EntryRefusal) {
    super(`own entry refused: ${reason}`);
    this.reason = reason;
  }
}

export interface WritableMeetingLog extends MeetingLog {
  /**
   * Signs and stores an own act; resolves when it is on disk and applied. `body` is asked for when the own acts before it
   * are there, with the time that the act will have; what it throws comes back and nothing is signed.
   */
  act(kind: string, body: (time: string) => Readonly<Record<string, unknown>>): Promise<Entry>;
  /**
   * Signs the pending changes of a document, in one entry unless they are very many; returns the last. undefined when there
   * are none, or what was signed before is in doubt.
   */
  commitChanges(document: string, merge: (updates: readonly Uint8Array[]) => Uint8Array): Promise<Entry | undefined>;
  /** Signs what the own entries of a document come to, in their place, when there are enough of them. */
  compact(document: string): Promise<Entry | 'not-due' | 'impossible'>;
  /** All verified acts, in order of arrival. */
  acts(): readonly Act[];
  /** Whose the Yjs clients of a document are, as far as entries and this laptop's connections tell. */
  clientsOf(document: string): DocumentClients;
  /** Resolves when own entries under way are on disk. */
  settled(): Promise<void>;
  /** What waits for room on the disk is given up. */
  close(): void;
}

export interface MeetingLogOptions {
  readonly meeting: MeetingId;
  readonly me: MemberId;
  readonly store: MeetingStore;
  readonly authentication: EntryAuthentication;
  readonly certificates: CertificateBook;
  readonly now: () => Date;
  readonly log: Log;
  /** Whose clock is followed however far ahead it is: those who run the meeting. */
  readonly leads: (member: MemberId) => boolean;
  /** The rule of who may write what, as far as acts are known at that moment. `from`: who brought the change. */
  readonly mayHaveWritten: (change: {
    readonly author: MemberId;
    readonly document: string;
    readonly time: string;
    readonly from: MemberId;
  }) => boolean;
  /** Called for each new entry, after it is on disk and before the listeners. */
  readonly onEntry: (entry: Entry, from: MemberId | 'self') => void;
}

/** Own changes of one document that go into one entry, bytes: what has waited for long is more than an entry may be. */
export const MOST_IN_ONE_ENTRY = 1024 * 1024;

/** Header and signature (RSA 4096), characters. */
const MOST_AROUND_PAYLOAD = 1024;

/** The signed log of one meeting on this laptop: own entries go in signed, others' go in checked. One path for both. */
export function openMeetingLog(options: MeetingLogOptions): WritableMeetingLog {
  const { meeting, me, store, authentication, certificates } = options;
  const listeners = new Set<(entries: readonly Entry[], from: MemberId | 'self') => void>();
  const acts: Act[] = [...store.entries.readStream(meeting, ACTS_STREAM)].flatMap((entry) => readAct(entry) ?? []);
  const { now, leads } = options;
  const times = timesOfEntries({ acts, now, leads, course: (at) => authentication.course(at) });
  const written = countWritten(meeting, store.entries);
  const clients = new Map<string, DocumentClients>();
  /** Streams (`streamKey`) that were found forked: one proof of each is read and kept, however many are signed. */
  const forked = new Set<string>();
  /** Own entries, since each names the one before. */
  const own = oneAtATime();

  /** Read from the log when first asked for; from then on each checked entry adds its own. */
  function clientsOf(document: string): DocumentClients {
    let known = clients.get(document);
    if (known === undefined) {
      known = createDocumentClients();
      clients.set(document, known);
      for (const entry of store.entries.readStream(meeting, `doc/${document}`)) {
        const change = readUpdate(updateOf(entry));
        if (change) known.sign(change, entry.payload.author);
      }
    }
    return known;
  }

  /** What a database from a backup holds unsigned may have been signed after all, and come back from others. */
  function withoutSigned(document: string, update: Uint8Array): Uint8Array {
    const known = clientsOf(document);
    const runs = [...(readUpdate(update)?.runs.values() ?? [])];
    if (runs.every(({ client, start }) => start >= known.signedTo(client))) return update;
    const signed = new Map(runs.map(({ client }) => [client, known.signedTo(client)]));
    return Y.diffUpdate(update, Y.encodeStateVector(signed));
  }

  /** From now on further entries are judged by this one too. */
  function takeIntoAccount(entry: Entry): void {
    const { stream, author } = entry.payload;
    written.add(entry);
    if (stream === ACTS_STREAM) return;
    const document = documentOf(stream);
    // What was before it counts only as far as the snapshot has it, at those who see nothing else as at all.
    if (entry.state) clients.set(document, createDocumentClients());
    const change = readUpdate(updateOf(entry));
    if (change) clientsOf(document).sign(change, author);
  }

  function stored(entries: readonly Entry[], from: MemberId | 'self'): void {
    for (const entry of entries) {
      if (entry.payload.stream === ACTS_STREAM) {
        const act = readAct(entry);
        if (act) acts.push(act);
      }
      options.onEntry(entry, from);
    }
    for (const listener of listeners) listener(entries, from);
    settleDoubt();
  }

  /** How far another laptop has the own streams, while this one does not know. */
  let told: readonly StreamHead[] | undefined;

  function settleDoubt(): void {
    if (!told?.every(({ author, stream, seq }) => (store.entries.head(meeting, author, stream)?.seq ?? 0) >= seq))
      return;
    told = undefined;
    store.own.settle(meeting);
  }

  function nextPayload(
    stream: Stream,
    kind: string,
    time: string,
    body: Readonly<Record<string, unknown>>,
  ): EntryPayload {
    const head = store.entries.head(meeting, me, stream);
    return {
      v: ENTRY_VERSION,
      meeting,
      author: me,
      stream,
      seq: (head?.seq ?? 0) + 1,
      prev: head?.hash ?? null,
      time,
      kind,
      body,
    };
  }

  /** `waiting`: checked entries that are not stored yet, the last of each stream. */
  function check(travelling: string, from: MemberId, waiting: ReadonlyMap<string, Entry>): Checked {
    const state = stateBehind(travelling);
    const read = authentication.read(jwsOf(travelling));
    if (!read.ok) return read.reason;
    const { entry } = read;
    const { payload } = entry;
    if (payload.meeting !== meeting) return 'wrong-meeting';
    if (state === null || (state && !isSnapshot(payload))) return 'malformed';
    const last = waiting.get(streamKey(payload));
    const head = last ? headOf(last) : store.entries.head(meeting, payload.author, payload.stream);
    const verdict = chainVerdict(payload, entry.hash, {
      head,
      hashAt: (seq) =>
        last?.payload.seq === seq ? last.hash : store.entries.hashAt(meeting, payload.author, payload.stream, seq),
    });
    if (last && (verdict !== 'next' || isSnapshot(payload))) return 'store-first';
    if (verdict === 'known') return 'known';
    if (verdict === 'gap' && !state) return 'gap';
    const certificate = certificates.get(entry.certificate);
    if (!certificate) return 'unknown-certificate';
    const author = certificates.memberOf(certificate, new Date(payload.time));
    if (!author) return 'certificate-refused';
    if (author.member !== payload.author) return 'wrong-author';
    const refusal = authentication.verify(entry, certificate, author.member);
    if (refusal) return refusal;
    if (verdict === 'fork') {
      if (forked.has(streamKey(payload))) return 'fork';
      // Of the same number, or the one that it should have named.
      const at = Math.min(payload.seq, head?.seq ?? 0);
      store.recordFork(store.entries.read(meeting, payload.author, payload.stream, at, 1)[0], entry);
      forked.add(streamKey(payload));
      return 'fork';
    }
    const problem = written.isTooMuch(payload, entry.jws.length, head === undefined)
      ? 'too-much'
      : bodyProblem(payload, from);
    if (problem || !isSnapshot(payload)) return problem ?? entry;
    const checked = checkedSnapshot(entry, state, { entries: store.entries, follows: verdict === 'next' });
    if (typeof checked === 'string')
      options.log.warn('snapshot refused', {
        meeting,
        from,
        author: payload.author,
        stream: payload.stream,
        reason: checked,
      });
    return checked;
  }

  function bodyProblem(payload: EntryPayload, from: MemberId): EntryRefusal | undefined {
    if (payload.stream === ACTS_STREAM) {
      if (!isActKind(payload.kind)) return 'bad-body';
      return actBodySchemas[payload.kind].safeParse(payload.body).success ? undefined : 'bad-body';
    }
    const snapshot = isSnapshot(payload) && hasSnapshots(payload.stream);
    const change = documentChangeBodySchema.safeParse(payload.body);
    if (snapshot) {
      if (payload.seq === 1 || !documentSnapshotBodySchema.safeParse(payload.body).success) return 'bad-body';
    } else if (payload.kind !== DOCUMENT_CHANGE || !change.success) return 'bad-body';
    const { author, time } = payload;
    const document = documentOf(payload.stream);
    if (!options.mayHaveWritten({ author, document, time, from })) return 'not-allowed';
    if (!change.success) return undefined;
    const update = readUpdate(Buffer.from(change.data.update, 'base64url'));
    const problem = update ? signedProblem(update, shapeOf(document), author, clientsOf(document)) : 'malformed';
    if (!problem) return undefined;
    options.log.warn('change refused', { meeting, from, author, document, problem });
    return problem === 'foreign' ? 'not-allowed' : 'bad-body';
  }

  function isTooMuchOfOwn(payload: EntryPayload): boolean {
    const characters = Math.ceil((payloadBytes(payload).byteLength * 4) / 3) + MOST_AROUND_PAYLOAD;
    return written.isTooMuch(payload, characters, payload.seq === 1);
  }

  /** Before it is signed: throws what is to be told the person, or what is a mistake of ours. */
  function refuseOwn(payload: EntryPayload): void {
    if (isTooMuchOfOwn(payload)) throw new Refusal('too-much-written');
    const problem = bodyProblem(payload, me);
    if (problem) throw new EntryRefused(problem);
  }

  const unflushed = followFlushes(({ payload: { author, stream, seq, prev }, state }) => {
    // A snapshot may come behind much that was never here.
    if (state) return store.entries.head(meeting, author, stream);
    return prev === null ? undefined : { author, stream, seq: seq - 1, hash: prev };
  });
  const intake = createEntryIntake({
    check,
    takeIntoAccount,
    /** Entries were taken into account when they were checked, and are not on the disk after all. */
    forgetUnstored() {
      clients.clear();
      written.forget();
    },
    addCertificate: (certificate) => certificates.add(certificate),
    append: (entries) => unflushed.append(entries, (some) => store.entries.appendSoon(some)),
    onDisk: () => unflushed.onDisk(() => store.entries.onDisk()),
    stored,
    meeting,
    log: options.log,
  });

  function certificatesOf(entries: readonly Entry[]): Uint8Array[] {
    const fingerprints = new Set(entries.map((entry) => entry.certificate));
    return [...fingerprints].flatMap((fingerprint) => certificates.get(fingerprint) ?? []);
  }

  return {
    heads(): StreamHead[] {
      // Acts first: they say who may write the documents.
      const rank = (head: StreamHead) => (head.stream === ACTS_STREAM ? 0 : head.stream === 'doc/plan' ? 1 : 2);
      return store.entries.heads(meeting).sort((a, b) => rank(a) - rank(b));
    },
    unflushed: unflushed.streams,
    readAfter(author: MemberId, stream: Stream, seq: number, limit: number, stateToo = false): ReadEntries {
      const entries = store.entries.read(meeting, author, stream, seq + 1, limit);
      const first = entries[0]?.payload.seq ?? seq + 1;
      const travelling = entries.map((entry, index) =>
        index === 0 && (first > seq + 1 || stateToo) ? withState(entry) : entry.jws,
      );
      return { first, entries: travelling, certificates: certificatesOf(entries) };
    },
    receive: intake.receive,
    onStored(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    certificatesOf,
    heard(heads) {
      if (!store.own.inDoubt(meeting)) return;
      const theirs = heads.filter(({ author }) => author === me);
      const reach = (stream: Stream) => theirs.find((head) => head.stream === stream)?.seq ?? 0;
      // Who has less than this laptop cannot tell how far it had come.
      const behind = store.entries.heads(meeting).some((head) => head.author === me && reach(head.stream) < head.seq);
      if (behind) return;
      told = theirs;
      settleDoubt();
    },
    act: (kind, body) =>
      own(async () => {
        if (store.own.inDoubt(meeting)) throw new Refusal('own-log-in-doubt');
        const time = times.ofAct();
        const payload = nextPayload(ACTS_STREAM, kind, time, body(time));
        refuseOwn(payload);
        const entry = await authentication.sign(payload);
        store.own.append(entry);
        takeIntoAccount(entry);
        stored([entry], 'self');
        return entry;
      }),
    commitChanges: (document, merge) =>
      own(async () => {
        if (store.own.inDoubt(meeting)) return undefined;
        for (let entry: Entry | undefined; ;) {
          const { upTo, updates } = store.pending.read(meeting, document, MOST_IN_ONE_ENTRY);
          if (updates.length === 0) return entry;
          const update = withoutSigned(document, merge(updates));
          const body = { update: Buffer.from(update).toString('base64url') };
          const payload = nextPayload(`doc/${document}`, DOCUMENT_CHANGE, times.ofChange(), body);
          refuseOwn(payload);
          entry = await authentication.sign(payload);
          store.pending.commit(meeting, document, upTo, entry);
          takeIntoAccount(entry);
          stored([entry], 'self');
        }
      }),
    compact: (document) =>
      own(async () => {
        if (store.own.inDoubt(meeting) || !times.timely()) return 'not-due';
        const stream: Stream = `doc/${document}`;
        const due = dueSnapshot(store.entries, { meeting, author: me, stream });
        if (typeof due === 'string') return due;
        const payload = nextPayload(stream, DOCUMENT_SNAPSHOT, times.ofChange(), due.body);
        if (isTooMuchOfOwn(payload) || bodyProblem(payload, me)) return 'impossible';
        const entry = { ...(await authentication.sign(payload)), state: due.state };
        store.own.append(entry);
        takeIntoAccount(entry);
        stored([entry], 'self');
        return entry;
      }),
    acts: () => acts,
    clientsOf,
    settled: () => own(() => Promise.resolve()),
    close: intake.close,
  };
}

const headOf = ({ payload, hash }: Entry): StreamHead => ({
  author: payload.author,
  stream: payload.stream,
  seq: payload.seq,
  hash,
});

/** The act in a verified entry of the acts stream; undefined for a kind that this version does not know. */
export function readAct(entry: Entry): Act | undefined {
  const { kind, body, author, seq, time } = entry.payload;
  if (!isActKind(kind)) return undefined;
  const parsed = actBodySchemas[kind].safeParse(body);
  return parsed.success ? ({ kind, body: parsed.data, hash: entry.hash, author, seq, time } as Act) : undefined;
}
