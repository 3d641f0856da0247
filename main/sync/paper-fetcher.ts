import type { PaperPart, PaperParts, WantedPaper } from '../../common/collab/paper-parts.ts';
import { PAPER_CHUNK_BYTES } from '../../common/collab/plan.ts';
import type { MeetingId, Sha256 } from '../../common/domain/ids.ts';
import type { LinkLogger } from '../../common/wire/admission.ts';
import { paperPath } from '../../common/wire/link.ts';
import { createCarrierClient, readAll, type CarrierClient } from './carrier-client.ts';
import type { Credentials } from './dial.ts';
import { createPacing, fetchPaced, type ArrivingChunk, type Pacing } from './pacing.ts';
import { createSpeed } from './speed.ts';

/** Why a paper doesn't come; each has a sentence in i18n under `errors.*`. */
export type PaperProblem =
  | 'not-there-yet'
  | 'wrong-bytes'
  | 'wrong-manifest'
  | 'disk-full'
  | 'unwritable'
  | 'certificate-refused'
  | 'carrier-malformed';

export interface PaperProgress {
  readonly sha256: Sha256;
  readonly size: number;
  /** Bytes on this disk, verified. */
  readonly have: number;
  readonly bytesPerSecond: number;
  readonly state: 'fetching' | 'waiting' | 'here';
  readonly problem: PaperProblem | null;
}

export interface PaperFetcher {
  /** Papers under way or done since the start. */
  progress(): PaperProgress[];
  /** The wanted papers, their order or the carrying laptop changed. */
  wake(): void;
  /** The carrying laptop has got this paper now. */
  arrived(paper: Sha256): void;
  pause(): void;
  resume(): void;
  /** Stops at once; what is on disk stays and is resumed next time. */
  close(): Promise<void>;
}

export interface PaperFetcherOptions extends Credentials {
  readonly meeting: MeetingId;
  /** `host:port` of the laptop that carries the meeting, null while there is none. */
  source(): string | null;
  /** Papers to have, the most urgent first; asked anew before every chunk. */
  wanted(): readonly WantedPaper[];
  readonly store: PaperParts;
  /** The link waits for an answer to something live: papers let it pass. */
  liveWaits?(): boolean;
  readonly logger: LinkLogger;
  /** At most every 200 ms per paper, and when it is complete. */
  onProgress?(progress: PaperProgress): void;
  onComplete?(paper: Sha256): void;
}

interface Job {
  readonly paper: WantedPaper;
  part: PaperPart | null;
  readonly inFlight: Set<number>;
  /** Chunks of which pieces came before a cut. */
  readonly arriving: Map<number, ArrivingChunk>;
  readonly wrong: Map<number, number>;
  readonly speed: ReturnType<typeof createSpeed>;
  problem: PaperProblem | null;
  complete: boolean;
  /** Not tried again before (`performance.now()`). */
  restUntil: number;
  told: number;
}

/** Requests at a time: one on its way while another is checked and written. */
const WORKERS = 2;
/** A chunk that came wrong so often is left for a while: somebody alters it on the way. */
const WRONG_ATTEMPTS = 5;
const LONG_REST = 60_000;
const SHORT_REST = 5000;
const TELL_MILLISECONDS = 200;
/** Room for an answer that is no chunk. */
const ANSWER_BYTES = 4096;

/**
 * Fetches papers in the background, chunk by chunk, each verified before it is written, so that a cut, a restart or a
 * wrong byte costs one chunk. Later also from other laptops of the same site: then `source` becomes a choice per chunk.
 */
export function createPaperFetcher(options: PaperFetcherOptions): PaperFetcher {
  const { store, logger } = options;
  const jobs = new Map<Sha256, Job>();
  const closing = new AbortController();
  let client: { address: string; carrier: CarrierClient; pacing: Pacing } | null = null;
  let fetching = 0;
  let paused = false;
  let failures = 0;
  const sleepers = new Set<() => void>();

  function sourceAt(address: string): NonNullable<typeof client> {
    if (client?.address !== address) {
      client?.carrier.close();
      const pacing = createPacing({ liveWaits: () => options.liveWaits?.() ?? false });
      client = { address, carrier: createCarrierClient(address, options, WORKERS), pacing };
    }
    return client;
  }

  function jobFor(paper: WantedPaper): Job {
    let job = jobs.get(paper.sha256);
    if (!job) {
      job = {
        paper,
        part: null,
        inFlight: new Set(),
        arriving: new Map(),
        wrong: new Map(),
        speed: createSpeed(),
        problem: null,
        complete: false,
        restUntil: 0,
        told: 0,
      };
      jobs.set(paper.sha256, job);
    }
    return job;
  }

  function progressOf(job: Job): PaperProgress {
    const { sha256, size } = job.paper;
    return {
      sha256,
      size,
      have: job.complete ? size : (job.part?.have() ?? 0),
      bytesPerSecond: job.complete ? 0 : job.speed.perSecond(),
      state: job.complete ? 'here' : job.inFlight.size > 0 && !paused ? 'fetching' : 'waiting',
      problem: job.problem,
    };
  }

  function tell(job: Job, now = false): void {
    const time = performance.now();
    if (!now && time - job.told < TELL_MILLISECONDS) return;
    job.told = time;
    options.onProgress?.(progressOf(job));
  }

  function rest(job: Job, problem: PaperProblem, milliseconds: number): void {
    if (job.problem !== problem) logger.warn('paper not fetched', { paper: job.paper.sha256, problem });
    job.problem = problem;
    job.restUntil = performance.now() + milliseconds;
    tell(job, true);
  }

  function completed(job: Job): void {
    job.complete = true;
    job.problem = null;
    job.part = null;
    tell(job, true);
    options.onComplete?.(job.paper.sha256);
  }

  /** The next chunk to fetch, claimed for the caller. */
  async function nextChunk(): Promise<{ job: Job; part: PaperPart; index: number } | null> {
    const wanted = options.wanted();
    await closeUnwanted(wanted);
    for (const paper of wanted) {
      const job = jobFor(paper);
      if (job.complete || job.restUntil > performance.now()) continue;
      if (!job.part) {
        const opened = await store.openPart(paper);
        if (opened.ok) job.part = opened.value;
        else if (opened.error === 'already-complete') {
          if (!job.complete) completed(job);
          continue;
        } else {
          rest(job, 'wrong-manifest', LONG_REST);
          continue;
        }
      }
      const { part } = job;
      const index = part.missing().find((missing) => !job.inFlight.has(missing));
      if (index === undefined) continue;
      job.inFlight.add(index);
      return { job, part, index };
    }
    return null;
  }

  async function closeUnwanted(wanted: readonly WantedPaper[]): Promise<void> {
    const names = new Set(wanted.map((paper) => paper.sha256));
    for (const [sha256, job] of jobs) {
      if (names.has(sha256) || job.inFlight.size > 0) continue;
      jobs.delete(sha256);
      await job.part?.close();
    }
  }

  function arrivingOf({ paper, arriving }: Job, index: number, source: string): ArrivingChunk {
    const known = arriving.get(index);
    if (known?.source === source) return known;
    const length = Math.min(PAPER_CHUNK_BYTES, paper.size - index * PAPER_CHUNK_BYTES);
    const chunk = { source, bytes: new Uint8Array(length), have: 0 };
    arriving.set(index, chunk);
    return chunk;
  }

  /** A chunk in as many pieces as the line asks for. */
  async function fetchChunk({ address, carrier, pacing }: NonNullable<typeof client>, job: Job, index: number) {
    const from = index * PAPER_CHUNK_BYTES;
    const got = await fetchPaced(
      arrivingOf(job, index, address),
      pacing,
      (start, end) => fetchPiece(carrier, job, from + start, from + end),
      closing.signal,
    );
    job.arriving.delete(index);
    if (pacing.atOnce(WORKERS) > fetching) wake();
    return got;
  }

  async function fetchPiece(carrier: CarrierClient, { paper, speed }: Job, start: number, end: number) {
    const response = await carrier.get(
      paperPath(options.meeting, paper.sha256),
      { range: `bytes=${start}-${end}` },
      closing.signal,
    );
    response.on('data', (part: Buffer) => speed.add(part.byteLength));
    const bytes = await readAll(response, Math.max(end - start + 1, ANSWER_BYTES));
    if (response.statusCode === 404) return 'not-there-yet';
    if (response.statusCode === 403) return 'certificate-refused';
    const whole = response.headers['content-range'] === `bytes ${start}-${end}/${paper.size}`;
    if (response.statusCode !== 206 || !whole || bytes.byteLength !== end - start + 1) return 'carrier-malformed';
    return bytes;
  }

  async function write(job: Job, part: PaperPart, index: number, bytes: Uint8Array, address: string): Promise<void> {
    const written = await part.write(index, bytes);
    if (written.ok) {
      failures = 0;
      job.problem = null;
      job.wrong.delete(index);
      if (written.value === 'complete') completed(job);
      else tell(job);
      return;
    }
    switch (written.error) {
      case 'wrong-bytes': {
        const times = (job.wrong.get(index) ?? 0) + 1;
        job.wrong.set(index, times);
        logger.warn('wrong bytes of a paper refused', { paper: job.paper.sha256, chunk: index, from: address, times });
        if (times >= WRONG_ATTEMPTS) {
          job.wrong.delete(index);
          rest(job, 'wrong-bytes', LONG_REST);
        }
        return;
      }
      case 'disk-full':
      case 'unwritable':
        return rest(job, written.error, SHORT_REST);
      case 'wrong-manifest':
      case 'no-such-chunk':
        job.part = null;
        return rest(job, 'wrong-manifest', LONG_REST);
      case 'closed':
        job.part = null;
        return;
      case 'damaged-on-disk':
        return;
    }
  }

  async function step(): Promise<'again' | 'idle' | 'failed'> {
    const address = options.source();
    if (paused || address === null) return 'idle';
    const source = sourceAt(address);
    if (fetching >= source.pacing.atOnce(WORKERS)) return 'idle';
    fetching++;
    try {
      return await fetchNext(source);
    } finally {
      fetching--;
    }
  }

  async function fetchNext(source: NonNullable<typeof client>): Promise<'again' | 'idle' | 'failed'> {
    const next = await nextChunk();
    if (!next) return 'idle';
    const { job, part, index } = next;
    try {
      const bytes = await fetchChunk(source, job, index);
      if (bytes instanceof Uint8Array) await write(job, part, index, bytes, source.address);
      else rest(job, bytes, SHORT_REST);
      return 'again';
    } catch (error) {
      if (!closing.signal.aborted)
        logger.info('chunk not fetched', { paper: job.paper.sha256, chunk: index, error: String(error) });
      return 'failed';
    } finally {
      job.inFlight.delete(index);
      if (!job.complete) tell(job);
    }
  }

  async function work(): Promise<void> {
    while (!closing.signal.aborted) {
      const result = await step();
      if (result === 'again') continue;
      const pause =
        result === 'idle' ? 1000 : Math.min(5000, 200 * 2 ** Math.min(failures++, 6)) * (0.5 + Math.random() / 2);
      await sleep(pause);
    }
  }

  /** Ends early when something changes. */
  function sleep(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(wakened, milliseconds);
      function wakened(): void {
        clearTimeout(timer);
        sleepers.delete(wakened);
        resolve();
      }
      sleepers.add(wakened);
    });
  }

  function wake(): void {
    failures = 0;
    for (const wakened of [...sleepers]) wakened();
  }

  const workers = Array.from({ length: WORKERS }, () => work());

  return {
    progress: () => [...jobs.values()].map(progressOf),
    wake() {
      for (const job of jobs.values()) if (job.problem === 'not-there-yet') job.restUntil = 0;
      wake();
    },
    arrived(paper) {
      const job = jobs.get(paper);
      if (job?.problem !== 'not-there-yet') return;
      job.restUntil = 0;
      wake();
    },
    pause() {
      paused = true;
      for (const job of jobs.values()) if (!job.complete) tell(job, true);
    },
    resume() {
      paused = false;
      wake();
    },
    async close() {
      closing.abort();
      wake();
      await Promise.all(workers);
      client?.carrier.close();
      for (const job of jobs.values()) await job.part?.close();
      jobs.clear();
    },
  };
}
