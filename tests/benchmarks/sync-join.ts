import { X509Certificate } from 'node:crypto';
import { cp, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makePdf } from '../fixtures/pdfs.ts';
import type { BareClientsQuestion } from './bare-clients-process.ts';
import type { BareServerQuestion } from './bare-server-process.ts';
import type { Carried, CarryingQuestion } from './carrying-process.ts';
import { startProcess, type Helper } from './child-process.ts';
import { enrolledOrganisation, layDataFolder, type EnrolledOrganisation } from './enrolled-people.ts';
import { holdMeeting } from './held-meeting.ts';
import type { JoiningQuestion } from './joining-process.ts';
import type { PreparedMeeting } from './prepared-meeting.ts';
import type { Used } from './process-usage.ts';
import { clock, measured, pause, type Benchmark, type BenchmarkPlace } from './rows.ts';

const JOINERS = 50;
const PRESENT = 20;
/** One process for all would be busy with itself; one each would only measure how processes start. */
const PROCESSES = 5;
const RUNS = 2;
/** Certificates tell people apart; a key of one's own for everybody would only take time. */
const KEYS = 8;

interface Run extends Used {
  readonly milliseconds: number;
}

export const syncJoin: Benchmark = {
  name: 'sync-join-50',
  takes: '3 minutes',
  async run(place) {
    place.say(`making keys and certificates of ${JOINERS + PRESENT} people`);
    const organisation = await enrolledOrganisation(PRESENT + JOINERS, { keys: KEYS });
    const held = join(place.folder, 'held');
    const paper = join(place.folder, 'bao-cao.pdf');
    await writeFile(paper, await makePdf(12));
    place.say(`holding a meeting of ${PRESENT}, which ${JOINERS} will join`);
    const meeting = await holdMeeting(held, organisation, PRESENT, paper);
    const paperBytes = (await stat(paper)).size;

    const joins: Run[] = [];
    const bare: Run[] = [];
    let size: Carried | undefined;
    for (let run = 1; run <= RUNS; run++) {
      place.say(`run ${run} of ${RUNS}`);
      const { carried, ...joined } = await joinAll(place, organisation, held, meeting);
      size = carried;
      joins.push(joined);
      bare.push(await sendAll(organisation, carried.bytes + paperBytes));
    }
    const { entries, bytes } = size as Carried;
    const what = `${JOINERS} engines in ${PROCESSES} processes join one host at the same moment`;
    const against = `bare ws over mutual TLS sending the same bytes to ${JOINERS}`;
    const row = (name: string, unit: 'ms' | 'MB', of: (run: Run) => number, text: string) =>
      measured({ name, unit, samples: joins.map(of), against, otherSamples: bare.map(of), what: text });
    return [
      row(
        'sync-join-50',
        'ms',
        (run) => run.milliseconds,
        `${what}: from the start to the moment when the last one holds all ${entries} signed entries ` +
          `(${(bytes / 1e6).toFixed(2)} MB: plan, acts, ink of ${PRESENT} authors), each checked and on its disk, and the ` +
          `paper of ${(paperBytes / 1000).toFixed(0)} kB. All of them and the host share this computer's processors and disk, so that ` +
          'most of the time is the work of the joining laptops, which fifty computers would do side by side.',
      ),
      row(
        'sync-join-50-host-cpu',
        'ms',
        (run) => run.cpuMilliseconds,
        'The same join: processor time that the host alone needs meanwhile. This part stays the same when every laptop is ' +
          'a computer of its own. It includes the receipts that the fifty sign for the paper and the host passes on.',
      ),
      row(
        'sync-join-50-host-memory',
        'MB',
        (run) => run.peakMegabytes,
        "The same join: the most memory that the host's process ever had (resident).",
      ),
    ];
  },
};

/** Fresh laptops of the people who have not been there, against a fresh copy of the host. */
async function joinAll(
  place: BenchmarkPlace,
  organisation: EnrolledOrganisation,
  held: string,
  { meeting, papers }: PreparedMeeting,
): Promise<Run & { readonly carried: Carried }> {
  const folder = join(place.folder, 'run');
  const helpers: Helper[] = [];
  const start = (file: string): Helper => {
    const helper = startProcess(file);
    helpers.push(helper);
    return helper;
  };
  try {
    const hostFolder = join(folder, 'host');
    await cp(held, hostFolder, { recursive: true });
    const host = start('carrying-process.ts');
    const ask = <Answer>(question: CarryingQuestion) => host.ask<Answer>(question);
    const carried = await ask<Carried>({ ask: 'open', folder: hostFolder, meeting });

    const folders: string[] = [];
    for (const person of organisation.people.slice(PRESENT)) {
      const own = join(folder, String(folders.length));
      await layDataFolder(own, organisation, person);
      folders.push(own);
    }
    const groups = dealt(folders).map((some) => ({ some, helper: start('joining-process.ts') }));
    for (const { some, helper } of groups) await helper.ask({ ask: 'open', folders: some } satisfies JoiningQuestion);
    await pause(1000);

    await ask({ ask: 'begin' });
    const { address, heads } = carried;
    const question: JoiningQuestion = { ask: 'join', address, meeting, heads, papers };
    const milliseconds = await untilLast(groups.map(({ helper }) => helper.ask<number[]>(question)));
    return { carried, milliseconds, ...(await ask<Used>({ ask: 'used' })) };
  } finally {
    for (const helper of helpers) await helper.end();
    await rm(folder, { recursive: true, force: true });
  }
}

async function sendAll(organisation: EnrolledOrganisation, bytes: number): Promise<Run> {
  const [secretary, ...others] = organisation.people;
  if (!secretary) throw new Error('nobody is enrolled');
  const ca = new X509Certificate(organisation.root).toString();
  const server = startProcess('bare-server-process.ts');
  const ask = <Answer>(question: BareServerQuestion) => server.ask<Answer>(question);
  const people = others.slice(PRESENT - 1).map(({ tls: { key, cert } }) => ({ key, cert }));
  const groups = dealt(people).map((some) => ({ some, helper: startProcess('bare-clients-process.ts') }));
  try {
    const { key, cert } = secretary.tls;
    const port = await ask<number>({ ask: 'listen', key, cert, ca, bytes });
    // Processes take their time to start; only connecting and sending is compared.
    await pause(2000);
    await ask({ ask: 'begin' });
    const milliseconds = await untilLast(
      groups.map(({ some, helper }) =>
        helper.ask<number[]>({ port, bytes, ca, people: some } satisfies BareClientsQuestion),
      ),
    );
    return { milliseconds, ...(await ask<Used>({ ask: 'used' })) };
  } finally {
    for (const { helper } of groups) await helper.end();
    await server.end();
  }
}

async function untilLast(answers: readonly Promise<readonly number[]>[]): Promise<number> {
  const from = clock();
  const times = (await Promise.all(answers)).flat();
  if (times.length !== JOINERS) throw new Error(`${times.length} answers instead of ${JOINERS}`);
  return Math.max(...times) - from;
}

function dealt<T>(all: readonly T[]): T[][] {
  return Array.from({ length: PROCESSES }, (_, group) => all.filter((_one, index) => index % PROCESSES === group));
}
