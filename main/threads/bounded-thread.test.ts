import { expect, it } from 'vitest';
import { inWorker } from './bounded-thread.ts';

const thread = (code: string): URL => new URL(`data:text/javascript,${encodeURIComponent(code)}`);
const answering = `import { parentPort, workerData } from 'node:worker_threads';`;
const ample = { timeoutMs: 60_000, heapMb: 64 };

it('what a thread says first is its answer, and what it was given is not copied', async () => {
  const bytes = new Uint8Array([1, 2, 3]);
  const code = `${answering} parentPort.postMessage(workerData.bytes.length); setInterval(() => {}, 1000);`;
  expect(await inWorker(thread(code), { bytes }, ample, [bytes.buffer])).toEqual({ answer: 3 });
  expect(bytes.byteLength).toBe(0);
});

it('a thread that never ends is ended, and everybody else is served meanwhile', async () => {
  const happened: string[] = [];
  const endless = inWorker(thread('for (;;);'), {}, { ...ample, timeoutMs: 300 }).then((outcome) => {
    happened.push('ended');
    return outcome;
  });
  for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
  happened.push('served');
  expect(await endless).toEqual({ stopped: 'time' });
  expect(happened).toEqual(['served', 'ended']);
});

it('a thread that wants more memory than it may have is ended, and this process goes on', async () => {
  const greedy = thread('const kept = []; for (;;) kept.push({ text: String(kept.length) });');
  expect(await inWorker(greedy, {}, { ...ample, heapMb: 16 })).toEqual({ stopped: 'memory' });
});

it('a thread that ends without an answer says nothing, and one that fails says why', async () => {
  expect(await inWorker(thread('process.exit(3)'), {}, ample)).toEqual({ stopped: 'died' });
  await expect(inWorker(thread(`throw new TypeError('a mistake of ours')`), {}, ample)).rejects.toThrow(
    'a mistake of ours',
  );
});
