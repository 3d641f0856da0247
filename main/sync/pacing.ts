import { PAPER_CHUNK_BYTES } from '../../common/collab/plan.ts';
import type { LiveTraffic } from '../../common/wire/live-traffic.ts';

/**
 * How fast papers are asked for, so that ballots and strokes on the same line don't wait behind them: in pieces that
 * take about half a second each at the speed seen last, an eighth of one while people draw, type or decide, and none while
 * the link waits for an answer. One for each source, since sources differ in speed. On a fast line a piece is a whole
 * chunk and nothing is slowed down.
 */
export interface Pacing {
  /** How much to ask for at once, bytes: from 4 KB to a whole chunk. */
  pieceBytes(): number;
  /** Of `most` requests at a time, how many the line bears: one on a slow one or before anything is known, where two only make a longer queue. */
  atOnce(most: number): number;
  /** It has shown to be slow. */
  isSlow(): boolean;
  /** Resolves when nothing live waits, nor on a slow line the link for its connection, at the latest after some seconds or when `signal` ends. */
  turn(signal: AbortSignal): Promise<void>;
  /** A piece came. */
  came(bytes: number, milliseconds: number): void;
  /** It may be reached over another line than before: that it was fast is forgotten, that it was slow is not. */
  anotherLine(): void;
}

const PIECE_MILLISECONDS = { live: 125, quiet: 500 };
const FIRST_PIECE_BYTES = { live: 16 * 1024, quiet: 64 * 1024 };
/** Smaller ones are mostly headers and waiting. */
const LEAST_PIECE_BYTES = { live: 4 * 1024, quiet: 16 * 1024 };
/** Bytes a second from which on several requests at a time help more than they hurt. */
const FAST_BYTES = 1024 * 1024;
/** Only such a piece shows that a line is fast. */
const TELLING_BYTES = FIRST_PIECE_BYTES.quiet;
/** An answer that never comes must not stop papers for ever. */
const PATIENCE_MILLISECONDS = 5000;
const LOOK_MILLISECONDS = 20;

export function createPacing(live: LiveTraffic, now = () => performance.now()): Pacing {
  /** At once no more than this: one quick answer may have been a cache's. */
  let most = FIRST_PIECE_BYTES.quiet;
  let asked = most;
  let bytesPerSecond = 0;
  let patient = true;
  const isFast = () => bytesPerSecond >= FAST_BYTES;
  const holds = () => live.waits() || (!isFast() && live.away());

  return {
    pieceBytes() {
      const mood = live.lately() ? 'live' : 'quiet';
      const fitting =
        bytesPerSecond === 0 ? FIRST_PIECE_BYTES[mood] : (bytesPerSecond * PIECE_MILLISECONDS[mood]) / 1000;
      asked = Math.round(Math.max(LEAST_PIECE_BYTES[mood], Math.min(fitting, most)));
      return asked;
    },
    atOnce: (most) => (isFast() ? most : 1),
    isSlow: () => bytesPerSecond > 0 && !isFast(),
    async turn(signal) {
      const until = now() + PATIENCE_MILLISECONDS;
      while (holds() && patient && !signal.aborted && now() < until) {
        await new Promise((resolve) => setTimeout(resolve, LOOK_MILLISECONDS));
      }
      // What waited in vain once is not waited for before each piece.
      patient = !holds();
    },
    came(bytes, milliseconds) {
      const measured = (bytes / Math.max(milliseconds, 1)) * 1000;
      // Many thin lines let a few kilobytes pass at once after a rest.
      const isTelling = bytes >= TELLING_BYTES;
      bytesPerSecond = isTelling ? measured : Math.min(measured, FAST_BYTES - 1);
      const wholeChunks = isTelling && (bytesPerSecond * PIECE_MILLISECONDS.quiet) / 1000 >= PAPER_CHUNK_BYTES;
      most = wholeChunks ? PAPER_CHUNK_BYTES : Math.min(PAPER_CHUNK_BYTES, asked * 2);
    },
    anotherLine() {
      if (!isFast()) return;
      bytesPerSecond = 0;
      most = FIRST_PIECE_BYTES.quiet;
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
