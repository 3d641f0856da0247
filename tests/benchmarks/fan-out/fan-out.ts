import { X509Certificate } from 'node:crypto';
import { startProcess } from '../child-process.ts';
import { enrolledOrganisation, type EnrolledOrganisation } from '../enrolled-people.ts';
import { keepApart } from '../pinning.ts';
import type { Used } from '../process-usage.ts';
import { pause, type Benchmark, type BenchmarkPlace } from '../rows.ts';
import type { Drawing, LoadQuestion } from './load-process.ts';
import { inWords, middleOf, resultOf, rowsOf, sectionOf, type Cell, type CellResult, type Column } from './matrix.ts';
import { meetingFolder, type MeetingFolder } from './meeting-folder.ts';
import { contestants, startContestant, startHost, type RunningServer } from './servers.ts';

const SIZES = [10, 50, 100, 200];
const LARGEST = Math.max(...SIZES);
/** Certificates tell people apart; a key of one's own for everybody would only take time. */
const KEYS = 4;
const WARM_SECONDS = 1;
/** Of each server that encrypts; the one in the middle counts, by its p99. What else the machine does hits one of them. */
const RUNS = 3;
const LOST_SHARE = 0.9;
const DRAWERS = [1, 10];

/** What counts is how many messages were sent, to however many: the slowest hundredth of a hundred would be a single one. */
const secondsOf = ({ drawers }: Cell): number => (drawers === 1 ? 10 : 3);

const everyCell: readonly Cell[] = SIZES.flatMap((laptops) =>
  [...new Set([...DRAWERS, laptops])].map((drawers) => ({ laptops, drawers })),
);

export const fanOut: Benchmark = {
  name: 'fan-out',
  takes: '18 minutes',
  async run(place) {
    place.say(`making keys, certificates and a meeting of ${LARGEST} people`);
    const organisation = await enrolledOrganisation(LARGEST + 1, { keys: KEYS });
    const meeting = await meetingFolder(place.folder, organisation);
    const [secretary] = organisation.people;
    if (!secretary) throw new Error('nobody is enrolled');
    const ca = new X509Certificate(organisation.root).toString();
    const tls = { ...secretary.tls, ca };
    const measure = async (name: string, start: () => Promise<RunningServer>, runs: number) => ({
      name,
      results: await measureServer(place, name, await start(), organisation, meeting, runs),
    });

    const ours = await measure('this host', () => startHost(meeting.folder, meeting.meeting, ca), RUNS);
    const others: Column[] = [];
    for (const contestant of Object.values(contestants))
      others.push(await measure(`${contestant.name}, mutual TLS`, () => startContestant(contestant, tls), RUNS));
    for (const contestant of Object.values(contestants))
      others.push(await measure(`${contestant.name}, plain`, () => startContestant(contestant, null), 1));
    place.report(sectionOf(ours, others));
    return rowsOf(ours, others);
  },
};

async function measureServer(
  { say }: BenchmarkPlace,
  name: string,
  server: RunningServer,
  organisation: EnrolledOrganisation,
  { meeting, paper }: MeetingFolder,
  runs: number,
): Promise<CellResult[]> {
  const load = startProcess('fan-out/load-process.ts');
  const ask = <Answer>(question: LoadQuestion) => load.ask<Answer>(question);
  const results: CellResult[] = [];
  try {
    if (!keepApart(server.helper, load)) say('server and load share the processors: they could not be kept apart');
    const people = organisation.people.slice(1).map(({ member, tls: { key, cert } }) => ({ member, key, cert }));
    await ask({ ask: 'open', place: server.place, people, meeting, paper });
    for (const cell of everyCell) {
      await ask({ ask: 'connect', laptops: cell.laptops });
      const measured: CellResult[] = [];
      while (measured.length < runs) {
        await pause(500);
        await server.helper.ask({ ask: 'begin' });
        const seconds = secondsOf(cell);
        const drawing = await ask<Drawing>({ ask: 'draw', drawers: cell.drawers, seconds, warm: WARM_SECONDS });
        const used = await server.helper.ask<Used>({ ask: 'used' });
        measured.push(resultOf(cell, drawing, used, 1 + WARM_SECONDS / seconds));
        if ((measured.at(-1)?.arrivedShare ?? 0) < LOST_SHARE) break;
      }
      const result = middleOf(measured);
      results.push(result);
      say(`${name}, ${cell.drawers} of ${cell.laptops} draw: ${inWords(result)}`);
      // It doesn't come back from that within the time of a benchmark.
      if (result.arrivedShare < LOST_SHARE) break;
    }
  } finally {
    await load.end();
    await server.helper.end();
  }
  return results;
}
