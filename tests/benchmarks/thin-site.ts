import { randomBytes } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { WantedPaper } from '../../common/collab/paper-parts.ts';
import type { FetchLaptop } from '../../main/sync/paper-situation.ts';
import { randomMeetingId } from '../fixtures/network/room.ts';
import { startProcess } from './child-process.ts';
import { enrolledOrganisation, type EnrolledOrganisation } from './enrolled-people.ts';
import { clock, measured, type Benchmark, type BenchmarkPlace } from './rows.ts';
import type { ThinSiteQuestion } from './thin-site-process.ts';
import { laySites, whyNoSites } from './two-sites.ts';

const LAPTOPS = 20;
const KILOBITS = 2000;
/** Bytes: a long report, a scan, and what an agenda has besides. */
const PAPERS = [6_300_000, 1_700_000, 400_000, 250_000];
const RUNS = 2;

export const thinSite: Benchmark = {
  name: 'thin-site',
  takes: '3 minutes',
  long: true,
  async run(place) {
    const why = whyNoSites();
    if (why !== undefined) {
      place.say(`left out: ${why}`);
      return [];
    }
    place.say(`making keys and certificates of ${LAPTOPS} people`);
    const organisation = await enrolledOrganisation(LAPTOPS);
    const runs: { readonly crossed: number; readonly milliseconds: number }[] = [];
    for (let run = 1; run <= RUNS; run++) {
      place.say(`run ${run} of ${RUNS}`);
      runs.push(await fetchOverThinLine(place, organisation));
    }
    const copy = PAPERS.reduce((sum, size) => sum + size, 0);
    const what =
      `${LAPTOPS} laptops in two network segments, half of them beyond a line of ${KILOBITS / 1000} Mbit/s from the one that ` +
      `has the papers (${(copy / 1e6).toFixed(2)} MB in ${PAPERS.length} files); fetching, handing on, mutual TLS and disks are the real ones`;
    return [
      measured({
        name: 'thin-site-bytes',
        unit: 'MB',
        samples: runs.map(({ crossed }) => crossed / 1e6),
        against: 'one copy of the papers',
        otherSamples: [copy / 1e6],
        what: `${what}. All bytes that the line's cards counted in both directions, headers, handshakes and questions included.`,
      }),
      measured({
        name: 'thin-site-time',
        unit: 'ms',
        samples: runs.map(({ milliseconds }) => milliseconds),
        against: 'one copy at the full speed of the line',
        otherSamples: [(copy * 8) / KILOBITS],
        what: `${what}. From the start to the moment when the last of the laptops has all papers whole and checked.`,
      }),
    ];
  },
};

async function fetchOverThinLine(place: BenchmarkPlace, organisation: EnrolledOrganisation) {
  const folder = join(place.folder, 'run');
  const sites = laySites(KILOBITS);
  const helpers = ([0, 1] as const).map((site) => startProcess('thin-site-process.ts', sites.within(site)));
  const ask = <Answer>(site: 0 | 1, question: ThinSiteQuestion) =>
    (helpers[site] as (typeof helpers)[0]).ask<Answer>(question);
  try {
    await mkdir(folder);
    const paths = PAPERS.map((_, index) => join(folder, `${index}.pdf`));
    for (const [index, path] of paths.entries()) await writeFile(path, randomBytes(PAPERS[index] as number));
    const meeting = randomMeetingId();
    const everybody = organisation.people.map(({ member }) => member);
    const laptops: FetchLaptop[] = [];
    for (const site of [0, 1] as const) {
      const people = organisation.people
        .filter((_, index) => index % 2 === site)
        .map(({ member, name, tls: { key, cert } }) => ({ member, name, tls: { key, cert } }));
      const own = join(folder, `site-${site}`);
      const address = sites.address(site);
      const question = {
        ask: 'open',
        folder: own,
        address,
        root: organisation.root,
        meeting,
        people,
        everybody,
      } as const;
      laptops.push(...(await ask<FetchLaptop[]>(site, question)));
    }
    const papers = await ask<WantedPaper[]>(0, { ask: 'import', paths });
    const host = laptops[0]?.address ?? '';
    const before = sites.crossed();
    const from = clock();
    const question: ThinSiteQuestion = { ask: 'fetch', host, laptops, papers };
    const times = await Promise.all([ask<number[]>(0, question), ask<number[]>(1, question)]);
    return { crossed: sites.crossed() - before, milliseconds: Math.max(...times.flat()) - from };
  } finally {
    for (const helper of helpers) await helper.end();
    sites.remove();
    await rm(folder, { recursive: true, force: true });
  }
}
