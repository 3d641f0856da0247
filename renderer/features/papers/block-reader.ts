/** Bytes of one read; large enough that reading in order costs few requests. */
export const BLOCK_BYTES = 1024 * 1024;
/** Blocks kept: 32 MB. */
const KEPT = 32;
/** Blocks fetched ahead once a file is being read in order. */
const AHEAD = 4;

/**
 * Reads a file in large blocks, keeps the latest ones and fetches ahead when they are wanted in order. pdf.js asks for
 * one small piece after the other (for every page's entry, before it shows the first page), so without this a long
 * paper takes as many round trips as it has pages.
 */
export function createBlockReader(
  total: number,
  fetchRange: (begin: number, end: number) => Promise<Uint8Array>,
): (begin: number, end: number) => Promise<Uint8Array> {
  const blocks = new Map<number, Promise<Uint8Array>>();
  const last = Math.floor((total - 1) / BLOCK_BYTES);
  let previous = -1;

  function block(index: number): Promise<Uint8Array> {
    let reading = blocks.get(index);
    if (reading === undefined) {
      reading = fetchRange(index * BLOCK_BYTES, Math.min(total, (index + 1) * BLOCK_BYTES));
      // A failed read is not kept: the next one tries again.
      reading.catch(() => blocks.delete(index));
    }
    // Moves it to the end: a Map keeps the order, and its first entry is the one not used for longest.
    blocks.delete(index);
    blocks.set(index, reading);
    for (const oldest of blocks.keys()) {
      if (blocks.size <= KEPT) break;
      blocks.delete(oldest);
    }
    return reading;
  }

  return async (begin, end) => {
    const first = Math.floor(begin / BLOCK_BYTES);
    const until = Math.floor((end - 1) / BLOCK_BYTES);
    const inOrder = first === previous + 1 || first === previous;
    previous = until;
    const wanted: Promise<Uint8Array>[] = [];
    for (let index = first; index <= until; index += 1) wanted.push(block(index));
    if (inOrder) for (let index = until + 1; index <= Math.min(last, until + AHEAD); index += 1) void block(index);
    const parts = await Promise.all(wanted);
    return cutOut(parts, first * BLOCK_BYTES, begin, end);
  };
}

/** The bytes from `begin` to before `end` of a file of which `parts`, one after the other, lie from `start` on. */
export function cutOut(parts: readonly Uint8Array[], start: number, begin: number, end: number): Uint8Array {
  const bytes = new Uint8Array(end - begin);
  let at = start;
  for (const part of parts) {
    const from = Math.max(begin, at);
    bytes.set(part.subarray(from - at, Math.min(end, at + part.length) - at), from - begin);
    at += part.length;
  }
  return bytes;
}
