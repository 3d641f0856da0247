import { X509Certificate } from 'node:crypto';
import { join } from 'node:path';
import type { BareClientsQuestion } from '../bare-clients-process.ts';
import type { BareServerQuestion } from '../bare-server-process.ts';
import { startProcess, type Helper } from '../child-process.ts';
import { enrolledOrganisation, layDataFolder, type EnrolledOrganisation } from '../enrolled-people.ts';
import { meetingFolder } from '../fan-out/meeting-folder.ts';
import { clock, compared, measured, pause, quantile, type Benchmark, type Measured } from '../rows.ts';
import type { TakeoverQuestion } from './takeover-process.ts';

const LAPTOPS = 50;
/** Of the laptops that never carry; the two that do in turn have processes of their own. */
const PROCESSES = 4;
const TRIALS = 20;
const FLOORS = 3;
/**
 * Until everybody has been told of everybody, and no earlier loss is under way; and longer than who serves too briefly again and again
 * is doubted for (TAKE-12). Milliseconds.
 */
const CALM = 6000;

/** How the host is lost, and what is measured. */
const LOSSES = [
  { how: 'killed', from: 'kill -9 of that process', who: 'the others' },
  { how: 'frozen', from: 'SIGSTOP of that process', who: 'the others' },
  { how: 'closed', from: 'its person closing the application', who: 'the others' },
  {
    how: 'handed-over',
    from: 'the request at another laptop to carry it',
    who: 'the others, the former host among them,',
  },
] as const;
type Loss = (typeof LOSSES)[number]['how'];

export const takeover: Benchmark = {
  name: 'takeover',
  takes: '8 minutes',
  async run({ folder, say }) {
    say(`making a meeting of ${LAPTOPS} laptops`);
    const organisation = await enrolledOrganisation(LAPTOPS, { keys: 4, quickToUnlock: true });
    const made = await meetingFolder(folder, organisation);
    const { meeting } = made;
    const folders = [made.folder];
    for (const [index, person] of organisation.people.entries()) {
      if (index === 0) continue;
      const own = join(folder, `laptop-${index}`);
      await layDataFolder(own, organisation, person);
      folders.push(own);
    }
    const names = organisation.people.map(({ name }) => name);
    const helpers = new Set<Helper>();
    const start = async (some: readonly string[]): Promise<Helper> => {
      const helper = startProcess('takeover/takeover-process.ts');
      helpers.add(helper);
      await helper.ask({ ask: 'open', folders: some } satisfies TakeoverQuestion);
      return helper;
    };
    try {
      // The secretary's and the chair's, who come first in the order.
      const carriers = [await start(folders.slice(0, 1)), await start(folders.slice(1, 2))];
      const rest = folders.slice(2);
      const groups = await Promise.all(
        Array.from({ length: PROCESSES }, (_, group) => start(rest.filter((_one, at) => at % PROCESSES === group))),
      );
      const address = await (carriers[0] as Helper).ask<string>({ ask: 'address', meeting } satisfies TakeoverQuestion);
      for (const helper of [carriers[1] as Helper, ...groups])
        await helper.ask({ ask: 'join', meeting, address } satisfies TakeoverQuestion);

      let carrier = 0;
      const lose = async (how: Loss): Promise<number> => {
        const lost = carrier;
        const host = carriers[lost] as Helper;
        // Whoever took over last time, this one carries it now, and everybody is with it.
        await host.ask({ ask: 'carry', meeting } satisfies TakeoverQuestion);
        const together: TakeoverQuestion = { ask: 'with', meeting, host: names[lost] ?? '' };
        await Promise.all([carriers[1 - lost] as Helper, ...groups].map((helper) => helper.ask(together)));
        await pause(CALM);
        const question: TakeoverQuestion = { ask: 'working', meeting, lost: names[lost] ?? '' };
        const next = carriers[1 - lost] as Helper;
        // Who hands over has to find the new host as well.
        const others = [how === 'handed-over' ? host : next, ...groups];
        const answers = Promise.all(others.map((helper) => helper.ask<number[]>(question)));
        // They have begun to watch.
        await pause(500);
        const from = clock();
        if (how === 'killed') process.kill(host.pid, 'SIGKILL');
        if (how === 'frozen') process.kill(host.pid, 'SIGSTOP');
        const closed = how === 'closed' ? host.ask({ ask: 'close' } satisfies TakeoverQuestion) : null;
        if (how === 'handed-over') await next.ask({ ask: 'carry', meeting } satisfies TakeoverQuestion);
        const times = (await answers).flat();
        carrier = 1 - lost;
        if (how === 'frozen') process.kill(host.pid, 'SIGCONT');
        if (how === 'killed' || how === 'closed') {
          await closed;
          await host.end();
          helpers.delete(host);
          carriers[lost] = await start([folders[lost] as string]);
        }
        const back: TakeoverQuestion = { ask: 'working', meeting, lost: names[lost] ?? '' };
        await (carriers[lost] as Helper).ask(back);
        return Math.max(...times) - from;
      };

      const samples = new Map<Loss, number[]>();
      for (const { how } of LOSSES) {
        const times: number[] = [];
        samples.set(how, times);
        for (let trial = 1; trial <= TRIALS; trial++) {
          times.push(await lose(how));
          say(`${how} ${trial} of ${TRIALS}: ${Math.round(times.at(-1) ?? 0)} ms`);
        }
      }
      for (const helper of helpers) await helper.end();
      const floor: number[] = [];
      for (let run = 0; run < FLOORS; run++) floor.push(await connectAll(organisation));
      return LOSSES.flatMap((loss) => rowsOf(loss, samples.get(loss.how) ?? [], floor));
    } finally {
      for (const helper of helpers) await helper.end();
    }
  },
};

function rowsOf(
  { how, from, who }: (typeof LOSSES)[number],
  samples: readonly number[],
  floor: readonly number[],
): Measured[] {
  const against = `${LAPTOPS - 1} clients that connect to a bare server over mutual TLS`;
  const what =
    `${LAPTOPS} engines of one meeting, the host in a process of its own: from ${from} to the moment when the last of ` +
    `${who} has the welcome of the new host. All share the processors of this computer.`;
  const worst = quantile(samples, 0.99);
  const other = quantile(floor, 0.99);
  return [
    measured({ name: `takeover-${how}`, unit: 'ms', samples, against, otherSamples: floor, what }),
    compared({
      name: `takeover-${how}-p99`,
      unit: 'ms',
      value: worst,
      n: samples.length,
      against,
      other,
      otherN: floor.length,
      what: `The same, the 99th percentile of ${samples.length} trials.`,
    }),
  ];
}

/** The least that coming back takes: everybody makes one connection. */
async function connectAll(organisation: EnrolledOrganisation): Promise<number> {
  const [secretary, ...others] = organisation.people;
  if (!secretary) throw new Error('nobody is enrolled');
  const ca = new X509Certificate(organisation.root).toString();
  const server = startProcess('bare-server-process.ts');
  const groups = Array.from({ length: PROCESSES }, () => startProcess('bare-clients-process.ts'));
  try {
    const bytes = 1;
    const listen: BareServerQuestion = { ask: 'listen', key: secretary.tls.key, cert: secretary.tls.cert, ca, bytes };
    const port = await server.ask<number>(listen);
    await pause(1000);
    const from = clock();
    const times = await Promise.all(
      groups.map((helper, group) => {
        const people = others.filter((_one, at) => at % PROCESSES === group).map(({ tls }) => tls);
        return helper.ask<number[]>({ port, bytes, ca, people } satisfies BareClientsQuestion);
      }),
    );
    return Math.max(...times.flat()) - from;
  } finally {
    for (const helper of groups) await helper.end();
    await server.end();
  }
}
