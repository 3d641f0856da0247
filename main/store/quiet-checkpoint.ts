import { statSync } from 'node:fs';
import { QUIET_LOG_BYTES, type Database } from './database.ts';
import { asStoreError, type StoreError } from './store-error.ts';

const LOOK_MILLISECONDS = 500;
/** Nothing was written for so many looks: nobody draws or types just now. */
const QUIET_LOOKS = 4;

/**
 * Brings a long write-ahead log into the database file while nobody writes: that holds the thread up for some hundredths
 * of a second, a slow disk for longer, and a room where people draw would see it. `pressed`: it is not to wait for that, the
 * disk has little room left. Below it SQLite does it within a commit, of a log twice as long. `note` hears of trouble
 * with the disk: only the log is written otherwise, and may well be. Returns how to end it.
 */
export function checkpointWhenQuiet(
  db: Database,
  { pressed, note }: { pressed(): boolean; note(error: StoreError): void },
): () => void {
  const total = db.prepare<[], number>('SELECT total_changes()').pluck();
  const log = `${db.name}-wal`;
  let seen: number | undefined;
  let quiet = 0;
  /** What had been changed when it was tried last: the log begins anew, and shorter, with the next commit. */
  let tried: number | undefined;

  function look(): void {
    try {
      const changes = total.get();
      quiet = changes === seen ? quiet + 1 : 0;
      seen = changes;
      if (changes === tried || (quiet < QUIET_LOOKS && !pressed())) return;
      if ((statSync(log, { throwIfNoEntry: false })?.size ?? 0) <= QUIET_LOG_BYTES) return;
      tried = changes;
      intoFile(db);
    } catch (error) {
      const known = asStoreError(error);
      // Anything else: a list is just being read; tried again when more was written.
      if (known) note(known);
    }
  }

  const timer = setInterval(look, LOOK_MILLISECONDS).unref();
  return () => clearInterval(timer);
}

/** Brings the log into the database file, unless a list is just being read. Throws a `StoreError`. */
export function intoFile(db: Database): void {
  try {
    db.pragma('wal_checkpoint(PASSIVE)');
  } catch (error) {
    const known = asStoreError(error);
    if (known && known.code !== 'store-in-use') throw known;
  }
}
