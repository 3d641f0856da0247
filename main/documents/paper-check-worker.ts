// Runs in a worker thread, because a crafted file can keep any PDF engine busy for ever.
import { closeSync, openSync, readSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';

import type { WorkerTask, WorkerVerdict } from './paper-check.ts';

/** A damaged file is searched from end to end; beyond this size that costs more memory than old laptops have. */
const READ_BUDGET = 256 * 1024 * 1024;
const CHUNK = 64 * 1024;

// pdf.js looks for these when it starts and would load a native canvas for them. Nothing is drawn here.
for (const name of ['DOMMatrix', 'ImageData', 'Path2D']) {
  if (!(name in globalThis)) Object.defineProperty(globalThis, name, { value: class {}, configurable: true });
}

async function check({ path, bytes, maxPages }: WorkerTask): Promise<WorkerVerdict> {
  const { getDocument, PDFDataRangeTransport, PasswordException } = await import('pdfjs-dist/legacy/build/pdf.mjs');
  const file = openSync(path, 'r');
  try {
    let budget = READ_BUDGET;
    let overspent: (error: Error) => void = () => {};
    const spent = new Promise<never>((_, reject) => (overspent = reject));
    const read = (begin: number, end: number): Uint8Array => {
      budget -= end - begin;
      if (budget < 0) throw new Error('the file asks to be read for too long');
      const chunk = new Uint8Array(end - begin);
      return chunk.subarray(0, readSync(file, chunk, 0, chunk.length, begin));
    };
    const transport = new PDFDataRangeTransport(bytes, read(0, Math.min(CHUNK, bytes)));
    transport.requestDataRange = (begin: number, end: number): void => {
      try {
        transport.onDataRange(begin, read(begin, end));
      } catch (error) {
        overspent(error as Error);
      }
    };
    const task = getDocument({
      range: transport,
      rangeChunkSize: CHUNK,
      disableAutoFetch: true,
      disableStream: true,
      disableFontFace: true,
      useSystemFonts: false,
      enableXfa: false,
      verbosity: 0,
    });
    const facts = async (): Promise<WorkerVerdict> => {
      const document = await task.promise;
      const pages = document.numPages;
      if (pages === 0) return { refused: 'empty' };
      await document.getPage(1);
      if (pages <= maxPages) await document.getPage(pages);
      const { info } = (await document.getMetadata()) as { info: { EncryptFilterName?: string | null } };
      return { pages, restricted: typeof info.EncryptFilterName === 'string' };
    };
    return await Promise.race([facts(), spent]);
  } catch (error) {
    return { refused: error instanceof PasswordException ? 'encrypted' : 'broken' };
  } finally {
    closeSync(file);
  }
}

const verdict = await check(workerData as WorkerTask);
parentPort?.postMessage(verdict);
