import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { asMeetingId, asMemberId } from '../../common/domain/ids.ts';
import { openStore, type Store } from '../store/open-store.ts';
import { successionMemory } from './succession-memory.ts';

const MEETING = asMeetingId('abcdefghijklmnopqrstuvwxyz');
const host = { member: asMemberId('11111111-1111-4111-8111-111111111111'), device: 'device-of-host' };
const laptops = [{ ...host, address: '10.0.0.1:7443' }];
const welcomed = { epoch: { n: 3, ...host }, laptops, carriedAt: '10.0.0.1:7443' };

let folder: string;
let store: Store;
let warnings: string[];
const logger = { info: () => undefined, warn: (message: string) => void warnings.push(message) };
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'phien-succession-'));
  store = openStore(join(folder, 'laptop'));
  warnings = [];
});
afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

/** What is read after this process was killed now: from its files, which nobody has closed. */
async function afterDeath(name: string) {
  cpSync(join(folder, 'laptop'), join(folder, name), { recursive: true });
  const again = openStore(join(folder, name));
  try {
    return successionMemory(again.settings, MEETING, logger).read();
  } finally {
    await again.close();
  }
}

it('[TAKE-8] what is noted outlives the process at once, and so does what is written', async () => {
  const memory = successionMemory(store.settings, MEETING, logger);
  expect(memory.read()).toEqual({ epoch: null, laptops: [], carriedAt: null });
  memory.note(welcomed);
  expect(await afterDeath('killed-as-member')).toEqual(welcomed);
  const carrying = { ...welcomed, epoch: { ...welcomed.epoch, n: 4 } };
  memory.write(carrying);
  expect(await afterDeath('killed-as-host')).toEqual(carrying);
  memory.note(welcomed);
  expect(await afterDeath('killed-as-member-again')).toEqual(welcomed);
  expect(warnings).toEqual([]);
});

it('[TAKE-1] what cannot be noted is missed, and tried again; what cannot be written is said', () => {
  let full = true;
  const write = () => {
    if (full) throw new Error('disk full');
  };
  const kept: unknown[] = [];
  const settings = {
    get: () => undefined,
    set: write,
    note(_: string, value: unknown) {
      write();
      kept.push(value);
    },
  };
  const memory = successionMemory(settings, MEETING, logger);
  memory.note(welcomed);
  expect(warnings).toHaveLength(1);
  expect(() => memory.write(welcomed)).toThrow('disk full');
  full = false;
  memory.note(welcomed);
  memory.note(welcomed);
  expect(kept).toEqual([welcomed]);
});
