import { describe, expect, it } from 'vitest';
import { asMemberId } from '../domain/ids.ts';
import { createClaims } from './claims.ts';

const one = asMemberId('00000000-0000-4000-8000-000000000001');
const other = asMemberId('00000000-0000-4000-8000-000000000002');

/** Seconds after being followed from which on they count again. */
function waited(claims: ReturnType<typeof createClaims>, from: number): number {
  let second = 1;
  while (!claims.count(one, from + second * 1000)) second++;
  return second;
}

describe('[TAKE-12] who says to carry the meeting', () => {
  it('counts again after a time that doubles, ten minutes at most, each time that who follows is not let in', () => {
    const claims = createClaims();
    let now = 0;
    const waits = Array.from({ length: 9 }, () => {
      claims.followed(one, now);
      expect(claims.count(one, now + 4999)).toBe(true);
      const wait = waited(claims, now + 5000) + 5;
      now += wait * 1000;
      return wait;
    });
    expect(waits).toEqual([20, 40, 80, 160, 320, 600, 600, 600, 600]);
    expect(claims.count(other, now)).toBe(true);
  });

  it('is not followed twice by what is told while a laptop is on its way there', () => {
    const claims = createClaims();
    for (const now of [0, 1000, 4000]) claims.followed(one, now);
    expect(waited(claims, 5000)).toBe(15);
  });

  it('counts no more at once when they refuse, or welcome and leave', () => {
    const refusing = createClaims();
    refusing.refused(one, 0);
    expect(refusing.count(one, 1)).toBe(false);
    const leaving = createClaims();
    leaving.followed(one, 0);
    leaving.joined(one, 100);
    expect(leaving.lost(300)).toBe(false);
    expect(leaving.count(one, 301)).toBe(false);
  });

  it('is believed as before once they have served for a minute', () => {
    const claims = createClaims();
    for (const now of [0, 20_000, 60_000]) claims.followed(one, now);
    claims.joined(one, 60_100);
    expect(claims.lost(120_100)).toBe(true);
    expect(claims.count(one, 120_101)).toBe(true);
    claims.followed(one, 120_200);
    expect(waited(claims, 125_200)).toBe(15);
  });

  it('is gone above ten times at once, then every ten seconds; others are counted for themselves', () => {
    const claims = createClaims();
    const times = (now: number, member = one) =>
      Array.from({ length: 30 }, () => claims.mayOutbid(member, now)).filter(Boolean).length;
    expect([times(0), times(9000), times(10_000), times(40_000), times(500_000)]).toEqual([10, 0, 1, 3, 10]);
    expect(times(500_000, other)).toBe(10);
  });
});
