import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { BEHIND, logOf, openLaptopOfRoom } from '../chaos/behind-firewall.ts';
import type { LaptopReport } from '../chaos/laptop-process.ts';
import type { LaptopProcess } from '../chaos/laptop.ts';
import { buildLaptopProgram } from '../chaos/program.ts';
import { prepareRoom } from '../chaos/room.ts';
import { openFirewall, type Firewall } from '../fixtures/network/firewall.ts';
import { until } from '../fixtures/laptops.ts';

// Four laptops, each a process of its own; the last ones' connections to the first one are cut again and again.
const SIZE = 4;
const PORT = 16_000 + (process.pid % 1000);
/** Sooner than a laptop can tell that it is served. */
const EVERY_MILLISECONDS = 1700;
const CUTS = 9;
let folder: string;
let firewall: Firewall;
const laptops: LaptopProcess[] = [];

const report = (index: number) => (laptops[index] as LaptopProcess).ask<LaptopReport>({ ask: 'report' });
const isWith = async (index: number) => {
  const { role, connection } = await report(index);
  return role === 'member' && connection === 'connected';
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'phien-dropping-'));
  const program = await buildLaptopProgram();
  const room = await prepareRoom(join(folder, 'morning'), SIZE);
  const folders = await room.lay(join(folder, 'meeting'), SIZE);
  firewall = await openFirewall(PORT, BEHIND);
  for (let index = 0; index < SIZE; index++) {
    const laptop = await openLaptopOfRoom(index, { program, folder, folders, room, port: PORT });
    laptops.push(laptop);
    await laptop.ask({ ask: index === 0 ? 'carry' : 'join' });
    await until(async () => index === 0 || (await isWith(index)));
  }
  // Everybody has been told of everybody, and knows that it is served.
  await new Promise((resolve) => setTimeout(resolve, 6000));
}, 120_000);

afterAll(async () => {
  await Promise.all(laptops.map((laptop) => laptop.kill()));
  await firewall?.close();
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
});

test.each([1, 2])(
  '[TAKE-12] a host is not doubted for connections that are cut again and again, those of %i laptops',
  async (many) => {
    for (let cuts = 0; cuts < CUTS; cuts++) {
      expect(firewall.cutLast(many)).toBe(many);
      await new Promise((resolve) => setTimeout(resolve, EVERY_MILLISECONDS));
      // They come back to it each time, and nobody else leaves it.
      expect((await report(0)).role).toBe('host');
      for (const index of [1, 2, 3]) await until(() => isWith(index));
    }
    const logs = await Promise.all(laptops.map((_, index) => readFile(logOf(folder, index), 'utf8')));
    expect(logs.join('')).toContain('link lost');
    expect(logs.join('')).not.toContain('serves nobody');
    expect(logs.join('')).not.toContain('takes the meeting over');
  },
  90_000,
);
