import { X509Certificate } from 'node:crypto';
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { asShipped } from '../as-shipped.ts';
import { startProcess } from '../child-process.ts';
import { enrolledOrganisation, type EnrolledOrganisation } from '../enrolled-people.ts';
import { keepApart } from '../pinning.ts';
import type { Used } from '../process-usage.ts';
import { pause, type Benchmark, type BenchmarkPlace } from '../rows.ts';
import type { Drawing, LoadQuestion } from './load-process.ts';
import { inWords, middleOf, resultOf, rowsOf, sectionOf, type Cell, type CellResult } from './matrix.ts';
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

const cellsOf = (laptops: number): readonly Cell[] =>
  [...new Set([...DRAWERS, laptops])].map((drawers) => ({ laptops, drawers }));

/** A server that is compared; it is started anew for each number of laptops. */
interface Compared {
  readonly name: string;
  start(laptops: number): Promise<RunningServer>;
  readonly runs: number;
  readonly results: CellResult[];
}

export const fanOut: Benchmark = {
  name: 'fan-out',
  takes: '20 minutes',
  async run(place) {
    place.say(`making keys, certificates and a meeting of ${LARGEST} people`);
    const organisation = await enrolledOrganisation(LARGEST + 1, { keys: KEYS });
    const meeting = await meetingFolder(place.folder, organisation);
    const [secretary] = organisation.people;
    if (!secretary) throw new Error('nobody is enrolled');
    const ca = new X509Certificate(organisation.root).toString();
    const tls = { ...secretary.tls, ca };
    const others = Object.values(contestants);

    const ours: Compared = {
      name: 'this host',
      async start(laptops) {
        const folder = join(place.folder, `host-of-${laptops}`);
        await cp(meeting.folder, folder, { recursive: true });
        return await startHost(folder, meeting.meeting, ca);
      },
      runs: RUNS,
      results: [],
    };
    const secure = others.map((contestant): Compared => ({
      name: `${contestant.name}, mutual TLS`,
      start: () => startContestant(contestant, tls),
      runs: RUNS,
      results: [],
    }));
    const plain = others.map((contestant): Compared => ({
      name: `${contestant.name}, plain`,
      start: () => startContestant(contestant, null),
      runs: 1,
      results: [],
    }));
    // Server after server for each number of laptops, so that what is compared was measured within some minutes.
    for (const laptops of SIZES)
      for (const server of [ours, ...secure, ...plain])
        if (!hasFallenBehind(server)) await measure(place, server, laptops, organisation, meeting);
    place.report(sectionOf(ours, [...secure, ...plain]));
    return rowsOf(ours, [...secure, ...plain]);
  },
};

/** It doesn't come back from that within the time of a benchmark. */
const hasFallenBehind = ({ results }: Compared): boolean => (results.at(-1)?.arrivedShare ?? 1) < LOST_SHARE;

async function measure(
  { say }: BenchmarkPlace,
  server: Compared,
  laptops: number,
  organisation: EnrolledOrganisation,
  { meeting, paper }: MeetingFolder,
): Promise<void> {
  const { helper, place } = await server.start(laptops);
  const load = startProcess(await asShipped('fan-out/load-process.ts'));
  const ask = <Answer>(question: LoadQuestion) => load.ask<Answer>(question);
  try {
    if (!keepApart(helper, load)) say('server and load share the processors: they could not be kept apart');
    const people = organisation.people.slice(1).map(({ member, tls: { key, cert } }) => ({ member, key, cert }));
    await ask({ ask: 'open', place, people, meeting, paper });
    await ask({ ask: 'connect', laptops });
    for (const cell of cellsOf(laptops)) {
      const measured: CellResult[] = [];
      while (measured.length < server.runs) {
        await pause(500);
        await helper.ask({ ask: 'begin' });
        const seconds = secondsOf(cell);
        const drawing = await ask<Drawing>({ ask: 'draw', drawers: cell.drawers, seconds, warm: WARM_SECONDS });
        const used = await helper.ask<Used>({ ask: 'used' });
        measured.push(resultOf(cell, drawing, used, 1 + WARM_SECONDS / seconds));
        if ((measured.at(-1)?.arrivedShare ?? 0) < LOST_SHARE) break;
      }
      const result = middleOf(measured);
      server.results.push(result);
      say(`${server.name}, ${cell.drawers} of ${cell.laptops} draw: ${inWords(result)}`);
      if (hasFallenBehind(server)) break;
    }
  } finally {
    await load.end();
    await helper.end();
  }
}
