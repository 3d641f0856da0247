import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { BODY_PRESETS, type Choice } from './body-rules.ts';
import { approvalsNeeded, tally } from './tally.ts';

const committee = BODY_PRESETS['peoples-committee'].vote;
const council = BODY_PRESETS['peoples-council'].vote;
const times = (choice: Choice, n: number): Choice[] => Array.from({ length: n }, () => choice);

test('[VOTE-1] more than half is the least whole number above half', () => {
  expect([1, 2, 6, 7, 25].map((n) => approvalsNeeded(n, 'more-than-half'))).toEqual([1, 2, 4, 4, 13]);
});

test('[VOTE-2] two thirds are rounded up', () => {
  expect([1, 3, 7, 25].map((n) => approvalsNeeded(n, 'two-thirds'))).toEqual([1, 2, 5, 17]);
});

test("[VOTE-3] a tie goes to the chair's side where the body says so", () => {
  const half = [...times('approve', 3), ...times('reject', 3)];
  const sizes = { all: 6, present: 6 };
  expect(tally(committee, half, sizes, 'approve')).toMatchObject({ passed: true, decidedByChair: true });
  expect(tally(committee, half, sizes, 'reject')).toMatchObject({ passed: false, decidedByChair: true });
  expect(tally(committee, half, sizes, undefined)).toMatchObject({ passed: false, decidedByChair: false });
  expect(tally(council, half, sizes, 'approve')).toMatchObject({ passed: false, decidedByChair: false });
});

test('[VOTE-4] the base is all, present or voting', () => {
  const cast = [...times('approve', 3), ...times('reject', 2)];
  const sizes = { all: 9, present: 6 };
  expect(tally({ ...committee, base: 'all' }, cast, sizes, undefined)).toMatchObject({
    base: 9,
    needed: 5,
    passed: false,
  });
  expect(tally({ ...committee, base: 'present' }, cast, sizes, undefined)).toMatchObject({
    base: 6,
    needed: 4,
    passed: false,
  });
  expect(tally({ ...committee, base: 'voting' }, cast, sizes, undefined)).toMatchObject({
    base: 5,
    needed: 3,
    passed: true,
  });
});

test('[VOTE-1] nobody passes a motion of an empty base, and one more approval never fails a passed one', () => {
  expect(tally({ ...committee, base: 'voting' }, [], { all: 0, present: 0 }, undefined).passed).toBe(false);
  fc.assert(
    fc.property(fc.nat(50), fc.nat(50), (approve, reject) => {
      const sizes = { all: 101, present: 101 };
      const passed = tally(
        council,
        [...times('approve', approve), ...times('reject', reject)],
        sizes,
        undefined,
      ).passed;
      const more = tally(
        council,
        [...times('approve', approve + 1), ...times('reject', reject)],
        sizes,
        undefined,
      ).passed;
      expect(!passed || more).toBe(true);
    }),
  );
});
