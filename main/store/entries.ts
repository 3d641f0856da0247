import {
  chainVerdict,
  DOCUMENT_SNAPSHOT,
  documentSnapshotBodySchema,
  entryHeaderSchema,
  entryPayloadSchema,
  isNext,
  type Entry,
  type Stream,
  type StreamHead,
} from '../../common/acts/entry.ts';
import { entriesOf, type EntryLog, type StreamOfAuthor } from '../../common/acts/entry-log.ts';
import type { MeetingId, MemberId, Sha256 } from '../../common/domain/ids.ts';
import type { Database } from './database.ts';
import type { DeferredSync } from './deferred-sync.ts';
import { hashBytes, hashFrom, sha256 } from './hash-bytes.ts';
import { StoreError } from './store-error.ts';

interface EntryRow {
  readonly seq: number;
  readonly hash: Uint8Array;
  readonly certificate: Uint8Array;
  readonly jws: string;
  /** Of a snapshot. */
  readonly state: Uint8Array | null;
}

interface HeadRow {
  readonly author: MemberId;
  readonly stream: Stream;
  readonly seq: number;
  readonly hash: Uint8Array;
}

/** The entry log on disk. `append` returns when the entries are on the disk, not before. `onRemoved`: there is room free. */
export function sqliteEntryLog(
  db: Database,
  deferred: DeferredSync,
  onRemoved: () => void = () => undefined,
): EntryLog {
  const findStream = db
    .prepare<[MeetingId, Stream, MemberId], number>(
      'SELECT id FROM streams WHERE meeting = ? AND stream = ? AND author = ?',
    )
    .pluck();
  const addStream = db.prepare<[MeetingId, Stream, MemberId]>(
    'INSERT INTO streams (meeting, stream, author) VALUES (?, ?, ?)',
  );
  const addEntry = db.prepare<[number, number, Uint8Array, Uint8Array, string]>(
    'INSERT INTO entries (stream, seq, hash, certificate, jws) VALUES (?, ?, ?, ?, ?)',
  );
  const lastOf = db.prepare<[number], { seq: number; hash: Uint8Array }>(
    'SELECT seq, hash FROM entries WHERE stream = ? ORDER BY seq DESC LIMIT 1',
  );
  const hashOf = db
    .prepare<[number, number], Uint8Array>('SELECT hash FROM entries WHERE stream = ? AND seq = ?')
    .pluck();
  const headsOf = db.prepare<[MeetingId], HeadRow>(
    `SELECT s.author, s.stream, e.seq, e.hash FROM streams s
     JOIN entries e ON e.stream = s.id AND e.seq = (SELECT max(seq) FROM entries WHERE stream = s.id)
     WHERE s.meeting = ?`,
  );
  const readFrom = db.prepare<[number, number, number], EntryRow>(
    `SELECT e.seq, hash, certificate, jws, state FROM entries e LEFT JOIN snapshots n ON n.stream = e.stream AND n.seq = e.seq
     WHERE e.stream = ? AND e.seq >= ? ORDER BY e.seq LIMIT ?`,
  );
  const arrivalsOf = db.prepare<[MeetingId, Stream], PlaceOfEntry>(
    `SELECT e.stream, e.seq, octet_length(jws) characters FROM streams s JOIN entries e ON e.stream = s.id
     WHERE s.meeting = ? AND s.stream = ? ORDER BY arrival`,
  );
  const putSnapshot = db.prepare<[number, number, Uint8Array]>(
    'INSERT OR REPLACE INTO snapshots (stream, seq, state) VALUES (?, ?, ?)',
  );
  const removeReplaced = db.prepare<[number, number]>('DELETE FROM entries WHERE stream = ? AND seq < ?');
  const weighSnapshot = db.prepare<[number], { seq: number; bytes: number }>(
    'SELECT seq, octet_length(state) bytes FROM snapshots WHERE stream = ?',
  );
  const weighEntries = db
    .prepare<[number, number], number>(
      'SELECT coalesce(sum(octet_length(jws)), 0) FROM entries WHERE stream = ? AND seq > ?',
    )
    .pluck();

  const head = (meeting: MeetingId, author: MemberId, stream: Stream): StreamHead | undefined => {
    const id = findStream.get(meeting, stream, author);
    const last = id === undefined ? undefined : lastOf.get(id);
    return last && { author, stream, seq: last.seq, hash: hashFrom(last.hash) };
  };
  const hashAt = (meeting: MeetingId, author: MemberId, stream: Stream, seq: number): Sha256 | undefined => {
    const id = findStream.get(meeting, stream, author);
    if (id === undefined) return undefined;
    const hash = hashOf.get(id, seq);
    if (hash) return hashFrom(hash);
    // The last one that a snapshot replaced.
    if (weighSnapshot.get(id)?.seq !== seq + 1) return undefined;
    const [snapshot] = readFrom.all(id, seq + 1, 1).map(entryFrom);
    return snapshot?.payload.prev ?? undefined;
  };
  const append = db.transaction((entries: readonly Entry[]) => {
    // Entries of one stream come in runs: each stream is looked up once.
    const streams = new Map<string, { readonly id: number; head: StreamHead | undefined }>();
    for (const entry of entries) {
      const { payload, hash, certificate, jws, state } = entry;
      const { meeting, author, stream, seq } = payload;
      const key = `${meeting} ${author} ${stream}`;
      const known = streams.get(key) ?? {
        id: findStream.get(meeting, stream, author) ?? Number(addStream.run(meeting, stream, author).lastInsertRowid),
        head: head(meeting, author, stream),
      };
      streams.set(key, known);
      const verdict = chainVerdict(payload, hash, {
        head: known.head,
        hashAt: (at) => hashAt(meeting, author, stream, at),
      });
      if (!isNext(entry, verdict))
        throw new Error(`entry ${seq} of ${stream} of ${author} is ${verdict}, not the next`);
      addEntry.run(known.id, seq, hashBytes(hash), hashBytes(certificate), jws);
      if (state) {
        putSnapshot.run(known.id, seq, state);
        removeReplaced.run(known.id, seq);
      }
      known.head = { author, stream, seq, hash };
    }
  });

  return {
    append(entries) {
      append.immediate(entries);
      if (entries.some(({ state }) => state)) onRemoved();
    },
    appendSoon(entries) {
      const onDisk = deferred.commit(() => append.immediate(entries));
      if (entries.some(({ state }) => state)) onRemoved();
      return onDisk;
    },
    onDisk: () => deferred.onDisk(),
    head,
    heads: (meeting) =>
      headsOf.all(meeting).map(({ author, stream, seq, hash }) => ({ author, stream, seq, hash: hashFrom(hash) })),
    hashAt,
    read(meeting, author, stream, fromSeq, limit) {
      const id = findStream.get(meeting, stream, author);
      return id === undefined ? [] : readFrom.all(id, fromSeq, limit).map(entryFrom);
    },
    *readStream(meeting, stream) {
      for (const { stream: id, seq, count } of inParts(arrivalsOf.all(meeting, stream)))
        for (const row of readFrom.all(id, seq, count)) yield entryFrom(row);
    },
    weigh(meeting, author, stream) {
      const id = findStream.get(meeting, stream, author);
      if (id === undefined) return { stateBytes: 0, characters: 0 };
      const snapshot = weighSnapshot.get(id);
      return { stateBytes: snapshot?.bytes ?? 0, characters: weighEntries.get(id, snapshot?.seq ?? 0) ?? 0 };
    },
  };
}

interface PlaceOfEntry {
  readonly stream: number;
  readonly seq: number;
  readonly characters: number;
}

/** So many entries are read at a time, or so many characters of them: the longest alone. */
const PART_ENTRIES = 64;
const PART_CHARACTERS = 256 * 1024;

/** What one author's entries followed one another in, a few at a time: reading them one by one takes four times as long. */
function* inParts(places: readonly PlaceOfEntry[]): Iterable<{ stream: number; seq: number; count: number }> {
  let part: { stream: number; seq: number; count: number } | undefined;
  let size = 0;
  for (const { stream, seq, characters } of places) {
    size += characters;
    if (part?.stream === stream && part.count < PART_ENTRIES && size <= PART_CHARACTERS) {
      part.count += 1;
      continue;
    }
    if (part) yield part;
    part = { stream, seq, count: 1 };
    size = characters;
  }
  if (part) yield part;
}

/** How far a stream went before entries were taken out of it. */
export interface ShortenedStream extends StreamOfAuthor {
  readonly seq: number;
}

/**
 * Takes out every entry that differs from its hash or its place in the chain, and those after it in its stream: others
 * have them, and so have the journal of the own ones and the backups. Returns the streams that lost some.
 */
export function removeBrokenEntries(db: Database): ShortenedStream[] {
  const streams = db.prepare<[], { id: number; meeting: MeetingId; author: MemberId; stream: Stream; seq: number }>(
    'SELECT s.id, s.meeting, s.author, s.stream, max(e.seq) seq FROM streams s JOIN entries e ON e.stream = s.id GROUP BY s.id',
  );
  const read = db.prepare<[number], EntryRow>(
    `SELECT e.seq, hash, certificate, jws, state FROM entries e LEFT JOIN snapshots n ON n.stream = e.stream AND n.seq = e.seq
     WHERE e.stream = ? ORDER BY e.seq`,
  );
  const remove = db.prepare<[number, number]>('DELETE FROM entries WHERE stream = ? AND seq >= ?');
  const removeState = db.prepare<[number, number]>('DELETE FROM snapshots WHERE stream = ? AND seq >= ?');
  return db
    .transaction(() => {
      const shortened: ShortenedStream[] = [];
      for (const { id, ...stream } of streams.all()) {
        let last: Entry | undefined;
        for (const row of read.all(id)) {
          const entry = soundEntry(row);
          const follows = row.seq === (last?.payload.seq ?? 0) + 1 && entry?.payload.prev === (last?.hash ?? null);
          if (!entry || !(follows || (!last && entry.state))) {
            remove.run(id, row.seq);
            removeState.run(id, row.seq);
            shortened.push(stream);
            break;
          }
          last = entry;
        }
      }
      return shortened;
    })
    .immediate();
}

/** Puts back what an older copy has of these streams behind what is here, as far as it fits. */
export function takeFromOlder(entries: EntryLog, older: EntryLog, streams: readonly ShortenedStream[]): void {
  for (const at of streams) {
    const { meeting, author, stream } = at;
    for (const entry of entriesOf(older, at)) {
      const verdict = chainVerdict(entry.payload, entry.hash, {
        head: entries.head(meeting, author, stream),
        hashAt: (seq) => entries.hashAt(meeting, author, stream, seq),
      });
      if (isNext(entry, verdict)) entries.append([entry]);
      else if (verdict !== 'known') break;
    }
  }
}

function soundEntry(row: EntryRow): Entry | undefined {
  try {
    return entryFrom(row);
  } catch {
    return undefined;
  }
}

/** The entry in a compact JWS of this laptop's own disk, whose signature was checked before; undefined for anything else. */
export function entryOfJws(jws: string): Entry | undefined {
  try {
    const [header = '', payload = ''] = jws.split('.');
    const json = (part: string): unknown => JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
    const { 'x5t#S256': certificate } = entryHeaderSchema.parse(json(header));
    return {
      hash: sha256(jws),
      jws,
      certificate: hashFrom(Buffer.from(certificate, 'base64url')),
      payload: entryPayloadSchema.parse(json(payload)) as Entry['payload'],
    };
  } catch {
    return undefined;
  }
}

/** Its signature was checked before it was stored; that the disk gives back the same characters is checked here. */
function entryFrom(row: EntryRow): Entry {
  const hash = hashFrom(row.hash);
  if (sha256(row.jws) !== hash) throw new StoreError('store-damaged', `entry ${hash} differs from its hash`);
  const payload: unknown = JSON.parse(Buffer.from(row.jws.split('.')[1] ?? '', 'base64url').toString('utf8'));
  if (!isPayloadOf(payload, row.seq)) throw new StoreError('store-damaged', `entry ${hash} has no valid payload`);
  const entry = { hash, jws: row.jws, certificate: hashFrom(row.certificate), payload };
  if (payload.kind !== DOCUMENT_SNAPSHOT) return entry;
  const { state } = row;
  if (!state || documentSnapshotBodySchema.safeParse(payload.body).data?.sha256 !== sha256(state))
    throw new StoreError('store-damaged', `the state of snapshot ${hash} differs from its hash`);
  return { ...entry, state };
}

function isPayloadOf(value: unknown, seq: number): value is Entry['payload'] {
  const parsed = entryPayloadSchema.safeParse(value);
  return parsed.success && parsed.data.seq === seq;
}
