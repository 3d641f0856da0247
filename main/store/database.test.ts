import { randomBytes } from 'node:crypto';
import { copyFileSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { memoryDisk, noDisks } from '../../tests/fixtures/disks.ts';
import { openDatabase, schemaVersion } from './database.ts';
import { withoutSync } from './deferred-sync.ts';
import { MIGRATIONS } from './migrations/migrations.ts';
import { temporaryFolder } from './store.fixtures.ts';

const withCode = (code: string) => expect.objectContaining({ name: 'StoreError', code });

describe('the database file', () => {
  let folder: ReturnType<typeof temporaryFolder>;
  let file: string;
  beforeEach(() => {
    folder = temporaryFolder();
    file = join(folder.path, 'phien.db');
  });
  afterEach(() => folder.remove());

  it('is created at the newest schema, for its owner only, and opens again', () => {
    const db = openDatabase(file);
    expect(schemaVersion(db)).toBe(MIGRATIONS.at(-1)?.number);
    expect(db.pragma('journal_mode', { simple: true })).toBe('wal');
    expect(db.pragma('synchronous', { simple: true })).toBe(2);
    expect(db.pragma('foreign_keys', { simple: true })).toBe(1);
    if (process.platform !== 'win32') expect(statSync(file).mode & 0o777).toBe(0o600);
    db.close();
    const again = openDatabase(file);
    expect(schemaVersion(again)).toBe(MIGRATIONS.at(-1)?.number);
    again.close();
  });

  it('has on the disk what a killed process wrote without waiting for it', () => {
    const db = openDatabase(file);
    withoutSync(db, () => void db.prepare("INSERT INTO settings VALUES ('key', '1')").run());
    // As it lies there after a kill.
    const [killed, alone] = [join(folder.path, 'killed.db'), join(folder.path, 'alone.db')];
    for (const suffix of ['', '-wal']) copyFileSync(file + suffix, killed + suffix);
    db.close();
    const opened = openDatabase(killed);
    copyFileSync(killed, alone);
    const without = openDatabase(alone);
    for (const one of [opened, without]) {
      expect(one.prepare('SELECT value FROM settings').pluck().all()).toEqual(['1']);
      one.close();
    }
  });

  it('has only STRICT tables', () => {
    const db = openDatabase(':memory:');
    const tables = db.prepare(
      "SELECT name, strict FROM pragma_table_list WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
    );
    const loose = (tables.all() as { name: string; strict: number }[]).filter(({ strict }) => strict === 0);
    expect(loose).toEqual([]);
    db.close();
  });

  it('from the future is refused and left as it is', () => {
    openDatabase(file, [...MIGRATIONS, { number: 9990, sql: 'CREATE TABLE later (a TEXT) STRICT' }]).close();
    const before = readFileSync(file);
    expect(() => openDatabase(file)).toThrow(withCode('store-from-future'));
    expect(readFileSync(file).equals(before)).toBe(true);
  });

  it('of another application is refused and left as it is', () => {
    const foreign = new Sqlite(file);
    foreign.exec('CREATE TABLE notes (text TEXT)');
    foreign.close();
    const before = readFileSync(file);
    expect(() => openDatabase(file)).toThrow(withCode('store-not-ours'));
    expect(readFileSync(file).equals(before)).toBe(true);
  });

  it('that is no database is refused as damaged', () => {
    writeFileSync(file, randomBytes(8192));
    expect(() => openDatabase(file)).toThrow(withCode('store-damaged'));
  });

  it('with destroyed pages is refused as damaged', () => {
    const db = openDatabase(file);
    const add = db.prepare('INSERT INTO settings VALUES (?, ?)');
    db.transaction(() => {
      for (let i = 0; i < 2000; i++) add.run(`key ${i}`, '"x"'.repeat(30));
    })();
    db.close();
    const bytes = readFileSync(file);
    bytes.fill(0xa5, bytes.length - 3 * 4096);
    writeFileSync(file, bytes);
    expect(() => openDatabase(file)).toThrow(withCode('store-damaged'));
  });

  it('opens for one process at a time', () => {
    const db = openDatabase(file);
    expect(() => openDatabase(file)).toThrow(withCode('store-in-use'));
    db.close();
    openDatabase(file).close();
  });

  it('in a place that cannot be written gives a code, no crash', () => {
    writeFileSync(join(folder.path, 'file'), '');
    expect(() => openDatabase(join(folder.path, 'file', 'phien.db'))).toThrow(withCode('store-unwritable'));
  });
});

describe('migrations', () => {
  let folder: ReturnType<typeof temporaryFolder>;
  beforeEach(() => {
    folder = temporaryFolder();
  });
  afterEach(() => folder.remove());

  it('are numbered by ten, rising', () => {
    const numbers = MIGRATIONS.map(({ number }) => number);
    expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
    expect(new Set(numbers).size).toBe(numbers.length);
    expect(numbers[0]).toBe(10);
  });

  it('that fail leave the database at the one before', () => {
    const file = join(folder.path, 'phien.db');
    const broken = [
      ...MIGRATIONS,
      { number: 9990, sql: 'CREATE TABLE half (a TEXT) STRICT; CREATE TABLE settings (a)' },
    ];
    expect(() => openDatabase(file, broken)).toThrow(/settings/);
    const db = openDatabase(file);
    expect(schemaVersion(db)).toBe(MIGRATIONS.at(-1)?.number);
    expect(db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'half'").get()).toBeUndefined();
    db.close();
  });

  it('run once each, in order, on what is there, of which a copy is kept', () => {
    const file = join(folder.path, 'phien.db');
    openDatabase(file, [{ number: 10, sql: 'CREATE TABLE t (a TEXT) STRICT' }]).close();
    const more = [
      { number: 10, sql: 'CREATE TABLE t (a TEXT) STRICT' },
      { number: 15, sql: "INSERT INTO t VALUES ('fifteen')" },
      { number: 20, sql: "INSERT INTO t VALUES ('twenty')" },
    ];
    openDatabase(file, more).close();
    const before = openDatabase(join(folder.path, 'backup', 'phien-schema-10.db'), more.slice(0, 1));
    expect(before.prepare('SELECT a FROM t').pluck().all()).toEqual([]);
    before.close();
    const db = openDatabase(file, more);
    expect(db.prepare('SELECT a FROM t').pluck().all()).toEqual(['fifteen', 'twenty']);
    db.close();
  });

  it('that fail leave the database at the version it had, however many there are', () => {
    const file = join(folder.path, 'phien.db');
    openDatabase(file, MIGRATIONS.slice(0, 1)).close();
    const broken = [...MIGRATIONS, { number: 9990, sql: 'CREATE TABLE settings (a)' }];
    expect(() => openDatabase(file, broken)).toThrow(/settings/);
    const before = openDatabase(file, MIGRATIONS.slice(0, 1));
    expect(schemaVersion(before)).toBe(10);
    before.close();
  });

  it('leave the last copy only', () => {
    const file = join(folder.path, 'phien.db');
    for (let upTo = 1; upTo <= 3; upTo++) openDatabase(file, MIGRATIONS.slice(0, upTo)).close();
    expect(readdirSync(join(folder.path, 'backup'))).toEqual(['phien-schema-20.db']);
  });

  it.skipIf(noDisks)('go on without a copy on a disk that has no room for it', () => {
    const disk = memoryDisk(44);
    try {
      const file = join(disk.path, 'phien.db');
      const old = openDatabase(file, MIGRATIONS.slice(0, 3));
      old.exec('CREATE TABLE large (bytes BLOB) STRICT; INSERT INTO large VALUES (randomblob(20000000))');
      old.close();
      writeFileSync(join(disk.path, 'papers'), Buffer.alloc(14_000_000, 1));
      const db = openDatabase(file);
      expect(schemaVersion(db)).toBe(MIGRATIONS.at(-1)?.number);
      expect(db.prepare('SELECT length(bytes) FROM large').pluck().get()).toBe(20_000_000);
      db.close();
      expect(readdirSync(join(disk.path, 'backup'))).toEqual([]);
    } finally {
      disk.remove();
    }
  });

  it.skipIf(noDisks)('for which there is no room at all leave the database to the version before', () => {
    const disk = memoryDisk(8);
    try {
      const file = join(disk.path, 'phien.db');
      openDatabase(file, MIGRATIONS.slice(0, 3)).close();
      disk.fill();
      const wide = { number: 9990, sql: 'CREATE TABLE wide AS SELECT randomblob(5000000) AS bytes' };
      expect(() => openDatabase(file, [...MIGRATIONS, wide])).toThrow(withCode('disk-full'));
      disk.empty();
      const before = openDatabase(file, MIGRATIONS.slice(0, 3));
      expect(schemaVersion(before)).toBe(MIGRATIONS[2]?.number);
      before.close();
    } finally {
      disk.remove();
    }
  });
});
