import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { inRoot } from '../../scripts/setup/paths.mjs';
import { layNetwork, whyNoNetwork, type LaptopNetwork } from '../chaos/network.ts';
import { startLaptop, type LaptopProcess } from '../chaos/laptop.ts';
import type { LaptopReport } from '../chaos/laptop-process.ts';
import { buildLaptopProgram } from '../chaos/program.ts';
import { prepareRoom, type PreparedRoom } from '../chaos/room.ts';
import { until } from '../fixtures/laptops.ts';

/** More than a silent laptop is given before it counts as gone. Milliseconds. */
const ASLEEP = 5000;
const PATIENCE = 90_000;
const SIZE = 3;

let folder: string;
let program: string;
let room: PreparedRoom;
let laptops: LaptopProcess[] = [];
let runs = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'phien-asleep-'));
  program = await buildLaptopProgram();
  room = await prepareRoom(join(folder, 'prepared'), SIZE);
}, 180_000);
afterEach(async () => {
  await Promise.all(laptops.map((laptop) => laptop.kill()));
  laptops = [];
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const report = (laptop: LaptopProcess) => laptop.ask<LaptopReport>({ ask: 'report' });
const hash = (laptop: LaptopProcess) => laptop.ask<string>({ ask: 'state-hash' });
const does = (laptop: LaptopProcess, id: string) =>
  laptop.ask<string>({ ask: 'act', doing: { does: 'ask-to-speak', id } });

/** One carries, everybody is connected, and all have the same, signed. */
async function inStep(): Promise<void> {
  await until(async () => {
    const reports = await Promise.all(laptops.map(report));
    const hosts = reports.filter(({ role }) => role === 'host').length;
    const settled = reports.every(({ connection, unsigned }) => connection === 'connected' && unsigned.length === 0);
    return hosts === 1 && settled && new Set(await Promise.all(laptops.map(hash))).size === 1;
  }, PATIENCE);
}

/** Everybody does something, and all of it arrives everywhere. */
async function goOn(what: string): Promise<void> {
  for (const [index, laptop] of laptops.entries()) expect(await does(laptop, `${what}${index}`)).toBe('done');
  await inStep();
}

async function meet(network?: LaptopNetwork): Promise<void> {
  const at = join(folder, `run-${++runs}`);
  const folders = await room.lay(at, SIZE);
  let addresses: readonly string[] = [];
  for (const [index, laid] of folders.entries()) {
    const laptop = await startLaptop(program, {
      log: join(folder, `laptop-${runs}-${index}.log`),
      ...(network ? { within: network.within(index) } : {}),
    });
    laptops.push(laptop);
    const setting = {
      folder: laid,
      resources: inRoot('resources'),
      listenHost: network ? '0.0.0.0' : '127.0.0.1',
      port: 0,
      discovery: network ? ('network' as const) : ('off' as const),
      meeting: room.meeting,
      paper: room.paper,
      ledger: join(at, `done-${index}.jsonl`),
      addresses,
    };
    await laptop.ask({ ask: 'open', setting });
    if (index === 0) addresses = await laptop.ask<readonly string[]>({ ask: 'carry' });
    else await laptop.ask({ ask: 'join' });
  }
  await inStep();
}

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

test('[LINK-3] a laptop that slept catches up by itself, the others undisturbed; so do all when all of them slept', async () => {
  await meet();
  const [host, awake, asleep] = laptops as [LaptopProcess, LaptopProcess, LaptopProcess];
  expect(await does(asleep, 'before')).toBe('done');
  const { epoch } = await report(host);
  asleep.freeze(true);
  expect(await does(awake, 'meanwhile')).toBe('done');
  await pause(ASLEEP);
  expect((await report(host)).role).toBe('host');
  expect((await report(awake)).connection).toBe('connected');
  asleep.freeze(false);
  // What the desktop does when the computer wakes.
  await asleep.ask({ ask: 'wake' });
  await inStep();
  await goOn('after');
  expect((await report(host)).role).toBe('host');

  // A break with closed lids.
  for (const laptop of laptops) laptop.freeze(true);
  await pause(ASLEEP);
  for (const laptop of laptops) laptop.freeze(false);
  await Promise.all(laptops.map((laptop) => laptop.ask({ ask: 'wake' })));
  await inStep();
  await goOn('woken');
  // Nobody took the meeting over because somebody slept.
  expect((await report(host)).role).toBe('host');
  expect((await Promise.all(laptops.map(report))).map(({ epoch: now }) => now)).toEqual([epoch, epoch, epoch]);
}, 240_000);

const none = whyNoNetwork();
describe.skipIf(none)(`in a network of their own${none ? ` (skipped: ${none})` : ''}`, () => {
  let network: LaptopNetwork;
  beforeAll(() => {
    network = layNetwork(SIZE);
  });
  afterAll(() => network?.remove());

  /** As a router does that gives out other addresses. */
  function move(laptop: number, from: string, to: string): void {
    const ip = (...command: string[]) => {
      const [program = '', ...within] = [...network.within(laptop), 'ip', ...command];
      execFileSync(program, within, { stdio: 'pipe' });
    };
    ip('addr', 'del', `${from}/24`, 'dev', 'eth0');
    ip('addr', 'add', `${to}/24`, 'dev', 'eth0');
    ip('route', 'replace', 'default', 'dev', 'eth0');
  }

  test('[TAKE-6] a room that is cut in two goes on in both halves, and is one room again afterwards', async () => {
    await meet(network);
    const hosts = async () => (await Promise.all(laptops.map(report))).filter(({ role }) => role === 'host').length;
    network.split([0]);
    await until(async () => (await hosts()) === 2, PATIENCE);
    for (const [index, laptop] of laptops.entries()) expect(await does(laptop, `apart-${index}`)).toBe('done');
    expect(new Set(await Promise.all(laptops.map(hash))).size).toBeGreaterThan(1);
    network.split([]);
    await inStep();
    await goOn('together');
  }, 200_000);

  test('[FIND-2] the host gets another address, then a member, then everybody another network: they find each other', async () => {
    await meet(network);
    await goOn('start');
    move(0, network.address(0), '10.77.0.101');
    await inStep();
    await goOn('host-moved');
    move(2, network.address(2), '10.77.0.103');
    await inStep();
    await goOn('member-moved');
    move(0, '10.77.0.101', '10.78.0.1');
    move(1, network.address(1), '10.78.0.2');
    move(2, '10.77.0.103', '10.78.0.3');
    await inStep();
    await goOn('all-moved');
    const roles = (await Promise.all(laptops.map(report))).map(({ role }) => role).sort();
    expect(roles).toEqual(['host', 'member', 'member']);
  }, 400_000);
});
