import { expect, test } from 'vitest';
import { createWorkload } from './workload.ts';

test('[DOC-9] who makes much work at once is served, who goes on gets a third of the time', () => {
  let now = 0;
  const workload = createWorkload(() => now);
  let [worked, rested] = [0, 0];
  for (let turn = 0; turn < 10_000; turn++) {
    now += 8;
    worked += 8;
    const rest = workload.spent(8);
    if (worked < 1000) expect(rest).toBe(0);
    now += rest;
    rested += rest;
  }
  expect(worked / (worked + rested)).toBeGreaterThan(0.3);
  expect(worked / (worked + rested)).toBeLessThan(0.36);
});

test('[DOC-9] one piece of work that took long is paid for soon, and nobody is left unread for long', () => {
  let now = 0;
  const workload = createWorkload(() => now);
  now += 60_000;
  const rests: number[] = [];
  for (let rest = workload.spent(60_000); rest > 0; rest = workload.spent(0)) {
    rests.push(rest);
    now += rest;
  }
  expect(Math.max(...rests)).toBeLessThanOrEqual(500);
  expect(rests.reduce((sum, rest) => sum + rest, 0)).toBeLessThan(10_000);
});
