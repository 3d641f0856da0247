import { describe, expect, it } from 'vitest';
import { asMemberId } from '../domain/ids.ts';
import type { Answer } from './carrier.ts';
import { createClaims } from './claims.ts';

const uuid = (n: number) => asMemberId(`00000000-0000-4000-8000-${String(n).padStart(12, '0')}`);
const [liar, other, third] = [uuid(1), uuid(2), uuid(3)];
const [there, elsewhere, beyond] = ['10.0.0.1:7443', '10.0.0.2:7443', '10.9.0.3:7443'];
const says = (by: typeof liar, served?: typeof liar): Answer => ({
  by,
  state: served ? 'joined' : 'seeking',
  epoch: null,
  carrier: null,
  served,
});
const carries: Answer = {
  by: liar,
  state: 'carrying',
  epoch: { n: 9, member: liar, device: 'device-1' },
  carrier: null,
};

/** One that was turned away for two seconds. */
function turnedAway() {
  const doubts: number[] = [];
  const claims = createClaims({
    near: (address) => address.startsWith('10.0.'),
    onDoubt: (_, milliseconds) => doubts.push(milliseconds),
  });
  for (const now of [0, 1000, 2000]) claims.heard(carries, there, now, true);
  return { claims, doubts };
}

describe('[TAKE-12] what somebody says of carrying the meeting', () => {
  it('counts until somebody else says that they are not served either, and again after 20 s', () => {
    const { claims, doubts } = turnedAway();
    expect([claims.count(liar, 2000), claims.suspectAt(there, 2000)]).toEqual([true, true]);
    claims.heard(says(other), elsewhere, 3000, true);
    expect([claims.count(liar, 3000), claims.countAt(there, 3000), claims.countAt(elsewhere, 3000)]).toEqual([
      false,
      false,
      true,
    ]);
    expect([claims.undecided(4999), claims.undecided(5000)]).toEqual([true, false]);
    expect([claims.count(liar, 22_999), claims.count(liar, 23_000)]).toEqual([false, true]);
    expect(doubts).toEqual([20_000]);
  });

  it('counts for nothing twice as long each time more, two minutes at most', () => {
    const { claims, doubts } = turnedAway();
    for (let now = 3000; doubts.length < 5; now += 1000) {
      claims.heard(says(other), elsewhere, now, true);
      claims.heard(carries, there, now, true);
    }
    expect(doubts).toEqual([20_000, 40_000, 80_000, 120_000, 120_000]);
  });

  it('counts again at once when another member is served by them, not when they say so themselves', () => {
    const { claims } = turnedAway();
    claims.heard(says(other), elsewhere, 3000, true);
    claims.heard(says(liar, liar), beyond, 3500, true);
    expect(claims.count(liar, 3500)).toBe(false);
    claims.heard(says(third, liar), beyond, 4000, true);
    expect(claims.count(liar, 4000)).toBe(true);
    for (const now of [5000, 6000, 7000, 8000]) claims.heard(carries, there, now, true);
    claims.heard(says(other), elsewhere, 9000, true);
    expect(claims.count(liar, 9000)).toBe(true);
  });

  it('is not doubted because of who has just been let in there', () => {
    const { claims } = turnedAway();
    claims.heard({ ...says(other), state: 'joined', epoch: carries.epoch }, elsewhere, 3000, true);
    expect(claims.count(liar, 3000)).toBe(true);
  });

  it.each([
    [there, false],
    [beyond, true],
  ])('when links to %s are lost at once again and again: counts %s', (address, counts) => {
    const claims = createClaims({ near: (one) => one.startsWith('10.0.') });
    for (const now of [0, 1000, 2000, 3000, 4000, 5000]) {
      claims.joined(liar, address, now);
      claims.lost(now + 500, false);
    }
    claims.heard(says(other), elsewhere, 6000, true);
    expect(claims.count(liar, 6000)).toBe(counts);
  });

  it('counts as before once they have served for five seconds', () => {
    const { claims } = turnedAway();
    claims.joined(liar, there, 3000);
    expect([claims.served(7999), claims.served(8000)]).toEqual([undefined, liar]);
    claims.lost(8000, false);
    claims.heard(says(other), elsewhere, 8500, true);
    expect(claims.count(liar, 8500)).toBe(true);
  });

  it('counts for who waits to be let in less than twenty seconds', () => {
    const claims = createClaims({ near: () => false });
    claims.heard(says(other), elsewhere, 15_000, true);
    for (const now of [0, 5000, 19_000]) claims.heard(carries, there, now, false);
    expect(claims.count(liar, 19_000)).toBe(true);
    claims.heard(carries, there, 20_000, false);
    expect(claims.count(liar, 20_000)).toBe(false);
  });
});
