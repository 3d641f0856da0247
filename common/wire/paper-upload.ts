import { z } from 'zod';
import { asSha256 } from '../domain/ids.ts';
import { paperPath } from './link.ts';

/**
 * How a paper gets to the carrying laptop: who has one asks what is missing there and sends the missing chunks, each as
 * one PUT with `Expect: 100-continue`, so that no byte is sent in vain.
 */
export const missingPapersPath = (meeting: string): string => `/missing/${meeting}`;
export const missingChunksPath = (meeting: string, paper: string): string => `${paperPath(meeting, paper)}/missing`;
export const chunkPath = (meeting: string, paper: string, chunk: number): string =>
  `${paperPath(meeting, paper)}/${chunk}`;

const sha256 = z
  .string()
  .regex(/^[0-9a-f]{64}$/)
  .transform(asSha256);

/** Papers that the meeting names and that are not wholly at the carrying laptop. */
export const missingPapersSchema = z.object({ papers: z.array(sha256).max(10_000) });
/** Chunks of a paper that are not there. */
export const missingChunksSchema = z.object({ chunks: z.array(z.number().int().min(0).max(4095)).max(4096) });

/** What became of a chunk, and the HTTP status that says so. */
export const chunkStatus = {
  stored: 200,
  'already-there': 200,
  complete: 200,
  /** Not a paper that this meeting names, or no such chunk. */
  unknown: 404,
  /** Somebody is just sending a chunk of this paper: ask again what is missing. */
  busy: 409,
  'wrong-length': 413,
  'wrong-bytes': 422,
  'wrong-manifest': 422,
  'disk-full': 507,
  /** Could not be written now. */
  unwritable: 503,
} as const;
export type ChunkOutcome = keyof typeof chunkStatus;

export const chunkAnswerSchema = z.object({
  outcome: z.enum(Object.keys(chunkStatus) as [ChunkOutcome, ...ChunkOutcome[]]),
});
