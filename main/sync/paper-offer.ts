import { open } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import type { z } from 'zod';
import type { WantedPaper } from '../../common/collab/paper-parts.ts';
import { PAPER_CHUNK_BYTES } from '../../common/collab/plan.ts';
import type { MeetingId, Sha256 } from '../../common/domain/ids.ts';
import type { LinkLogger } from '../../common/wire/admission.ts';
import {
  chunkAnswerSchema,
  chunkPath,
  missingChunksPath,
  missingChunksSchema,
  missingPapersPath,
  missingPapersSchema,
  type ChunkOutcome,
} from '../../common/wire/paper-upload.ts';
import { nothingLive, type LiveTraffic } from '../../common/wire/live-traffic.ts';
import { createCarrierClient, readAll, type CarrierClient } from './carrier-client.ts';
import type { Credentials } from './dial.ts';
import { createPacing } from './pacing.ts';

/** A whole paper on this disk. */
export interface OfferedPaper extends WantedPaper {
  readonly path: string;
  /** The carrying member has signed that it has the paper. */
  readonly confirmed: boolean;
  /** For so long the carrying laptop must have lacked it, milliseconds. */
  readonly restraint?: number;
}

export interface PaperOffer {
  /** What is offered or the carrying laptop changed: asks it at once what it lacks. */
  wake(): void;
  /** The link to it was made anew: what else is connected to it may be dead, without having been closed. */
  relinked(): void;
  /** Stops at once; what the other side has stays there and is not sent again. */
  close(): Promise<void>;
}

export interface PaperOfferOptions extends Credentials {
  readonly meeting: MeetingId;
  /** `host:port` of the laptop that carries the meeting, null while there is none. */
  source(): string | null;
  /** Papers that are here, the most urgent first; asked anew in every round. */
  offered(): readonly OfferedPaper[];
  /** Papers let it pass. */
  readonly live?: LiveTraffic;
  readonly logger: LinkLogger;
}

/** Between two rounds: at first while something isn't confirmed, at most then, and while all is. */
const FIRST_WAIT = 500;
const LONGEST_WAIT = 30_000;
const QUIET_WAIT = 300_000;
/** A paper that somebody else is just bringing. */
const BUSY_REST = 3000;
/** One that the other side can't use: what is here or the manifest is wrong, or its disk is full. */
const REFUSED_REST = 60_000;
const ANSWER_BYTES = 2 * 1024 * 1024;

type UploadEnd = 'done' | 'gone' | 'unreadable' | ChunkOutcome;

/**
 * Brings the carrying laptop the papers of the meeting that it lacks and this one has: added here while another laptop
 * carries, the minutes frozen here, or kept from a host that left. One chunk at a time; chunks already there aren't sent.
 */
export function createPaperOffer(options: PaperOfferOptions): PaperOffer {
  const { logger, meeting } = options;
  const closing = new AbortController();
  const restUntil = new Map<Sha256, number>();
  /** Since when the carrying laptop is known to lack it. */
  const lackingSince = new Map<Sha256, number>();
  let bringing: { readonly paper: Sha256; readonly stop: AbortController } | undefined;
  let client: { address: string; carrier: CarrierClient } | null = null;
  let wait = FIRST_WAIT;
  let wakened: (() => void) | undefined;
  let wokenBefore = false;

  const pacing = createPacing(options.live ?? nothingLive);
  const turn = () => pacing.turn(closing.signal);

  function carrierAt(address: string): CarrierClient {
    if (client?.address !== address) {
      client?.carrier.close();
      lackingSince.clear();
      client = { address, carrier: createCarrierClient(address, options, 1) };
    }
    return client.carrier;
  }

  async function ask<Schema extends z.ZodType>(
    carrier: CarrierClient,
    path: string,
    schema: Schema,
  ): Promise<z.output<Schema> | null> {
    return answerOf(await carrier.get(path, {}, closing.signal), schema);
  }

  /** True: there is something left to bring or to be confirmed. */
  async function round(address: string): Promise<boolean> {
    const offered = options.offered();
    if (offered.length === 0) return false;
    const carrier = carrierAt(address);
    const lacking = new Set((await ask(carrier, missingPapersPath(meeting), missingPapersSchema))?.papers);
    for (const paper of lackingSince.keys()) if (!lacking.has(paper)) lackingSince.delete(paper);
    for (const paper of lacking) if (!lackingSince.has(paper)) lackingSince.set(paper, performance.now());
    for (const paper of offered) {
      if (!isDue(paper)) continue;
      if (!lacking.has(paper.sha256) || (restUntil.get(paper.sha256) ?? 0) > performance.now()) continue;
      const end = await upload(carrier, paper, address);
      if (end === 'gone') break;
      rest(paper, end);
    }
    return offered.some((paper) => !paper.confirmed || lacking.has(paper.sha256));
  }

  const isDue = ({ sha256, restraint = 0 }: OfferedPaper): boolean =>
    restraint === 0 || performance.now() - (lackingSince.get(sha256) ?? Infinity) >= restraint;

  function rest({ sha256 }: OfferedPaper, end: UploadEnd): void {
    if (end === 'done') return void restUntil.delete(sha256);
    const pause = end === 'busy' || end === 'unknown' ? BUSY_REST * (0.5 + Math.random()) : REFUSED_REST;
    restUntil.set(sha256, performance.now() + pause);
    if (end !== 'busy') logger.warn('paper not taken by the carrying laptop', { paper: sha256, reason: end });
  }

  async function upload(carrier: CarrierClient, paper: OfferedPaper, address: string): Promise<UploadEnd> {
    const missing = await ask(carrier, missingChunksPath(meeting, paper.sha256), missingChunksSchema);
    if (!missing) return 'unknown';
    const file = await open(paper.path, 'r').catch(() => null);
    if (!file) return 'unreadable';
    const buffer = Buffer.allocUnsafe(PAPER_CHUNK_BYTES);
    const stop = new AbortController();
    bringing = { paper: paper.sha256, stop };
    const signal = AbortSignal.any([closing.signal, stop.signal]);
    try {
      for (const chunk of missing.chunks) {
        if (signal.aborted || options.source() !== address) return 'gone';
        const at = chunk * PAPER_CHUNK_BYTES;
        const { bytesRead } = await file.read(buffer, 0, Math.min(PAPER_CHUNK_BYTES, paper.size - at), at);
        const path = chunkPath(meeting, paper.sha256, chunk);
        const response = await carrier.put(path, buffer.subarray(0, bytesRead), signal, turn);
        const outcome = (await answerOf(response, chunkAnswerSchema))?.outcome ?? 'unknown';
        if (outcome === 'complete') break;
        if (outcome !== 'stored' && outcome !== 'already-there') return outcome;
      }
      logger.info('paper brought to the carrying laptop', { paper: paper.sha256 });
      return 'done';
    } finally {
      bringing = undefined;
      await file.close();
    }
  }

  async function work(): Promise<void> {
    while (!closing.signal.aborted) {
      let unsettled = true;
      const address = options.source();
      try {
        if (address !== null) unsettled = await round(address);
      } catch (error) {
        if (!closing.signal.aborted) logger.info('papers not offered', { error: String(error) });
      }
      // Without an address there is nobody to ask: `wake` tells of one.
      await sleep(address === null || !unsettled ? QUIET_WAIT : wait);
      wait = Math.min(wait * 2, LONGEST_WAIT);
    }
  }

  function sleep(milliseconds: number): Promise<void> {
    if (wokenBefore || closing.signal.aborted) {
      wokenBefore = false;
      return Promise.resolve();
    }
    return new Promise((resolve) => {
      const timer = setTimeout(done, milliseconds * (0.5 + Math.random() / 2));
      function done(): void {
        clearTimeout(timer);
        wakened = undefined;
        wokenBefore = false;
        resolve();
      }
      wakened = done;
    });
  }

  function wake(): void {
    wait = FIRST_WAIT;
    wokenBefore = true;
    wakened?.();
    const still = bringing && options.offered().find(({ sha256 }) => sha256 === bringing?.paper);
    if (!still || !isDue(still)) bringing?.stop.abort();
  }

  const working = work();

  return {
    wake,
    relinked() {
      client?.carrier.close();
      client &&= { ...client, carrier: createCarrierClient(client.address, options, 1) };
      wake();
    },
    async close() {
      closing.abort();
      wake();
      client?.carrier.close();
      await working;
    },
  };
}

/** What the answer says; null when it isn't such an answer. */
async function answerOf<Schema extends z.ZodType>(
  response: IncomingMessage,
  schema: Schema,
): Promise<z.output<Schema> | null> {
  const body = await readAll(response, ANSWER_BYTES);
  try {
    return schema.safeParse(JSON.parse(Buffer.from(body).toString('utf8'))).data ?? null;
  } catch {
    return null;
  }
}
