import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findResources } from '../../main/wiring/open-laptop.ts';
import { readLedger } from '../chaos/ledger.ts';
import type { LaptopReport, LaptopSetting } from '../chaos/laptop-process.ts';
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

/** `ports`: where it may find the meeting, the likeliest first. */
function settingOf(at: string, name: string, port: number, ports: readonly number[]): LaptopSetting {
  return {
    folder: at,
    resources: findResources(join(import.meta.dirname, '../../main')),
    listenHost: '127.0.0.1',
    port,
    discovery: 'off',
    meeting: room.meeting,
    paper: room.paper,
    ledger: join(folder, `ledger-${name}`),
    addresses: ports.map((one) => `127.0.0.1:${one}`),
  };
}

async function open(index: number): Promise<LaptopProcess> {
  const laptop = await startLaptop(program, { log: join(folder, `laptop-${index}.log`) });
  await laptop.ask({
    ask: 'open',
    setting: settingOf(folders[index] as string, `${index}`, index === 0 ? FIRST_PORT : 0, [FIRST_PORT]),
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

// Which of those left takes over is the order's to say; on a busy machine the first of it may take too long to answer.
let carrying = 0;
async function untilAnotherCarries(without: readonly number[], how: string): Promise<void> {
  const { host, after } = await together(except(...without));
  expect(without).not.toContain(host);
  carrying = host;
  console.log(`${how}: working together after ${after} ms, laptop ${host} carries`);
}
const others = (...without: number[]) =>
  laptops.flatMap((_, index) => (index === carrying || without.includes(index) ? [] : [index]));

test('[TAKE-2] killed: another takes over, and what was under way goes through', async () => {
  await act(0, { does: 'check-in' });
  await laptops[0]?.kill();
  const during = Promise.all([
    act(1, { does: 'check-in' }),
    act(3, { does: 'draw', id: 'k-1' }),
    act(4, { does: 'check-in' }),
  ]);
  await untilAnotherCarries([0], 'killed');
  expect(await during).toEqual(['done', 'done', 'done']);
  await sameEverywhere(except(0));
});

test('[TAKE-1] the one that was killed comes back as a member', async () => {
  laptops[0] = await open(0);
  expect((await together(laptops)).host).toBe(carrying);
  await sameEverywhere(laptops);
});

test('[TAKE-2] frozen: noticed by its silence, replaced, and a member when it thaws', async () => {
  const frozen = carrying;
  laptops[frozen]?.freeze(true);
  try {
    await untilAnotherCarries([frozen], 'frozen');
    await act(others(frozen)[0] as number, { does: 'ask-to-speak', id: 'f1' });
  } finally {
    laptops[frozen]?.freeze(false);
  }
  expect((await together(laptops)).host).toBe(carrying);
  await sameEverywhere(laptops);
});

test('[TAKE-4] closed: it names who follows, at once', async () => {
  const gone = carrying;
  await laptops[gone]?.ask({ ask: 'close' });
  await untilAnotherCarries([gone], 'closed');
  await laptops[gone]?.kill();
  laptops[gone] = await open(gone);
  await together(laptops);
});

/** Hands over to another laptop while three write; returns what windows show of the connection meanwhile. */
async function handOver(name: string): Promise<Set<string>> {
  const [former, next] = [carrying, others()[2] as number];
  const writers = [former, next, others(next)[0] as number];
  for (const laptop of laptops) await laptop.ask({ ask: 'watch-line' });
  let written = 0;
  let over = false;
  const writing = writers.map(async (index) => {
    for (let stroke = 0; !over; stroke++) {
      expect(await act(index, { does: 'draw', id: `${name}-${index}s${stroke}` })).toBe('done');
      written++;
      await new Promise((resolve) => setTimeout(resolve, 40));
    }
  });
  const more = async (count: number) => {
    const before = written;
    await until(() => written >= before + count, 30_000);
  };
  await more(30);
  await laptops[next]?.ask({ ask: 'carry' });
  await more(30);
  await until(async () => (await together(laptops)).host === next, 30_000);
  carrying = next;
  await more(30);
  over = true;
  await Promise.all(writing);
  await sameEverywhere(laptops);
  // A line that differs for two seconds shows; so late would it show what was there at the end.
  await new Promise((resolve) => setTimeout(resolve, 2500));
  const shown = await Promise.all(laptops.map((laptop) => laptop.ask<string[]>({ ask: 'shown' })));
  const ledger = laptops.flatMap((_, index) => readLedger(join(folder, `ledger-${index}`)));
  const strokes = ledger.filter((done) => done.what === 'stroke' && done.id.startsWith(`${name}-`));
  expect(strokes).toHaveLength(written);
  const wrong = await Promise.all(laptops.map((laptop) => laptop.ask<string[]>({ ask: 'findings', ledger })));
  expect(wrong.flat()).toEqual([]);
  const states = new Set(shown.flat());
  console.log(`handed over: ${written} strokes of three laptops are on all ${SIZE}, shown: ${[...states].join(' ')}`);
  return states;
}

test('[TAKE-4] handed over by hand: everybody goes along, what is written meanwhile arrives, and no window tells of a gap', async () => {
  // Nothing is lost, ever; a computer so busy that laptops stand still for seconds may show it, but not each time.
  const shown: string[] = [];
  for (const name of ['over1', 'over2', 'over3']) {
    const states = [...(await handOver(name))].sort().join(' ');
    shown.push(states);
    if (states === 'carrying connected') return;
  }
  expect(shown).toContain('carrying connected');
}, 240_000);

test('[TAKE-2] several at once: whoever is left goes on', async () => {
  const gone = [carrying, ...others().slice(0, 2)];
  await Promise.all(gone.map((index) => laptops[index]?.kill()));
  await untilAnotherCarries(gone, 'three of eight killed');
  await sameEverywhere(except(...gone));
});

test('[TAKE-3] killed right after its welcome, the host lost for good: back again, it takes over when somebody comes', async () => {
  const few = await room.lay(join(folder, 'few'), 3);
  const ports = few.map((_, index) => FIRST_PORT + 1000 + index);
  async function openOneOfFew(index: number): Promise<LaptopProcess> {
    const laptop = await startLaptop(program, { log: join(folder, `few-${index}.log`) });
    await laptop.ask({
      ask: 'open',
      setting: settingOf(few[index] as string, `few-${index}`, ports[index] ?? 0, ports),
    });
    laptops.push(laptop);
    return laptop;
  }
  const [host, killed] = await Promise.all([openOneOfFew(0), openOneOfFew(1)]);
  await host.ask({ ask: 'carry' });
  await killed.ask({ ask: 'join' });
  await until(async () => {
    const [{ heads }, { heads: known, connection }] = await Promise.all([report(host), report(killed)]);
    return connection === 'connected' && known.length >= heads.length;
  });
  await killed.kill();
  await host.kill();
  const back = await openOneOfFew(1);
  expect(await works(back)).toBe(false);
  // Whoever comes now was never here: knows nothing of the meeting but where it may be.
  const newcomer = await openOneOfFew(2);
  await until(() =>
    newcomer.ask({ ask: 'join' }).then(
      () => true,
      () => false,
    ),
  );
  await until(async () => (await works(back)) && (await works(newcomer)));
  expect((await report(back)).role).toBe('host');
  await sameEverywhere([back, newcomer]);
});
