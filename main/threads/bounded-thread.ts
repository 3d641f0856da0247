import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';

export interface WorkerBounds {
  /** After this many milliseconds it is given up. */
  readonly timeoutMs: number;
  /** Objects of the thread, megabytes. Buffers don't count: for those see `MAX_GROWTH_BYTES`. */
  readonly heapMb: number;
}

/**
 * What came of a task. `time`, `memory`: it had more than it may take. `died`: the thread ended without an answer, as one
 * does that waits for something that will never come.
 */
export type Bounded<Answer> = { readonly answer: Answer } | { readonly stopped: 'time' | 'memory' | 'died' };

/** Growth of the whole process that counts as an attack: a stream that unpacks to gigabytes. */
const MAX_GROWTH_BYTES = 1.5 * 1024 ** 3;
const WATCH_EVERY_MS = 50;

/**
 * The file of a worker thread: `name` is its path below `main/` without an ending. In a build workers lie beside the
 * entries, or above their chunks. Throws where the build lacks it.
 */
export function workerFile(name: string): URL {
  const built = `${name.slice(name.lastIndexOf('/') + 1)}.js`;
  const places = [`../${name}.ts`, `./${built}`, `../${built}`];
  const found = places.map((place) => new URL(place, import.meta.url)).find((url) => existsSync(fileURLToPath(url)));
  if (found === undefined) throw new Error(`${name} is missing from the build`);
  return found;
}

/**
 * Has a thread of its own do what a file of others could make long or large, and ends that thread when it is. The first
 * message of the thread is the answer. `owned` goes over to the thread, whatever else the task has is copied. Rejects only
 * with what the thread itself threw: a mistake of ours, and the calling process goes on.
 */
export function inWorker<Answer>(
  file: URL,
  task: unknown,
  bounds: WorkerBounds,
  owned: readonly ArrayBuffer[] = [],
): Promise<Bounded<Answer>> {
  const before = process.memoryUsage.rss();
  const worker = new Worker(file, {
    workerData: task,
    transferList: [...owned],
    stdout: true,
    stderr: true,
    resourceLimits: { maxOldGenerationSizeMb: bounds.heapMb },
  });
  return new Promise((resolve, reject) => {
    let settled = false;
    const settle = (answer: () => void): void => {
      if (settled) return;
      settled = true;
      clearTimeout(timer);
      clearInterval(watch);
      void worker.terminate().then(answer);
    };
    const finish = (outcome: Bounded<Answer>): void => settle(() => resolve(outcome));
    const timer = setTimeout(() => finish({ stopped: 'time' }), bounds.timeoutMs);
    const watch = setInterval(() => {
      if (process.memoryUsage.rss() - before > MAX_GROWTH_BYTES) finish({ stopped: 'memory' });
    }, WATCH_EVERY_MS);
    worker.once('message', (answer: Answer) => finish({ answer }));
    worker.once('error', (error: Error & { code?: string }) => {
      // A stack that ran over and a buffer that can't be had are RangeErrors.
      const tooMuch = error.code === 'ERR_WORKER_OUT_OF_MEMORY' || error instanceof RangeError;
      settle(() => (tooMuch ? resolve({ stopped: 'memory' }) : reject(error)));
    });
    worker.once('exit', () => finish({ stopped: 'died' }));
  });
}
