import type { Used } from '../process-usage.ts';
import { compared, short, type Measured, type Unit } from '../rows.ts';
import type { Drawing } from './load-process.ts';

/** Laptops in all, and how many of them draw. */
export interface Cell {
  readonly laptops: number;
  readonly drawers: number;
}

export interface CellResult extends Cell {
  /** Milliseconds. What never came counts as the time that was waited for it. */
  readonly p50: number;
  readonly p99: number;
  readonly deliveries: number;
  readonly arrivedShare: number;
  /** Of the server's processor, for each delivered message. Microseconds. */
  readonly cpu: number;
  readonly memory: number;
  readonly signedP50: number;
  readonly signedP99: number;
  /** Of one core: how busy the load was. */
  readonly loadShare: number;
}

/** Of several measurements of the same: that in the middle by its p99, and how far they lie apart. */
export interface MiddleResult extends CellResult {
  readonly runs: number;
  readonly leastP99: number;
  readonly mostP99: number;
}

export interface Column {
  readonly name: string;
  readonly results: readonly MiddleResult[];
}

/** `lead`: how many times more the server delivered since it was asked to begin than was measured. */
export function resultOf(
  cell: Cell,
  { live, signed, loadCpuMilliseconds, milliseconds }: Drawing,
  used: Used,
  lead: number,
): CellResult {
  return {
    ...cell,
    p50: live.p50,
    p99: live.p99,
    deliveries: live.arrived,
    arrivedShare: live.arrived / live.expected,
    cpu: (used.cpuMilliseconds * 1000) / (live.arrived * lead),
    memory: used.peakMegabytes,
    signedP50: signed.p50,
    signedP99: signed.p99,
    loadShare: loadCpuMilliseconds / milliseconds,
  };
}

/** What counts of all runs of a server, a result for each cell. */
export function columnOf(name: string, measured: readonly CellResult[]): Column {
  const cells = Map.groupBy(measured, nameOf);
  return { name, results: [...cells.values()].map(middleOf) };
}

/** Of an even number the worse. */
function middleOf(measured: readonly CellResult[]): MiddleResult {
  const sorted = measured.toSorted((a, b) => a.p99 - b.p99);
  const [middle, least, most] = [sorted[Math.floor(sorted.length / 2)], sorted[0], sorted.at(-1)];
  if (!middle || !least || !most) throw new Error('nothing was measured');
  return { ...middle, runs: sorted.length, leastP99: least.p99, mostP99: most.p99 };
}

export const inWords = (one: CellResult): string =>
  `p50 ${short(one.p50)} ms, p99 ${short(one.p99)} ms, ${short(one.cpu)} µs of processor each, ` +
  `${short(one.memory)} MB, ${one.deliveries} deliveries, ${Math.round(one.arrivedShare * 100)} % arrived, ` +
  `load ${Math.round(one.loadShare * 100)} % of a core` +
  (one.signedP50 > 0 ? `, signed p50 ${short(one.signedP50)} ms, p99 ${short(one.signedP99)} ms` : '');

const measures = [
  { key: 'p50', unit: 'ms', text: 'delivery, half of them within' },
  { key: 'p99', unit: 'ms', text: 'delivery, 99 % of them within' },
  { key: 'cpu', unit: 'µs', text: "the server's processor time for each delivered message" },
  { key: 'memory', unit: 'MB', text: "the most memory of the server's process (resident) meanwhile" },
] as const satisfies readonly { key: keyof CellResult; unit: Unit; text: string }[];

/** How the column of a server over mutual TLS ends. */
export const SECURE = ', mutual TLS';

const nameOf = ({ laptops, drawers }: Cell): string => `${laptops}x${drawers}`;

/** Every number beside every other; the report has them as tables. */
export function rowsOf(ours: Column, others: readonly Column[]): Measured[] {
  return ours.results.flatMap((mine) =>
    others.flatMap(({ name, results }) => {
      const theirs = results.find((one) => nameOf(one) === nameOf(mine));
      if (!theirs) return [];
      return measures.map(({ key, unit, text }) =>
        compared({
          name: `fan-out-${nameOf(mine)}-${key}`,
          unit,
          value: mine[key],
          n: mine.deliveries,
          against: name,
          other: theirs[key],
          otherN: theirs.deliveries,
          what: `${mine.laptops} laptops of which ${mine.drawers} draw: ${text}.`,
          detail: true,
        }),
      );
    }),
  );
}

export function sectionOf(ours: Column, others: readonly Column[]): string {
  const columns = [ours, ...others];
  const tables = [
    {
      title: 'Delivery p50 / p99 (p99 of the best and the worst run), ms',
      cell: (one: MiddleResult) =>
        `${atLeast(one, one.p50)} / ${atLeast(one, one.p99)}` +
        (one.runs > 1 ? ` (${short(one.leastP99)}–${short(one.mostP99)})` : ''),
    },
    {
      title: 'Processor time of the server for each delivered message, µs',
      cell: (one: MiddleResult) => short(one.cpu),
    },
    { title: 'Peak memory of the server, MB', cell: (one: MiddleResult) => short(one.memory) },
  ];
  const lines = tables.flatMap(({ title, cell }) => [
    `### ${title}`,
    '',
    `| Laptops, drawing | ${columns.map(({ name }) => name).join(' | ')} |`,
    `| --- | ${columns.map(() => '---:').join(' | ')} |`,
    ...ours.results.map(({ laptops, drawers }) => {
      const cells = columns.map(({ results }) => {
        const one = results.find((result) => result.laptops === laptops && result.drawers === drawers);
        return one ? cell(one) : '–';
      });
      return `| ${laptops}, ${drawers} | ${cells.join(' | ')} |`;
    }),
    '',
  ]);
  const signed = ours.results.map(
    ({ laptops, drawers, signedP50, signedP99 }) => `${laptops}, ${drawers}: ${short(signedP50)} / ${short(signedP99)}`,
  );
  return [
    '## Fan-out',
    '',
    'The same strokes (20 frames of live ink a second, and a lifted stroke each second, of everybody who draws), the same',
    'clients, each server in a process of its own on one core and all laptops in another process on another core. Times are',
    'from the send call of one laptop to the arrival at each other one. All laptops being one process, it reads with as little',
    'work as can be (one buffer for all sockets, messages looked at where they lie): what a hundred `ws` clients leave to the',
    'collector would be most of the slowest hundredth of every server. This host runs as always: mutual TLS 1.3 (it knows nothing else, so it has no plain column), checks',
    'of who may write, the signed log and SQLite; each laptop follows a document of every author. The others keep one shared',
    'document in memory and check and store nothing; the bare one knows no documents at all. Everything of ours is bundled,',
    'and its heap set up, as in the application (32 MB for young objects at most); the others have what Node gives them',
    '(64 MB). The servers are started anew for each number of laptops, one after the other. With mutual TLS that was done',
    'twice in turns, with three runs each time, and the one in the middle by its p99 is shown (of six the fourth), beside the best and the',
    'worst: this machine has other work at times, and the first strokes of new people (certificates, new streams) are in the',
    'first. Where these ranges overlap, which server is ahead changes from run to run. "≥": over 1 % did not arrive within 1.5 s after the',
    'end and count as that long. "–": not measured, after the server had fallen behind for good.',
    '',
    `${aheadIn(ours, others)}`,
    '',
    ...lines,
    'A lifted stroke as an entry that is signed, checked and on the disk of this host, at the other laptops, p50 / p99 in ms:',
    `${signed.join('; ')}.`,
  ].join('\n');
}

/** How this host stands beside the others that do the same over the same TLS. */
function aheadIn(ours: Column, others: readonly Column[]): string {
  const standings = others
    .filter(({ name }) => name.endsWith(SECURE))
    .map(({ name, results }) => {
      let ahead = 0;
      let clearlyAhead = 0;
      let clearlyBehind = 0;
      for (const mine of ours.results) {
        const theirs = results.find((one) => nameOf(one) === nameOf(mine));
        if (!theirs || mine.p99 < theirs.p99) ahead++;
        if (!theirs || mine.mostP99 < theirs.leastP99) clearlyAhead++;
        else if (mine.leastP99 > theirs.mostP99) clearlyBehind++;
      }
      return `${name.slice(0, -SECURE.length)}: ahead in ${ahead} of ${ours.results.length}, in ${clearlyAhead} with every run, behind with every run in ${clearlyBehind}`;
    });
  return `The p99 of this host beside that of the others with mutual TLS. ${standings.join('; ')}.`;
}

const atLeast = ({ arrivedShare }: CellResult, value: number): string =>
  `${arrivedShare < 0.99 ? '≥ ' : ''}${short(value)}`;
