import { closeSync, existsSync, mkdirSync, openSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { MIGRATIONS, type Migration } from './migrations/migrations.ts';
import { asStoreError, StoreError } from './store-error.ts';

export type Database = Sqlite.Database;

/** `PRAGMA application_id`: "Phin" in ASCII. */
const APPLICATION_ID = 0x5068696e;
/** As `PRAGMA auto_vacuum` says it. */
const INCREMENTAL = 2;
/** How long to wait for an application that is just closing, milliseconds. */
const BUSY_TIMEOUT = 2000;
/** A write-ahead log that grew longer waits for a quiet moment, and is shortened to this when it begins anew. */
export const QUIET_LOG_BYTES = 16 * 1024 * 1024;
/** A log of so many pages, 32 MB, waits no longer: it goes into the file within the commit that makes it so long. */
const LONGEST_LOG_PAGES = 8000;

/**
 * Opens (and creates or migrates) the database. It is held exclusively until closed or the process ends, however it
 * ends: two processes writing one member's log would fork it. Commits are on disk when they return
 * (`synchronous = FULL`). Throws a `StoreError`.
 */
export function openDatabase(file: string, migrations: readonly Migration[] = MIGRATIONS): Database {
  try {
    // Secrets of invitations and enrolments lie in it: for the owner's eyes. SQLite gives the WAL the same mode.
    if (file !== ':memory:' && !existsSync(file)) closeSync(openSync(file, 'a', 0o600));
    const db = new Sqlite(file, { timeout: BUSY_TIMEOUT });
    try {
      db.pragma('locking_mode = EXCLUSIVE');
      db.pragma('trusted_schema = OFF');
      db.pragma('cell_size_check = ON');
      checkOrigin(db, migrations);
      db.pragma('auto_vacuum = INCREMENTAL');
      db.pragma('journal_mode = WAL');
      db.pragma('synchronous = FULL');
      db.pragma('fullfsync = ON');
      db.pragma('foreign_keys = ON');
      db.pragma(`journal_size_limit = ${QUIET_LOG_BYTES}`);
      db.pragma('cache_size = -32768');
      db.pragma(`wal_autocheckpoint = ${LONGEST_LOG_PAGES}`);
      checkIntegrity(db);
      keepCopyBefore(db, migrations, file);
      migrate(db, migrations);
      makeShrinkable(db);
      emptyLog(db);
      forgetOlderCopies(file);
      return db;
    } catch (error) {
      db.close();
      throw error;
    }
  } catch (error) {
    throw asStoreError(error) ?? error;
  }
}

/** Throws `store-damaged` when SQLite finds the file inconsistent. Reads the whole database. */
export function checkIntegrity(db: Database): void {
  const finding: unknown = db.pragma('quick_check(1)', { simple: true });
  if (finding !== 'ok') throw new StoreError('store-damaged', `integrity check: ${String(finding)}`);
}

/** The number of the last migration done; 0 for a fresh database. */
export function schemaVersion(db: Database): number {
  return Number(db.pragma('user_version', { simple: true }));
}

/** Reads only, so that a database that is not for us stays as it was. */
function checkOrigin(db: Database, migrations: readonly Migration[]): void {
  const version = schemaVersion(db);
  const application = Number(db.pragma('application_id', { simple: true }));
  const empty = db.prepare('SELECT 1 FROM sqlite_schema').get() === undefined;
  if (empty && version === 0 && application === 0) return;
  if (application !== APPLICATION_ID) throw new StoreError('store-not-ours', `application_id ${application}`);
  const newest = migrations.at(-1)?.number ?? 0;
  if (version > newest) throw new StoreError('store-from-future', `schema ${version}, this version knows ${newest}`);
}

const copiesFolder = (file: string): string => join(dirname(file), 'backup');
const COPY = /^phien-schema-(\d+)\.db$/;

/** A migration may turn out wrong later: the database as it was stays under `backup/`, named after its schema. */
function keepCopyBefore(db: Database, migrations: readonly Migration[], file: string): void {
  const version = schemaVersion(db);
  if (version === 0 || version === migrations.at(-1)?.number) return;
  const folder = copiesFolder(file);
  const copy = join(folder, `phien-schema-${version}.db`);
  const unfinished = `${copy}.unfinished`;
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    rmSync(unfinished, { force: true });
    closeSync(openSync(unfinished, 'a', 0o600));
    db.prepare('VACUUM INTO ?').run(unfinished);
    renameSync(unfinished, copy);
  } catch (error) {
    for (const suffix of ['', '-journal']) rmSync(unfinished + suffix, { force: true });
    // Better without than not at all: a migration that fails leaves the database as it was.
    if (asStoreError(error)?.code !== 'disk-full') throw error;
  }
}

/** Of copies that migrations left only the last is of use, once what came of it has opened. */
function forgetOlderCopies(file: string): void {
  const folder = copiesFolder(file);
  if (file === ':memory:' || !existsSync(folder)) return;
  const schema = (name: string): number => Number(COPY.exec(name)?.[1] ?? 0);
  const copies = readdirSync(folder).filter((name) => COPY.test(name));
  for (const old of copies.sort((a, b) => schema(a) - schema(b)).slice(0, -1)) {
    try {
      rmSync(join(folder, old));
    } catch {
      // It only takes room.
    }
  }
}

/** What a killed process wrote without waiting for the disk is there for others from now on, so it must be on the disk. */
function emptyLog(db: Database): void {
  try {
    db.pragma('wal_checkpoint(TRUNCATE)');
  } catch (error) {
    // A full disk: it opens all the same, to be read, and what is written meets the trouble itself.
    if (!asStoreError(error)) throw error;
  }
}

/** A database of an earlier version gives no room back before it was written anew, once. */
function makeShrinkable(db: Database): void {
  if (db.pragma('auto_vacuum', { simple: true }) === INCREMENTAL) return;
  try {
    db.pragma('auto_vacuum = INCREMENTAL');
    db.exec('VACUUM');
  } catch (error) {
    // It works as it is; next time there may be room for the second copy that this takes.
    if (asStoreError(error)?.code !== 'disk-full') throw error;
  }
}

/** All or nothing: the version before opens what a failed one left. */
function migrate(db: Database, migrations: readonly Migration[]): void {
  const due = migrations.filter(({ number }) => number > schemaVersion(db));
  if (due.length === 0) return;
  db.transaction(() => {
    for (const { number, sql } of due) {
      db.exec(sql);
      db.pragma(`application_id = ${APPLICATION_ID}`);
      db.pragma(`user_version = ${number}`);
    }
  }).immediate();
}
