import { statSync } from 'node:fs';
import { QUIET_LOG_BYTES, type Database } from './database.ts';

const LOOK_MILLISECONDS = 500;
/** Nothing was written for so many looks: nobody draws or types just now. */
const QUIET_LOOKS = 4;

/**
 * Brings a long write-ahead log into the database file while nobody writes: that holds the thread up for some hundredths
 * of a second, a slow disk for longer, and a room where people draw would see it. `pressed`: it is not to wait for that, the
 * disk has little room left. Below it SQLite does it within a commit, of a log twice as long. Returns how to end it.
 */
export function checkpointWhenQuiet(db: Database, pressed: () => boolean): () => void {
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
      db.pragma('wal_checkpoint(PASSIVE)');
    } catch {
      // A list is just being read, or the disk has trouble, which writing tells of: tried again when more was written.
    }
  }

  const timer = setInterval(look, LOOK_MILLISECONDS).unref();
  return () => clearInterval(timer);
}
