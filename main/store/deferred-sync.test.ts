import { copyFileSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { failingDisk } from '../../tests/fixtures/disks.ts';
import { openDatabase, type Database } from './database.ts';
import { deferredSync, withoutSync, type DeferredSync } from './deferred-sync.ts';
import { temporaryFolder } from './store.fixtures.ts';

describe('a commit that does not wait for the disk', () => {
  let folder: ReturnType<typeof temporaryFolder>;
  let db: Database;
  let deferred: DeferredSync;
  beforeEach(() => {
    folder = temporaryFolder();
    db = openDatabase(join(folder.path, 'phien.db'));
    db.exec('CREATE TABLE t (n INTEGER PRIMARY KEY) STRICT');
    deferred = deferredSync(db);
  });
  afterEach(async () => {
    await deferred.close();
    db.close();
    folder.remove();
  });

  const add = (n: number) => db.transaction(() => void db.prepare('INSERT INTO t VALUES (?)').run(n)).immediate();
  const count = () => db.prepare('SELECT count(*) FROM t').pluck().get();
  const level = () => db.pragma('synchronous', { simple: true });

  it('is read at once, and told when it is on the disk, however many come at a time', async () => {
    const commits = Array.from({ length: 40 }, (_, n) => deferred.commit(() => add(n)));
    expect(count()).toBe(40);
    await Promise.all(commits);
    await deferred.commit(() => add(40));
    expect(count()).toBe(41);
  });

  it('leaves other commits as careful as they were, also after a failure', async () => {
    await deferred.commit(() => add(1));
    expect(level()).toBe(2);
    expect(() => deferred.commit(() => add(1))).toThrow(/UNIQUE/);
    expect(level()).toBe(2);
  });

  it('may leave it to a later one to be on the disk, and leaves that one as careful as it was', () => {
    withoutSync(db, () => {
      expect(level()).toBe(1);
      add(1);
    });
    expect([count(), level()]).toEqual([1, 2]);
    expect(() => withoutSync(db, () => add(1))).toThrow(/UNIQUE/);
    expect(level()).toBe(2);
  });

  it('is over when closing is', async () => {
    let onDisk = false;
    void deferred.commit(() => add(1)).then(() => (onDisk = true));
    await deferred.close();
    expect(onDisk).toBe(true);
  });

  it.skipIf(process.platform === 'win32')(
    'trusts no other flush after one that failed: all is written again',
    async () => {
      const file = join(folder.path, 'phien.db-wal');
      renameSync(file, `${file}-elsewhere`);
      await expect(deferred.commit(() => add(1))).rejects.toThrow('ENOENT');
      // While somebody reads the log can't be emptied.
      const reading = db.prepare('SELECT n FROM t').iterate();
      reading.next();
      renameSync(`${file}-elsewhere`, file);
      await expect(deferred.onDisk()).rejects.toThrow('busy');
      reading.return?.();
      await deferred.onDisk();
      expect(statSync(file).size).toBe(0);
      const alone = join(folder.path, 'alone.db');
      copyFileSync(join(folder.path, 'phien.db'), alone);
      const copy = openDatabase(alone);
      expect(copy.prepare('SELECT n FROM t').pluck().all()).toEqual([1]);
      copy.close();
    },
  );

  it('is refused by a disk that fails once the log is open and written, and not taken for flushed later', async (context) => {
    const disk = failingDisk(16);
    if (typeof disk === 'string') return context.skip(disk);
    const other = openDatabase(join(disk.path, 'phien.db'));
    try {
      other.exec('CREATE TABLE t (n INTEGER PRIMARY KEY) STRICT');
      const flushes = deferredSync(other);
      const write = (n: number) => void other.prepare('INSERT INTO t VALUES (?)').run(n);
      await flushes.commit(() => write(1));
      // The first of these may be flushed before the disk fails; the second waits for that one.
      const [first, second] = [flushes.commit(() => write(2)), flushes.commit(() => write(3))];
      first.catch(() => undefined);
      disk.fail();
      await expect(second).rejects.toMatchObject({ syscall: 'fdatasync' });
      expect(other.prepare('SELECT count(*) FROM t').pluck().get()).toBe(3);
      await expect(flushes.onDisk()).rejects.toThrow();
      await flushes.close();
    } finally {
      other.close();
      disk.remove();
    }
  });

  it('says that all is on the disk when it is', async () => {
    await deferred.onDisk();
    const seen: string[] = [];
    void deferred.commit(() => add(1)).then(() => seen.push('first'));
    void deferred.commit(() => add(2)).then(() => seen.push('second'));
    await deferred.onDisk();
    expect(seen).toEqual(['first', 'second']);
  });

  it('needs no disk in memory', async () => {
    const memory = openDatabase(':memory:');
    await deferredSync(memory).commit(() => void memory.exec('CREATE TABLE t (n)'));
    expect(memory.prepare('SELECT count(*) FROM t').pluck().get()).toBe(0);
    memory.close();
  });
});
