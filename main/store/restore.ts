import { copyFileSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { backupFiles } from './backup.ts';
import { openDatabase, type Database } from './database.ts';
import { removeBrokenEntries } from './entries.ts';
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

/** Damaged databases kept; they are as large as the real one. */
const KEEP_DAMAGED = 2;
/** Beside the database: damage was met while working that opening does not see. */
const MARK = 'damaged.mark';
const SUFFIXES = ['', '-wal', '-shm', '-journal'];

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
 * `damaged/`, and what can be had of it or else the newest sound backup takes its place. Throws a `StoreError` for
 * everything else, and when the disk does not take the copy: then nothing was moved.
 */
export function openOrRestore(
  dataDir: string,
  name: string,
  now: Date,
): { readonly db: Database; readonly restoration: Restoration | undefined } {
  const file = join(dataDir, name);
  const known = backupFiles(dataDir);
  const lost = known.length > 0 && !(statSync(file, { throwIfNoEntry: false })?.size ?? 0);
  const marked = existsSync(join(dataDir, MARK));
  if (!lost && !marked) {
    try {
      return { db: openDatabase(file), restoration: undefined };
    } catch (error) {
      const code = asStoreError(error)?.code;
      // A header of nobody's, where copies of ours lie beside it, is damage too.
      if (code !== 'store-damaged' && !(code === 'store-not-ours' && known.length > 0)) throw error;
    }
  }
  const copy = join(dataDir, `${name}.restoring`);
  const repaired = marked && !lost && isSound(file, copy);
  const backup = repaired ? undefined : known.find(({ path }) => isSound(path, copy));
  const setAside = setAsideDamaged(dataDir, name, now);
  if (repaired || backup) renameSync(copy, file);
  const db = openDatabase(file);
  rmSync(join(dataDir, MARK), { force: true });
  const how = repaired ? 'repaired' : backup ? 'backup' : 'empty';
  return { db, restoration: { at: now.toISOString(), how, backupOf: backup?.made ?? null, setAside } };
}

/** Copies it and makes the copy whole: a sound structure, and no entry that differs from its hash. */
function isSound(source: string, copy: string): boolean {
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
      removeBrokenEntries(db);
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

function setAsideDamaged(dataDir: string, name: string, now: Date): string {
  const kept = join(dataDir, 'damaged');
  const folder = join(kept, now.toISOString().replaceAll(/[:.]/g, '-'));
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  for (const suffix of SUFFIXES) {
    if (existsSync(join(dataDir, name + suffix))) renameSync(join(dataDir, name + suffix), join(folder, name + suffix));
  }
  for (const old of readdirSync(kept).sort().slice(0, -KEEP_DAMAGED)) rmSync(join(kept, old), { recursive: true });
  return folder;
}
