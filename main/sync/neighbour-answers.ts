import { decodeChunks, type PaperHolding } from '../../common/wire/paper-holding.ts';

/** What a neighbour told about one paper, and what follows from how that changes. */
export interface NeighbourAnswers {
  /** null: it can't be reached or knows nothing of the paper. Who hands nothing out is as if it had nothing. */
  note(holding: PaperHolding | null): void;
  /** Nobody has anything to fetch now: standing still is no fault, and the clocks begin anew. */
  excuse(): void;
  /** It was asked and answered or failed, or has had its time to. */
  settled(): boolean;
  has(chunk: number): boolean;
  coming(chunk: number): boolean;
  /** What falls to it is left to it. */
  lively(): boolean;
  /** It doesn't fetch this paper, or pretends to. */
  gone(): boolean;
}

/** Longest that the first answer is waited for. */
const FIRST_ANSWER = 3000;
/** Not reached, not knowing the paper or paused for so long: gone. Plans don't arrive everywhere at the same moment. */
const GRACE = 5000;
/** No answer for so long, good or bad. A busy laptop, this one as well, is late with many answers at a time. */
const UNANSWERED = 20_000;
/** No new chunk of this paper for so long and no byte of any for so long. */
const STILL = 15_000;
const SILENT = 10_000;
/** No new chunk of this paper and none of it on its way for so long, although others come: it has another order. */
const ELSEWHERE = 60_000;
/** No new chunk for so long, whatever it says. 1 MiB of one of four at 128 kbit/s takes 260 s. */
const LONGEST = 300_000;

/** `now`: milliseconds of a clock that never goes back. */
export function neighbourAnswers(now: () => number): NeighbourAnswers {
  const began = now();
  let answered = false;
  /** It said, or showed, that it doesn't fetch the paper. */
  let declined = false;
  let activeAt = began;
  let grewAt = began;
  let receivedAt = began;
  let received = 0;
  let here = 0;
  let has: (chunk: number) => boolean = () => false;
  let coming = new Map<number, number>();

  const gone = () => now() - activeAt >= (declined ? GRACE : UNANSWERED) || now() - grewAt >= LONGEST;
  const receiving = () => now() - receivedAt < SILENT;

  return {
    note(holding) {
      answered = true;
      declined = holding?.active !== true || holding.withheld === true;
      if (!holding || holding.withheld) {
        has = () => false;
        coming = new Map();
        return;
      }
      if (holding.active) activeAt = now();
      if (holding.received > received) receivedAt = now();
      received = holding.received;
      const count = countOf(holding.chunks);
      if (count > here) grewAt = now();
      here = count;
      has = decodeChunks(holding.chunks);
      const before = coming;
      coming = new Map(holding.coming.map((chunk) => [chunk, before.get(chunk) ?? now()]));
    },
    excuse() {
      activeAt = grewAt = receivedAt = now();
    },
    settled: () => answered || now() - began >= FIRST_ANSWER,
    has: (chunk) => has(chunk),
    coming(chunk) {
      const since = coming.get(chunk);
      return since !== undefined && !gone() && (receiving() || now() - since < SILENT);
    },
    lively() {
      if (gone() || (now() - grewAt >= STILL && !receiving())) return false;
      return coming.size > 0 || now() - grewAt < ELSEWHERE;
    },
    gone,
  };
}

function countOf(chunks: string): number {
  const has = decodeChunks(chunks);
  let count = 0;
  for (let chunk = 0; chunk < chunks.length * 4; chunk++) if (has(chunk)) count++;
  return count;
}
