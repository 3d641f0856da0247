import { describe, expect, it, test } from 'vitest';
import { certificateCourse, datedProblem } from './certificate-course.ts';

const dates = { from: '2026-01-01T00:00:00.000Z', until: '2028-01-01T00:00:00.000Z' };
const at = (time: string) => certificateCourse(dates, Date.parse(time));

describe('[CERT-1] the end of a certificate is told from 30 days before', () => {
  it.each([
    ['2025-12-31T23:59:59Z', 'early'],
    ['2026-01-01T00:00:00Z', 'good'],
    ['2027-12-01T23:59:59Z', 'good'],
    ['2027-12-02T00:00:00Z', 'ending'],
    ['2028-01-01T00:00:00Z', 'ending'],
    ['2028-01-01T00:00:01Z', 'ended'],
  ])('%s: %s', (time, course) => expect(at(time)).toBe(course));
});

test('[CERT-4] a refusal is explained by the own certificate only where its dates do, and by the clock where that is likelier', () => {
  expect(datedProblem('certificate-refused', 'ended')).toBe('own-certificate-ended');
  expect(datedProblem('carrier-out-of-date', 'ended')).toBe('own-clock-doubtful');
  for (const problem of ['certificate-refused', 'carrier-out-of-date'])
    expect(datedProblem(problem, 'early')).toBe('own-clock-behind');
  for (const course of ['good', 'ending'] as const)
    for (const problem of ['certificate-refused', 'carrier-out-of-date'])
      expect(datedProblem(problem, course)).toBe(problem);
  for (const problem of ['unreachable', 'carrier-refused', 'meeting-unknown'])
    for (const course of ['early', 'ended'] as const) expect(datedProblem(problem, course)).toBe(problem);
});
