import fc from 'fast-check';
import { expect, it } from 'vitest';
import { decodeChunks, encodeChunks, MAX_CHUNKS, paperHoldingSchema } from './paper-holding.ts';

it('tells which chunks are here, and nothing beyond', () => {
  fc.assert(
    fc.property(fc.array(fc.boolean(), { maxLength: 200 }), (here) => {
      const text = encodeChunks(here.length, (chunk) => here[chunk] === true);
      const has = decodeChunks(text);
      for (let chunk = 0; chunk < here.length + 50; chunk++) expect(has(chunk)).toBe(here[chunk] === true);
    }),
  );
});

it('is bounded: the largest paper fits, a longer answer is none', () => {
  const answer = (count: number) =>
    paperHoldingSchema.safeParse({ chunks: encodeChunks(count, () => true), coming: [], received: 0, active: true });
  expect(answer(MAX_CHUNKS).success).toBe(true);
  expect(answer(MAX_CHUNKS + 1).success).toBe(false);
});
