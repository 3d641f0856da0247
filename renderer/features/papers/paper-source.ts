import { createBlockReader } from './block-reader.ts';
import { PDFDataRangeTransport, type PaperSource } from './pdfjs.ts';

/** Papers up to this size are read whole: one request is faster than many. Bytes. */
const WHOLE_LIMIT = 30_000_000;
const FIRST_BYTES = 65_536;
const ATTEMPTS = 3;

export class PaperUnavailable extends Error {
  readonly code: 'missing' | 'unreadable';
  constructor(code: 'missing' | 'unreadable', options?: ErrorOptions) {
    super(`paper ${code}`, options);
    this.code = code;
  }
}

/**
 * Gets a paper ready for pdf.js: whole when it is small, else in ranges, since pdf.js never asks for ranges on a scheme
 * of our own. `onLost` is called when a range can't be had any more. Rejects with `PaperUnavailable`.
 */
export async function paperSource(url: string, onLost: () => void, signal: AbortSignal): Promise<PaperSource> {
  const first = await read(url, { headers: { Range: `bytes=0-${FIRST_BYTES - 1}` }, signal });
  const total = first.status === 206 ? totalOf(first.headers.get('Content-Range')) : undefined;
  const head = new Uint8Array(await first.arrayBuffer());
  if (total === undefined || total <= head.length) return { data: head };
  if (total <= WHOLE_LIMIT) {
    const whole = await read(url, { signal });
    return { data: new Uint8Array(await whole.arrayBuffer()) };
  }
  const range = new PDFDataRangeTransport(total, head);
  const readBlocks = createBlockReader(total, (begin, end) => readRange(url, begin, end, signal));
  range.requestDataRange = (begin: number, end: number) => {
    readBlocks(begin, end).then(
      (chunk) => range.onDataRange(begin, chunk),
      () => {
        if (!signal.aborted) onLost();
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
