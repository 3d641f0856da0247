import { describe, expect, it } from 'vitest';
import type { Connection } from '../../common/contract/requests.ts';
import { asAgendaItemId, asMemberId, asMotionId } from '../../common/domain/ids.ts';
import type { MeetingState } from '../../common/domain/meeting-state.ts';
import { followOwnClock } from './own-clock.ts';

const member = asMemberId('11111111-0000-4000-8000-000000000000');
const chair = asMemberId('22222222-0000-4000-8000-000000000000');
const [one, two] = [asAgendaItemId('1'), asAgendaItemId('2')];
const START = Date.parse('2026-11-23T01:00:00Z');
/** So many seconds after the beginning. */
const at = (seconds: number): string => new Date(START + seconds * 1000).toISOString();

const stateWith = (change: Partial<MeetingState>): MeetingState =>
  ({ items: {}, currentItem: null, motions: [], floor: null, ...change }) as MeetingState;
const floorGiven = (said: string): MeetingState => stateWith({ floor: { member, since: said, limitSeconds: 300 } });
const item = (id: typeof one, openedAt: string) => ({
  [id]: { item: id, ordinal: 1, title: '', openedAt, closedAt: null, conclusion: null },
});

const connected = (change: Partial<Connection> = {}) =>
  ({ role: 'member', state: 'connected', since: at(0), clockAhead: 0, online: [], ...change }) as const;

describe('what windows count from', () => {
  it.each([
    ['the own clock is ten minutes behind', 600],
    ['the own clock is ten minutes ahead', -600],
  ])('[ORD-3] began when it arrived, although %s', (_, off) => {
    let now = START + 60_000;
    const times = followOwnClock(() => new Date(now));
    times(stateWith({}), connected({ clockAhead: off }));
    now += 40_000;
    const given = floorGiven(at(100 + off));
    expect(times(given, connected()).floor).toBe(at(100));
    now += 30_000;
    expect(times(given, connected()).floor).toBe(at(100));
  });

  it('[ORD-3] began at the same second everywhere where clocks agree', () => {
    const times = followOwnClock(() => new Date(START + 100_700));
    times(stateWith({}), connected());
    expect(times(floorGiven(at(100)), connected()).floor).toBe(at(100));
  });

  it('[ORD-4] began as the act says, by the clock of the laptop that carries the meeting, for who comes later', () => {
    for (const how of [connected({ clockAhead: 600 }), connected({ clockAhead: 600, since: at(99) })]) {
      const times = followOwnClock(() => new Date(START + 100_000));
      if (how.since === at(99)) times(stateWith({}), how);
      expect(times(floorGiven(at(640)), how).floor).toBe(at(40));
    }
  });

  it.each([['the laptop that carries the meeting', 'host'] as const, ['one that is linked to it', 'member'] as const])(
    '[ORD-4] began long ago for %s when those who were apart come back and bring it',
    (_, role) => {
      let now = START + 100_000;
      const times = followOwnClock(() => new Date(now));
      const with_ = (online: (typeof member)[]) => connected({ role, online, clockAhead: role === 'host' ? null : 0 });
      times(stateWith({}), with_([member]));
      now += 60_000;
      times(stateWith({}), with_([member, chair]));
      now += 1000;
      expect(times(floorGiven(at(40)), with_([member, chair])).floor).toBe(at(40));
      // What they do from then on began when it arrived, though their clocks are behind.
      now += 10_000;
      expect(times(floorGiven(at(50)), with_([member, chair])).floor).toBe(at(171));
    },
  );

  it('[ORD-3] began when it arrived, although somebody has just come, when the act says that it is yet to begin', () => {
    const times = followOwnClock(() => new Date(START + 100_000));
    times(stateWith({}), connected());
    expect(times(floorGiven(at(700)), connected({ online: [chair] })).floor).toBe(at(100));
  });

  it('[ORD-4] never begins in the future', () => {
    const times = followOwnClock(() => new Date(START));
    expect(times(floorGiven(at(3600)), connected({ clockAhead: null })).floor).toBe(at(0));
  });

  it('is a time, whatever the carrying laptop says of its clock', () => {
    const times = followOwnClock(() => new Date(START));
    const farthest = 8.64e12 - START / 1000;
    for (const clockAhead of [farthest, -farthest]) {
      const { floor } = times(floorGiven('0001-01-01T00:00:00.000Z'), connected({ clockAhead }));
      expect(Date.parse(floor ?? '')).not.toBeNaN();
    }
  });

  it('is of the floor that is given now, of the item since it was first opened, and of the last result', () => {
    let now = START + 100_000;
    const times = followOwnClock(() => new Date(now));
    times(stateWith({ items: item(one, at(10)), currentItem: one }), connected());
    now += 600_000;
    const both = { ...item(one, at(10)), ...item(two, at(100)) };
    expect(times(stateWith({ items: both, currentItem: two }), connected()).item).toBe(at(700));
    now += 600_000;
    expect(times(stateWith({ items: both, currentItem: one }), connected()).item).toBe(at(10));
    expect(times(floorGiven(at(1)), connected()).floor).toBe(at(1300));
    now += 1000;
    expect(times(floorGiven(at(2)), connected()).floor).toBe(at(1301));
    const motion = { motion: asMotionId('v'), closedAt: at(5) } as MeetingState['motions'][number];
    expect(times(stateWith({ motions: [motion] }), { ...connected(), role: 'host' }).result).toBe(at(1301));
    expect(times(stateWith({}), connected())).toEqual({ floor: null, item: null, result: null });
  });
});
