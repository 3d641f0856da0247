import { asMeetingId, asMemberId, asSha256, type MeetingId, type MemberId, type Sha256 } from '../domain/ids.ts';
import type { Entry, EntryPayload, Stream } from './entry.ts';
import type { EntryLog } from './entry-log.ts';

/** One promise of `EntryLog`; `check` throws when a log doesn't keep it. */
export interface EntryLogPromise {
  readonly name: string;
  check(): void;
}

const MEETING = asMeetingId('abcdefghijklmnopqrstuvwxyz');
const OTHER_MEETING = asMeetingId('zyxwvutsrqponmlkjihgfedcba');
const LAN = asMemberId('11111111-1111-4111-8111-111111111111');
const MINH = asMemberId('22222222-2222-4222-8222-222222222222');
const PLAN: Stream = 'doc/plan';
const INK: Stream = `doc/ink/${'a'.repeat(64)}/${LAN}`;
/** A state, and its SHA-256. */
const STATE = Uint8Array.of(0, 0);
const STATE_HASH = '96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7';

/**
 * The acceptance suite of `EntryLog`: every implementation passes it. `create` gives an empty log; `seal` makes an
 * entry of a payload (its hash must be that of its `jws`; a signature is not looked at here).
 */
export function entryLogSuite(create: () => EntryLog, seal: (payload: EntryPayload) => Entry): EntryLogPromise[] {
  const entry = (place: Partial<EntryPayload> & { seq: number; prev: Sha256 | null }): Entry =>
    seal({
      v: 1,
      meeting: MEETING,
      author: LAN,
      stream: 'acts',
      time: '2026-03-02T01:00:00.000Z',
      kind: 'absence-reported',
      body: { reason: `lý do ${place.seq}` },
      ...place,
    });
  const chain = (length: number, place: Partial<EntryPayload> = {}): Entry[] => {
    const entries: Entry[] = [];
    for (let seq = 1; seq <= length; seq++) entries.push(entry({ ...place, seq, prev: entries.at(-1)?.hash ?? null }));
    return entries;
  };
  const readAll = (log: EntryLog, author: MemberId = LAN, stream: Stream = 'acts', meeting: MeetingId = MEETING) =>
    log.read(meeting, author, stream, 1, 1000);

  const snapshotAfter = (last: Entry): Entry => ({
    ...entry({
      stream: INK,
      seq: last.payload.seq + 1,
      prev: last.hash,
      kind: 'document-snapshot',
      body: { sha256: STATE_HASH, bytes: STATE.byteLength },
    }),
    state: STATE,
  });
  const ink = (length: number): Entry[] =>
    chain(length, { stream: INK, kind: 'document-change', body: { update: 'AAA' } });

  return [
    {
      name: 'a snapshot takes the place of its author`s earlier entries of the stream, and of nothing else',
      check() {
        const log = create();
        const entries = ink(3);
        const last = entries[2] as Entry;
        const acts = chain(2);
        const snapshot = snapshotAfter(last);
        const next = entry({
          stream: INK,
          seq: 5,
          prev: snapshot.hash,
          kind: 'document-change',
          body: { update: 'AAB' },
        });
        log.append([...acts, ...entries]);
        const characters = (some: readonly Entry[]) => some.reduce((sum, { jws }) => sum + jws.length, 0);
        same(log.weigh(MEETING, LAN, INK), { stateBytes: 0, characters: characters(entries) });
        log.append([snapshot, next]);
        same(readAll(log, LAN, INK), [snapshot, next]);
        same([...log.readStream(MEETING, INK)], [snapshot, next]);
        same(log.weigh(MEETING, LAN, INK), { stateBytes: 2, characters: characters([next]) });
        same(log.read(MEETING, LAN, INK, 2, 1), [snapshot]);
        same(readAll(log), acts);
        same(
          log
            .heads(MEETING)
            .map(({ stream, seq }) => `${stream} ${seq}`)
            .sort(),
          ['acts 2', `${INK} 5`],
        );
        same(
          [0, 1, 2, 3, 4, 5, 6].map((seq) => log.hashAt(MEETING, LAN, INK, seq)),
          [undefined, undefined, undefined, last.hash, snapshot.hash, next.hash, undefined],
        );
        const second = snapshotAfter(next);
        log.append([second]);
        same(readAll(log, LAN, INK), [second]);
      },
    },
    {
      name: 'a snapshot may be further on than what is there; without its state it is none',
      check() {
        const entries = ink(6);
        const snapshot = snapshotAfter(entries[5] as Entry);
        for (const known of [[], entries.slice(0, 2)]) {
          const log = create();
          log.append(known);
          const { state: _, ...bare } = snapshot;
          throws('without its state', () => log.append([bare]));
          log.append([snapshot]);
          same(readAll(log, LAN, INK), [snapshot]);
        }
      },
    },
    {
      name: 'a snapshot with another past is refused, and so are entries that it replaced',
      check() {
        const log = create();
        const entries = ink(3);
        log.append(entries.slice(0, 2));
        throws('another past', () =>
          log.append([{ ...snapshotAfter({ ...(entries[1] as Entry), hash: asSha256('0'.repeat(64)) }) }]),
        );
        const snapshot = snapshotAfter(entries[2] as Entry);
        log.append([snapshot]);
        for (const [n, old] of entries.entries()) throws(`entry ${n + 1}`, () => log.append([old]));
        throws('the same once more', () => log.append([snapshot]));
        same(readAll(log, LAN, INK), [snapshot]);
      },
    },
    {
      name: 'a batch that fails after a snapshot leaves what the snapshot would have replaced',
      check() {
        const log = create();
        const entries = ink(3);
        log.append(entries);
        throws('a gap behind it', () =>
          log.append([snapshotAfter(entries[2] as Entry), entry({ stream: INK, seq: 9, prev: null })]),
        );
        same(readAll(log, LAN, INK), entries);
      },
    },
    {
      name: 'an empty log has no heads, no hashes and no entries',
      check() {
        const log = create();
        same(log.head(MEETING, LAN, 'acts'), undefined);
        same(log.heads(MEETING), []);
        same(log.hashAt(MEETING, LAN, 'acts', 1), undefined);
        same(readAll(log), []);
        same([...log.readStream(MEETING, 'acts')], []);
      },
    },
    {
      name: 'what is appended soon is read back at once',
      check() {
        const log = create();
        const entries = chain(2);
        const onDisk = log.appendSoon(entries);
        same(readAll(log), entries);
        same(onDisk instanceof Promise, true);
        throws('the same again', () => void log.appendSoon(entries));
      },
    },
    {
      name: 'what was appended is read back, equal to the last character',
      check() {
        const log = create();
        const entries = chain(3);
        log.append(entries.slice(0, 1));
        log.append(entries.slice(1));
        same(readAll(log), entries);
        same([...log.readStream(MEETING, 'acts')], entries);
      },
    },
    {
      name: 'a stream of several authors is read in order of arrival, however long it and its entries are',
      check() {
        const log = create();
        const lan = chain(150, { stream: PLAN });
        const reason = 'dài '.repeat(100_000);
        const minh = chain(5, { stream: PLAN, author: MINH, body: { reason } });
        const arrived = [...lan.slice(0, 70), ...minh.slice(0, 3), ...lan.slice(70), ...minh.slice(3)];
        log.append(chain(2));
        log.append(arrived);
        same([...log.readStream(MEETING, PLAN)], arrived);
      },
    },
    {
      name: 'appending nothing changes nothing',
      check() {
        const log = create();
        log.append([]);
        same(log.heads(MEETING), []);
      },
    },
    {
      name: 'the head is the last entry of the stream; hashAt knows every entry and nothing beyond',
      check() {
        const log = create();
        const entries = chain(3);
        log.append(entries);
        same(log.head(MEETING, LAN, 'acts'), { author: LAN, stream: 'acts', seq: 3, hash: entries[2]?.hash });
        same(
          [0, 1, 2, 3, 4].map((seq) => log.hashAt(MEETING, LAN, 'acts', seq)),
          [undefined, ...entries.map(({ hash }) => hash), undefined],
        );
      },
    },
    {
      name: 'meetings, authors and streams do not mix',
      check() {
        const log = create();
        const acts = chain(2);
        const plan = chain(3, { stream: PLAN, kind: 'document-change', body: { update: 'AAA' } });
        const others = chain(1, { author: MINH });
        const elsewhere = chain(4, { meeting: OTHER_MEETING });
        log.append([...acts, ...plan, ...others, ...elsewhere]);
        same(readAll(log), acts);
        same(readAll(log, LAN, PLAN), plan);
        same(readAll(log, MINH), others);
        same(readAll(log, LAN, 'acts', OTHER_MEETING), elsewhere);
        same(log.head(MEETING, MINH, PLAN), undefined);
        same(
          log
            .heads(MEETING)
            .map(({ author, stream, seq }) => `${author} ${stream} ${seq}`)
            .sort(),
          [`${LAN} acts 2`, `${LAN} ${PLAN} 3`, `${MINH} acts 1`],
        );
        same(
          log.heads(OTHER_MEETING).map(({ hash }) => hash),
          [elsewhere[3]?.hash],
        );
      },
    },
    {
      name: 'read starts where told and gives at most what was asked for',
      check() {
        const log = create();
        const entries = chain(5);
        log.append(entries);
        same(log.read(MEETING, LAN, 'acts', 2, 2), entries.slice(1, 3));
        same(log.read(MEETING, LAN, 'acts', 5, 10), entries.slice(4));
        same(log.read(MEETING, LAN, 'acts', 6, 10), []);
        same(log.read(MEETING, LAN, 'acts', 0, 1), entries.slice(0, 1));
        same(log.read(MEETING, LAN, 'acts', 1, 0), []);
      },
    },
    {
      name: 'readStream gives the entries of all authors in order of arrival',
      check() {
        const log = create();
        const [lan1, lan2] = chain(2);
        const [minh1, minh2] = chain(2, { author: MINH });
        if (!lan1 || !lan2 || !minh1 || !minh2) throw new Error('chain is too short');
        log.append([minh1]);
        log.append([lan1, minh2]);
        log.append([lan2]);
        same([...log.readStream(MEETING, 'acts')], [minh1, lan1, minh2, lan2]);
      },
    },
    {
      name: 'an entry that is not the next of its stream is refused: a gap, a repetition, a second version, another past',
      check() {
        const log = create();
        const entries = chain(4);
        const [first, second, third] = entries;
        log.append(entries.slice(0, 2));
        const refused: Record<string, Entry> = {
          gap: entry({ seq: 4, prev: third?.hash ?? null }),
          repetition: second ?? entry({ seq: 2, prev: null }),
          'second version': entry({ seq: 2, prev: first?.hash ?? null, body: { reason: 'khác' } }),
          'another past': entry({ seq: 3, prev: asSha256('0'.repeat(64)) }),
          'no past': entry({ seq: 3, prev: null }),
          'first of another author with a past': entry({ author: MINH, seq: 1, prev: first?.hash ?? null }),
          'second without a first': entry({ author: MINH, seq: 2, prev: first?.hash ?? null }),
        };
        for (const [what, wrong] of Object.entries(refused)) throws(what, () => log.append([wrong]));
        same([...log.readStream(MEETING, 'acts')], entries.slice(0, 2));
      },
    },
    {
      name: 'a batch with one wrong entry leaves nothing behind, not even of other streams',
      check() {
        const log = create();
        const [first, , third] = chain(3);
        const [others] = chain(1, { author: MINH });
        if (!first || !third || !others) throw new Error('chain is too short');
        throws('batch with a gap', () => log.append([others, first, third]));
        same(log.heads(MEETING), []);
        same([...log.readStream(MEETING, 'acts')], []);
        log.append([others, first]);
        same([...log.readStream(MEETING, 'acts')], [others, first]);
      },
    },
    {
      name: 'what a reader does to a result does not reach the log',
      check() {
        const log = create();
        const entries = chain(2);
        log.append(entries);
        log.read(MEETING, LAN, 'acts', 1, 10).pop();
        [...log.readStream(MEETING, 'acts')].pop();
        log.heads(MEETING).pop();
        same(readAll(log), entries);
        same([...log.readStream(MEETING, 'acts')], entries);
        same(log.heads(MEETING).length, 1);
      },
    },
  ];
}

/** Equal as JSON, where undefined is a value of its own and the order of an object's keys doesn't matter. */
function same(actual: unknown, expected: unknown): void {
  const [a, b] = [textOf(actual), textOf(expected)];
  if (a !== b) throw new Error(`expected ${b}, got ${a}`);
}

function textOf(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(textOf).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'undefined';
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([key, member]) => `${JSON.stringify(key)}:${textOf(member)}`).join(',')}}`;
}

function throws(what: string, action: () => void): void {
  try {
    action();
  } catch {
    return;
  }
  throw new Error(`accepted: ${what}`);
}
