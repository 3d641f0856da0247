import { z } from 'zod';
import { paperPath } from './link.ts';

/**
 * What a laptop has of a paper and what it is just fetching, as it tells others of the meeting who ask: a laptop takes from
 * a neighbour what the neighbour has, and leaves to it what it is fetching.
 */
export const holdingPath = (meeting: string, paper: string): string => `${paperPath(meeting, paper)}/have`;

export const MAX_CHUNKS = 4096;

export const paperHoldingSchema = z.object({
  /** A bit for each chunk, in hex digits of four, lowest bit first. */
  chunks: z
    .string()
    .max(MAX_CHUNKS / 4)
    .regex(/^[0-9a-f]*$/),
  /** Chunks on their way to it from outside its network segment. */
  coming: z.array(z.number().int().min(0).max(MAX_CHUNKS)).max(8),
  /** Bytes of all papers of the meeting that came since some time: while it grows, something comes. */
  received: z.number().min(0),
  /** It is fetching the paper now or will as soon as its turn comes: not paused, not on a metered line, disk not full. */
  active: z.boolean(),
  /** It hands nothing out while it doesn't carry the meeting: its network is charged by volume. */
  withheld: z.boolean().optional(),
});
export type PaperHolding = z.output<typeof paperHoldingSchema>;

export function encodeChunks(count: number, has: (chunk: number) => boolean): string {
  let text = '';
  for (let first = 0; first < count; first += 4) {
    let digit = 0;
    for (let bit = 0; bit < 4; bit++) if (first + bit < count && has(first + bit)) digit |= 1 << bit;
    text += digit.toString(16);
  }
  return text;
}

/** Chunks beyond those told are not there. */
export const decodeChunks =
  (text: string) =>
  (chunk: number): boolean =>
    ((Number.parseInt(text[chunk >> 2] ?? '0', 16) >> (chunk & 3)) & 1) === 1;
