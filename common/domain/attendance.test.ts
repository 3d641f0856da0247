import { expect, test } from 'vitest';
import {
  CHAIR,
  convened,
  GUEST,
  MEMBERS,
  opened,
  reasons,
  SECRETARY,
  state,
  STRANGER,
} from '../../tests/fixtures/written-acts.ts';
import type { Act } from '../acts/acts.ts';

const LEAVER = MEMBERS[0]!;
const of = (acts: readonly Act[]) => state(acts).attendance[LEAVER];
const at = (time: string) => `2026-01-05T${time}.000Z`;

test('[ATT-5] somebody is there from when they first came, however often and in which way that is said', () => {
  const written = convened();
  written.act(LEAVER, 'checked-in', { how: 'in-person' }, at('01:10:00'));
  written.act(SECRETARY, 'attendance-recorded', { member: LEAVER, status: 'remote', reason: '' }, at('01:20:00'));
  expect(of(written.acts)).toMatchObject({ status: 'remote', since: at('01:20:00') });
  expect(of(written.acts)?.stays).toEqual([{ how: 'remote', from: at('01:10:00'), to: null }]);
});

test('[ATT-5] absent means that they were never there, represented too: nothing is kept of what was said before', () => {
  for (const status of ['absent', 'represented'] as const) {
    const written = opened();
    written.act(SECRETARY, 'attendance-recorded', { member: LEAVER, status, reason: '' });
    expect(of(written.acts)).toMatchObject({ status, stays: [] });
    expect(state(written.acts).openingQuorum).toMatchObject({ present: 6, total: 7 });
    written.act(SECRETARY, 'left-early', { member: LEAVER, at: null });
    expect(reasons(written.acts)).toEqual(['not-checked-in']);
  }
});

test('[ATT-6] who left is there from arrival to leaving and counts among those here no more', () => {
  const written = opened();
  const from = of(written.acts)?.stays[0]?.from;
  written.act(SECRETARY, 'left-early', { member: LEAVER, at: at('01:15:00') }, at('01:20:00'));
  expect(of(written.acts)).toMatchObject({ status: 'left', since: at('01:15:00'), recordedBy: SECRETARY });
  expect(of(written.acts)?.stays).toEqual([{ how: 'in-person', from, to: at('01:15:00') }]);
  const now = state(written.acts);
  expect(now.quorum).toMatchObject({ present: 6, total: 7 });
  expect(now.openingQuorum).toEqual({ present: 7, total: 7, required: 5, met: true, reached: null });
});

test('[ATT-6] nobody leaves before they came or the meeting opened, nor later than it is said', () => {
  const leaving = (time: string) => {
    const written = opened();
    written.act(SECRETARY, 'left-early', { member: LEAVER, at: at(time) }, at('01:20:00'));
    return of(written.acts)?.since;
  };
  const openedAt = state(opened().acts).openedAt;
  expect(leaving('00:00:00')).toBe(openedAt);
  const atOnce = opened();
  atOnce.act(SECRETARY, 'left-early', { member: LEAVER, at: at('00:00:00') });
  expect(state(atOnce.acts).openingQuorum).toMatchObject({ present: 7, total: 7 });
  expect(leaving('01:10:00')).toBe(at('01:10:00'));
  expect(leaving('03:00:00')).toBe(at('01:20:00'));
  const late = convened();
  late.act(CHAIR, 'meeting-opened', {});
  late.act(LEAVER, 'checked-in', { how: 'in-person' }, at('01:10:00'));
  late.act(SECRETARY, 'left-early', { member: LEAVER, at: at('01:05:00') }, at('01:20:00'));
  expect(of(late.acts)?.since).toBe(at('01:10:00'));
});

test('[ATT-6] the time is corrected, the leaving taken back, and who comes back has two stays', () => {
  const written = opened();
  const from = of(written.acts)?.stays[0]?.from;
  written.act(SECRETARY, 'left-early', { member: LEAVER, at: at('01:15:00') }, at('01:20:00'));
  written.act(CHAIR, 'left-early', { member: LEAVER, at: at('01:18:00') }, at('01:21:00'));
  expect(of(written.acts)?.stays).toEqual([{ how: 'in-person', from, to: at('01:18:00') }]);
  written.act(SECRETARY, 'left-early', { member: LEAVER, at: null }, at('01:22:00'));
  expect(of(written.acts)).toMatchObject({ status: 'in-person', stays: [{ how: 'in-person', from, to: null }] });
  written.act(SECRETARY, 'left-early', { member: LEAVER, at: at('01:30:00') }, at('01:30:00'));
  written.act(LEAVER, 'checked-in', { how: 'remote' }, at('01:40:00'));
  expect(of(written.acts)).toMatchObject({ status: 'remote' });
  expect(of(written.acts)?.stays).toEqual([
    { how: 'in-person', from, to: at('01:30:00') },
    { how: 'remote', from: at('01:40:00'), to: null },
  ]);
});

test('[ATT-6] only the office says so, of somebody who attends, while the meeting is open', () => {
  const early = convened();
  early.act(LEAVER, 'checked-in', { how: 'in-person' });
  early.act(SECRETARY, 'left-early', { member: LEAVER, at: at('01:15:00') });
  expect(reasons(early.acts)).toEqual(['wrong-phase']);
  const written = opened();
  written.act(LEAVER, 'left-early', { member: LEAVER, at: at('01:15:00') });
  written.act(SECRETARY, 'left-early', { member: GUEST, at: at('01:15:00') });
  written.act(SECRETARY, 'left-early', { member: STRANGER, at: at('01:15:00') });
  written.act(CHAIR, 'meeting-closed', {});
  written.act(SECRETARY, 'left-early', { member: LEAVER, at: at('01:15:00') });
  expect(reasons(written.acts)).toEqual(['not-allowed', 'not-checked-in', 'not-in-roster', 'wrong-phase']);
  expect(of(written.acts)?.status).toBe('in-person');
});

test('[QUO-3] a quorum that was short at the opening is told with when it was reached, also when some left since', () => {
  const written = convened();
  const [first, second, third] = MEMBERS.slice(1);
  for (const member of [CHAIR, SECRETARY, LEAVER, first!]) written.act(member, 'checked-in', { how: 'in-person' });
  written.act(CHAIR, 'meeting-opened', {});
  const short = { present: 4, total: 7, required: 5, met: false };
  expect(state(written.acts).openingQuorum).toEqual({ ...short, reached: null });
  written.act(second!, 'checked-in', { how: 'remote' }, at('01:10:00'));
  written.act(third!, 'checked-in', { how: 'remote' }, at('01:11:00'));
  const reached = { present: 5, total: 7, required: 5, met: true, at: at('01:10:00') };
  expect(state(written.acts).openingQuorum).toEqual({ ...short, reached });
  for (const member of [LEAVER, first!, third!])
    written.act(SECRETARY, 'left-early', { member, at: at('01:20:00') }, at('01:20:00'));
  expect(state(written.acts)).toMatchObject({ quorum: { present: 3 }, openingQuorum: { ...short, reached } });
  // One of those who made it was never there.
  written.act(SECRETARY, 'attendance-recorded', { member: first!, status: 'absent', reason: '' }, at('01:21:00'));
  expect(state(written.acts).openingQuorum).toMatchObject({
    present: 3,
    reached: { at: at('01:11:00'), present: 5 },
  });
});

test('[QUO-3] it is counted by the roster of that time', () => {
  const written = opened();
  const { roster } = state(written.acts);
  written.act(CHAIR, 'roster-changed', { roster: roster.slice(0, 4) }, at('01:10:00'));
  expect(state(written.acts)).toMatchObject({ quorum: { total: 4 }, openingQuorum: { present: 7, total: 7 } });
});
