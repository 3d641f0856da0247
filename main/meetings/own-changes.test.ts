import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Entry, Stream } from '../../common/acts/entry.ts';
import { asMeetingId, asMemberId, asSha256 } from '../../common/domain/ids.ts';
import { createAcknowledged, type Acknowledged } from '../../common/wire/acknowledged.ts';
import { followOwnChanges, lasting, onlyHereSince, type OwnChanges } from './own-changes.ts';

const id = asMeetingId('a'.repeat(26));
const me = asMemberId('00000000-0000-4000-8000-000000000001');
const other = asMemberId('00000000-0000-4000-8000-000000000002');
const START = new Date('2026-11-22T02:00:00.000Z');

/** This laptop's log, without what signs and stores. */
function createLog() {
  const entries: Entry[] = [];
  const listeners = new Set<(entries: readonly Entry[], from: typeof other | 'self') => void>();
  const heads = () =>
    [...new Map(entries.map(({ payload }) => [`${payload.author} ${payload.stream}`, payload])).values()].map(
      ({ author, stream, seq }) => ({ author, stream, seq, hash: asSha256('0'.repeat(64)) }),
    );
  return {
    entries,
    log: {
      heads,
      onStored(listener: typeof listeners extends Set<infer L> ? L : never) {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    },
    store: {
      entries: {
        heads,
        read: (_meeting: unknown, author: unknown, stream: Stream, from: number, limit: number) =>
          entries
            .filter(({ payload }) => payload.author === author && payload.stream === stream && payload.seq >= from)
            .slice(0, limit),
      },
    },
    write(author: typeof me, stream: Stream, time = new Date().toISOString()) {
      const seq = entries.filter(({ payload }) => payload.author === author && payload.stream === stream).length + 1;
      const entry = { payload: { author, stream, seq, time } } as Entry;
      entries.push(entry);
      for (const listener of listeners) listener([entry], author === me ? 'self' : author);
    },
  };
}

let log: ReturnType<typeof createLog>;
let acknowledged: Acknowledged;
let unsigned: { count: number; since: string | null };
let own: OwnChanges;
beforeEach(() => {
  vi.useFakeTimers({ now: START });
  log = createLog();
  acknowledged = createAcknowledged(me);
  unsigned = { count: 0, since: null };
  own = follow();
});
afterEach(() => {
  own.close();
  vi.useRealTimers();
});

const follow = () =>
  followOwnChanges({
    meeting: {
      id,
      me,
      log: log.log,
      unsigned: {
        count: () => unsigned.count,
        since: () => unsigned.since,
        heldBack: () => null,
        onChange: () => () => true,
      },
    } as unknown as Parameters<typeof followOwnChanges>[0]['meeting'],
    store: log.store as unknown as Parameters<typeof followOwnChanges>[0]['store'],
    acknowledged,
    now: () => new Date(),
  });
const seconds = (count: number) => vi.advanceTimersByTime(count * 1000);
const acknowledge = (stream: Stream, seq: number) => acknowledged.note([{ author: me, stream, seq }]);

it('[HELD-4] only here since the oldest own entry that nobody has acknowledged, over all streams', () => {
  log.write(other, 'acts');
  expect(own.state()).toEqual({ onlyHere: { count: 0, since: null }, heldBack: null, hasOwn: false, savedOn: null });
  log.write(me, 'acts');
  seconds(10);
  log.write(me, 'doc/plan');
  seconds(10);
  log.write(me, 'doc/plan');
  expect(own.state().onlyHere).toEqual({ count: 3, since: START.toISOString() });
  acknowledge('acts', 1);
  expect(own.state().onlyHere).toEqual({ count: 2, since: '2026-11-22T02:00:10.000Z' });
  acknowledge('doc/plan', 1);
  expect(own.state().onlyHere).toEqual({ count: 1, since: '2026-11-22T02:00:20.000Z' });
  expect(onlyHereSince(id, me, log.store as never, acknowledged)).toBe('2026-11-22T02:00:20.000Z');
  acknowledge('doc/plan', 2);
  expect(own.state().onlyHere).toEqual({ count: 0, since: null });
});

it('[HELD-4] what is not signed yet counts from when it was made', () => {
  log.write(me, 'acts', '2026-11-22T02:00:00.000Z');
  seconds(5);
  unsigned = { count: 2, since: '2026-11-22T01:59:00.000Z' };
  expect(own.state()).toMatchObject({ onlyHere: { count: 3, since: '2026-11-22T01:59:00.000Z' }, hasOwn: true });
});

it('[HELD-4] a clock that is set back, or an act of the future, hides nothing', () => {
  log.write(me, 'acts', '2026-11-22T05:00:00.000Z');
  expect(own.state().onlyHere.since).toBe(START.toISOString());
  seconds(3);
  expect(own.state().onlyHere.since).toBe(START.toISOString());
  expect(lasting(own.state().onlyHere.since, new Date())).not.toBeNull();
  vi.setSystemTime(new Date('2026-11-21T02:00:00.000Z'));
  expect(lasting(own.state().onlyHere.since, new Date())).not.toBeNull();
});

it('[HELD-4] the number is for what is older than two seconds, and at least two laptops', () => {
  log.write(me, 'acts');
  acknowledged.noteHeld(1, [{ stream: 'acts', seq: 1 }]);
  seconds(3);
  expect(own.state().savedOn).toBeNull();
  acknowledged.noteHeld(4, []);
  expect(own.state().savedOn).toBe(4);
  log.write(me, 'acts');
  expect(own.state().savedOn).toBe(4);
  seconds(2);
  expect(own.state().savedOn).toBeNull();
  acknowledged.noteHeld(3, [{ stream: 'acts', seq: 2 }]);
  expect(own.state().savedOn).toBe(3);
});

it('tells again when time alone has changed the state', () => {
  const told = vi.fn();
  own.onChange(told);
  log.write(me, 'acts');
  expect(told).toHaveBeenCalledTimes(1);
  seconds(3);
  expect(told).toHaveBeenCalledTimes(2);
});
