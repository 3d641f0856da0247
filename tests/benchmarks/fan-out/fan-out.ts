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
import { columnOf, inWords, resultOf, rowsOf, SECURE, sectionOf, type Cell, type CellResult } from './matrix.ts';
import { meetingFolder, type MeetingFolder } from './meeting-folder.ts';
import { contestants, startContestant, startHost, type RunningServer } from './servers.ts';

const SIZES = [10, 50, 100, 200];
const LARGEST = Math.max(...SIZES);
/** Certificates tell people apart; a key of one's own for everybody would only take time. */
const KEYS = 4;
const WARM_SECONDS = 1;
/**
 * Of each server that encrypts, so many times started anew and each time so many runs; the one in the middle counts, by its
 * p99, beside the best and the worst. In turns, since the machine is not the same all the time.
 */
const ROUNDS = 2;
const RUNS = 3;
const LOST_SHARE = 0.9;
const DRAWERS = [1, 10];

/** What counts is how many messages were sent, to however many: the slowest hundredth of a hundred would be a single one. */
const secondsOf = ({ drawers }: Cell): number => (drawers === 1 ? 5 : 3);

const cellsOf = (laptops: number): readonly Cell[] =>
  [...new Set([...DRAWERS, laptops])].map((drawers) => ({ laptops, drawers }));

/** A server that is compared; it is started anew for each number of laptops and each round. */
interface Compared {
  readonly name: string;
  start(laptops: number, round: number): Promise<RunningServer>;
  readonly rounds: number;
  readonly runs: number;
  /** All runs, in their order. */
  readonly measured: CellResult[];
}

export const fanOut: Benchmark = {
  name: 'fan-out',
  takes: '35 minutes',
  async run(place) {
    place.say(`making keys, certificates and a meeting of ${LARGEST} people`);
    const organisation = await enrolledOrganisation(LARGEST + 1, { keys: KEYS });
    const meeting = await meetingFolder(place.folder, organisation);
    const [secretary] = organisation.people;
    if (!secretary) throw new Error('nobody is enrolled');
    const ca = new X509Certificate(organisation.root).toString();
    const tls = { ...secretary.tls, ca };
    const peers = Object.values(contestants);

    const ours: Compared = {
      name: 'this host',
      async start(laptops, round) {
        const folder = join(place.folder, `host-of-${laptops}-${round}`);
        await cp(meeting.folder, folder, { recursive: true });
        return await startHost(folder, meeting.meeting, ca);
      },
      rounds: ROUNDS,
      runs: RUNS,
      measured: [],
    };
    const secure = peers.map((contestant): Compared => ({
      name: `${contestant.name}${SECURE}`,
      start: () => startContestant(contestant, tls),
      rounds: ROUNDS,
      runs: RUNS,
      measured: [],
    }));
    const plain = peers.map((contestant): Compared => ({
      name: `${contestant.name}, plain`,
      start: () => startContestant(contestant, null),
      rounds: 1,
      runs: 1,
      measured: [],
    }));
    // Server after server for each number of laptops, so that what is compared was measured within some minutes.
    for (const laptops of SIZES)
      for (let round = 0; round < ROUNDS; round++)
        for (const server of [ours, ...secure, ...plain])
          if (round < server.rounds && !hasFallenBehind(server))
            await measure(place, server, laptops, round, organisation, meeting);
    const [mine, ...others] = [ours, ...secure, ...plain].map(({ name, measured }) => columnOf(name, measured));
    if (!mine) throw new Error('nothing was measured');
    place.report(sectionOf(mine, others));
    return rowsOf(mine, others);
  },
};

/** It doesn't come back from that within the time of a benchmark. */
const hasFallenBehind = ({ measured }: Compared): boolean => (measured.at(-1)?.arrivedShare ?? 1) < LOST_SHARE;

async function measure(
  { say }: BenchmarkPlace,
  server: Compared,
  laptops: number,
  round: number,
  organisation: EnrolledOrganisation,
  { meeting, paper }: MeetingFolder,
): Promise<void> {
  const { helper, place } = await server.start(laptops, round);
  const load = startProcess(await asShipped('fan-out/load-process.ts'));
  const ask = <Answer>(question: LoadQuestion) => load.ask<Answer>(question);
  try {
    if (!keepApart(helper, load)) say('server and load share the processors: they could not be kept apart');
    const people = organisation.people.slice(1).map(({ member, tls: { key, cert } }) => ({ member, key, cert }));
    await ask({ ask: 'open', place, people, meeting, paper });
    await ask({ ask: 'connect', laptops });
    for (const cell of cellsOf(laptops)) {
      for (let run = 0; run < server.runs && !hasFallenBehind(server); run++) {
        await pause(500);
        await helper.ask({ ask: 'begin' });
        const seconds = secondsOf(cell);
        const drawing = await ask<Drawing>({ ask: 'draw', drawers: cell.drawers, seconds, warm: WARM_SECONDS });
        const used = await helper.ask<Used>({ ask: 'used' });
        const result = resultOf(cell, drawing, used, 1 + WARM_SECONDS / seconds);
        server.measured.push(result);
        say(`${server.name}, ${cell.drawers} of ${cell.laptops} draw: ${inWords(result)}`);
      }
    }
  } finally {
    await load.end();
    await helper.end();
  }
}
