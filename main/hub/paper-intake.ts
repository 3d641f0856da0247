import type { IncomingMessage, ServerResponse } from 'node:http';
import type { PaperPart, PaperParts, WantedPaper } from '../../common/collab/paper-parts.ts';
import { PAPER_CHUNK_BYTES } from '../../common/collab/plan.ts';
import type { MemberId, Sha256 } from '../../common/domain/ids.ts';
import type { LinkLogger } from '../../common/wire/admission.ts';
import { chunkStatus, type ChunkOutcome } from '../../common/wire/paper-upload.ts';
import { limits } from './connection-limits.ts';
import { endWithUnreadBody } from './unread-body.ts';

/** Takes papers that this laptop lacks from those who have them, chunk by chunk, each verified before it is written. */
export interface PaperIntake {
  /** Chunks of the paper that are not here. */
  missing(paper: WantedPaper): Promise<number[] | 'wrong-manifest'>;
  /** Answers a PUT of one chunk. What may not be taken is answered before its body is read. */
  take(request: IncomingMessage, response: ServerResponse, from: MemberId, paper: WantedPaper, chunk: number): void;
  /** How much of a paper that is on its way is here; undefined when none came lately. */
  arriving(paper: Sha256): { readonly have: number; readonly active: boolean } | undefined;
  close(): Promise<void>;
}

interface Arriving {
  readonly part: PaperPart;
  idle: NodeJS.Timeout | undefined;
}

interface Bringer {
  /** When it began to bring the paper, or stored a chunk of it last. */
  since: number;
  stored: number | undefined;
}

/** A chunk takes a second; on a thin line it may come twice after this. */
const FRUITLESS_MILLISECONDS = 3000;
const STORED_LATELY = 60_000;

export function createPaperIntake(options: {
  readonly parts: PaperParts;
  readonly logger: LinkLogger;
  /** Another chunk is here; `complete`: it was the last one. */
  onChunk(paper: Sha256, complete: boolean): void;
}): PaperIntake {
  const { parts, logger } = options;
  const arriving = new Map<Sha256, Arriving>();
  /** Papers of which a chunk is on its way, and who sends one. */
  const senders = new Map<Sha256, Set<MemberId>>();
  /** Who brings, or tried to bring, papers that are arriving. */
  const bringers = new Map<Sha256, Map<MemberId, Bringer>>();
  let closed = false;

  /**
   * A chunk comes once, so one of a paper at a time, but nobody keeps others from bringing it by bringing nothing: who has
   * stored none for a while is not waited for, and who lately has waits for nobody who has not.
   */
  function mayBring(paper: Sha256, from: MemberId): boolean {
    const sending = [...senders.values()].flatMap((members) => [...members]);
    if (closed || sending.includes(from) || sending.length >= limits.uploads) return false;
    const now = performance.now();
    const bringer = (member: MemberId) => bringers.get(paper)?.get(member);
    const lately = (one: Bringer | undefined) => one?.stored !== undefined && now - one.stored < STORED_LATELY;
    return [...(senders.get(paper) ?? [])].every((other) => {
      const one = bringer(other);
      if (lately(one)) return false;
      return lately(bringer(from)) || now - (one?.since ?? now) > FRUITLESS_MILLISECONDS;
    });
  }

  function bringerOf(paper: Sha256, member: MemberId): Bringer {
    const all = bringers.get(paper) ?? new Map<MemberId, Bringer>();
    bringers.set(paper, all);
    const known = all.get(member) ?? { since: performance.now(), stored: undefined };
    all.set(member, known);
    return known;
  }

  function begun(paper: Sha256, from: MemberId): () => void {
    const members = senders.get(paper) ?? new Set();
    senders.set(paper, members.add(from));
    return () => {
      members.delete(from);
      if (members.size === 0 && senders.get(paper) === members) senders.delete(paper);
    };
  }

  async function partOf(paper: WantedPaper): Promise<PaperPart | 'already-complete' | 'wrong-manifest'> {
    const opened = await parts.openPart(paper);
    if (!opened.ok) {
      forget(paper.sha256);
      return opened.error;
    }
    forget(paper.sha256);
    const kept: Arriving = { part: opened.value, idle: undefined };
    // Closing it remembers on disk what came so far.
    kept.idle = setTimeout(() => void letGo(paper.sha256), closed ? 0 : limits.uploadIdleMilliseconds);
    arriving.set(paper.sha256, kept);
    // Each is an open file, and asking for what is missing opens one: the one not asked for the longest goes.
    const oldest = [...arriving.keys()].find((other) => !senders.has(other) && other !== paper.sha256);
    if (arriving.size > limits.openUploads && oldest !== undefined) await letGo(oldest);
    return opened.value;
  }

  /** The paper is whole or its part is of no use any more. */
  function forget(paper: Sha256): void {
    clearTimeout(arriving.get(paper)?.idle);
    arriving.delete(paper);
  }

  async function letGo(paper: Sha256): Promise<void> {
    const part = arriving.get(paper)?.part;
    forget(paper);
    if (!senders.has(paper)) bringers.delete(paper);
    await part?.close();
  }

  async function takeChunk(request: IncomingMessage, response: ServerResponse, paper: WantedPaper, chunk: number) {
    const part = await partOf(paper);
    if (part === 'already-complete') return 'already-there';
    if (part === 'wrong-manifest') return part;
    if (!part.missing().includes(chunk)) return 'already-there';
    const bytes = await readBody(request, response, chunkLength(paper, chunk));
    // The paper may have been let go of while a slow chunk was on its way.
    const still = await partOf(paper);
    if (typeof still === 'string') return still === 'already-complete' ? 'already-there' : still;
    const written = await still.write(chunk, bytes);
    if (written.ok) {
      if (written.value === 'complete') forget(paper.sha256);
      return written.value;
    }
    if (written.error === 'wrong-manifest') forget(paper.sha256);
    switch (written.error) {
      case 'wrong-bytes':
      case 'wrong-manifest':
      case 'disk-full':
        return written.error;
      case 'no-such-chunk':
        return 'unknown';
      case 'damaged-on-disk':
      case 'unwritable':
      case 'closed':
        return 'unwritable';
    }
  }

  return {
    async missing(paper) {
      const part = await partOf(paper);
      if (part === 'already-complete') return [];
      return part === 'wrong-manifest' ? part : part.missing();
    },
    take(request, response, from, paper, chunk) {
      const length = chunkLength(paper, chunk);
      if (length < 1) return answer(response, 'unknown');
      if (request.headers['content-length'] !== String(length)) return answer(response, 'wrong-length');
      if (!mayBring(paper.sha256, from)) return answer(response, 'busy');
      const end = begun(paper.sha256, from);
      const bringer = bringerOf(paper.sha256, from);
      takeChunk(request, response, paper, chunk)
        .then(
          (outcome: ChunkOutcome) => {
            end();
            if (outcome === 'stored') bringer.since = bringer.stored = performance.now();
            if (outcome === 'complete') bringers.delete(paper.sha256);
            if (chunkStatus[outcome] !== 200) {
              logger.warn('chunk of a paper refused', { from, paper: paper.sha256, chunk, reason: outcome });
            }
            answer(response, outcome);
            if (outcome === 'stored' || outcome === 'complete') options.onChunk(paper.sha256, outcome === 'complete');
          },
          (error: unknown) => {
            end();
            logger.info('chunk of a paper not taken', { from, paper: paper.sha256, chunk, error: String(error) });
            answer(response, 'unwritable');
          },
        )
        .catch((error: unknown) => logger.warn('arrival of a paper not told', { error: String(error) }));
    },
    arriving(paper) {
      const known = arriving.get(paper);
      return known && { have: known.part.have(), active: senders.has(paper) };
    },
    async close() {
      closed = true;
      for (const paper of [...arriving.keys()]) await letGo(paper);
    },
  };
}

/** Bytes of that chunk; less than 1: there is none. */
function chunkLength({ size, chunks }: WantedPaper, chunk: number): number {
  return chunk < chunks.length ? Math.min(PAPER_CHUNK_BYTES, size - chunk * PAPER_CHUNK_BYTES) : 0;
}

/** Asks for the body and reads exactly `length` bytes. Rejects when it is cut off or stands still. */
function readBody(request: IncomingMessage, response: ServerResponse, length: number): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const bytes = Buffer.allocUnsafe(length);
    let filled = 0;
    let timer = setTimeout(still, limits.uploadSilenceMilliseconds);
    function still(): void {
      reject(new Error('nothing came'));
      request.destroy();
    }
    request.on('data', (part: Buffer) => {
      clearTimeout(timer);
      timer = setTimeout(still, limits.uploadSilenceMilliseconds);
      // Node ends the body at its declared length.
      filled += part.copy(bytes, filled);
    });
    request.on('end', () => resolve(bytes));
    request.on('close', () => {
      clearTimeout(timer);
      reject(new Error('cut off'));
    });
    request.on('error', reject);
    if (request.headers.expect !== undefined) response.writeContinue();
  });
}

function answer(response: ServerResponse, outcome: ChunkOutcome): void {
  if (response.destroyed) return;
  endWithUnreadBody(response);
  const body = Buffer.from(JSON.stringify({ outcome }));
  response.writeHead(chunkStatus[outcome], { 'content-type': 'application/json', 'content-length': body.byteLength });
  response.end(body);
}
