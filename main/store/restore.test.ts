import {
  closeSync,
  cpSync,
  existsSync,
  openSync,
  readdirSync,
  rmSync,
  statSync,
  truncateSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Entry } from '../../common/acts/entry.ts';
import type { StoredMeeting } from './meetings.ts';
import { DATABASE_FILE, openStore, type Store } from './open-store.ts';
import { sha256 } from './hash-bytes.ts';
import type { StoredOrganisation } from './organisation.ts';
import { markDamaged, openOrRestore } from './restore.ts';
import { LAN, MEETING, MINH, sealed, sealedChain, temporaryFolder } from './store.fixtures.ts';

let folder: ReturnType<typeof temporaryFolder>;
let store: Store;
const at = (...parts: string[]) => join(folder.path, ...parts);
const database = () => at(DATABASE_FILE);
const read = (author = LAN) => store.entries.read(MEETING, author, 'acts', 1, 10_000).map(({ hash }) => hash);
const hashes = (entries: readonly Entry[]) => entries.map(({ hash }) => hash);

/** Signed as the identity signs: the journal reads the certificate from the header. */
function chain(author: typeof LAN, length: number): Entry[] {
  const entries: Entry[] = [];
  const header = Buffer.from(
    JSON.stringify({ alg: 'PS256', typ: 'phien-entry', 'x5t#S256': Buffer.alloc(32, 7).toString('base64url') }),
  ).toString('base64url');
  for (let seq = 1; seq <= length; seq++) {
    const entry = sealed({ ...sealedChain(1)[0]!.payload, author, seq, prev: entries.at(-1)?.hash ?? null });
    const jws = [header, ...entry.jws.split('.').slice(1)].join('.');
    entries.push({ ...entry, jws, hash: sha256(jws) });
  }
  return entries;
}

beforeEach(() => {
  folder = temporaryFolder();
  store = openStore(folder.path);
  store.meetings.put({ ...meeting });
});
afterEach(async () => {
  await store.close();
  folder.remove();
});

/** Overwrites part of a file, as a disk does that lies. */
function spoil(path: string, from: number, length: number): void {
  const file = openSync(path, 'r+');
  writeSync(file, Buffer.alloc(length, 0xa5), 0, length, from);
  closeSync(file);
}

const damages: [string, () => void][] = [
  ['a spoiled header', () => spoil(database(), 0, 100)],
  ['pages overwritten', () => spoil(database(), 4096, statSync(database()).size - 4096)],
  ['the second half cut off', () => truncateSync(database(), Math.floor(statSync(database()).size / 2))],
  ['nothing left in it', () => truncateSync(database(), 0)],
  ['the file gone', () => rmSync(database())],
];

describe.each(damages)('a database with %s', (_name, damage) => {
  it('is replaced by the last backup; own entries and private changes since come from the journal', async () => {
    const own = chain(LAN, 40);
    const others = chain(MINH, 10);
    for (const entry of own.slice(0, 25)) store.own.append(entry);
    store.entries.append(others.slice(0, 5));
    store.privateDocuments.append(MEETING, 'private/notes', Buffer.from('trước'));
    await store.backups.make();
    for (const entry of own.slice(25)) store.own.append(entry);
    store.entries.append(others.slice(5));
    store.privateDocuments.append(MEETING, 'private/notes', Buffer.from('sau'));
    await store.close();
    damage();

    store = openStore(folder.path, new Date('2026-03-02T05:00:00Z'));
    expect(read()).toEqual(hashes(own));
    // Those of others come back from the network.
    expect(read(MINH)).toEqual(hashes(others.slice(0, 5)));
    const notes = store.privateDocuments.load(MEETING, 'private/notes')?.updates.map(String);
    expect(notes).toEqual(['trước', 'sau']);
    expect(store.own.doubted()).toEqual([]);
    expect(store.restoration()).toMatchObject({ at: '2026-03-02T05:00:00.000Z', how: 'backup' });
    expect(readdirSync(at('damaged'))).toEqual(['2026-03-02T05-00-00-000Z']);

    await store.close();
    store = openStore(folder.path);
    expect(store.restoration()?.how).toBe('backup');
    store.restorationRead();
    expect(store.restoration()).toBeUndefined();
    expect(read()).toEqual(hashes(own));
  });
});

it('changes that a spoiled write-ahead log loses without a word come back from the journal', async () => {
  const own = chain(LAN, 30);
  for (const entry of own.slice(0, 10)) store.own.append(entry);
  await store.close();
  store = openStore(folder.path);
  for (const entry of own.slice(10)) store.own.append(entry);
  store.privateDocuments.append(MEETING, 'private/notes', Buffer.from('ghi chú'));
  // As after a power cut: the log lies beside the database, unmerged, and a part of it was never written.
  const afterPowerCut = async (names: readonly string[]) => {
    const crashed = temporaryFolder();
    for (const name of names) cpSync(at(name), join(crashed.path, name), { recursive: true });
    const wal = join(crashed.path, `${DATABASE_FILE}-wal`);
    expect(statSync(wal).size).toBeGreaterThan(8192);
    spoil(wal, 200, 64);
    const opened = openStore(crashed.path);
    const found = opened.entries.read(MEETING, LAN, 'acts', 1, 100).map(({ hash }) => hash);
    const notes = opened.privateDocuments.load(MEETING, 'private/notes')?.updates.map(String);
    expect(opened.restoration()).toBeUndefined();
    await opened.close();
    crashed.remove();
    return { found, notes };
  };
  const files = [DATABASE_FILE, `${DATABASE_FILE}-wal`];
  // SQLite says nothing: it takes the log for shorter than it was.
  expect((await afterPowerCut(files)).found.length).toBeLessThan(30);
  expect(await afterPowerCut([...files, 'journal'])).toEqual({ found: hashes(own), notes: ['ghi chú'] });
});

it('without a journal that vouches for the own entries nothing is signed until another laptop was heard', async () => {
  const own = chain(LAN, 12);
  for (const entry of own.slice(0, 5)) store.own.append(entry);
  await store.backups.make();
  for (const entry of own.slice(5)) store.own.append(entry);
  await store.close();
  spoil(database(), 0, 100);
  rmSync(at('journal'), { recursive: true });

  store = openStore(folder.path);
  expect(read()).toEqual(hashes(own.slice(0, 5)));
  expect(store.own.inDoubt(MEETING)).toBe(true);
  await store.close();
  store = openStore(folder.path);
  expect(store.own.inDoubt(MEETING)).toBe(true);
  store.own.settle(MEETING);
  await store.close();
  store = openStore(folder.path);
  expect(store.own.doubted()).toEqual([]);
});

it('a journal with a spoiled line does not vouch; what it still says is used', async () => {
  const own = chain(LAN, 12);
  await store.backups.make();
  for (const entry of own) store.own.append(entry);
  await store.close();
  spoil(database(), 0, 100);
  const log = at('journal', readdirSync(at('journal')).sort().at(-1)!);
  spoil(log, Math.floor(statSync(log).size / 2), 10);
  store = openStore(folder.path);
  expect(read()).toEqual(hashes(own.slice(0, read().length)));
  expect(read().length).toBeGreaterThan(2);
  expect(read().length).toBeLessThan(12);
  expect(store.own.inDoubt(MEETING)).toBe(true);
});

it('the last line of the journal that a crash cut off is no damage', async () => {
  const own = chain(LAN, 6);
  await store.backups.make();
  for (const entry of own) store.own.append(entry);
  await store.close();
  spoil(database(), 0, 100);
  const log = at('journal', readdirSync(at('journal')).sort().at(-1)!);
  truncateSync(log, statSync(log).size - 20);
  store = openStore(folder.path);
  expect(read()).toEqual(hashes(own.slice(0, 5)));
  expect(store.own.doubted()).toEqual([]);
  store.own.append(own[5]!);
  await store.close();
  store = openStore(folder.path);
  expect(read()).toEqual(hashes(own));
});

it('an entry that differs from its hash is taken out with those after it, once it was met', async () => {
  const own = chain(LAN, 8);
  const others = chain(MINH, 8);
  for (const entry of own) store.own.append(entry);
  store.entries.append(others);
  await store.close();
  const db = new Sqlite(database());
  const wrong = (entry: Entry) =>
    db.prepare("UPDATE entries SET jws = jws || 'A' WHERE hash = ?").run(Buffer.from(entry.hash, 'hex'));
  wrong(own[5]!);
  wrong(others[3]!);
  db.close();

  store = openStore(folder.path);
  expect(() => [...store.entries.readStream(MEETING, 'acts')]).toThrow(/differs from its hash/);
  expect(store.health.trouble()).toBe('store-damaged');
  store.markDamaged('met while reading');
  await store.close();
  store = openStore(folder.path);
  expect(store.restoration()?.how).toBe('repaired');
  expect(read()).toEqual(hashes(own));
  expect(read(MINH)).toEqual(hashes(others.slice(0, 3)));
  expect(store.own.doubted()).toEqual([]);
  expect(existsSync(at('damaged.mark'))).toBe(false);
});

describe('an older copy of the database, put back by hand', () => {
  const own = chain(LAN, 12);
  const usb = () => at('copy-on-a-stick.db');

  async function putBackAfter(days: number): Promise<void> {
    for (const entry of own.slice(0, 5)) store.own.append(entry);
    await store.backups.make(new Date('2026-03-01T00:00:00Z'));
    await store.close();
    cpSync(database(), usb());
    store = openStore(folder.path);
    let next = 5;
    for (let day = 2; day < 2 + days; day++) {
      store.own.append(own[next++]!);
      await store.backups.make(new Date(`2026-03-0${day}T00:00:00Z`));
    }
    store.own.append(own[next++]!);
    store.privateDocuments.append(MEETING, 'private/notes', new Uint8Array([7]));
    await store.close();
    for (const suffix of ['', '-wal', '-shm']) rmSync(database() + suffix, { force: true });
    cpSync(usb(), database());
    store = openStore(folder.path);
  }

  it('[LOG-9] gets all own entries from a journal that reaches back so far, and signs on', async () => {
    await putBackAfter(1);
    expect(read()).toEqual(hashes(own.slice(0, 7)));
    expect(store.own.doubted()).toEqual([]);
  });

  it('[LOG-9] leaves the own streams in doubt where the journal does not reach back so far', async () => {
    await putBackAfter(4);
    expect(read()).toEqual(hashes(own.slice(0, 5)));
    expect(store.own.doubted()).toEqual([MEETING]);
    expect(store.privateDocuments.load(MEETING, 'private/notes')?.updates).toHaveLength(1);
    await store.close();
    store = openStore(folder.path);
    expect(store.own.doubted()).toEqual([MEETING]);
  });
});

describe('an own entry that differs from its hash and is in no journal any more', () => {
  const own = chain(LAN, 8);
  const others = chain(MINH, 8);

  /** Met while working, so that the next start looks at everything. */
  async function spoilt(): Promise<void> {
    store.organisation.put(organisation);
    for (const entry of own) store.own.append(entry);
    store.entries.append(others);
    await store.backups.make();
    await store.close();
    const db = new Sqlite(database());
    for (const { hash } of [own[5]!, others[3]!])
      db.prepare("UPDATE entries SET jws = jws || 'A' WHERE hash = ?").run(Buffer.from(hash, 'hex'));
    db.close();
    store = openStore(folder.path);
    store.markDamaged('met while reading');
    await store.close();
  }

  it('comes back from a backup, with those after it', async () => {
    await spoilt();
    store = openStore(folder.path);
    expect(store.restoration()).toMatchObject({ how: 'repaired', backupOf: null });
    expect([read(), read(MINH)]).toEqual([hashes(own), hashes(others)]);
    expect(store.own.doubted()).toEqual([]);
    expect(readdirSync(folder.path).filter((name) => name.includes('restoring'))).toEqual([]);
  });

  it('leaves the stream in doubt where no backup has it: its number was signed before', async () => {
    await spoilt();
    rmSync(at('backup'), { recursive: true });
    store = openStore(folder.path);
    expect([read(), read(MINH)]).toEqual([hashes(own.slice(0, 5)), hashes(others.slice(0, 3))]);
    expect(store.own.doubted()).toEqual([MEETING]);
  });

  it('does so as well when the start that found it was killed', async () => {
    await spoilt();
    rmSync(at('backup'), { recursive: true });
    openOrRestore(folder.path, DATABASE_FILE, new Date()).close();
    // Its mark lay there still.
    markDamaged(folder.path, 'met while reading');
    store = openStore(folder.path);
    expect(store.restoration()?.how).toBe('repaired');
    expect(store.own.doubted()).toEqual([MEETING]);
  });
});

it('a start that was killed while the damaged database was set aside is gone on with', async () => {
  const own = chain(LAN, 8);
  for (const entry of own) store.own.append(entry);
  await store.close();
  // As it was then: the whole copy is there, and the database is not.
  cpSync(database(), at(`${DATABASE_FILE}.restored`));
  rmSync(database());
  store = openStore(folder.path);
  expect(read()).toEqual(hashes(own));
  expect(store.meetings.list()).toHaveLength(1);
});

it('[LOG-9] a copy that a killed start was still making is not taken for the whole', async () => {
  const own = chain(LAN, 8);
  for (const entry of own.slice(0, 5)) store.own.append(entry);
  const backup = await store.backups.make(new Date('2026-03-01T05:00:00Z'));
  for (const entry of own.slice(5)) store.own.append(entry);
  await store.close();
  // As it was then: copied, and nothing noted in it of what it is.
  cpSync(backup, at(`${DATABASE_FILE}.restoring`));
  for (const gone of [database(), at('journal')]) rmSync(gone, { recursive: true });
  store = openStore(folder.path);
  expect(store.restoration()?.how).toBe('backup');
  expect(store.own.doubted()).toEqual([MEETING]);
  expect(readdirSync(folder.path).filter((name) => name.includes('restor'))).toEqual([]);
});

it('a whole copy that is needed no more is not kept for another day', async () => {
  await store.close();
  cpSync(database(), at(`${DATABASE_FILE}.restored`));
  store = openStore(folder.path);
  expect(existsSync(at(`${DATABASE_FILE}.restored`))).toBe(false);
});

it('a spoiled backup is passed over for the one before', async () => {
  const own = chain(LAN, 9);
  for (const entry of own.slice(0, 3)) store.own.append(entry);
  const older = await store.backups.make(new Date('2026-03-01T05:00:00Z'));
  for (const entry of own.slice(3, 6)) store.own.append(entry);
  const newer = await store.backups.make(new Date('2026-03-02T05:00:00Z'));
  for (const entry of own.slice(6)) store.own.append(entry);
  await store.close();
  spoil(database(), 0, 100);
  spoil(newer, 4096, 20_000);
  store = openStore(folder.path);
  expect(store.restoration()?.backupOf).toBe(statSync(older).mtime.toISOString());
  expect(read()).toEqual(hashes(own));
  expect(store.own.doubted()).toEqual([]);
});

it('without any backup it begins anew, and says so', async () => {
  await store.close();
  spoil(database(), 0, 100);
  store = openStore(folder.path);
  expect(store.restoration()).toMatchObject({ how: 'empty', backupOf: null });
  expect(store.meetings.list()).toEqual([]);
});

it('journals go with the last backup that needs them', async () => {
  for (const day of ['01', '02', '03', '04', '05', '06'])
    await store.backups.make(new Date(`2026-03-${day}T05:00:00Z`));
  expect(store.backups.list()).toHaveLength(3);
  expect(readdirSync(at('journal')).length).toBe(3);
});

it('a backup is due at once for a new identity, else when something changed and the last one is old', async () => {
  expect(store.backups.due(10)).toBe(true);
  await store.backups.make();
  const later = new Date(Date.now() + 11 * 60_000);
  expect(store.backups.due(10, later)).toBe(false);
  store.meetings.setCarrying(MEETING, true);
  expect(store.backups.due(10, new Date())).toBe(false);
  expect(store.backups.due(10, later)).toBe(true);
  store.meetings.put({ ...meeting, id: 'other' as typeof MEETING });
  expect(store.backups.due(10, new Date())).toBe(true);
  await store.backups.make();
  expect(store.backups.due(10, new Date())).toBe(false);
  store.organisation.putEnrolment({
    name: 'Lan',
    csr: new Uint8Array(1),
    keyVault: 'k',
    invitation: {},
    progress: {},
    startedAt: '2026-03-02T01:00:00.000Z',
  });
  expect(store.backups.due(10, new Date())).toBe(true);
});

const organisation: StoredOrganisation = {
  name: 'UBND xã A',
  parent: '',
  symbol: 'UBND',
  preset: 'peoples-committee',
  authorityCertificate: new Uint8Array(1),
  fingerprint: sha256('authority'),
  holdsAuthority: false,
  authorityArchive: null,
  me: { member: LAN, name: 'Lan', position: '' },
  certificate: new Uint8Array(1),
  keyVault: 'sealed',
};

const meeting: StoredMeeting = {
  id: MEETING,
  convener: null,
  nonce: null,
  summary: { title: 'Phiên họp', kind: '', start: '2026-03-02T08:00:00+07:00', place: 'A', phase: 'open' },
  readOnly: false,
  carrying: false,
  addresses: [],
  createdAt: '2026-03-01T01:00:00.000Z',
};
