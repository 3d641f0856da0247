import { PAPER_CHUNK_BYTES } from '../../common/collab/plan.ts';

/**
 * How fast papers are asked for, so that ballots and strokes on the same line don't wait behind them: in pieces that
 * take about half a second each at the speed seen last, and none while the link waits for an answer. One for each source,
 * since sources differ in speed. On a fast line a piece is a whole chunk and nothing is slowed down.
 */
export interface Pacing {
  /** How much to ask for at once, bytes: from 16 KB to a whole chunk. */
  pieceBytes(): number;
  /** Of `most` requests at a time, how many the line bears: one on a slow one, where two only make a longer queue. */
  atOnce(most: number): number;
  /** Resolves when nothing live waits, at the latest after some seconds or when `signal` ends. */
  turn(signal: AbortSignal): Promise<void>;
  /** A piece came. */
  came(bytes: number, milliseconds: number): void;
}

const PIECE_MILLISECONDS = 500;
const FIRST_PIECE_BYTES = 64 * 1024;
const LEAST_PIECE_BYTES = 16 * 1024;
/** Bytes a second from which on several requests at a time help more than they hurt. */
const FAST_BYTES = 1024 * 1024;
/** An answer that never comes must not stop papers for ever. */
const PATIENCE_MILLISECONDS = 5000;
const LOOK_MILLISECONDS = 20;

/** `liveWaits`: the link to the carrying laptop has sent something and waits until it is stored there. */
export function createPacing(options: { liveWaits(): boolean; now?(): number }): Pacing {
  const now = options.now ?? (() => performance.now());
  let piece = FIRST_PIECE_BYTES;
  let bytesPerSecond = 0;
  let patient = true;

  return {
    pieceBytes: () => piece,
    atOnce: (most) => (bytesPerSecond >= FAST_BYTES ? most : 1),
    async turn(signal) {
      const until = now() + PATIENCE_MILLISECONDS;
      while (options.liveWaits() && patient && !signal.aborted && now() < until) {
        await new Promise((resolve) => setTimeout(resolve, LOOK_MILLISECONDS));
      }
      // What waited in vain once is not waited for before each piece.
      patient = !options.liveWaits();
    },
    came(bytes, milliseconds) {
      bytesPerSecond = (bytes / Math.max(milliseconds, 1)) * 1000;
      // A whole chunk at once, or no more than twice as much as last time: one quick answer may have been a cache's.
      const fitting = (bytesPerSecond * PIECE_MILLISECONDS) / 1000;
      const bounded = fitting >= PAPER_CHUNK_BYTES ? PAPER_CHUNK_BYTES : Math.min(fitting, piece * 2);
      piece = Math.round(Math.max(LEAST_PIECE_BYTES, Math.min(PAPER_CHUNK_BYTES, bounded)));
    },
  };
}

/** A chunk on its way: what came before a cut needn't come again. */
export interface ArrivingChunk {
  /** From whom; pieces of two sources are never put together, or nobody could say whose bytes were wrong. */
  readonly source: string;
  readonly bytes: Uint8Array;
  have: number;
}

/**
 * Fetches what a chunk lacks, piece by piece, at the given pace. `get` asks for bytes of the chunk (`end` is the last
 * one) and gives them, or what came instead; that is passed on. What `get` throws is thrown, and `chunk` keeps what came.
 */
export async function fetchPaced<Instead>(
  chunk: ArrivingChunk,
  pacing: Pacing,
  get: (start: number, end: number) => Promise<Uint8Array | Instead>,
  signal: AbortSignal,
): Promise<Uint8Array | Instead> {
  while (chunk.have < chunk.bytes.byteLength) {
    await pacing.turn(signal);
    signal.throwIfAborted();
    const end = Math.min(chunk.have + pacing.pieceBytes(), chunk.bytes.byteLength) - 1;
    const asked = performance.now();
    const piece = await get(chunk.have, end);
    if (!(piece instanceof Uint8Array)) return piece;
    pacing.came(piece.byteLength, performance.now() - asked);
    chunk.bytes.set(piece, chunk.have);
    chunk.have += piece.byteLength;
  }
  return chunk.bytes;
}
