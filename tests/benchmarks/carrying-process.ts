import type { StreamHead } from '../../common/acts/entry.ts';
import type { MeetingId } from '../../common/domain/ids.ts';
import { until, type TestLaptop } from '../fixtures/laptops.ts';
import { answerQuestions } from './child-process.ts';
import { openEngine } from './engine-laptop.ts';
import { createUsage, type Used } from './process-usage.ts';

/** A laptop that carries a meeting, in a process of its own: the real engine and hub, without a window. */
export type CarryingQuestion =
  | { readonly ask: 'open'; readonly folder: string; readonly meeting: MeetingId }
  | { readonly ask: 'begin' }
  | { readonly ask: 'used' };

export interface Carried {
  readonly address: string;
  readonly heads: readonly StreamHead[];
  /** Of all entries as they travel. */
  readonly bytes: number;
  readonly entries: number;
}

let laptop: TestLaptop | undefined;
const usage = createUsage();

answerQuestions(async (question: CarryingQuestion): Promise<Carried | Used | null> => {
  switch (question.ask) {
    case 'open':
      laptop = await openEngine(question.folder, 'carrier');
      return await carried(laptop, question.meeting);
    case 'begin':
      usage.begin();
      return null;
    case 'used':
      return usage.used();
  }
});

/** What was carried before is carried again once the laptop is unlocked. */
async function carried(host: TestLaptop, meeting: MeetingId): Promise<Carried> {
  const address = await until(async () => {
    const { connection } = await host.request('meetings.state', { meeting });
    return connection.role === 'host' && connection.addresses[0];
  });
  const { entries } = host.engine.store;
  const heads = entries.heads(meeting);
  let bytes = 0;
  let count = 0;
  for (const { author, stream, seq } of heads) {
    for (const { jws } of entries.read(meeting, author, stream, 1, seq)) bytes += jws.length;
    count += seq;
  }
  return { address, heads, bytes, entries: count };
}
