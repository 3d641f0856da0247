import { expect, test } from 'vitest';
import { BODY_PRESETS } from '../domain/body-rules.ts';
import { asMeetingId, asMemberId } from '../domain/ids.ts';
import { reduceActs } from '../domain/reduce-acts.ts';
import type { MeetingState } from '../domain/meeting-state.ts';
import type { RosterEntry } from '../domain/roster.ts';
import type { Act } from '../acts/acts.ts';
import { isPossibleStart, notYetSummoned } from './summons.ts';

const person = (n: number, role: RosterEntry['role']): RosterEntry => ({
  member: asMemberId(`00000000-0000-4000-8000-${String(n).padStart(12, '0')}`),
  name: `Người ${n}`,
  position: '',
  role,
  voting: true,
});
const people = [person(1, 'chair'), person(2, 'secretary')];
const meta = {
  title: 'Họp',
  kind: 'x',
  start: '2026-11-23T08:00:00+07:00',
  place: 'P1',
  rules: BODY_PRESETS['peoples-committee'],
};

function convened(): MeetingState {
  const { member } = people[1]!;
  const body = {
    ...meta,
    nonce: 'AAAAAAAAAAAAAAAAAAAAAA',
    organisation: { name: 'UBND', parent: '', symbol: '' },
    roster: people,
  };
  const act = { kind: 'meeting-convened', author: member, seq: 1, time: '2026-11-20T08:00:00Z', hash: '', body };
  return reduceActs(asMeetingId('a'.repeat(26)), [act as unknown as Act], () => true)!;
}

test('[CON-5] a plan is summoned for until its title, kind, time, place or people change, in whatever order they stand', () => {
  const state = convened();
  expect(notYetSummoned({ meta, people }, state)).toEqual({ details: false, people: false });
  expect(notYetSummoned({ meta: { ...meta, relay: 'h:1' }, people: people.toReversed() }, state)).toEqual({
    details: false,
    people: false,
  });
  for (const change of [{ title: 'Họp khác' }, { kind: 'y' }, { start: '2026-11-23T14:00:00+07:00' }, { place: 'P2' }])
    expect(notYetSummoned({ meta: { ...meta, ...change }, people }, state)).toEqual({ details: true, people: false });
  for (const other of [
    people.slice(1),
    [...people, person(3, 'guest')],
    [{ ...people[0]!, voting: false }, people[1]!],
    [{ ...people[0]!, role: 'member' as const }, people[1]!],
  ])
    expect(notYetSummoned({ meta, people: other }, state)).toEqual({ details: false, people: true });
  const over = { ...state, phase: 'closed' as const };
  expect(notYetSummoned({ meta: { ...meta, title: 'Sau' }, people }, over).details).toBe(false);
});

test('a start is possible in the years in which meetings are, whatever was typed', () => {
  const starts = ['2026-11-23', '2000-01-02', '2099-12-31', '0027-11-23', '1999-11-23', '2207-11-23', '9999-11-23'];
  expect(starts.filter((day) => isPossibleStart(`${day}T08:00:00+07:00`))).toEqual(starts.slice(0, 3));
  expect(['', 'soon', '+012027-01-01T08:00:00+07:00'].some(isPossibleStart)).toBe(false);
});
