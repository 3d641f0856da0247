import { createBlockReader } from './block-reader.ts';
import { createChunkReader, type Arriving } from './chunk-reader.ts';
import { PDFDataRangeTransport, type PaperSource } from './pdfjs.ts';

/** Papers up to this size are read whole: one request is faster than many. Bytes. */
const WHOLE_LIMIT = 30_000_000;
const FIRST_BYTES = 65_536;
const ATTEMPTS = 3;

/** Why a paper can't be had. `withdrawn`: it is no paper of the meeting any more; `unusable`: what came is another one. */
export type Unavailable = 'missing' | 'unreadable' | 'withdrawn' | 'unusable';

export class PaperUnavailable extends Error {
  readonly code: Unavailable;
  constructor(code: Unavailable, options?: ErrorOptions) {
    super(`paper ${code}`, options);
    this.code = code;
  }
}

/** Where a paper comes from that isn't whole here yet. */
export interface ComingPaper {
  /** Bytes, all of it. */
  readonly size: number;
  /** Its verified bytes once they are here; null: not yet, ask again. Rejects with `PaperUnavailable` when they never come. */
  chunk(index: number, urgent: boolean): Promise<Uint8Array | null>;
}

interface Opening {
  readonly signal: AbortSignal;
  /** Somebody looks at it: it is fetched before all else. */
  readonly urgent: boolean;
  /** Where it comes from when it isn't whole here; undefined: that isn't known. */
  coming(): ComingPaper | undefined;
  /** A range can't be had any more. */
  onLost(error: unknown): void;
  /** It is still coming, and is read as far as it has come. */
  onArriving(arriving: Arriving): void;
}

/**
 * Gets a paper ready for pdf.js: whole when it is small, else in ranges, since pdf.js never asks for ranges on a scheme
 * of our own; in chunks as they come when it isn't whole here. Rejects with `PaperUnavailable`.
 */
export async function paperSource(url: string, opening: Opening): Promise<PaperSource> {
  const { signal } = opening;
  let first: Response;
  try {
    first = await read(url, { headers: { Range: `bytes=0-${FIRST_BYTES - 1}` }, signal });
  } catch (error) {
    const coming = opening.coming();
    if (coming && error instanceof PaperUnavailable && error.code === 'missing')
      return await comingSource(coming, opening);
    throw error;
  }
  const total = first.status === 206 ? totalOf(first.headers.get('Content-Range')) : undefined;
  const head = new Uint8Array(await first.arrayBuffer());
  if (total === undefined || total <= head.length) return { data: head };
  if (total <= WHOLE_LIMIT) {
    const whole = await read(url, { signal });
    return { data: new Uint8Array(await whole.arrayBuffer()) };
  }
  const readBlocks = createBlockReader(total, (begin, end) => readRange(url, begin, end, signal));
  return ranges(total, head, readBlocks, opening);
}

async function comingSource(coming: ComingPaper, opening: Opening): Promise<PaperSource> {
  const reader = createChunkReader(coming.size, (index) => coming.chunk(index, opening.urgent), opening.signal);
  opening.onArriving(reader);
  const head = await reader.read(0, Math.min(coming.size, FIRST_BYTES));
  return ranges(coming.size, head, (begin, end) => reader.read(begin, end), opening);
}

function ranges(
  total: number,
  head: Uint8Array,
  read: (begin: number, end: number) => Promise<Uint8Array>,
  { signal, onLost }: Opening,
): PaperSource {
  const range = new PDFDataRangeTransport(total, head);
  range.requestDataRange = (begin: number, end: number) => {
    read(begin, end).then(
      (chunk) => {
        if (!signal.aborted) range.onDataRange(begin, chunk);
      },
      (error: unknown) => {
        if (!signal.aborted) onLost(error);
      },
    );
  };
  return { range };
}

async function readRange(url: string, begin: number, end: number, signal: AbortSignal): Promise<Uint8Array> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      const response = await read(url, { headers: { Range: `bytes=${begin}-${end - 1}` }, signal });
      const chunk = new Uint8Array(await response.arrayBuffer());
      if (response.status !== 206 || chunk.length !== end - begin) throw new PaperUnavailable('unreadable');
      return chunk;
    } catch (error) {
      if (attempt >= ATTEMPTS || signal.aborted) throw error;
      await new Promise((resolve) => setTimeout(resolve, 200 * attempt));
    }
  }
}

async function read(url: string, init: RequestInit): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(url, init);
  } catch (error) {
    throw new PaperUnavailable('unreadable', { cause: error });
  }
  if (response.status === 404 || response.status === 410) throw new PaperUnavailable('missing');
  if (!response.ok) throw new PaperUnavailable('unreadable');
  return response;
}

/** The last number of `bytes 0-65535/1234567`. */
function totalOf(contentRange: string | null): number | undefined {
  const match = /\/(\d{1,15})$/.exec(contentRange ?? '');
  return match === null ? undefined : Number(match[1]);
}
