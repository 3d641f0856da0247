import { mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { agreed, judged, PATIENCE, type Place } from './agreement.ts';
import { LaptopDied, type LaptopProcess } from './laptop.ts';
import type { DeadlyWrite, LaptopReport } from './laptop-process.ts';
import { readLedger } from './ledger.ts';
import type { LaptopNetwork } from './network.ts';
import type { Doing } from './person.ts';
import type { PreparedRoom } from './room.ts';
import type { Fault, Schedule, Step } from './schedule.ts';

export interface Outcome {
  /** Empty when nothing was lost and all agree. */
  readonly problems: readonly string[];
  /** What people were told is done. */
  readonly done: number;
  readonly kills: number;
  /** From the last fault until all agreed, milliseconds. */
  readonly healed: number;
}

/** Of the laptop that joins from a remote village, each way. */
const FAR_AWAY_MILLISECONDS = 150;

export async function runSchedule(
  schedule: Schedule,
  where: {
    readonly room: PreparedRoom;
    readonly folder: string;
    readonly resources: string;
    /** Where each laptop listens. */
    readonly address: (laptop: number) => readonly [host: string, port: number];
    readonly take: (laptop: number) => Promise<LaptopProcess>;
    /** Takes a closed laptop back. */
    readonly giveBack: (laptop: LaptopProcess) => Promise<void> | void;
    /** Laptops that are not on one computer: they find each other by multicast DNS, the last one by a far address. */
    readonly network?: LaptopNetwork;
  },
): Promise<Outcome> {
  const { room, network } = where;
  await mkdir(where.folder, { recursive: true });
  const folders = await room.lay(where.folder, schedule.laptops);
  const near = folders.map((_, index) => where.address(index).join(':'));
  const far = network && (await network.farAway(where.address(0)[1], FAR_AWAY_MILLISECONDS));
  const places = folders.map((folder, index): Place => {
    const isFar = far !== undefined && index === schedule.laptops - 1;
    const ledger = join(where.folder, `done-${index}.jsonl`);
    const { meeting, paper } = room;
    const [listenHost, port] = where.address(index);
    const setting = {
      folder,
      resources: where.resources,
      listenHost,
      port,
      discovery: network && !isFar ? 'network' : 'off',
      meeting,
      paper,
      ledger,
      addresses: isFar ? [far, ...near] : near,
    } as const;
    return { index, setting, ledger, laptop: undefined, starting: undefined, lost: false };
  });
  let kills = 0;
  /** Would die of a write yet, perhaps in the next schedule. */
  const armed = new Set<LaptopProcess>();

  async function revive(place: Place): Promise<void> {
    if (place.lost || place.laptop?.alive()) return;
    place.starting ??= start(place).finally(() => (place.starting = undefined));
    await place.starting;
  }

  async function start(place: Place): Promise<void> {
    const laptop = await where.take(place.index);
    await laptop.ask({ ask: 'open', setting: place.setting });
    place.laptop = laptop;
  }

  async function work(place: Place, steps: readonly Step[]): Promise<void> {
    for (const { after, doing } of steps) {
      await pause(after);
      try {
        await place.laptop?.ask({ ask: 'act', doing });
      } catch (error) {
        diedOverIt(error);
      }
    }
  }

  /** Secretary and chair do what is next until the minutes are sealed, however often their laptops die over it. */
  async function finish(): Promise<void> {
    const end = performance.now() + PATIENCE;
    for (let sealed = false; !sealed; await pause(30)) {
      if (performance.now() > end) throw new Error('the minutes could not be sealed');
      for (const place of places.slice(0, 2)) {
        await revive(place);
        const said = await place.laptop?.ask({ ask: 'act', doing: { does: 'finish' } }).catch(diedOverIt);
        if (place.index === 0) sealed = said === 'sealed';
      }
    }
  }

  async function strike(fault: Fault): Promise<void> {
    const place = places[fault.laptop] as Place;
    await pause(fault.at);
    if (fault.kind === 'lose') return await lose(place);
    const { laptop } = place;
    if (!laptop?.alive()) return;
    if (fault.kind === 'kill') await laptop.kill();
    else if (fault.kind === 'die') {
      if (!(await dying(laptop, fault.write))) return void armed.add(laptop);
    } else {
      disturb(fault, laptop, true);
      await pause(fault.back);
      return disturb(fault, laptop, false);
    }
    kills += 1;
    await pause(fault.back);
    await revive(place);
  }

  async function lose(place: Place): Promise<void> {
    // Of the meeting there is nothing to lose but its laptop before another one has it.
    if (!schedule.startsSettled && place.index === 0) await hasElsewhere(places.slice(1));
    place.lost = true;
    await place.starting?.catch(() => undefined);
    await place.laptop?.kill();
    kills += 1;
    // Kept under another name: it may tell what went wrong.
    await rename(place.setting.folder, `${place.setting.folder}-lost`);
  }

  /** Once all is well again, everybody still there can do everything. */
  async function goOn(left: readonly Place[]): Promise<string[]> {
    const said = await Promise.all(
      left.map(async ({ index, laptop }) => {
        const id = `${schedule.number.toString(36)}-${index}after`;
        const doings: Doing[] = [{ does: 'check-in' }, { does: 'draw', id }, { does: 'write-minutes', id }];
        if (index < 2) doings.push({ does: 'edit-item', id });
        const failed: string[] = [];
        for (const doing of doings) {
          const outcome = await laptop?.ask<string>({ ask: 'act', doing });
          if (outcome !== 'done') failed.push(`laptop ${index}: ${doing.does} after the loss: ${outcome}`);
        }
        return failed;
      }),
    );
    return said.flat();
  }

  function disturb(fault: Fault, laptop: LaptopProcess, on: boolean): void {
    if (fault.kind === 'freeze') laptop.freeze(on);
    if (fault.kind === 'unplug') network?.plug(fault.laptop, !on);
    if (fault.kind === 'thin') network?.limit(fault.laptop, on ? fault.rate : undefined);
    if (fault.kind === 'split') network?.split(on ? fault.apart : []);
  }

  await Promise.all(places.map(revive));
  await places[0]?.laptop?.ask({ ask: 'carry' });
  await Promise.all(places.slice(1).map((place) => place.laptop?.ask({ ask: 'join' })));
  if (schedule.startsSettled) await agreed(places, revive);
  await Promise.all([
    Promise.all(places.map((place, index) => work(place, schedule.people[index] ?? []))).then(async () => {
      if (schedule.closes) await finish();
    }),
    ...schedule.faults.map(strike),
  ]);
  const since = performance.now();
  const left = places.filter((place) => !place.lost);
  if (left.length < places.length) {
    // What the lost one had shown live and not signed yet has to be there when the others are started anew.
    await agreed(left, revive, 'entries');
    await Promise.all(left.map((place) => place.laptop?.kill()));
  }
  const problems = await agreed(left, revive);
  const healed = performance.now() - since;
  if (problems.length === 0 && left.length < places.length && !schedule.closes)
    problems.push(...(await goOn(left)), ...(await agreed(left, revive)));
  const ledger = left.flatMap((place) => readLedger(place.ledger));
  if (problems.length === 0) problems.push(...(await judged(left, ledger, revive)));
  for (const { laptop } of places) {
    await laptop?.ask({ ask: 'close' }).catch(() => undefined);
    if (laptop) await (armed.has(laptop) ? laptop.kill() : where.giveBack(laptop));
  }
  return { problems, done: ledger.length, kills, healed };
}

/** Resolves when one of these laptops has the meeting. */
async function hasElsewhere(places: readonly Place[]): Promise<void> {
  for (const end = performance.now() + PATIENCE; performance.now() < end; await pause(5)) {
    const reports = places.map(({ laptop }) =>
      laptop?.ask<LaptopReport>({ ask: 'report' }).catch((error: unknown) => diedOverIt(error)),
    );
    if ((await Promise.all(reports)).some((report) => report?.convened)) return;
  }
  throw new Error('the meeting got to no other laptop');
}

function diedOverIt(error: unknown): undefined {
  if (!(error instanceof LaptopDied)) throw error;
  return undefined;
}

/** Whether it died of it within the time that a schedule has. */
async function dying(laptop: LaptopProcess, write: DeadlyWrite): Promise<boolean> {
  await laptop.ask({ ask: 'die', at: write }).catch(() => undefined);
  for (let waited = 0; waited < 400 && laptop.alive(); waited += 20) await pause(20);
  return !laptop.alive();
}
