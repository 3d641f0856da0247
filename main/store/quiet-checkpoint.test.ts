import { copyFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { memoryDisk, noDisks } from '../../tests/fixtures/disks.ts';
import { openDatabase, QUIET_LOG_BYTES, type Database } from './database.ts';
import { checkpointWhenQuiet, intoFile } from './quiet-checkpoint.ts';
import { temporaryFolder } from './store.fixtures.ts';

const MB = 1024 * 1024;
/** Longer than it has to be quiet, milliseconds. */
const QUIET = 5000;

describe('a long write-ahead log', () => {
  let folder: ReturnType<typeof temporaryFolder>;
  let db: Database;
  let pressed: boolean;
  let end: () => void;
  let written: number;
  let noted: string[];
  beforeEach(() => {
    folder = temporaryFolder();
    db = openDatabase(join(folder.path, 'phien.db'));
    db.exec('CREATE TABLE t (n INTEGER PRIMARY KEY, bytes BLOB) STRICT');
    written = 0;
    noted = [];
    pressed = false;
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    end = checkpointWhenQuiet(db, { pressed: () => pressed, note: ({ code }) => noted.push(code) });
  });
  afterEach(() => {
    end();
    vi.useRealTimers();
    db.close();
    folder.remove();
  });

  const write = (megabytes: number) => {
    for (let n = 0; n < megabytes; n++) db.prepare('INSERT INTO t VALUES (?, zeroblob(?))').run(++written, MB);
  };
  const logBytes = () => statSync(join(folder.path, 'phien.db-wal')).size;
  /** What the database file has by itself. */
  const inFile = () => {
    const alone = join(folder.path, 'alone.db');
    copyFileSync(join(folder.path, 'phien.db'), alone);
    const copy = openDatabase(alone);
    const has = copy.prepare("SELECT 1 FROM sqlite_schema WHERE name = 't'").get();
    const rows = has ? copy.prepare('SELECT count(*) FROM t').pluck().get() : 0;
    copy.close();
    return rows;
  };

  it('goes into the file when nobody writes, and begins anew and shorter with the next commit', () => {
    write(20);
    expect(logBytes()).toBeGreaterThan(QUIET_LOG_BYTES);
    vi.advanceTimersByTime(QUIET);
    expect(inFile()).toBe(20);
    write(1);
    expect(logBytes()).toBe(QUIET_LOG_BYTES);
    vi.advanceTimersByTime(QUIET);
    expect(inFile()).toBe(20);
  });

  it('stays while somebody writes', () => {
    write(20);
    for (let n = 0; n < 20; n++) {
      vi.advanceTimersByTime(1000);
      db.prepare('UPDATE t SET bytes = zeroblob(?) WHERE n = 1').run(n);
    }
    expect(inFile()).toBe(0);
  });

  it('is left alone while it is short', () => {
    write(5);
    vi.advanceTimersByTime(QUIET);
    expect(inFile()).toBe(0);
  });

  it('does not wait where the disk has little room', () => {
    write(20);
    pressed = true;
    vi.advanceTimersByTime(500);
    expect(inFile()).toBe(20);
  });

  it('grows no longer than 32 MB and a commit, even if it is never quiet', () => {
    let longest = 0;
    for (let n = 0; n < 80; n++) {
      write(1);
      longest = Math.max(longest, logBytes());
    }
    expect(longest).toBeGreaterThan(30 * MB);
    expect(longest).toBeLessThan(35 * MB);
    expect(inFile()).toBeGreaterThan(25);
  });

  it.skipIf(noDisks)(
    'tells trouble with the disk though nobody writes, and goes into the file when that is over',
    () => {
      const disk = memoryDisk(64);
      end();
      db.close();
      db = openDatabase(join(disk.path, 'phien.db'));
      try {
        end = checkpointWhenQuiet(db, { pressed: () => pressed, note: ({ code }) => noted.push(code) });
        db.exec('CREATE TABLE t (n INTEGER PRIMARY KEY, bytes BLOB) STRICT');
        write(20);
        disk.fill();
        vi.advanceTimersByTime(QUIET);
        expect(noted).toEqual(['disk-full']);
        expect(() => intoFile(db)).toThrow();
        disk.empty();
        expect(() => intoFile(db)).not.toThrow();
        expect(statSync(join(disk.path, 'phien.db')).size).toBeGreaterThan(20 * MB);
      } finally {
        end();
        db.close();
        disk.remove();
      }
    },
  );

  it('stays while a list is read, until more was written', () => {
    write(20);
    const reading = db.prepare('SELECT n FROM t').iterate();
    reading.next();
    vi.advanceTimersByTime(QUIET);
    expect(inFile()).toBe(0);
    expect(noted).toEqual([]);
    reading.return?.();
    write(1);
    vi.advanceTimersByTime(QUIET);
    expect(inFile()).toBe(21);
  });
});
