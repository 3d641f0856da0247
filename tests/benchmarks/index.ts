import { mkdtemp, rm, mkdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { coldStart } from './cold-start.ts';
import { fanOut } from './fan-out/fan-out.ts';
import { massJoin } from './fan-out/mass-join.ts';
import { growth } from './growth.ts';
import { firstPage } from './first-page.ts';
import { penToOtherScreen } from './pen-to-other-screen.ts';
import { addToReport, describeMachine, lineOf, writeReport } from './report.ts';
import { thinSite } from './thin-site.ts';
import { asRow, type Benchmark, type Measured } from './rows.ts';
import { relayCluster } from './relay-cluster.ts';
import { singlePaper } from './single-paper/single-paper.ts';
import { takeover } from './takeover/takeover.ts';
import { syncJoin } from './sync-join.ts';
import { thinLine } from './thin-line.ts';
import { writeCheck } from './write-check.ts';

const benchmarks: readonly Benchmark[] = [
  coldStart,
  firstPage,
  penToOtherScreen,
  syncJoin,
  fanOut,
  massJoin,
  relayCluster,
  thinLine,
  thinSite,
  growth,
  singlePaper,
  takeover,
  writeCheck,
];

const { values } = parseArgs({
  options: { only: { type: 'string', multiple: true }, json: { type: 'string' }, all: { type: 'boolean' } },
});
const only = values.only?.flatMap((names) => names.split(','));
const unknown = only?.filter((name) => !benchmarks.some((one) => one.name === name)) ?? [];

if (unknown.length > 0) {
  console.error(
    `There is no benchmark ${unknown.join(', ')}; there are: ${benchmarks.map(({ name }) => name).join(' ')}.`,
  );
  process.exitCode = 2;
} else {
  await runAll(benchmarks.filter(({ name, long }) => only?.includes(name) ?? (values.all || !long)));
}

async function runAll(chosen: readonly Benchmark[]): Promise<void> {
  const machine = describeMachine();
  const folder = await mkdtemp(join(tmpdir(), 'phien-benchmark-'));
  const leave = (): void => {
    void rm(folder, { recursive: true, force: true, maxRetries: 5 }).finally(() => process.exit(130));
  };
  process.once('SIGINT', leave);
  process.once('SIGTERM', leave);
  const rows: Measured[] = [];
  const sections: string[] = [];
  const failed: string[] = [];
  try {
    for (const { name, takes, run } of chosen) {
      console.error(`[phien] ${name} (about ${takes})`);
      const own = join(folder, name);
      await mkdir(own);
      try {
        const ownSections: string[] = [];
        const found = await run({
          folder: own,
          say: (text) => console.error(`[phien]   ${text}`),
          report: (section) => ownSections.push(section),
        });
        rows.push(...found);
        sections.push(...ownSections);
        for (const row of found) if (!row.detail) console.log(lineOf(row));
        if (only && !addToReport(machine, name, found, ownSections))
          console.error('[phien]   no report to add this to');
      } catch (error) {
        // One that cannot run here is no reason to lose the others.
        console.error(`[phien] ${name} failed:`, error);
        failed.push(name);
      }
    }
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
  if (values.json !== undefined) {
    const file = resolve(process.env['INIT_CWD'] ?? process.cwd(), values.json);
    await writeFile(file, `${JSON.stringify(rows.map(asRow), null, 2)}\n`);
  }
  if (failed.length > 0) process.exitCode = 1;
  if (only) return;
  const left = benchmarks.filter((one) => !chosen.includes(one)).map(({ name }) => name);
  writeReport(machine, rows, sections, { failed, left });
}
