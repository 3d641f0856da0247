import { describe, expect, it } from 'vitest';
import { PAPER_CHUNK_BYTES as CHUNK_BYTES } from '../../../common/collab/plan.ts';
import { createChunkReader } from './chunk-reader.ts';

const COUNT = 12;
const TOTAL = (COUNT - 1) * CHUNK_BYTES + 1000;
const paper = new Uint8Array(TOTAL).map((_, at) => (at * 31 + Math.floor(at / CHUNK_BYTES)) % 251);
const chunkOf = (index: number) => paper.slice(index * CHUNK_BYTES, (index + 1) * CHUNK_BYTES);
const settled = () => new Promise((resolve) => setTimeout(resolve));

/** Chunks come when the test says so. */
function arriving(signal = new AbortController().signal) {
  const asked: number[] = [];
  const open = new Map<number, (bytes: Uint8Array | null) => void>();
  const failing = new Map<number, (error: Error) => void>();
  const reader = createChunkReader(
    TOTAL,
    (chunk) => {
      asked.push(chunk);
      return new Promise((resolve, reject) => {
        open.set(chunk, resolve);
        failing.set(chunk, reject);
      });
    },
    signal,
  );
  const answer = async (chunk: number, bytes: Uint8Array | null) => {
    open.get(chunk)?.(bytes);
    await settled();
  };
  return { reader, asked, answer, fail: (chunk: number) => failing.get(chunk)?.(new Error('withdrawn')) };
}

describe('reading a paper that is still coming', () => {
  it('gives the bytes once their chunks are here, each asked for once', async () => {
    const { reader, asked, answer } = arriving();
    const across = reader.read(CHUNK_BYTES - 10, 2 * CHUNK_BYTES + 10);
    const within = reader.read(CHUNK_BYTES + 5, CHUNK_BYTES + 6);
    for (const chunk of [0, 1, 2]) await answer(chunk, chunkOf(chunk));
    expect(await across).toEqual(paper.slice(CHUNK_BYTES - 10, 2 * CHUNK_BYTES + 10));
    expect(await within).toEqual(paper.slice(CHUNK_BYTES + 5, CHUNK_BYTES + 6));
    expect(await reader.read(100, 200)).toEqual(paper.slice(100, 200));
    expect(asked.toSorted()).toEqual([0, 1, 2]);
    const end = reader.read(TOTAL - 5, TOTAL);
    await answer(COUNT - 1, chunkOf(COUNT - 1));
    expect(await end).toEqual(paper.slice(TOTAL - 5));
  });

  it('asks again for what is not here yet, and for the newest wish first', async () => {
    const { reader, asked, answer } = arriving();
    for (let chunk = 0; chunk < 8; chunk++) void reader.read(chunk * CHUNK_BYTES, chunk * CHUNK_BYTES + 1);
    expect(asked).toEqual([0, 1, 2, 3]);
    // Somebody has gone back to page 5, whose bytes were wanted before.
    void reader.read(5 * CHUNK_BYTES, 5 * CHUNK_BYTES + 1);
    await answer(0, null);
    await answer(1, null);
    await answer(2, chunkOf(2));
    expect(asked).toEqual([0, 1, 2, 3, 5, 7, 6]);
  });

  it('tells whether bytes are waited for', async () => {
    const { reader, answer } = arriving();
    expect(reader.waits()).toBe(false);
    let told = false;
    void reader.waiting().then(() => (told = true));
    await settled();
    expect(told).toBe(false);
    const read = reader.read(0, 1);
    expect(reader.waits()).toBe(true);
    await reader.waiting();
    expect(told).toBe(true);
    await answer(0, chunkOf(0));
    await read;
    expect(reader.waits()).toBe(false);
  });

  it('fails for good when the paper will never come, and asks no more when it is closed', async () => {
    const lost = arriving();
    const reads = [0, 1].map((chunk) => lost.reader.read(chunk * CHUNK_BYTES, chunk * CHUNK_BYTES + 1));
    lost.fail(0);
    for (const read of reads) await expect(read).rejects.toThrow('withdrawn');
    await expect(lost.reader.read(3 * CHUNK_BYTES, 3 * CHUNK_BYTES + 1)).rejects.toThrow('withdrawn');
    expect(lost.reader.waits()).toBe(false);

    const closing = new AbortController();
    const closed = arriving(closing.signal);
    void closed.reader.read(0, 1);
    closing.abort();
    await closed.answer(0, null);
    expect(closed.asked).toEqual([0]);
  });
});
