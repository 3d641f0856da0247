import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { ENGINE_HEAP_FLAGS } from '../../main/desktop/engine-heap.ts';
import { inRoot } from '../../scripts/setup/paths.mjs';
import { agreed, judged, type Place } from './agreement.ts';
import { startLaptop } from './laptop.ts';
import type { LaptopUsage } from './laptop-process.ts';
import { readLedger } from './ledger.ts';
import type { Doing } from './person.ts';
import type { PreparedRoom } from './room.ts';

/**
 * A long day without its pauses: people draw, erase, vote, ask to speak, write minutes, open and close windows, leave and
 * come back, round after round. What a laptop holds may grow with what is written, and by nothing else.
 */
export interface SoakOptions {
  readonly room: PreparedRoom;
  readonly program: string;
  readonly folder: string;
  readonly minutes: number;
}

const LAPTOPS = 4;
/** Rounds before the first measurement: caches fill. */
const WARM_UP = 3;
/** An entry on disk with its index and its page's share; in memory the head of its stream, the act, the stroke. Bytes. */
const DISK_OF_ENTRY = 6 * 1024;
const HEAP_OF_ENTRY = 3 * 1024;
/** Compiled code, pools, what the collector has not got round to. Bytes. */
const HEAP_SLACK = 12 * 1024 ** 2;
/** What SQLite keeps of the database, which fills as that grows: `cache_size` in main/store/database.ts. Bytes. */
const PAGE_CACHE = 32 * 1024 ** 2;
/** What the C library keeps of each thread's busiest moment: some 5 MB for each of four or five threads. Bytes. */
const THREAD_ARENAS = 24 * 1024 ** 2;
/** Timers and sockets that are under way at one moment and not at the other. */
const HANDLE_SLACK = 12;
/** The write-ahead log before it is taken in. Bytes. */
const DISK_SLACK = 24 * 1024 ** 2;

/** Resolves with what grew without a reason, and what was lost; empty when nothing was. */
export async function soak({ room, program, folder, minutes }: SoakOptions): Promise<readonly string[]> {
  await mkdir(folder, { recursive: true });
  const folders = await room.lay(folder, LAPTOPS);
  const portOf = (laptop: number) => 19_000 + (process.pid % 100) * 8 + laptop;
  const flags = ['--expose-gc', ...ENGINE_HEAP_FLAGS];
  const addresses = folders.map((_, index) => `127.0.0.1:${portOf(index)}`);
  const places = await Promise.all(
    folders.map(async (data, index): Promise<Place> => {
      const laptop = await startLaptop(program, { log: join(folder, `laptop-${index}.log`), flags });
      const ledger = join(folder, `done-${index}.jsonl`);
      const { meeting, paper } = room;
      const setting = {
        folder: data,
        resources: inRoot('resources'),
        listenHost: '127.0.0.1',
        port: portOf(index),
        discovery: 'off',
        meeting,
        paper,
        ledger,
        addresses,
      } as const;
      await laptop.ask({ ask: 'open', setting });
      return { index, setting, ledger, laptop, starting: undefined, lost: false };
    }),
  );
  const nobodyDies = () => Promise.resolve();
  const end = performance.now() + minutes * 60_000;
  const measured: LaptopUsage[][] = [];
  try {
    await places[0]?.laptop?.ask({ ask: 'carry' });
    await Promise.all(places.slice(1).map((place) => place.laptop?.ask({ ask: 'join' })));
    for (let round = 0; performance.now() < end || measured.length < 4; round++) {
      await agreed(places, nobodyDies, 'entries');
      await Promise.all(
        places.map((place) => place.laptop?.ask({ ask: 'act-on', doings: doingsOf(round, place.index) })),
      );
      const problems = await agreed(places, nobodyDies);
      if (problems.length > 0) return problems;
      if (round < WARM_UP) continue;
      // Connections that just ended are let go of within their time limits.
      await pause(500);
      measured.push(
        await Promise.all(
          places.map((place) => place.laptop?.ask<LaptopUsage>({ ask: 'usage' }) as Promise<LaptopUsage>),
        ),
      );
      const [now] = measured.at(-1) ?? [];
      if (now && measured.length % 5 === 1) console.log(`chaos: soak round ${round}: at the host ${told(now)}`);
    }
    const ledger = places.flatMap((place) => readLedger(place.ledger));
    return [...grown(measured), ...(await judged(places, ledger, nobodyDies))];
  } finally {
    await Promise.all(places.map((place) => place.laptop?.kill()));
  }
}

/** A round is some ten minutes of a lively meeting. */
function doingsOf(round: number, laptop: number): Doing[] {
  const doings: Doing[] = [{ does: 'check-in' }];
  const id = (index: number) => `${round}-${laptop}s${index}`;
  for (let index = 0; index < 40; index++) {
    doings.push({ does: 'draw', id: id(index) });
    if (index % 4 === 3) doings.push({ does: 'erase', id: '' });
    if (index % 10 === 5) doings.push({ does: 'reload-window' });
    if (index % 20 === 10) doings.push({ does: 'ask-to-speak', id: id(index) }, { does: 'withdraw' });
    if (index % 10 === 7) doings.push({ does: 'vote' });
  }
  doings.push({ does: 'write-minutes', id: id(100) });
  if (laptop === 1) doings.splice(2, 0, { does: 'close-motion' }, { does: 'open-motion', id: id(101) });
  if (laptop > 0) doings.splice(20, 0, { does: 'leave-and-join' });
  if (laptop > 1) doings.splice(40, 0, { does: 'leave-and-join' });
  return doings;
}

/** The last measurement against one early on; a quarter in, everything that is made once has been made. */
function grown(measured: readonly (readonly LaptopUsage[])[]): string[] {
  const early = measured[Math.floor(measured.length / 4)] ?? [];
  const late = measured.at(-1) ?? [];
  return late.flatMap((after, laptop) => {
    const before = early[laptop];
    if (!before) return [];
    const entries = after.entries - before.entries;
    console.log(`chaos: soak laptop ${laptop}: ${told(before)} -> ${told(after)}`);
    const heap = entries * HEAP_OF_ENTRY + HEAP_SLACK;
    // V8 lets as much garbage gather as there are living objects, and gives pages back only when they are empty.
    const resident = 2 * heap + PAGE_CACHE + THREAD_ARENAS;
    const limits = [
      ['memory', after.heap - before.heap, heap],
      ['resident memory', after.rss - before.rss, resident],
      ['disk', after.disk - before.disk, entries * DISK_OF_ENTRY + DISK_SLACK],
      ['handles', after.handles - before.handles, HANDLE_SLACK],
    ] as const;
    return limits.flatMap(([what, growth, limit]) =>
      growth > limit ? [`laptop ${laptop}: ${what} grew by ${growth} with ${entries} entries; at most ${limit}`] : [],
    );
  });
}

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;
const told = ({ entries, heap, rss, disk, handles }: LaptopUsage): string =>
  `${entries} entries, heap ${megabytes(heap)}, process ${megabytes(rss)}, disk ${megabytes(disk)}, ${handles} handles`;
