import fc from 'fast-check';
import { expect, it } from 'vitest';
import { BLOCK_BYTES, createBlockReader } from './block-reader.ts';

const byteAt = (offset: number): number => (offset * 2_654_435_761) % 251;
const file = (begin: number, end: number): Uint8Array =>
  Uint8Array.from({ length: end - begin }, (_, i) => byteAt(begin + i));

it('gives exactly the bytes that were asked for', async () => {
  const total = 3 * BLOCK_BYTES + 12_345;
  const read = createBlockReader(total, (begin, end) => Promise.resolve(file(begin, end)));
  const place = fc.integer({ min: 0, max: total - 1 });
  await fc.assert(
    fc.asyncProperty(place, fc.integer({ min: 1, max: 100_000 }), async (begin, length) => {
      const end = Math.min(total, begin + length);
      expect(await read(begin, end)).toEqual(file(begin, end));
    }),
    { numRuns: 30 },
  );
  const across = await read(BLOCK_BYTES - 10, 2 * BLOCK_BYTES + 10);
  expect(across.length).toBe(BLOCK_BYTES + 20);
  expect([across[0], across.at(-1)]).toEqual([byteAt(BLOCK_BYTES - 10), byteAt(2 * BLOCK_BYTES + 9)]);
});

it('reads a long file once, in few requests and ahead, and never past its end', async () => {
  const total = 100 * BLOCK_BYTES + 1;
  const asked: number[] = [];
  const read = createBlockReader(total, (begin, end) => {
    expect(end).toBeLessThanOrEqual(total);
    asked.push(begin / BLOCK_BYTES);
    return Promise.resolve(new Uint8Array(end - begin));
  });
  for (let page = 0; page < 500; page += 1)
    await read(Math.floor((page * total) / 500), Math.floor((page * total) / 500) + 500);
  expect(asked).toEqual(Array.from({ length: 101 }, (_, index) => index));
});

it('tries a failed block again', async () => {
  let attempts = 0;
  const read = createBlockReader(1000, (begin, end) => {
    attempts += 1;
    return attempts === 1 ? Promise.reject(new Error('disk')) : Promise.resolve(new Uint8Array(end - begin));
  });
  await expect(read(0, 10)).rejects.toThrow('disk');
  expect((await read(0, 10)).length).toBe(10);
});
