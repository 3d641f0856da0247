import { mkdirSync, readdirSync } from 'node:fs';
import { chmod, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { checkIntegrity, type Database } from './database.ts';

/** Copies kept; the oldest goes when a new one is complete and sound. */
const KEEP = 3;
const NAME = /^phien-(\d{4}-\d\d-\d\d)\.db$/;

/**
 * Copies of the database under `backup/`, a day each; papers are files and not in them. Putting an old copy back makes
 * this laptop number its entries from there on again, which others see as a fork: first fetch the own log from them.
 */
export interface Backups {
  /** Makes today's copy (again) while work goes on, and returns its path. Throws when the disk is full. */
  make(now?: Date): Promise<string>;
  /** Makes today's copy unless there is one. */
  makeDaily(now?: Date): Promise<string | undefined>;
  /** Newest first. */
  list(): { readonly path: string; readonly day: string }[];
}

export function backups(db: Database, dataDir: string): Backups {
  const folder = join(dataDir, 'backup');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const list = () =>
    readdirSync(folder)
      .flatMap((name) => {
        const day = NAME.exec(name)?.[1];
        return day ? [{ path: join(folder, name), day }] : [];
      })
      .sort((a, b) => (a.day < b.day ? 1 : -1));
  let running: Promise<string> | undefined;

  const copy = async (day: string): Promise<string> => {
    const path = join(folder, `phien-${day}.db`);
    const unfinished = `${path}.unfinished`;
    await rm(unfinished, { force: true });
    await db.backup(unfinished);
    await chmod(unfinished, 0o600);
    checkCopy(unfinished);
    await rename(unfinished, path);
    for (const old of list().slice(KEEP)) await rm(old.path, { force: true });
    return path;
  };
  const make = (now = new Date()) => {
    running ??= copy(now.toISOString().slice(0, 10)).finally(() => (running = undefined));
    return running;
  };
  return {
    list,
    make,
    async makeDaily(now = new Date()) {
      return list()[0]?.day === now.toISOString().slice(0, 10) ? undefined : make(now);
    },
  };
}

function checkCopy(path: string): void {
  const copy = new Sqlite(path, { fileMustExist: true });
  try {
    // Without this, looking at a copy of a WAL database would leave -wal and -shm files beside it.
    copy.pragma('journal_mode = DELETE');
    checkIntegrity(copy);
  } finally {
    copy.close();
  }
}
