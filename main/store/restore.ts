import { copyFileSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { meetingIdSchema, memberIdSchema, streamSchema, type Stream } from '../../common/acts/entry.ts';
import { asMeetingId, asMemberId } from '../../common/domain/ids.ts';
import { backupFiles, type BackupFile } from './backup.ts';
import { openDatabase, type Database } from './database.ts';
import { deferredSync } from './deferred-sync.ts';
import { removeBrokenEntries, sqliteEntryLog, takeFromOlder, type ShortenedStream } from './entries.ts';
import { settingsStore } from './settings.ts';
import { asStoreError, StoreError } from './store-error.ts';

/** What was done about a damaged database; kept until the person has read it. */
export const restorationSchema = z.object({
  /** When, RFC 3339. */
  at: z.string(),
  /** `repaired`: what could not be read was taken out of it; `empty`: there was no backup, so it began anew. */
  how: z.enum(['backup', 'repaired', 'empty']),
  /** When the backup was made, RFC 3339. */
  backupOf: z.string().nullable(),
  /** Folder of the damaged files. */
  setAside: z.string(),
});
export type Restoration = z.infer<typeof restorationSchema>;

/**
 * In a database that has just taken the place of a damaged one, until what follows from that is settled in it: it lies in
 * the file itself, so that whoever is killed in between goes on with it.
 */
export const RESTORED = 'restored';
export const restoredSchema = restorationSchema.extend({
  /** How far streams went of which entries are missing now. */
  shortened: z.array(
    z.object({
      meeting: meetingIdSchema.transform(asMeetingId),
      author: memberIdSchema.transform(asMemberId),
      stream: streamSchema.transform((stream) => stream as Stream),
      seq: z.number().int(),
    }),
  ),
});

const DAMAGED = 'damaged';
/** Damaged databases kept; they are as large as the real one. */
const KEEP_DAMAGED = 2;
/** Beside the database: damage was met while working that opening does not see. */
const MARK = 'damaged.mark';
/** The database itself last: while it is there nothing else may be in its place. */
const SUFFIXES = ['-wal', '-shm', '-journal', ''];

/** Has the database looked through and replaced at the next start. Never throws. */
export function markDamaged(dataDir: string, reason: string): void {
  try {
    writeFileSync(join(dataDir, MARK), reason);
  } catch {
    // Then the next start meets the damage by itself.
  }
}

/**
 * Opens the database of `dataDir`. A damaged one, or a missing or empty one where there are backups, is set aside under
 * `damaged/`, and what can be had of it or else the newest sound backup takes its place, with `RESTORED` in its settings.
 * Throws a `StoreError` for everything else, and when the disk does not take the copy: then nothing was moved.
 */
export function openOrRestore(dataDir: string, name: string, now: Date): Database {
  const file = join(dataDir, name);
  const copy = join(dataDir, `${name}.restoring`);
  // What is whole, with its mark in it, gets this name at once; under the other one it may be anything.
  const whole = join(dataDir, `${name}.restored`);
  // Killed when the damaged one was set aside, and this one was about to take its place.
  if (!existsSync(file) && existsSync(whole)) renameSync(whole, file);
  const known = backupFiles(dataDir);
  const lost = known.length > 0 && !(statSync(file, { throwIfNoEntry: false })?.size ?? 0);
  const marked = existsSync(join(dataDir, MARK));
  if (!lost && !marked) {
    try {
      const db = openDatabase(file);
      rmSync(whole, { force: true });
      return db;
    } catch (error) {
      const code = asStoreError(error)?.code;
      // A header of nobody's, where copies of ours lie beside it, is damage too.
      if (code !== 'store-damaged' && !(code === 'store-not-ours' && known.length > 0)) throw error;
    }
  }
  const setAside = join(dataDir, DAMAGED, now.toISOString().replaceAll(/[:.]/g, '-'));
  const restored = { at: now.toISOString(), setAside };
  const repaired =
    marked &&
    !lost &&
    isSound(file, copy, (db, shortened) => {
      if (shortened.length > 0) regain(db, shortened, known, copy);
      noteRestored(db, { ...restored, how: 'repaired', backupOf: null }, shortened);
    });
  const backup =
    !repaired &&
    known.find(({ path, made }) =>
      isSound(path, copy, (db, shortened) =>
        noteRestored(db, { ...restored, how: 'backup', backupOf: made }, shortened),
      ),
    );
  if (repaired || backup) renameSync(copy, whole);
  setAsideDamaged(dataDir, name, setAside);
  if (repaired || backup) renameSync(whole, file);
  const db = openDatabase(file);
  if (!repaired && !backup) noteRestored(db, { ...restored, how: 'empty', backupOf: null }, []);
  rmSync(join(dataDir, MARK), { force: true });
  return db;
}

function noteRestored(db: Database, restoration: Restoration, shortened: readonly ShortenedStream[]): void {
  const settings = settingsStore(db);
  // Killed before it was settled, and gone through once more.
  const before = settings.get(RESTORED, restoredSchema)?.shortened ?? [];
  settings.set(RESTORED, { ...restoration, shortened: [...before, ...shortened].map((one) => ({ ...one })) });
}

/** What was taken out of it comes back from the backups, the newest first, as far as they have it. */
function regain(db: Database, shortened: readonly ShortenedStream[], known: readonly BackupFile[], copy: string): void {
  const entries = sqliteEntryLog(db, deferredSync(db));
  const older = `${copy}.older`;
  for (const { path } of known) {
    isSound(path, older, (from) => takeFromOlder(entries, sqliteEntryLog(from, deferredSync(from)), shortened));
    rmSync(older, { force: true });
  }
}

/**
 * Copies it and makes the copy whole: a sound structure, and no entry that differs from its hash. `finish`: the copy, and
 * the streams of which entries had to be taken out.
 */
function isSound(
  source: string,
  copy: string,
  finish: (db: Database, shortened: readonly ShortenedStream[]) => void,
): boolean {
  const remove = () => {
    for (const suffix of SUFFIXES) rmSync(copy + suffix, { force: true });
  };
  remove();
  try {
    copyFileSync(source, copy);
    if (existsSync(`${source}-wal`)) copyFileSync(`${source}-wal`, `${copy}-wal`);
    const db = openDatabase(copy);
    try {
      if (db.pragma('integrity_check(1)', { simple: true }) !== 'ok') throw new StoreError('store-damaged', 'indexes');
      finish(db, removeBrokenEntries(db));
      // Nothing beside the file: it is about to be renamed.
      db.pragma('wal_checkpoint(TRUNCATE)');
      db.pragma('journal_mode = DELETE');
    } finally {
      db.close();
    }
    return true;
  } catch (error) {
    remove();
    const code = asStoreError(error)?.code;
    if (code === 'disk-full' || code === 'store-unwritable')
      throw new StoreError(code, 'a backup cannot be put back', { cause: error });
    return false;
  }
}

function setAsideDamaged(dataDir: string, name: string, folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  for (const suffix of SUFFIXES) {
    if (existsSync(join(dataDir, name + suffix))) renameSync(join(dataDir, name + suffix), join(folder, name + suffix));
  }
  const kept = join(dataDir, DAMAGED);
  for (const old of readdirSync(kept).sort().slice(0, -KEEP_DAMAGED)) rmSync(join(kept, old), { recursive: true });
}
