import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { DOCUMENT_CHANGE, MAX_INK_CHARACTERS, type EntryPayload, type Stream } from '../../common/acts/entry.ts';
import { asMeetingId, asMemberId, asSha256 } from '../../common/domain/ids.ts';
import { memoryEntryLog } from '../store/memory-entry-log.ts';
import { countWritten } from './written-so-far.ts';

const MEETING = asMeetingId('a'.repeat(26));
const AUTHOR = asMemberId('00000000-0000-4000-8000-000000000001');
const inkOn = (paper: number): Stream => `doc/ink/${paper.toString(16).padStart(64, '0')}/${AUTHOR}`;
const changeOn = (paper: number): EntryPayload => ({
  v: 1,
  meeting: MEETING,
  author: AUTHOR,
  stream: inkOn(paper),
  seq: 1,
  prev: null,
  time: '2026-03-02T08:00:00.000Z',
  kind: DOCUMENT_CHANGE,
  body: { update: '' },
});

it('[LOG-15] what is refused leaves nothing in memory, however many streams it names', () => {
  const full = { author: AUTHOR, stream: inkOn(0), seq: 1, hash: asSha256('0'.repeat(64)) };
  const written = countWritten(MEETING, {
    ...memoryEntryLog(),
    heads: () => [full],
    weigh: (_meeting, _author, stream) => ({
      stateBytes: 0,
      characters: stream === full.stream ? MAX_INK_CHARACTERS : 0,
    }),
  });
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const used = (): number => {
    collect();
    return process.memoryUsage().heapUsed;
  };
  expect(written.isTooMuch(changeOn(1), 2000, true)).toBe(true);
  const before = used();
  for (let paper = 2; paper < 100_000; paper++) written.isTooMuch(changeOn(paper), 2000, true);
  // With something for each it would be some 20 MB.
  expect((used() - before) / 1e6).toBeLessThan(5);
  expect(written.isTooMuch(changeOn(1), 2000, true)).toBe(true);
});
