import type { MeetingId } from '../../common/domain/ids.ts';
import { askHolding } from './ask-holdings.ts';
import type { PaperJob } from './paper-job.ts';
import { answersOf, type Around, type FetchLaptop } from './paper-situation.ts';
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
  async function askAll(laptop: FetchLaptop, some: readonly PaperJob[]): Promise<void> {
    if (asking.has(laptop.id)) return;
    asking.add(laptop.id);
    for (const job of some) await ask(job, laptop);
    asking.delete(laptop.id);
  }

  async function ask(job: PaperJob, { member, address }: FetchLaptop): Promise<void> {
    try {
      const holding = await askHolding(pool.client(address), member, options.meeting, job.paper.sha256, signal);
      if (holding === 'somebody-else') {
        pool.notThere(address, member);
        return options.onNews();
      }
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
      const questions = new Map<string, { readonly laptop: FetchLaptop; readonly some: PaperJob[] }>();
      for (const { job, around } of options.questions())
        for (const laptop of around.toAsk) {
          if (pool.resting(laptop.address)) continue;
          const known = questions.get(laptop.id);
          if (known) known.some.push(job);
          else questions.set(laptop.id, { laptop, some: [job] });
        }
      for (const { laptop, some } of questions.values()) void askAll(laptop, some);
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
