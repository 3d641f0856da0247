import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findResources } from '../../main/wiring/open-laptop.ts';
import type { LaptopReport } from '../chaos/laptop-process.ts';
import { startLaptop, type LaptopProcess } from '../chaos/laptop.ts';
import { buildLaptopProgram } from '../chaos/program.ts';
import { prepareRoom, type PreparedRoom } from '../chaos/room.ts';
import { until } from '../fixtures/laptops.ts';

// Eight laptops, each a process of its own: what happens when the one that carries the meeting dies, freezes or leaves.
const SIZE = 8;
let folder: string;
let program: string;
let room: PreparedRoom;
let folders: readonly string[];
let laptops: LaptopProcess[];

const report = (laptop: LaptopProcess) => laptop.ask<LaptopReport>({ ask: 'report' });
/** Works with the meeting: carries it, or is connected to whoever does. */
async function works(laptop: LaptopProcess): Promise<boolean> {
  const { role, connection } = await report(laptop);
  return role === 'host' || connection === 'connected';
}
/** Where the others find it; below the ports that are handed out to whoever asks for any. */
const FIRST_PORT = 18_000 + (process.pid % 1000);

async function hostsAmong(some: readonly LaptopProcess[]): Promise<number[]> {
  const roles = await Promise.all(some.map(report));
  return roles.flatMap(({ role }, index) => (role === 'host' ? [laptops.indexOf(some[index] as LaptopProcess)] : []));
}

/** Waits until all of them work together under one host; returns which, and how long it took, milliseconds. */
async function together(some: readonly LaptopProcess[]): Promise<{ host: number; after: number }> {
  const from = performance.now();
  const host = await until(async () => {
    const hosts = await hostsAmong(some);
    const all = await Promise.all(some.map(works));
    return hosts.length === 1 && all.every(Boolean) ? `${hosts[0]}` : false;
  }, 30_000);
  return { host: Number(host), after: Math.round(performance.now() - from) };
}

async function sameEverywhere(some: readonly LaptopProcess[]): Promise<void> {
  await until(async () => {
    const hashes = await Promise.all(some.map((laptop) => laptop.ask<string>({ ask: 'state-hash' })));
    return new Set(hashes).size === 1;
  }, 30_000);
}

async function open(index: number): Promise<LaptopProcess> {
  const laptop = await startLaptop(program, { log: join(folder, `laptop-${index}.log`) });
  await laptop.ask({
    ask: 'open',
    setting: {
      folder: folders[index] as string,
      resources: findResources(join(import.meta.dirname, '../../main')),
      listenHost: '127.0.0.1',
      port: index === 0 ? FIRST_PORT : 0,
      discovery: 'off',
      meeting: room.meeting,
      paper: room.paper,
      ledger: join(folder, `ledger-${index}`),
      addresses: [`127.0.0.1:${FIRST_PORT}`],
    },
  });
  return laptop;
}

const except = (...left: number[]) => laptops.filter((_, index) => !left.includes(index));
const act = (index: number, doing: { does: 'check-in' } | { does: 'draw' | 'ask-to-speak'; id: string }) =>
  (laptops[index] as LaptopProcess).ask<string>({ ask: 'act', doing });

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'phien-takeover-'));
  program = await buildLaptopProgram();
  room = await prepareRoom(join(folder, 'morning'), SIZE);
  folders = await room.lay(join(folder, 'meeting'), SIZE);
  laptops = await Promise.all(Array.from({ length: SIZE }, (_, index) => open(index)));
  await laptops[0]?.ask({ ask: 'carry' });
  for (const laptop of except(0)) await laptop.ask({ ask: 'join' });
  await together(laptops);
  // Everybody has been told of everybody.
  await new Promise((resolve) => setTimeout(resolve, 1000));
}, 120_000);

afterAll(async () => {
  for (const laptop of laptops ?? []) laptop.freeze(false);
  await Promise.all((laptops ?? []).map((laptop) => laptop.kill()));
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
});

test('[TAKE-2] killed: the next in the order takes over, and what was under way goes through', async () => {
  await act(0, { does: 'check-in' });
  await laptops[0]?.kill();
  const during = Promise.all([
    act(1, { does: 'check-in' }),
    act(3, { does: 'draw', id: 'k1' }),
    act(4, { does: 'check-in' }),
  ]);
  const { host, after } = await together(except(0));
  expect(host).toBe(1);
  expect(await during).toEqual(['done', 'done', 'done']);
  await sameEverywhere(except(0));
  console.log(`killed: working together after ${after} ms`);
});

test('[TAKE-1] the one that was killed comes back as a member', async () => {
  laptops[0] = await open(0);
  const { host } = await together(laptops);
  expect(host).toBe(1);
  await sameEverywhere(laptops);
});

test('[TAKE-2] frozen: noticed by its silence, replaced, and a member when it thaws', async () => {
  laptops[1]?.freeze(true);
  const { host, after } = await together(except(1));
  expect(host).toBe(0);
  await act(5, { does: 'ask-to-speak', id: 'f1' });
  laptops[1]?.freeze(false);
  expect((await together(laptops)).host).toBe(0);
  await sameEverywhere(laptops);
  console.log(`frozen: working together after ${after} ms`);
});

test('[TAKE-4] closed: it names who follows, at once', async () => {
  await laptops[0]?.ask({ ask: 'close' });
  const { host, after } = await together(except(0));
  expect(host).toBe(1);
  console.log(`closed: working together after ${after} ms`);
});

test('[TAKE-1] handed over by hand: the former host joins, everybody goes along', async () => {
  await laptops[6]?.ask({ ask: 'carry' });
  const { host, after } = await together(except(0));
  expect(host).toBe(6);
  await act(2, { does: 'draw', id: 'h1' });
  await sameEverywhere(except(0));
  console.log(`handed over: working together after ${after} ms`);
});

test('[TAKE-2] several at once: whoever is left goes on', async () => {
  await Promise.all([6, 1, 2].map((index) => laptops[index]?.kill()));
  const { host, after } = await together(except(0, 6, 1, 2));
  expect(host).toBe(3);
  await act(7, { does: 'check-in' });
  await sameEverywhere(except(0, 6, 1, 2));
  console.log(`three of seven killed: working together after ${after} ms`);
});
