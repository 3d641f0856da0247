import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { LaptopDied, type LaptopProcess } from './laptop.ts';
import type { DeadlyWrite, LaptopReport, LaptopSetting } from './laptop-process.ts';
import { readLedger, type DoneBy } from './ledger.ts';
import type { LaptopNetwork } from './network.ts';
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

/** Two laptops that don't agree after this long never will. Milliseconds; generous, for a busy machine. */
const PATIENCE = 60_000;

/** Of the laptop that joins from a remote village, each way. */
const FAR_AWAY_MILLISECONDS = 150;

interface Place {
  readonly index: number;
  readonly setting: LaptopSetting;
  readonly ledger: string;
  /** undefined while it is dead. */
  laptop: LaptopProcess | undefined;
  starting: Promise<void> | undefined;
  /** It will never come back. */
  lost: boolean;
}

export async function runSchedule(
  schedule: Schedule,
  where: {
    readonly room: PreparedRoom;
    readonly folder: string;
    readonly resources: string;
    /** The address of each laptop. */
    readonly host: (laptop: number) => string;
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
  const near = `${where.host(0)}:${room.port}`;
  const far = network && (await network.farAway(room.port, FAR_AWAY_MILLISECONDS));
  const places = folders.map((folder, index): Place => {
    const address = far && index === schedule.laptops - 1 ? far : near;
    const ledger = join(where.folder, `done-${index}.jsonl`);
    const { meeting, paper } = room;
    const setting = {
      folder,
      resources: where.resources,
      listenHost: where.host(index),
      port: room.port,
      discovery: network && address === near ? 'network' : 'off',
      meeting,
      paper,
      ledger,
      address,
    } as const;
    return { index, setting, ledger, laptop: undefined, starting: undefined, lost: false };
  });
  let kills = 0;

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
    const { laptop } = place;
    if (!laptop?.alive()) return;
    if (fault.kind === 'lose') place.lost = true;
    if (fault.kind === 'kill' || fault.kind === 'lose') await laptop.kill();
    else if (fault.kind === 'die') {
      if (!(await dying(laptop, fault.write))) return;
    } else {
      disturb(fault, laptop, true);
      await pause(fault.back);
      return disturb(fault, laptop, false);
    }
    kills += 1;
    await pause(fault.back);
    await revive(place);
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
    // What the lost one had shown live and not signed yet is gone at the latest when the others are started anew.
    await agreed(left, revive, 'entries');
    await Promise.all(left.map((place) => place.laptop?.kill()));
  }
  const problems = await agreed(left, revive);
  const healed = performance.now() - since;
  const ledger = left.flatMap((place) => readLedger(place.ledger));
  if (problems.length === 0) problems.push(...(await judged(left, ledger)));
  for (const { laptop } of places) {
    await laptop?.ask({ ask: 'close' }).catch(() => undefined);
    if (laptop) await where.giveBack(laptop);
  }
  return { problems, done: ledger.length, kills, healed };
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

/** Waits until all laptops are up, connected and in the same state; returns what is still wrong when they never are. */
async function agreed(
  places: readonly Place[],
  revive: (place: Place) => Promise<void>,
  upon: 'entries' | 'state' = 'state',
): Promise<string[]> {
  const end = performance.now() + PATIENCE;
  for (;;) {
    const reports = await Promise.all(
      places.map(async (place) => {
        await revive(place);
        const report = await place.laptop?.ask<LaptopReport>({ ask: 'report' }).catch(() => undefined);
        // Somebody left the meeting and could not come back because nobody carried it.
        if (report?.role === 'alone') await place.laptop?.ask({ ask: 'join' }).catch(() => undefined);
        return report;
      }),
    );
    const level = isLevel(reports);
    if (level && upon === 'entries') return [];
    const hashes = level ? await Promise.all(places.map(stateHashOf)) : [];
    if (level && new Set(hashes).size === 1 && hashes[0] !== undefined) return [];
    if (performance.now() > end) return differences(reports, hashes);
    await pause(50);
  }
}

const stateHashOf = ({ laptop }: Place): Promise<string | undefined> | undefined =>
  laptop?.ask<string>({ ask: 'state-hash' }).catch(() => undefined);

/** All are connected and have the same entries, and nobody has changes that are not signed. */
function isLevel(reports: readonly (LaptopReport | undefined)[]): boolean {
  const calm = reports.every((one) => one?.connection === 'connected' && one.unsigned.length + one.missing === 0);
  return calm && new Set(reports.map((one) => one?.heads.join())).size === 1;
}

function differences(
  reports: readonly (LaptopReport | undefined)[],
  hashes: readonly (string | undefined)[],
): string[] {
  const all = new Set(reports.flatMap((one) => one?.heads ?? []));
  return [
    'the laptops do not agree',
    ...reports.map((one, index) =>
      one
        ? `laptop ${index}: ${one.role} ${one.connection} ${hashes[index]?.slice(0, 8) ?? ''}; unsigned: ${one.unsigned.join(' ') || 'none'}; papers missing: ${one.missing}; ` +
          `lacks: ${[...all].filter((head) => !one.heads.includes(head)).join(', ') || 'nothing'}`
        : `laptop ${index}: dead`,
    ),
  ];
}

async function judged(places: readonly Place[], ledger: readonly DoneBy[]): Promise<string[]> {
  const found = await Promise.all(
    places.map(async ({ laptop }, index) => {
      const problems = (await laptop?.ask<string[]>({ ask: 'findings', ledger })) ?? [];
      return problems.map((problem) => `laptop ${index}: ${problem}`);
    }),
  );
  return found.flat();
}
