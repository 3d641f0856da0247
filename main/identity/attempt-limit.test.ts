import { describe, expect, it } from 'vitest';
import { createAttemptLimit } from './attempt-limit.ts';

describe('attempt limit', () => {
  it('shuts one address out after its failures, and only for the window', () => {
    let now = new Date(0);
    const limit = createAttemptLimit({ perAddress: 2, total: 100, windowMs: 1_000 }, () => now);
    limit.failed('192.0.2.1');
    expect(limit.mayTry('192.0.2.1')).toBe(true);
    limit.failed('::ffff:192.0.2.1');
    expect(limit.mayTry('192.0.2.1')).toBe(false);
    expect(limit.mayTry('192.0.2.2')).toBe(true);
    now = new Date(1_000);
    expect(limit.mayTry('192.0.2.1')).toBe(true);
  });

  it('beyond the total lets in only those that have shown a right code', () => {
    const limit = createAttemptLimit({ perAddress: 9, total: 3, windowMs: 1_000 }, () => new Date(0));
    limit.succeeded('192.0.2.9');
    for (const last of [1, 2, 3]) limit.failed(`192.0.2.${last}`);
    expect(limit.mayTry('192.0.2.4')).toBe(false);
    expect(limit.mayTry('192.0.2.9')).toBe(true);
  });
});
