import { open, type FileHandle } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { HeldPaper } from '../../common/collab/paper-parts.ts';
import { PAPER_CHUNK_BYTES } from '../../common/collab/plan.ts';
import type { PaperSending } from './paper-sending.ts';

/** Answers GET and HEAD of a paper with one byte range or the whole (RFC 9110, 14); reads no faster than is taken. */
export async function answerPaper(
  request: IncomingMessage,
  response: ServerResponse,
  paper: { readonly sha256: string; readonly path: string; readonly size: number },
  sending: PaperSending,
): Promise<void> {
  const { size } = paper;
  const headers = headersOf(paper.sha256);
  const { etag } = headers;
  if (request.headers['if-none-match'] === etag) return void response.writeHead(304, headers).end();
  const ifRange = request.headers['if-range'];
  const range =
    ifRange === undefined || ifRange === etag ? parseRange(request.headers.range, size) : ('whole' as const);
  if (range === 'unsatisfiable') {
    return void response.writeHead(416, { ...headers, 'content-range': `bytes */${size}`, 'content-length': 0 }).end();
  }
  const { start, end } = range === 'whole' ? { start: 0, end: size - 1 } : range;
  response.writeHead(range === 'whole' ? 200 : 206, {
    ...headers,
    'content-length': end - start + 1,
    ...(range === 'whole' ? {} : { 'content-range': `bytes ${start}-${end}/${size}` }),
  });
  if (request.method === 'HEAD') return void response.end();
  await itsTurn(response);
  const file = await open(paper.path, 'r').catch(() => undefined);
  if (file) await sending.send(response, file, start, end);
  else response.destroy();
}

/**
 * Answers GET of one range of a paper of which only some chunks are here, if all of the range is. False: it isn't, nothing
 * was answered. `held` is asked again when the file has moved meanwhile, because the paper has just become whole.
 */
export async function answerPart(
  request: IncomingMessage,
  response: ServerResponse,
  paper: { readonly sha256: string; readonly size: number },
  held: () => HeldPaper | undefined,
  sending: PaperSending,
): Promise<boolean> {
  const range = parseRange(request.headers.range, paper.size);
  if (typeof range === 'string' || request.method !== 'GET') return false;
  const { start, end } = range;
  await itsTurn(response);
  const file = await openHeld(held, Math.floor(start / PAPER_CHUNK_BYTES), Math.floor(end / PAPER_CHUNK_BYTES));
  if (!file) return false;
  response.writeHead(206, {
    ...headersOf(paper.sha256),
    'content-length': end - start + 1,
    'content-range': `bytes ${start}-${end}/${paper.size}`,
  });
  await sending.send(response, file, start, end);
  return true;
}

/** What a client asks for before it has its answer waits until then, and holds no file and no memory. */
async function itsTurn(response: ServerResponse): Promise<void> {
  if (!response.socket && !response.destroyed) await new Promise((resolve) => response.once('socket', resolve));
}

async function openHeld(
  held: () => HeldPaper | undefined,
  first: number,
  last: number,
): Promise<FileHandle | undefined> {
  for (let attempt = 0; attempt < 2; attempt++) {
    const there = held();
    for (let chunk = first; chunk <= last; chunk++) if (!there?.has(chunk)) return undefined;
    const file = there && (await open(there.path, 'r').catch(() => undefined));
    if (file) return file;
  }
  return undefined;
}

const headersOf = (sha256: string) => ({
  'accept-ranges': 'bytes',
  'content-type': 'application/pdf',
  'cache-control': 'private, immutable',
  etag: `"${sha256}"`,
});

/** Anything but one well-formed byte range means the whole file, as RFC 9110 allows. */
export function parseRange(
  header: string | undefined,
  size: number,
): { readonly start: number; readonly end: number } | 'whole' | 'unsatisfiable' {
  const match = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header ?? '');
  const [, first = '', last = ''] = match ?? [];
  if (!match || (first === '' && last === '')) return 'whole';
  if (first === '') {
    const length = Math.min(Number(last), size);
    return length === 0 ? 'unsatisfiable' : { start: size - length, end: size - 1 };
  }
  const start = Number(first);
  const end = last === '' ? size - 1 : Math.min(Number(last), size - 1);
  if (last !== '' && Number(last) < start) return 'whole';
  return start >= size ? 'unsatisfiable' : { start, end };
}
