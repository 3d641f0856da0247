import type { MeetingId } from '../../common/domain/ids.ts';
import { holdingPath, paperHoldingSchema, type PaperHolding } from '../../common/wire/paper-holding.ts';
import { readAll } from './carrier-client.ts';
import type { PaperJob } from './paper-job.ts';
import { answersOf, type Around } from './paper-situation.ts';
import type { SourcePool } from './source-pool.ts';

/** While something comes, and at most while nothing changes. Milliseconds. */
const ASK_EVERY = 400;
const LONGEST_WAIT = 5000;
const ANSWER_BYTES = 2048;

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

  async function ask(job: PaperJob, address: string): Promise<void> {
    // A slow neighbour is not asked again before it has answered.
    const name = `${address} ${job.paper.sha256}`;
    if (asking.has(name)) return;
    asking.add(name);
    try {
      const path = holdingPath(options.meeting, job.paper.sha256);
      const response = await pool.client(address).get(path, {}, signal);
      const body = await readAll(response, ANSWER_BYTES);
      const holding = response.statusCode === 200 ? parsed(body) : null;
      const known = answersOf(job, address);
      const before = knownChunks(job, address);
      known.note(holding);
      if (knownChunks(job, address) !== before) {
        job.lacking.delete(address);
        wait = ASK_EVERY;
        options.onNews();
      }
      if (holding?.active) wait = ASK_EVERY;
    } catch {
      if (!signal.aborted) answersOf(job, address).note(null);
    } finally {
      asking.delete(name);
    }
  }

  const knownChunks = (job: PaperJob, address: string): number =>
    job.part?.missing().filter((chunk) => answersOf(job, address).has(chunk)).length ?? 0;

  async function work(): Promise<void> {
    while (!signal.aborted) {
      for (const { job, around } of options.questions())
        for (const { address } of around.toAsk) if (!pool.resting(address)) void ask(job, address);
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

function parsed(body: Uint8Array): PaperHolding | null {
  try {
    return paperHoldingSchema.safeParse(JSON.parse(Buffer.from(body).toString('utf8'))).data ?? null;
  } catch {
    return null;
  }
}
