import type { MeetingId } from '../../common/domain/ids.ts';
import { askHolding } from './ask-holdings.ts';
import type { PaperJob } from './paper-job.ts';
import { answersOf, type Around } from './paper-situation.ts';
import type { SourcePool } from './source-pool.ts';

/** While something comes, and at most while nothing changes. Milliseconds. */
const ASK_EVERY = 600;
const LONGEST_WAIT = 5000;

/** Keeps asking the neighbours that fetch a paper for the segment what they have of it. */
export function askNeighbours(options: {
  readonly meeting: MeetingId;
  readonly pool: SourcePool;
  readonly signal: AbortSignal;
  questions(): { readonly job: PaperJob; readonly around: Around }[];
  /** A neighbour has another chunk. */
  onNews(): void;
}): { wake(): void; readonly ended: Promise<void> } {
  const { pool, signal } = options;
  let wait = ASK_EVERY;
  let wakened: (() => void) | undefined;
  const asking = new Set<string>();

  /** One connection and one question at a time; a slow neighbour is not asked again before it has answered. */
  async function askAll(address: string, some: readonly PaperJob[]): Promise<void> {
    if (asking.has(address)) return;
    asking.add(address);
    for (const job of some) await ask(job, address);
    asking.delete(address);
  }

  async function ask(job: PaperJob, address: string): Promise<void> {
    try {
      const holding = await askHolding(pool.client(address), options.meeting, job.paper.sha256, signal);
      pool.reached(address);
      const known = answersOf(job, address);
      const before = knownChunks(job, address);
      known.note(holding);
      if (knownChunks(job, address) !== before) {
        job.lacking.delete(address);
        wait = ASK_EVERY;
        options.onNews();
      }
      if (holding?.active) wait = ASK_EVERY;
    } catch (error) {
      if (signal.aborted) return;
      pool.notReached(address);
      // Late is not gone: a busy laptop, this one as well, takes its time for connections.
      if (!/timeout/.test(String(error))) answersOf(job, address).note(null);
    }
  }

  const knownChunks = (job: PaperJob, address: string): number =>
    job.part?.missing().filter((chunk) => answersOf(job, address).has(chunk)).length ?? 0;

  async function work(): Promise<void> {
    while (!signal.aborted) {
      const questions = new Map<string, PaperJob[]>();
      for (const { job, around } of options.questions())
        for (const { address } of around.toAsk)
          if (!pool.resting(address)) questions.set(address, [...(questions.get(address) ?? []), job]);
      for (const [address, some] of questions) void askAll(address, some);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, wait);
        wakened = () => {
          clearTimeout(timer);
          resolve();
        };
        signal.addEventListener('abort', wakened, { once: true });
      });
      wait = Math.min(wait * 1.5, LONGEST_WAIT);
    }
  }

  return {
    wake() {
      wait = ASK_EVERY;
      wakened?.();
    },
    ended: work(),
  };
}
