import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inRoot } from '../../scripts/setup/paths.mjs';
import { runSchedule, type Outcome } from './run-schedule.ts';
import type { Schedule } from './schedule.ts';

type Surroundings = Parameters<typeof runSchedule>[1];

/** Many schedules of one kind; says how far it is, keeps what failed, and resolves with the numbers of those. */
export async function runSeries(options: {
  readonly name: string;
  readonly seed: number;
  readonly numbers: readonly number[];
  /** Side by side. */
  readonly lanes: number;
  /** A folder for this schedule alone; removed when nothing was wrong. */
  readonly folder: (number: number) => string;
  readonly draw: (seed: number, number: number) => Schedule;
  readonly around: (schedule: Schedule, folder: string) => Surroundings | Promise<Surroundings>;
  readonly after?: (around: Surroundings) => Promise<void>;
  /** The options of the command that runs such a schedule again. */
  readonly again: string;
}): Promise<readonly number[]> {
  const { name, seed, numbers } = options;
  const began = performance.now();
  const waiting = [...numbers];
  const failed: number[] = [];
  const healed: number[] = [];
  let done = 0;
  let kills = 0;

  async function run(schedule: Schedule, folder: string): Promise<Outcome> {
    let around: Surroundings | undefined;
    try {
      around = await options.around(schedule, folder);
      return await runSchedule(schedule, around);
    } catch (error) {
      const problem = error instanceof Error ? String(error.stack) : String(error);
      return { problems: [problem], done: 0, kills: 0, healed: 0 };
    } finally {
      if (around) await options.after?.(around);
    }
  }

  async function lane(): Promise<void> {
    for (let number = waiting.shift(); number !== undefined; number = waiting.shift()) {
      const schedule = options.draw(seed, number);
      const folder = options.folder(number);
      const outcome = await run(schedule, folder);
      done += outcome.done;
      kills += outcome.kills;
      healed.push(outcome.healed);
      if (outcome.problems.length === 0)
        await rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
      else {
        failed.push(number);
        await tell(schedule, folder, outcome);
      }
      if (healed.length % 25 === 0 || healed.length === numbers.length)
        console.log(
          `chaos: ${name} ${healed.length} of ${numbers.length} after ${seconds(began)}: ` +
            `${kills} kills, ${done} things done, ${failed.length} failed`,
        );
    }
  }

  async function tell(schedule: Schedule, folder: string, outcome: Outcome): Promise<void> {
    const kept = inRoot('.cache', 'chaos', 'failed', `${name}-seed-${seed}-${schedule.number}`);
    await rm(kept, { recursive: true, force: true });
    await mkdir(join(kept, '..'), { recursive: true });
    await rename(folder, kept).catch(() => mkdir(kept, { recursive: true }));
    await writeFile(join(kept, 'schedule.json'), JSON.stringify({ schedule, outcome }, null, 2));
    console.log(`chaos: ${name} ${schedule.number} of seed ${seed} FAILED; its data folders are in ${kept}`);
    for (const problem of outcome.problems.slice(0, 20)) console.log(`    ${problem}`);
    console.log(`    again: npm run chaos -- ${options.again} --seed ${seed} --only ${schedule.number}`);
  }

  await Promise.all(Array.from({ length: options.lanes }, lane));
  const inOrder = healed.toSorted((a, b) => a - b);
  const middle = inOrder[Math.floor(inOrder.length / 2)] ?? 0;
  console.log(
    `chaos: ${name}: in step again after the last fault: ` +
      `median ${middle.toFixed(0)} ms, slowest ${(inOrder.at(-1) ?? 0).toFixed(0)} ms`,
  );
  return failed;
}

export const seconds = (since: number): string => `${((performance.now() - since) / 1000).toFixed(1)} s`;
