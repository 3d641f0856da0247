import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BEHIND, openLaptopOfRoom } from '../chaos/behind-firewall.ts';
import type { LaptopReport } from '../chaos/laptop-process.ts';
import type { LaptopProcess } from '../chaos/laptop.ts';
import { buildLaptopProgram } from '../chaos/program.ts';
import { prepareRoom, type PreparedRoom } from '../chaos/room.ts';
import { openFirewall, type Firewall } from '../fixtures/network/firewall.ts';
import { until } from '../fixtures/laptops.ts';

// Four laptops, each a process of its own. The first one's firewall lets nothing in any more; what it dials itself, and
// what was connected before, works both ways.
const SIZE = 4;
const PORT = 17_000 + (process.pid % 1000);
let folder: string;
let program: string;
let room: PreparedRoom;
let folders: readonly string[];
let firewall: Firewall;
let laptops: LaptopProcess[] = [];

const open = (index: number): Promise<LaptopProcess> =>
  openLaptopOfRoom(index, { program, folder, folders, room, port: PORT });

/** Waits until all of them work under one host; returns which. */
async function together(some: readonly number[]): Promise<number> {
  const from = performance.now();
  const host = await until(async () => {
    const reports = await Promise.all(some.map((index) => laptops[index]?.ask<LaptopReport>({ ask: 'report' })));
    const hosts = some.filter((_, at) => reports[at]?.role === 'host');
    const all = reports.every((report) => report?.role === 'host' || report?.connection === 'connected');
    return hosts.length === 1 && all ? `${hosts[0]}` : false;
  }, 60_000);
  console.log(`together after ${(performance.now() - from).toFixed(0)} ms, laptop ${host} carries`);
  return Number(host);
}

describe.skipIf(process.platform !== 'linux')('a laptop that nobody can dial', () => {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'phien-unreachable-'));
    program = await buildLaptopProgram();
    room = await prepareRoom(join(folder, 'morning'), SIZE);
    folders = await room.lay(join(folder, 'meeting'), SIZE);
    firewall = await openFirewall(PORT, BEHIND);
    laptops = await Promise.all(Array.from({ length: SIZE }, (_, index) => open(index)));
    await laptops[0]?.ask({ ask: 'carry' });
    for (const laptop of laptops.slice(1)) await laptop.ask({ ask: 'join' });
    await together([0, 1, 2, 3]);
    // Everybody has been told of everybody.
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }, 120_000);

  afterAll(async () => {
    await Promise.all(laptops.map((laptop) => laptop.kill()));
    await firewall?.close();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  });

  let host = 0;

  test('[TAKE-10] does not stay host when somebody comes who can not reach it', async () => {
    await firewall.shut();
    // Those who are linked notice nothing.
    await laptops[3]?.kill();
    expect(await together([0, 1, 2])).toBe(0);
    laptops[3] = await open(3);
    host = await together([0, 1, 2, 3]);
    expect(host).not.toBe(0);
  });

  test('[TAKE-2] makes nobody wait when its turn comes in the order', async () => {
    await laptops[host]?.kill();
    const left = [0, 1, 2, 3].filter((index) => index !== host);
    expect(await together(left)).not.toBe(0);
  });
});
