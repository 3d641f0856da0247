import { open, stat } from 'node:fs/promises';
import { MAX_PAPER_PAGES } from '../../common/collab/plan.ts';
import { inWorker, workerFile } from '../threads/bounded-thread.ts';

export type PaperLimits = {
  /** Largest file in bytes; a setting, 500 MB by default. */
  readonly maxBytes: number;
  readonly maxPages?: number;
  /** After this many milliseconds the file is given up. */
  readonly timeoutMs?: number;
};

/**
 * Why a paper was refused. `unreadable`: the file is gone, a folder, or this user may not read it. `encrypted`: it asks
 * for a password. `too-slow`: it could not be understood in time, as crafted files can bring about.
 */
export type PaperRefusal =
  | 'unreadable'
  | 'empty'
  | 'too-large'
  | 'not-a-pdf'
  | 'broken'
  | 'encrypted'
  | 'too-many-pages'
  | 'too-slow';

export type PaperCheck =
  | {
      readonly ok: true;
      readonly pages: number;
      readonly bytes: number;
      /**
       * Encrypted with an empty password: everyone can read it, its owner only asked programs to forbid printing or
       * changing. Accepted, since a scanner's default should not stop a meeting; annotations can't be written into it.
       */
      readonly restricted: boolean;
    }
  | { readonly ok: false; readonly reason: PaperRefusal };

/** What the worker thread answers. */
export type WorkerVerdict =
  | { readonly pages: number; readonly restricted: boolean }
  | { readonly refused: 'empty' | 'broken' | 'encrypted' };

export type WorkerTask = { readonly path: string; readonly bytes: number; readonly maxPages: number };

const HEADER_WITHIN = 1024;
const DEFAULT_TIMEOUT_MS = 20_000;
const MAX_HEAP_MB = 512;

/**
 * Whether a file is a PDF that a meeting can use. Opens it with the reader's own engine in a worker thread of its own,
 * with bounded time and memory; reads only the parts that are needed, so that 500 MB take as long as 5. What is wrong
 * with the file is an answer; it throws only when our own build is broken.
 */
export async function checkPdf(path: string, limits: PaperLimits): Promise<PaperCheck> {
  const { bytes, head } = (await beginningOf(path)) ?? {};
  if (bytes === undefined || head === undefined) return { ok: false, reason: 'unreadable' };
  if (bytes === 0) return { ok: false, reason: 'empty' };
  if (bytes > limits.maxBytes) return { ok: false, reason: 'too-large' };
  if (!head.includes('%PDF-')) return { ok: false, reason: 'not-a-pdf' };
  const maxPages = limits.maxPages ?? MAX_PAPER_PAGES;
  const task: WorkerTask = { path, bytes, maxPages };
  const bounds = { timeoutMs: limits.timeoutMs ?? DEFAULT_TIMEOUT_MS, heapMb: MAX_HEAP_MB };
  const checked = await inWorker<WorkerVerdict>(workerFile('documents/paper-check-worker'), task, bounds);
  if ('stopped' in checked) return { ok: false, reason: checked.stopped === 'time' ? 'too-slow' : 'broken' };
  const verdict = checked.answer;
  if ('refused' in verdict) return { ok: false, reason: verdict.refused };
  if (verdict.pages > maxPages) return { ok: false, reason: 'too-many-pages' };
  return { ok: true, pages: verdict.pages, bytes, restricted: verdict.restricted };
}

async function beginningOf(path: string): Promise<{ bytes: number; head: string } | undefined> {
  try {
    // Before it is opened: opening a pipe waits for its other end.
    if (!(await stat(path)).isFile()) return undefined;
    const file = await open(path, 'r');
    try {
      const facts = await file.stat();
      if (!facts.isFile()) return undefined;
      const { bytesRead, buffer } = await file.read(Buffer.alloc(HEADER_WITHIN), 0, HEADER_WITHIN, 0);
      return { bytes: facts.size, head: buffer.toString('latin1', 0, bytesRead) };
    } finally {
      await file.close();
    }
  } catch {
    return undefined;
  }
}
