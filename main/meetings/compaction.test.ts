import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Entry, Stream } from '../../common/acts/entry.ts';
import { asMeetingId, asMemberId } from '../../common/domain/ids.ts';
import { keepCompact } from './compaction.ts';

const me = asMemberId('11111111-1111-4111-8111-111111111111');
const other = asMemberId('22222222-2222-4222-8222-222222222222');
const INK = `ink/${'a'.repeat(64)}/${me}`;

let listener: (entries: readonly Entry[], from: 'self') => void;
let acknowledged = 0;
let answer: Entry | 'not-due' | 'impossible';
let asked: string[];
let ended: () => void;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] });
  acknowledged = 0;
  answer = 'not-due';
  asked = [];
  const log = {
    heads: () => [],
    onStored(added: typeof listener) {
      listener = added;
      return () => undefined;
    },
    compact(document: string) {
      asked.push(document);
      return Promise.resolve(answer);
    },
  };
  const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };
  const meeting = { id: asMeetingId('abcdefghijklmnopqrstuvwxyz'), me, log };
  ended = keepCompact({ meeting, acknowledged: { upTo: () => acknowledged }, logger: quiet }).close;
});
afterEach(() => {
  ended();
  vi.useRealTimers();
});

const written = (seq: number, stream: Stream = `doc/${INK}`, author = me) =>
  listener([{ payload: { author, stream, seq } } as Entry], 'self');

it('looks at own ink once it is quiet and elsewhere, and at nothing else', async () => {
  written(1);
  written(1, 'acts');
  written(1, 'doc/minutes');
  written(1, `doc/ink/${'a'.repeat(64)}/${other}`, other);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(asked).toEqual([]);
  acknowledged = 1;
  written(2);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(asked).toEqual([]);
  acknowledged = 2;
  await vi.advanceTimersByTimeAsync(1000);
  expect(asked).toEqual([INK]);
  await vi.advanceTimersByTimeAsync(100_000);
  expect(asked).toEqual([INK]);
});

it('waits while strokes follow each other, but not for ever', async () => {
  for (let seconds = 0; seconds < 70; seconds++) {
    acknowledged = seconds;
    written(seconds);
    await vi.advanceTimersByTimeAsync(1000);
    if (seconds < 55) expect(asked).toEqual([]);
  }
  expect(asked).toEqual([INK]);
});

it('does not try again what can never be made', async () => {
  acknowledged = 1000;
  answer = 'impossible';
  for (let seq = 1; seq < 5; seq++) {
    written(seq);
    await vi.advanceTimersByTimeAsync(5000);
  }
  expect(asked).toEqual([INK]);
});
