import { randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { protocol, type Session } from 'electron';

import { readByteRange } from './byte-range.ts';
import { appPolicy } from './content-security.ts';

/** `phien://app/…` is the interface, `phien://paper/<sha256>` a paper, `phien://print/<n>` a page being printed. */
export const scheme = 'phien';
export const appOrigin = `${scheme}://app`;

/** Stands in the built `index.html` wherever a nonce belongs (see `html.cspNonce` in electron.vite.config.ts). */
export const noncePlaceholder = '__PHIEN_NONCE__';

/** Must run before the application is ready. */
export function registerScheme(): void {
  protocol.registerSchemesAsPrivileged([
    {
      scheme,
      privileges: {
        standard: true,
        secure: true,
        supportFetchAPI: true,
        corsEnabled: true,
        stream: true,
        codeCache: true,
      },
    },
  ]);
}

const mediaTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.ttf': 'font/ttf',
  '.wasm': 'application/wasm',
};

/** Serves the interface from `interfaceFolder` and papers from `<dataFolder>/papers` to one session. */
export function serveScheme(session: Session, interfaceFolder: string, dataFolder: string): void {
  const papers = path.join(dataFolder, 'papers');
  session.protocol.handle(scheme, async (request) => {
    try {
      if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(405);
      const url = new URL(request.url);
      if (url.host === 'app') return await interfaceFile(interfaceFolder, url.pathname);
      if (url.host === 'paper') return await paper(papers, url.pathname, request.headers.get('range'));
      return refuse(404);
    } catch (error) {
      const missing = ['ENOENT', 'EISDIR', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '');
      if (!missing) console.error(`serving ${request.url}`, error);
      return refuse(missing ? 404 : 500);
    }
  });
}

function refuse(status: number): Response {
  return new Response(null, { status, headers: { 'content-security-policy': appPolicy() } });
}

async function interfaceFile(folder: string, pathname: string): Promise<Response> {
  const below = pathname === '/' ? 'index.html' : decodeURIComponent(pathname).slice(1);
  const file = path.resolve(folder, below);
  if (!file.startsWith(path.resolve(folder) + path.sep) || below.includes('\0')) return refuse(404);
  const content = await readFile(file);
  const type = mediaTypes[path.extname(file).toLowerCase()] ?? 'application/octet-stream';
  const headers: Record<string, string> = { 'content-type': type, 'x-content-type-options': 'nosniff' };
  if (!type.startsWith('text/html')) {
    return new Response(new Uint8Array(content), { headers: { ...headers, 'content-security-policy': appPolicy() } });
  }
  const nonce = randomBytes(18).toString('base64');
  const page = content.toString('utf8').replaceAll(noncePlaceholder, nonce);
  return new Response(page, {
    headers: { ...headers, 'content-security-policy': appPolicy(nonce), 'cache-control': 'no-store' },
  });
}

/** Ranges up to this size are answered from one read; larger answers are streamed. */
const oneRead = 8 * 1024 * 1024;

async function paper(folder: string, pathname: string, rangeHeader: string | null): Promise<Response> {
  const name = /^\/([0-9a-f]{64})$/.exec(pathname)?.[1];
  if (!name) return refuse(404);
  const file = path.join(folder, name);
  const handle = await open(file, 'r');
  try {
    const { size } = await handle.stat();
    const range = readByteRange(rangeHeader, size);
    const headers: Record<string, string> = {
      'content-type': 'application/pdf',
      'accept-ranges': 'bytes',
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'; sandbox",
      'access-control-allow-origin': appOrigin,
      'access-control-expose-headers': 'accept-ranges, content-range, content-length',
      // Chromium's cache would only keep a second copy of what lies on this disk.
      'cache-control': 'no-store',
    };
    if (range === 'unsatisfiable') {
      return new Response(null, { status: 416, headers: { ...headers, 'content-range': `bytes */${size}` } });
    }
    const { start, end } = range === 'whole' ? { start: 0, end: size - 1 } : range;
    const length = end - start + 1;
    headers['content-length'] = String(length);
    if (range !== 'whole') headers['content-range'] = `bytes ${start}-${end}/${size}`;
    const status = range === 'whole' ? 200 : 206;
    if (length <= oneRead) {
      const bytes = new Uint8Array(length);
      await readExactly(handle, bytes, start);
      return new Response(bytes, { status, headers });
    }
    const stream = createReadStream(file, { start, end, highWaterMark: 1024 * 1024 });
    return new Response(Readable.toWeb(stream) as ReadableStream, { status, headers });
  } finally {
    await handle.close();
  }
}

async function readExactly(handle: Awaited<ReturnType<typeof open>>, into: Uint8Array, from: number): Promise<void> {
  let done = 0;
  while (done < into.byteLength) {
    const { bytesRead } = await handle.read(into, done, into.byteLength - done, from + done);
    if (bytesRead === 0) throw new Error('the paper became shorter while it was read');
    done += bytesRead;
  }
}
