import { expect, it } from 'vitest';
import type { Entry, Stream } from '../../common/acts/entry.ts';
import type { MeetingLog } from '../../common/collab/carried-meeting.ts';
import type { MemberId } from '../../common/domain/ids.ts';
import { decodeControl } from '../../common/wire/link.ts';
import { controlText } from '../../tests/fixtures/control-text.ts';
import { shareReads, type SharedReads } from './shared-reads.ts';

type Encoded = ReturnType<SharedReads['entriesMessage']>;

const author = '00000000-0000-4000-8000-000000000001' as MemberId;
const stream: Stream = 'acts';

/** A log of numbered entries that counts how often it is read. */
function countedLog() {
  const jws: string[] = [];
  const listeners = new Set<() => void>();
  const reads = { batches: 0, heads: 0 };
  const log: MeetingLog & { replaced: number } = {
    /** So many of the first are here no more. */
    replaced: 0,
    heads() {
      reads.heads++;
      return [{ author, stream, seq: jws.length, hash: '' as Entry['hash'] }];
    },
    readAfter(_author, _stream, seq, limit) {
      reads.batches++;
      const from = Math.max(seq, log.replaced);
      return { first: from + 1, entries: jws.slice(from, from + limit), certificates: [] };
    },
    receive: () => Promise.reject(new Error('not asked for')),
    onStored(listener) {
      const told = () => listener([], 'self');
      listeners.add(told);
      return () => listeners.delete(told);
    },
    certificatesOf: () => [],
  };
  const add = (entry: string) => {
    jws.push(entry);
    for (const listener of listeners) listener();
  };
  return { log, reads, add };
}

it('[LOG-8] what many lack is read once, and what comes later is never missed', () => {
  const { log, reads, add } = countedLog();
  const shared = shareReads(log);
  for (const entry of ['a', 'b', 'c']) add(entry);
  expect(shared.log.readAfter(author, stream, 0, 2).entries).toEqual(['a', 'b']);
  expect(shared.log.readAfter(author, stream, 0, 2).entries).toEqual(['a', 'b']);
  expect(reads.batches).toBe(1);
  expect(shared.log.readAfter(author, stream, 2, 2).entries).toEqual(['c']);
  add('d');
  // What is read is a part of what there is; the next question goes on from there.
  expect(shared.log.readAfter(author, stream, 2, 2).entries).toEqual(['c']);
  expect(shared.log.readAfter(author, stream, 3, 2).entries).toEqual(['d']);
  expect(shared.log.readAfter(author, stream, 4, 2).entries).toEqual([]);
});

it('[LOG-8] [LOG-12] what comes after a number may be a snapshot further on', () => {
  const { log, reads, add } = countedLog();
  const shared = shareReads(log);
  for (const entry of ['a', 'b', 'c', 'd', 'e']) add(entry);
  expect(shared.log.readAfter(author, stream, 0, 2)).toMatchObject({ first: 1, entries: ['a', 'b'] });
  log.replaced = 3;
  expect(shared.log.readAfter(author, stream, 2, 2)).toMatchObject({ first: 4, entries: ['d', 'e'] });
  expect(shared.log.readAfter(author, stream, 2, 1)).toMatchObject({ first: 4, entries: ['d'] });
  expect(shared.log.readAfter(author, stream, 4, 9)).toMatchObject({ first: 5, entries: ['e'] });
  expect(reads.batches).toBe(2);
});

it('[LOG-8] large entries are read once, and a batch of them is not larger than a batch', () => {
  const { log, reads, add } = countedLog();
  const shared = shareReads(log);
  for (const letter of ['a', 'b', 'c', 'd']) add(letter.repeat(200_000));
  for (let reader = 0; reader < 3; reader++) {
    const lengths: number[] = [];
    for (let seq = 0; seq < 4; seq += lengths.at(-1) ?? 4)
      lengths.push(shared.log.readAfter(author, stream, seq, 4 - seq).entries.length);
    expect(lengths).toEqual([2, 2]);
  }
  expect(reads.batches).toBe(1);
});

it('[LOG-8] heads are those of now, and nobody changes another one`s list', () => {
  const { log, reads, add } = countedLog();
  const shared = shareReads(log);
  add('a');
  shared.log.heads().length = 0;
  expect(shared.log.heads()).toMatchObject([{ seq: 1 }]);
  expect(reads.heads).toBe(1);
  add('b');
  expect(shared.log.heads()).toMatchObject([{ seq: 2 }]);
});

it('[LOG-8] a message of entries is encoded once for all who lack the same, whatever its number', () => {
  const shared = shareReads(countedLog().log);
  const read = ({ parts, kind }: Encoded) => decodeControl(controlText(Buffer.concat(parts), kind !== 'text') ?? '');
  // Short ones go as text, these packed, and those as text again.
  for (const length of [1, 1000, 300_000]) {
    const entries = ['b.c', 'e.f'].map((end) => `${'a'.repeat(length)}.${end}`);
    const first = shared.entriesMessage(1, entries);
    const second = shared.entriesMessage(2, [...entries]);
    expect(first.kind).toBe(length === 1000 ? 'packed' : 'text');
    expect(read(first)).toEqual({ type: 'entries', batch: 1, entries });
    expect(read(second)).toEqual({ type: 'entries', batch: 2, entries });
    expect(second.parts.at(-1)).toBe(first.parts.at(-1));
    // Another batch may begin with the same entry.
    const one = entries.slice(0, 1);
    expect(read(shared.entriesMessage(3, one))).toEqual({ type: 'entries', batch: 3, entries: one });
    expect(read(shared.entriesMessage(4, entries))).toEqual({ type: 'entries', batch: 4, entries });
  }
});

it('[LOG-8] is forgotten after 5 s, also while somebody asks all the time', () => {
  const { log, reads, add } = countedLog();
  let now = 0;
  const shared = shareReads(log, () => now);
  add('a.b.c');
  const ask = () => shared.entriesMessage(1, shared.log.readAfter(author, stream, 0, 9).entries).parts.at(-1);
  const first = ask();
  for (; now <= 5000; now += 500) {
    shared.beat();
    expect(ask()).toBe(first);
  }
  shared.beat();
  expect(ask()).not.toBe(first);
  expect(reads.batches).toBe(2);
  // What is kept anew is kept as long.
  shared.beat();
  ask();
  expect(reads.batches).toBe(2);
});
