import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import * as Y from 'yjs';
import { strokesOf } from '../../common/collab/annotations.ts';
import { openWindowDocument } from '../fixtures/window-document.ts';
import { answerQuestions } from './child-process.ts';
import { openEngine } from './engine-laptop.ts';

/** Opens what has grown and says what it cost, in a fresh process. */
export type GrowthQuestion =
  | { readonly ask: 'meeting'; readonly folder: string; readonly documents: readonly string[] }
  /** The same documents as plain Yjs states. */
  | { readonly ask: 'states'; readonly states: readonly Uint8Array[] };

export interface Grown {
  readonly milliseconds: number;
  readonly heapMegabytes: number;
  readonly diskMegabytes: number;
  readonly strokes: number;
}

answerQuestions(async (question: GrowthQuestion): Promise<Grown> => {
  const before = heapMegabytes();
  const from = performance.now();
  if (question.ask === 'states') {
    const docs = question.states.map((state) => {
      const doc = new Y.Doc();
      Y.applyUpdate(doc, state);
      return doc;
    });
    const milliseconds = performance.now() - from;
    const kept = heapMegabytes() - before;
    const bytes = question.states.reduce((sum, state) => sum + state.byteLength, 0);
    return { milliseconds, heapMegabytes: kept, diskMegabytes: bytes / 1e6, strokes: count(docs) };
  }
  const laptop = await openEngine(question.folder, 'grown');
  const windows = question.documents.map((name) => openWindowDocument(laptop, name));
  await Promise.all(windows.map(({ synced }) => synced));
  const milliseconds = performance.now() - from;
  const kept = heapMegabytes() - before;
  const strokes = count(windows.map(({ doc }) => doc));
  for (const window of windows) window.close();
  return {
    milliseconds,
    heapMegabytes: kept,
    diskMegabytes: bytesBelow(question.folder) / 1e6,
    strokes,
  };
});

const count = (docs: readonly Y.Doc[]): number => docs.reduce((sum, doc) => sum + strokesOf(doc).size, 0);

/** What is in use: garbage is collected when V8 finds the time. */
function heapMegabytes(): number {
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return (heapUsed + external) / 1e6;
}

function bytesBelow(folder: string): number {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
}
