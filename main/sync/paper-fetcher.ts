import { setMaxListeners } from 'node:events';
import type { PaperPart, PaperParts, WantedPaper } from '../../common/collab/paper-parts.ts';
import type { MeetingId, Sha256 } from '../../common/domain/ids.ts';
import type { LinkLogger } from '../../common/wire/admission.ts';
import { nothingLive, type LiveTraffic } from '../../common/wire/live-traffic.ts';
import type { Credentials } from './dial.ts';
import { askNeighbours } from './ask-neighbours.ts';
import { fetchChunk } from './fetch-chunk.ts';
import { newJob, type PaperJob, type PaperProblem } from './paper-job.ts';
import { lookAround, situationOf, type Around, type Surroundings } from './paper-situation.ts';
import { chooseChunk } from './paper-sources.ts';
import { createSourcePool } from './source-pool.ts';

export type { PaperProblem } from './paper-job.ts';

export interface PaperProgress {
  readonly sha256: Sha256;
  readonly size: number;
  /** Bytes on this disk, verified. */
  readonly have: number;
  readonly bytesPerSecond: number;
  readonly state: 'fetching' | 'waiting' | 'paused' | 'here';
  readonly problem: PaperProblem | null;
  /** Laptops other than the carrying one that gave chunks of it since the start. */
  readonly givers: number;
}

export interface PaperFetcher {
  /** Papers under way or done since the start. */
  progress(): PaperProgress[];
  /** What this laptop fetches of a paper, for neighbours that ask; undefined: it doesn't fetch it. */
  fetching(
    paper: Sha256,
  ): { readonly coming: number[]; readonly received: number; readonly active: boolean } | undefined;
  /** The wanted papers, their order or the laptops around changed. */
  wake(): void;
  /** The link to the carrying laptop was made anew: what else is connected to it may be dead, without having been closed. */
  relinked(): void;
  /** The carrying laptop has got this paper now. */
  arrived(paper: Sha256): void;
  pause(): void;
  resume(): void;
  /** Stops at once; what is on disk stays and is resumed next time. */
  close(): Promise<void>;
}

export interface PaperFetcherOptions extends Credentials {
  readonly meeting: MeetingId;
  readonly around: Surroundings;
  /** Papers to have, the most urgent first; asked anew before every chunk. */
  wanted(): readonly WantedPaper[];
  /** Chunks of a paper that a window waits for, the most urgent first; such papers come before all others. */
  urgent?(paper: Sha256): readonly number[];
  readonly store: PaperParts;
  /** Papers let it pass. */
  readonly live?: LiveTraffic;
  readonly logger: LinkLogger;
  /** At most every 200 ms per paper, and when it is complete. */
  onProgress?(progress: PaperProgress): void;
  onComplete?(paper: Sha256): void;
}

/** Chunks on their way at a time, from all sources together. */
const WORKERS = 4;
/** Of them from outside the own segment: one each when several laptops fetch for it. */
const AFAR_TOGETHER = 1;
const AFAR_ALONE = 2;
/** Papers of which chunks come from afar at a time: enough that small ones don't wait for each other. */
const AFAR_PAPERS = 3;
/** Papers that neighbours are asked about at a time. */
const ASKED_PAPERS = 12;
/** A chunk that came wrong so often is left for a while: somebody alters it on the way. */
const WRONG_ATTEMPTS = 5;
const LONG_REST = 60_000;
const SHORT_REST = 5000;
/** A chunk from another laptop is given up after this: the carrying laptop is waited for, others can be done without. */
const NEAR_MILLISECONDS = 30_000;
const FAR_MILLISECONDS = 300_000;
const TELL_MILLISECONDS = 200;
/** Something may have changed that nobody tells of. */
const LOOK_AGAIN = 250;

interface Claim {
  readonly job: PaperJob;
  readonly part: PaperPart;
  readonly index: number;
  readonly address: string;
  /** Of the carrying laptop. */
  readonly carrier: boolean;
  ended(): void;
}

/**
 * Fetches papers in the background, chunk by chunk, each verified before it is written, so that a cut, a restart or a
 * wrong byte costs one chunk. From where: see `chooseChunk`.
 */
export function createPaperFetcher(options: PaperFetcherOptions): PaperFetcher {
  const { store, logger, around } = options;
  const jobs = new Map<Sha256, PaperJob>();
  const closing = new AbortController();
  // Each request under way listens.
  setMaxListeners(0, closing.signal);
  const pool = createSourcePool(options, options.live ?? nothingLive);
  let paused = false;
  /** Bytes that came, of chunks unfinished or refused as well. */
  let received = 0;
  const sleepers = new Set<() => void>();

  const asking = askNeighbours({
    meeting: options.meeting,
    pool,
    signal: closing.signal,
    /** Papers that come from afar, and whom to ask about them. */
    questions: () => {
      if (paused) return [];
      return options
        .wanted()
        .flatMap(({ sha256 }) => jobs.get(sha256) ?? [])
        .filter((job) => !job.complete && !job.later && job.part)
        .slice(0, ASKED_PAPERS)
        .map((job) => ({ job, around: lookAround(job, around, pool) }));
    },
    onNews: wake,
  });

  function jobFor(paper: WantedPaper): PaperJob {
    let job = jobs.get(paper.sha256);
    if (!job) jobs.set(paper.sha256, (job = newJob(paper)));
    return job;
  }

  const stateOf = (job: PaperJob): PaperProgress['state'] => {
    if (job.complete) return 'here';
    if (paused) return 'paused';
    return job.inFlight.size > 0 ? 'fetching' : 'waiting';
  };

  const progressOf = (job: PaperJob): PaperProgress => ({
    sha256: job.paper.sha256,
    size: job.paper.size,
    have: job.complete ? job.paper.size : (job.part?.have() ?? 0),
    bytesPerSecond: job.complete ? 0 : job.speed.perSecond(),
    state: stateOf(job),
    problem: job.problem,
    givers: job.givers.size,
  });

  function tell(job: PaperJob, now = false): void {
    const time = performance.now();
    if (!now && time - job.told < TELL_MILLISECONDS) return;
    job.told = time;
    options.onProgress?.(progressOf(job));
  }

  function problem(job: PaperJob, code: PaperProblem): void {
    if (job.problem !== code) logger.warn('paper not fetched', { paper: job.paper.sha256, problem: code });
    job.problem = code;
    tell(job, true);
  }

  /** The paper itself can't go on now, wherever it comes from. */
  function rest(job: PaperJob, code: PaperProblem, milliseconds: number): void {
    job.restUntil = performance.now() + milliseconds;
    problem(job, code);
  }

  /** This source is of no use for the paper now; another one may be. */
  function lacks({ job, address, carrier }: Claim, code: PaperProblem, milliseconds: number): void {
    job.lacking.set(address, performance.now() + milliseconds);
    if (code === 'not-there-yet' && !job.lackingSince.has(address)) job.lackingSince.set(address, performance.now());
    if (carrier) problem(job, code);
  }

  function completed(job: PaperJob): void {
    job.complete = true;
    job.problem = null;
    job.part = null;
    job.arriving.clear();
    job.answers.clear();
    tell(job, true);
    options.onComplete?.(job.paper.sha256);
  }

  /** The part of a paper that is to be fetched now; null when it can't be or needn't. */
  async function partOf(job: PaperJob): Promise<PaperPart | null> {
    if (job.complete || job.restUntil > performance.now()) return null;
    if (job.part) return job.part;
    const opened = await store.openPart(job.paper);
    if (opened.ok) return (job.part = opened.value);
    if (opened.error !== 'already-complete') rest(job, 'wrong-manifest', LONG_REST);
    else if (!job.complete) completed(job);
    return null;
  }

  /** The next chunk to fetch, claimed for the caller. */
  async function nextChunk(): Promise<Claim | null> {
    const wanted = options.wanted();
    await closeUnwanted(wanted);
    let fromAfar = 0;
    const waitedFor = wanted.filter(({ sha256 }) => urgentOf(sha256).length > 0);
    for (const paper of new Set([...waitedFor, ...wanted])) {
      const job = jobFor(paper);
      const part = await partOf(job);
      if (!part) continue;
      const found = lookAround(job, around, pool);
      job.later = fromAfar >= AFAR_PAPERS;
      if (found.sources.length > 0 && !found.sources.some(({ near }) => near)) fromAfar++;
      const claim = claimIn(job, part, found);
      if (claim) return claim;
    }
    return null;
  }

  const urgentOf = (paper: Sha256): readonly number[] => options.urgent?.(paper) ?? [];

  function claimIn(job: PaperJob, part: PaperPart, found: Around): Claim | null {
    // While nobody has the paper it is nobody's fault that it doesn't come.
    if (!found.sources.some(({ near }) => !near)) for (const told of job.answers.values()) told.excuse();
    const alone = found.neighbours.every(({ gone }) => gone);
    const afarFree = !job.later && fromAfarNow() < (alone ? AFAR_ALONE : AFAR_TOGETHER);
    const choice = chooseChunk(
      situationOf(job, found, around.me, { missing: part.missing(), urgent: urgentOf(job.paper.sha256) }, afarFree),
    );
    if (!choice) return null;
    const { chunk: index, address } = choice;
    job.inFlight.set(index, { far: !around.near(address) });
    const left = pool.begin(address);
    const ended = () => {
      left();
      job.inFlight.delete(index);
    };
    return { job, part, index, address, carrier: address === around.source(), ended };
  }

  const fromAfarNow = (): number =>
    [...jobs.values()].reduce((sum, job) => sum + [...job.inFlight.values()].filter(({ far }) => far).length, 0);

  async function closeUnwanted(wanted: readonly WantedPaper[]): Promise<void> {
    const names = new Set(wanted.map((paper) => paper.sha256));
    for (const [sha256, job] of jobs) {
      if (names.has(sha256) || job.inFlight.size > 0) continue;
      jobs.delete(sha256);
      await job.part?.close();
    }
  }

  function bytesOf({ job, index, address, carrier }: Claim): Promise<Uint8Array | PaperProblem> {
    const longest = carrier ? undefined : around.near(address) ? NEAR_MILLISECONDS : FAR_MILLISECONDS;
    return fetchChunk(job, index, {
      meeting: options.meeting,
      address,
      client: pool.client(address),
      pacing: pool.pacing(address),
      signal: longest === undefined ? closing.signal : AbortSignal.any([closing.signal, AbortSignal.timeout(longest)]),
      onBytes: (bytes) => (received += bytes),
    });
  }

  async function write(claim: Claim, bytes: Uint8Array): Promise<void> {
    const { job, part, index, address, carrier } = claim;
    const written = await part.write(index, bytes);
    if (written.ok) {
      pool.worked(address);
      job.problem = null;
      job.wrong.delete(index);
      job.lackingSince.delete(address);
      if (!carrier) job.givers.add(address);
      if (written.value === 'complete') completed(job);
      else tell(job);
      return;
    }
    switch (written.error) {
      case 'wrong-bytes':
        return cameWrong(claim);
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

  function cameWrong(claim: Claim): void {
    const { job, index, address, carrier } = claim;
    const times = (job.wrong.get(index) ?? 0) + 1;
    logger.warn('wrong bytes of a paper refused', { paper: job.paper.sha256, chunk: index, from: address, times });
    if (!carrier) return void job.refused.add(address);
    job.wrong.set(index, times);
    if (times < WRONG_ATTEMPTS) return;
    job.wrong.delete(index);
    lacks(claim, 'wrong-bytes', LONG_REST);
  }

  async function step(): Promise<'again' | 'idle'> {
    const claim = paused ? null : await nextChunk();
    if (!claim) return 'idle';
    const { job, index, address } = claim;
    try {
      const bytes = await bytesOf(claim);
      if (bytes instanceof Uint8Array) await write(claim, bytes);
      else lacks(claim, bytes, SHORT_REST);
    } catch (error) {
      if (error instanceof Error && error.name === 'TimeoutError') pool.leaveAlone(address, LONG_REST);
      else pool.failed(address);
      if (!closing.signal.aborted)
        logger.info('chunk not fetched', { paper: job.paper.sha256, chunk: index, error: String(error) });
    } finally {
      claim.ended();
      if (!job.complete) tell(job);
      // Whoever sleeps may go on with this source now.
      wakeOne();
    }
    return 'again';
  }

  async function work(): Promise<void> {
    while (!closing.signal.aborted) if ((await step()) === 'idle') await sleep(LOOK_AGAIN);
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
    for (const wakened of [...sleepers]) wakened();
  }
  function wakeOne(): void {
    for (const wakened of sleepers) return wakened();
  }

  const workers = Array.from({ length: WORKERS }, () => work());

  return {
    progress: () => [...jobs.values()].map(progressOf),
    fetching(paper) {
      const job = jobs.get(paper);
      if (!job) return undefined;
      const coming = [...job.inFlight].filter(([, { far }]) => far).map(([chunk]) => chunk);
      const blocked = job.restUntil > performance.now();
      return { coming, received, active: !paused && !blocked && !job.later };
    },
    wake() {
      pool.refresh();
      for (const job of jobs.values()) if (job.problem === 'not-there-yet') job.lacking.clear();
      asking.wake();
      wake();
    },
    relinked() {
      const carrier = around.source();
      if (carrier !== null) pool.renew(carrier);
    },
    arrived(paper) {
      const job = jobs.get(paper);
      if (!job || job.complete) return;
      job.lacking.clear();
      job.lackingSince.clear();
      wake();
    },
    pause() {
      if (paused) return;
      paused = true;
      for (const job of jobs.values()) if (!job.complete) tell(job, true);
    },
    resume() {
      if (!paused) return;
      paused = false;
      for (const job of jobs.values()) if (!job.complete) tell(job, true);
      asking.wake();
      wake();
    },
    async close() {
      closing.abort();
      wake();
      await Promise.all([...workers, asking.ended]);
      pool.close();
      for (const job of jobs.values()) await job.part?.close();
      jobs.clear();
    },
  };
}
