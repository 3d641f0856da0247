import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { inRoot } from '../../scripts/setup/paths.mjs';
import { startLaptop, warmLaptops } from './laptop.ts';
import { buildLaptopProgram } from './program.ts';
import { prepareRoom } from './room.ts';
import { runSchedule, type Outcome } from './run-schedule.ts';
import { drawSchedule } from './schedule.ts';

const LARGEST = 5;
/** Schedules wait more than they work. */
const LANES = availableParallelism() + 1;

const USAGE = `npm run chaos -- [--runs N] [--seed S] [--only K] [--lanes L]
    Kills laptops of a meeting at any moment, N times (20), and looks whether anything was lost.
    --only K runs schedule K of the seed alone; --lanes: schedules side by side (${LANES} here).
Exit code 0 only if nothing was lost.`;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      runs: { type: 'string', default: '20' },
      seed: { type: 'string', default: '1' },
      only: { type: 'string' },
      lanes: { type: 'string', default: String(LANES) },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  const seed = Number(values.seed);
  const numbers = values.only
    ? [Number(values.only)]
    : Array.from({ length: Number(values.runs) }, (_, index) => index + 1);
  return await killSchedules(seed, numbers, Math.max(1, Number(values.lanes)));
}

async function killSchedules(seed: number, numbers: readonly number[], lanes: number): Promise<number> {
  const folder = inRoot('.cache', 'chaos', `run-${process.pid}`);
  const began = performance.now();
  console.log(`chaos: seed ${seed}, ${numbers.length} schedules, ${lanes} side by side`);
  const [program, room] = await Promise.all([buildLaptopProgram(), prepareRoom(join(folder, 'prepared'), LARGEST)]);
  console.log(`chaos: organisation, meeting and program ready after ${seconds(began)}`);
  const log = join(folder, 'laptops.log');
  const warm = warmLaptops(() => startLaptop(program, { log }), lanes * 2);
  const waiting = [...numbers];
  const totals = { done: 0, kills: 0, failed: [] as number[], healed: [] as number[] };
  // Every address of 127.0.0.0/8 is this computer, so laptops keep theirs over a restart and nobody else has it.
  const network = 16 + (process.pid % 200);

  async function lane(): Promise<void> {
    for (let number = waiting.shift(); number !== undefined; number = waiting.shift()) {
      const schedule = drawSchedule(seed, number);
      const at = join(folder, `schedule-${number}`);
      const host = (laptop: number) => `127.${network}.${(schedule.number % 250) + 1}.${laptop + 1}`;
      const outcome = await runSchedule(schedule, {
        room,
        warm,
        folder: at,
        resources: inRoot('resources'),
        host,
      }).catch((error: unknown): Outcome => ({
        problems: [error instanceof Error ? String(error.stack) : String(error)],
        done: 0,
        kills: 0,
        healed: 0,
      }));
      totals.done += outcome.done;
      totals.kills += outcome.kills;
      totals.healed.push(outcome.healed);
      if (outcome.problems.length === 0) await rm(at, { recursive: true, force: true });
      else {
        totals.failed.push(number);
        const kept = inRoot('.cache', 'chaos', 'failed', `seed-${seed}-schedule-${number}`);
        await keep(at, kept, { schedule, outcome });
        console.log(`chaos: schedule ${number} of seed ${seed} failed; data folders in ${kept}`);
        for (const problem of outcome.problems.slice(0, 20)) console.log(`    ${problem}`);
        console.log(`    again: npm run chaos -- --seed ${seed} --only ${number}`);
      }
      const finished = totals.healed.length;
      if (finished % 25 === 0 || finished === numbers.length)
        console.log(
          `chaos: ${finished} of ${numbers.length} after ${seconds(began)}, ${totals.kills} kills, ${totals.done} things done, ${totals.failed.length} failed`,
        );
    }
  }

  await Promise.all(Array.from({ length: lanes }, lane));
  await warm.close();
  await rm(folder, { recursive: true, force: true });
  const slowest = Math.max(...totals.healed);
  console.log(
    `chaos: in step again after the last fault: median ${median(totals.healed).toFixed(0)} ms, slowest ${slowest.toFixed(0)} ms`,
  );
  console.log(
    totals.failed.length === 0
      ? 'chaos: nothing was lost'
      : `chaos: FAILED: schedules ${totals.failed.join(' ')} of seed ${seed}`,
  );
  return totals.failed.length === 0 ? 0 : 1;
}

async function keep(from: string, to: string, story: object): Promise<void> {
  await rm(to, { recursive: true, force: true });
  await mkdir(join(to, '..'), { recursive: true });
  await rename(from, to).catch(() => mkdir(to, { recursive: true }));
  await writeFile(join(to, 'schedule.json'), JSON.stringify(story, null, 2));
}

const seconds = (since: number): string => `${((performance.now() - since) / 1000).toFixed(1)} s`;
const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

process.exitCode = await main();
process.exit();
