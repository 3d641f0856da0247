import { rm } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { inRoot } from '../../scripts/setup/paths.mjs';
import { startLaptop, warmLaptops, type LaptopProcess } from './laptop.ts';
import { layNetwork, whyNoNetwork, type LaptopNetwork } from './network.ts';
import { buildLaptopProgram } from './program.ts';
import { prepareRoom, type PreparedRoom } from './room.ts';
import { drawNetworkSchedule, drawSchedule, losingOne } from './schedule.ts';
import { runSeries, seconds } from './series.ts';
import { soak } from './soak.ts';

/** Schedules wait more than they work. */
const LANES = availableParallelism() + 1;
const LARGEST = 5;
/** One schedule with cables pulled takes as long as this many in which laptops are killed. */
const NETWORK_EVERY = 50;
/** Where laptops in namespaces listen. */
const PORT = 7443;

const USAGE = `npm run chaos -- [--runs N] [--seed S] [--network N] [--only K] [--lanes L] [--lose] [--soak MINUTES]
    Kills laptops of a meeting at any moment, N times (20), and looks whether anything was lost; then pulls cables and
    splits the room in network namespaces, --network times (one for every ${NETWORK_EVERY} of N).
    --lose: in every schedule of kills one laptop, perhaps the carrying one, is lost for good with its data.
    --soak MINUTES: instead, a long day without its pauses, and whether memory, disk or handles grow for no reason.
    --only K: schedule K of the seed alone (with --network 1: of the network ones); --lanes: side by side (${LANES} here).
Exit code 0 only if nothing was lost.`;

interface Prepared {
  readonly folder: string;
  readonly program: string;
  readonly room: PreparedRoom;
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      runs: { type: 'string' },
      seed: { type: 'string', default: '1' },
      network: { type: 'string' },
      only: { type: 'string' },
      soak: { type: 'string' },
      lose: { type: 'boolean', default: false },
      lanes: { type: 'string', default: String(LANES) },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  const seed = Number(values.seed);
  const runs = Number(values.runs ?? (values.network === undefined ? 20 : 0));
  const network = Number(values.network ?? Math.ceil(runs / NETWORK_EVERY));
  const numbers = (count: number) => Array.from({ length: count }, (_, index) => index + 1);
  const only = values.only === undefined ? undefined : [Number(values.only)];
  const killed = only && network > 0 && runs === 0 ? [] : (only ?? numbers(runs));
  const cut = only ? (runs === 0 && network > 0 ? only : []) : numbers(network);

  const began = performance.now();
  const folder = inRoot('.cache', 'chaos', `run-${process.pid}`);
  if (values.soak === undefined)
    console.log(`chaos: seed ${seed}, ${killed.length} schedules of kills, ${cut.length} of the network`);
  const [program, room] = await Promise.all([buildLaptopProgram(), prepareRoom(join(folder, 'prepared'), LARGEST)]);
  console.log(`chaos: organisation, meeting and program are ready after ${seconds(began)}`);
  const prepared = { folder, program, room };
  if (values.soak !== undefined) {
    const problems = await soak({ room, program, folder: join(folder, 'soak'), minutes: Number(values.soak) });
    for (const problem of problems) console.log(`chaos: soak: ${problem}`);
    if (problems.length === 0) {
      await rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
      console.log(`chaos: soak: nothing was lost, and nothing grew but with what was written (${seconds(began)})`);
    }
    return problems.length === 0 ? 0 : 1;
  }
  const failures = [
    ...(killed.length > 0
      ? await killSchedules(prepared, seed, killed, Math.max(1, Number(values.lanes)), values.lose)
      : []),
    ...(cut.length > 0 ? await networkSchedules(prepared, seed, cut) : []),
  ];
  if (failures.length === 0) await rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  else console.log(`chaos: the laptops' logs are in ${folder}`);
  console.log(failures.length === 0 ? `chaos: nothing was lost (${seconds(began)})` : 'chaos: FAILED');
  return failures.length === 0 ? 0 : 1;
}

async function killSchedules(
  { folder, program, room }: Prepared,
  seed: number,
  numbers: readonly number[],
  lanes: number,
  lose: boolean,
): Promise<readonly number[]> {
  let started = 0;
  const warm = warmLaptops(() => startLaptop(program, { log: join(folder, `laptop-${started++}.log`) }), lanes * 2);
  // Below the ports that are handed out to whoever asks for any, and others than another run's.
  const portOf = (number: number, laptop: number) => 20_000 + ((process.pid * 61 + number) % 1500) * 8 + laptop;
  const failed = await runSeries({
    name: lose ? 'losses' : 'kills',
    again: lose ? '--lose --runs 1' : '--runs 1',
    seed,
    numbers,
    lanes,
    folder: (number) => join(folder, `kills-${number}`),
    draw: (of, number) => (lose ? losingOne(drawSchedule(of, number)) : drawSchedule(of, number)),
    around: ({ number }, at) => ({
      room,
      folder: at,
      resources: inRoot('resources'),
      address: (laptop) => ['127.0.0.1', portOf(number, laptop)],
      take: () => warm.take(),
      giveBack: (laptop) => warm.giveBack(laptop),
    }),
  });
  await warm.close();
  return failed;
}

async function networkSchedules(
  { folder, program, room }: Prepared,
  seed: number,
  numbers: readonly number[],
): Promise<readonly number[]> {
  const problem = whyNoNetwork();
  if (problem !== undefined) {
    console.log(`chaos: schedules of the network are skipped: ${problem}`);
    return [];
  }
  const log = join(folder, 'laptops.log');
  const started = new Set<LaptopProcess>();
  return await runSeries({
    name: 'network',
    again: '--network 1',
    seed,
    numbers,
    lanes: 1,
    folder: (number) => join(folder, `network-${number}`),
    draw: drawNetworkSchedule,
    around(schedule, at) {
      const network: LaptopNetwork = layNetwork(schedule.laptops);
      return {
        room,
        folder: at,
        resources: inRoot('resources'),
        address: (laptop) => [network.address(laptop), PORT],
        async take(laptop) {
          const process = await startLaptop(program, { log, within: network.within(laptop) });
          started.add(process);
          return process;
        },
        giveBack: (laptop) => laptop.kill(),
        network,
      };
    },
    async after({ network }) {
      await Promise.all([...started].map((laptop) => laptop.kill()));
      started.clear();
      await network?.remove();
    },
  });
}

// Ended from outside, it still takes away what it made: namespaces by their own exit handlers.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(1));
process.exitCode = await main();
process.exit();
