import type { StreamHead } from '../../common/acts/entry.ts';
import type { MeetingId, Sha256 } from '../../common/domain/ids.ts';
import { until, type TestLaptop } from '../fixtures/laptops.ts';
import { answerQuestions } from './child-process.ts';
import { openEngine } from './engine-laptop.ts';
import { clock } from './rows.ts';

/** Some of the laptops that join, in a process that they share. */
export type JoiningQuestion =
  | { readonly ask: 'open'; readonly folders: readonly string[] }
  | {
      readonly ask: 'join';
      readonly address: string;
      readonly meeting: MeetingId;
      readonly heads: readonly StreamHead[];
      readonly papers: readonly Sha256[];
    };

let laptops: readonly TestLaptop[] = [];

/** `join` is answered with the time (`clock`) at which each laptop had everything. */
answerQuestions(async (question: JoiningQuestion): Promise<readonly number[] | null> => {
  if (question.ask === 'open') {
    laptops = await Promise.all(question.folders.map((folder, index) => openEngine(folder, `joiner ${index}`)));
    return null;
  }
  const { address, meeting, heads, papers } = question;
  return await Promise.all(
    laptops.map(async (laptop) => {
      await laptop.request('meetings.join', { address, meeting });
      const left = [...heads];
      await until(() => hasEverything(laptop, meeting, left, papers), 600_000);
      return clock();
    }),
  );
});

/** `left`: what was not there when it was looked last, so that looking is no part of the work. */
function hasEverything(
  { engine }: TestLaptop,
  meeting: MeetingId,
  left: StreamHead[],
  papers: readonly Sha256[],
): boolean {
  const { entries, papers: shelf } = engine.store;
  for (let next = left.at(-1); next !== undefined; next = left.at(-1)) {
    if ((entries.head(meeting, next.author, next.stream)?.seq ?? 0) < next.seq) return false;
    left.pop();
  }
  return papers.every((paper) => shelf.file(paper) !== undefined);
}
