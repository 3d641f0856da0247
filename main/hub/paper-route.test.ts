import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseRange } from './paper-route.ts';

describe('byte ranges', () => {
  it('always lie within the paper', () => {
    const header = fc.oneof(fc.string(), fc.stringMatching(/^bytes=\d{0,18}-\d{0,18}$/));
    fc.assert(
      fc.property(header, fc.integer({ min: 1, max: 2 ** 40 }), (text, size) => {
        const range = parseRange(text, size);
        if (typeof range === 'string') return;
        expect(range.start).toBeGreaterThanOrEqual(0);
        expect(range.end).toBeLessThan(size);
        expect(range.start).toBeLessThanOrEqual(range.end);
      }),
    );
  });
});
