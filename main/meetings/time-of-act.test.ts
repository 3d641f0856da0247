import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Act } from '../../common/acts/acts.ts';
import { asMemberId, asSha256 } from '../../common/domain/ids.ts';
import { inOrder } from '../../common/domain/reduce-acts.ts';
import { timeOfAct } from './time-of-act.ts';

const HOUR = 3_600_000;
const NOW = new Date('2026-11-22T02:00:00.000Z');
const person = (index: number) => asMemberId(`00000000-0000-4000-8000-00000000000${index}`);
const after = (milliseconds: number) => new Date(NOW.getTime() + milliseconds).toISOString();
const at = (...times: number[]) => times.map((ahead, index) => ({ author: person(index), time: after(ahead) }));
const nobody = { now: NOW, leads: () => false };

test('[ORD-2] an act has the time of its laptop when what is known is older', () => {
  expect(timeOfAct([], nobody)).toBe(after(0));
  expect(timeOfAct(at(-1, -HOUR), nobody)).toBe(after(0));
});

test('[ORD-2] it is a millisecond later than the latest known act, also when that one is of the same millisecond', () => {
  expect(timeOfAct(at(0), nobody)).toBe(after(1));
  expect(timeOfAct(at(-1, 5 * 60_000, 0), nobody)).toBe(after(5 * 60_000 + 1));
});

test('[ORD-2] a member more than a day ahead is not followed, who runs the meeting is', () => {
  expect(timeOfAct(at(24 * HOUR, 24 * HOUR + 1), nobody)).toBe(after(24 * HOUR + 1));
  expect(timeOfAct(at(400 * 24 * HOUR, -1), nobody)).toBe(after(0));
  expect(timeOfAct(at(400 * 24 * HOUR, 2), { now: NOW, leads: (member) => member === person(0) })).toBe(
    after(400 * 24 * HOUR + 1),
  );
});

test('[ORD-1] [ORD-2] whatever the clocks show and whoever has heard of what, an act counts after all that its author knew', () => {
  const step = fc.record({
    author: fc.nat(3),
    /** What the author's clock shows: set back, stopped, ahead, or the same as others' to the millisecond. */
    clock: fc.oneof(fc.integer({ min: -11 * HOUR, max: 11 * HOUR }), fc.integer({ min: 0, max: 3 })),
    /** From whom everything has just come. */
    hears: fc.array(fc.nat(3)),
  });
  fc.assert(
    fc.property(fc.array(step, { minLength: 2, maxLength: 40 }), (steps) => {
      const acts: Act[] = [];
      const known = [0, 1, 2, 3].map(() => new Set<Act>());
      const answered = new Map<Act, readonly Act[]>();
      for (const { author, clock, hears } of steps) {
        const own = known[author]!;
        for (const other of hears) for (const act of known[other]!) own.add(act);
        const time = timeOfAct([...own], { now: new Date(NOW.getTime() + clock), leads: () => false });
        const seq = acts.filter((act) => act.author === person(author)).length + 1;
        const hash = asSha256(acts.length.toString(16).padStart(64, '0'));
        const act = { kind: 'checked-in', body: { how: 'remote' }, hash, author: person(author), seq, time } as Act;
        answered.set(act, [...own]);
        acts.push(act);
        own.add(act);
      }
      const place = new Map(inOrder(acts).map((act, index) => [act, index]));
      for (const [act, before] of answered)
        for (const earlier of before) expect(place.get(act)).toBeGreaterThan(place.get(earlier)!);
    }),
  );
});
