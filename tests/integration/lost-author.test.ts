import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findResources } from '../../main/wiring/open-laptop.ts';
import type { LaptopReport } from '../chaos/laptop-process.ts';
import { startLaptop, type LaptopProcess } from '../chaos/laptop.ts';
import { readLedger } from '../chaos/ledger.ts';
import { buildLaptopProgram } from '../chaos/program.ts';
import { prepareRoom, type PreparedRoom } from '../chaos/room.ts';
import { until } from '../fixtures/laptops.ts';

// Real laptops, each a process. One is lost for good before it could sign what it had typed; another has typed behind it.
const SIZE = 4;
/** Is not there while it happens. */
const AWAY = 3;
const PORT = 17_000 + (process.pid % 1000);
let folder: string;
let program: string;
let room: PreparedRoom;
let folders: readonly string[];
const started: LaptopProcess[] = [];

const ledger = (index: number) => join(folder, `done-${index}`);
const minutes = (laptop: LaptopProcess) => laptop.ask<string>({ ask: 'minutes' });
const report = (laptop: LaptopProcess) => laptop.ask<LaptopReport>({ ask: 'report' });
const write = (laptop: LaptopProcess, id: string) =>
  laptop.ask<string>({ ask: 'act', doing: { does: 'write-minutes', id } });

/** How many entries of the minutes it has. */
const signed = async (laptop: LaptopProcess) =>
  (await report(laptop)).heads
    .filter((head) => head.includes(' doc/minutes '))
    .reduce((sum, head) => sum + Number(head.split(' ').at(-1)), 0);

async function inStep(laptop: LaptopProcess, host: LaptopProcess): Promise<boolean> {
  const [here, there] = await Promise.all([laptop, host].map(report));
  return here?.connection === 'connected' && here.heads.join() === there?.heads.join();
}

async function open(index: number): Promise<LaptopProcess> {
  const laptop = await startLaptop(program, { log: join(folder, `laptop-${index}.log`) });
  started.push(laptop);
  await laptop.ask({
    ask: 'open',
    setting: {
      folder: folders[index] as string,
      resources: findResources(join(import.meta.dirname, '../../main')),
      listenHost: '127.0.0.1',
      port: PORT + index,
      discovery: 'off',
      meeting: room.meeting,
      paper: room.paper,
      ledger: ledger(index),
      addresses: folders.map((_, other) => `127.0.0.1:${PORT + other}`),
    },
  });
  return laptop;
}

async function shows(laptop: LaptopProcess, ...tokens: string[]): Promise<string> {
  return await until(async () => {
    const text = await minutes(laptop);
    return tokens.every((token) => text.includes(`[${token}]`)) && text;
  });
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'phien-lost-'));
  program = await buildLaptopProgram();
  room = await prepareRoom(join(folder, 'morning'), SIZE);
  folders = await room.lay(join(folder, 'meeting'), SIZE);
}, 120_000);

afterAll(async () => {
  await Promise.all(started.map((laptop) => laptop.kill()));
  await rm(folder, { recursive: true, force: true });
});

test('[WRITE-6] what a lost laptop had only shown is still there after all others were started anew', async () => {
  const office = await open(0);
  const author = await open(1);
  const other = await open(2);
  const away = await open(AWAY);
  await office.ask({ ask: 'carry' });
  for (const laptop of [author, other, away]) await laptop.ask({ ask: 'join' });
  // Until the acts are there, nobody may write.
  for (const laptop of [author, other, away]) await until(() => inStep(laptop, office));
  await away.kill();
  await Promise.all([office, author, other].map(minutes));

  await author.ask({ ask: 'die', at: { write: 'commit', when: 'before', nth: 1 } });
  expect(await write(author, 'lost')).toBe('done');
  await shows(other, 'lost');
  expect(await write(other, 'behind')).toBe('done');
  await until(() => !author.alive());
  const seen = await shows(office, 'lost', 'behind');
  await until(async () => (await signed(office)) === 1 && (await signed(other)) === 1);

  await Promise.all([office, other].map((laptop) => laptop.kill()));
  const again = [await open(0), await open(2)];
  const done = [0, 2].flatMap((index) => readLedger(ledger(index)));
  for (const laptop of again) {
    expect(await shows(laptop, 'lost', 'behind')).toBe(seen);
    expect(await laptop.ask<string[]>({ ask: 'findings', ledger: done })).toEqual([]);
  }
  const hashes = () => Promise.all(again.map((laptop) => laptop.ask<string>({ ask: 'state-hash' })));
  await until(async () => new Set(await hashes()).size === 1);
  await Promise.all(again.map((laptop) => laptop.kill()));
});

test('[DOC-7] who has it brings it to a carrying laptop that never saw it, which keeps it as well', async () => {
  const away = await open(AWAY);
  await away.ask({ ask: 'carry' });
  expect(await minutes(away)).toBe('');
  const other = await open(2);
  await other.ask({ ask: 'join' });
  const seen = await shows(away, 'lost', 'behind');
  expect(await minutes(other)).toBe(seen);
  await until(async () => (await report(away)).shown.includes('minutes'));
  await Promise.all([away, other].map((laptop) => laptop.kill()));
  const alone = await open(AWAY);
  expect(await shows(alone, 'lost', 'behind')).toBe(seen);
  await alone.kill();
});

test('[WRITE-6] it is forgotten when its author comes back after all and signs it', async () => {
  const other = await open(2);
  const before = await shows(other, 'lost', 'behind');
  const author = await open(1);
  await until(async () => (await signed(author)) === 2 && (await signed(other)) === 2);
  await until(async () => (await report(other)).shown.length === 0);
  expect(await minutes(other)).toBe(before);
  expect(await shows(author, 'lost', 'behind')).toBe(before);
});
