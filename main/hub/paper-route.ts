import { createReadStream } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream';

const READ_BYTES = 1024 * 1024;

/** Answers GET and HEAD of a paper with one byte range or the whole (RFC 9110, 14); reads no faster than is taken. */
export function answerPaper(
  request: IncomingMessage,
  response: ServerResponse,
  paper: { readonly sha256: string; readonly path: string; readonly size: number },
): void {
  const { size } = paper;
  const etag = `"${paper.sha256}"`;
  const headers = {
    'accept-ranges': 'bytes',
    'content-type': 'application/pdf',
    'cache-control': 'private, immutable',
    etag,
  };
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
  // On an error the connection is cut: the client sees too few bytes and asks again.
  pipeline(createReadStream(paper.path, { start, end, highWaterMark: READ_BYTES }), response, () => undefined);
}

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
