import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PATIENCE, settle, unsettled, type Settled } from './settled.ts';

const same = (a: string, b: string) => a === b;
const calm = (value: string) => value !== 'reconnecting';

/** What is shown after each of these, with the clock at that second. */
function shown(events: readonly (readonly [second: number, value: string, since?: number])[]): (string | null)[] {
  let settled: Settled<string> = unsettled;
  return events.map(([second, value, since]) => {
    settled = settle(settled, value, {
      now: second * 1000,
      since: since === undefined ? null : since * 1000,
      same,
      calm,
    });
    return settled.shown;
  });
}

describe('what is shown of a state that may flicker', () => {
  it('is the first one at once, unless that is a wait', () => {
    expect(shown([[0, 'connected']])).toEqual(['connected']);
    expect(
      shown([
        [0, 'reconnecting'],
        [0.5, 'connected'],
      ]),
    ).toEqual([null, 'connected']);
    expect(
      shown([
        [0, 'reconnecting'],
        [2, 'reconnecting'],
      ]),
    ).toEqual([null, 'reconnecting']);
  });

  it('is not changed by a blip, down or up', () => {
    expect(
      shown([
        [0, 'connected'],
        [5, 'reconnecting'],
        [6.9, 'reconnecting'],
        [6.95, 'connected'],
        [8, 'reconnecting'],
        [9.9, 'reconnecting'],
        [10, 'reconnecting'],
        [11, 'connected'],
        [12.9, 'connected'],
        [12.95, 'reconnecting'],
        [13, 'connected'],
        [15, 'connected'],
      ]),
    ).toEqual([...Array<string>(6).fill('connected'), ...Array<string>(5).fill('reconnecting'), 'connected']);
  });

  it('is told at once when it had lasted before it was noticed', () => {
    expect(
      shown([
        [0, 'connected'],
        [10, 'reconnecting', 7],
      ]),
    ).toEqual(['connected', 'reconnecting']);
    // A clock that was set back proves nothing.
    expect(
      shown([
        [0, 'connected'],
        [10, 'reconnecting', 50],
        [11, 'reconnecting', 50],
        [12, 'reconnecting', 50],
      ]),
    ).toEqual(['connected', 'connected', 'connected', 'reconnecting']);
  });

  it('was true within the last two seconds, and stays for two seconds, whatever happens', () => {
    const TICK = 100;
    const lasting = fc.tuple(
      fc.integer({ min: 1, max: 40 }),
      fc.constantFrom('connected', 'reconnecting', 'refused', 'alone'),
    );
    fc.assert(
      fc.property(fc.array(lasting, { maxLength: 40 }), (steps) => {
        const values = steps.flatMap(([ticks, value]) => Array<string>(ticks).fill(value));
        let settled: Settled<string> = unsettled;
        let changedAt = -Infinity;
        for (const [tick, value] of values.entries()) {
          const before = settled.shown;
          settled = settle(settled, value, { now: tick * TICK, same, calm });
          const recent = values.slice(Math.max(0, tick - PATIENCE / TICK), tick + 1);
          if (settled.shown === null) expect(recent.length).toBeLessThanOrEqual(PATIENCE / TICK);
          else expect(recent).toContain(settled.shown);
          if (settled.shown === before) continue;
          if (before !== null) expect(tick - changedAt).toBeGreaterThanOrEqual(PATIENCE / TICK);
          changedAt = tick;
        }
      }),
    );
  });
});
