import { expect, test } from 'vitest';
import type { Act } from '../../common/acts/acts.ts';
import { certificateCourse } from '../../common/domain/certificate-course.ts';
import { asMemberId } from '../../common/domain/ids.ts';
import { timesOfEntries } from './times-of-entries.ts';

const DAY = 24 * 3_600_000;
const BEGIN = Date.parse('2026-01-05T02:00:00.000Z');
const validity = { from: new Date(BEGIN).toISOString(), until: new Date(BEGIN + 730 * DAY).toISOString() };
const after = (days: number) => new Date(BEGIN + days * DAY);
const chair = asMemberId('00000000-0000-4000-8000-000000000001');

/** Of a laptop whose clock shows that day of the certificate, and that knows an act of the chair of that other day. */
function times(clock: number, act?: number) {
  const acts = act === undefined ? [] : [{ author: chair, time: after(act).toISOString() } as Act];
  const course = (at: Date) => certificateCourse(validity, at.getTime());
  return timesOfEntries({ acts, now: () => after(clock), leads: () => true, course });
}

test('[CERT-7] an entry has a time at which the own certificate counts, or none', () => {
  for (const clock of [0, 400, 730]) {
    expect(times(clock).ofChange()).toBe(after(clock).toISOString());
    expect(times(clock).timely()).toBe(true);
  }
  for (const [clock, code] of [
    [-400, 'own-clock-behind'],
    [731, 'own-certificate-not-valid'],
  ] as const) {
    expect(() => times(clock).ofChange()).toThrow(expect.objectContaining({ code }));
    expect(() => times(clock).ofAct()).toThrow(expect.objectContaining({ code }));
    expect(times(clock).timely()).toBe(false);
  }
});

test('[ORD-2] [CERT-7] an act follows who runs the meeting, but not out of the own certificate', () => {
  expect(times(10, 20).ofAct()).toBe(new Date(after(20).getTime() + 1).toISOString());
  expect(times(-400, 20).ofAct()).toBe(new Date(after(20).getTime() + 1).toISOString());
  expect(times(720, 735).ofAct()).toBe(after(720).toISOString());
  expect(() => times(-400, -390).ofAct()).toThrow(expect.objectContaining({ code: 'own-clock-behind' }));
});
