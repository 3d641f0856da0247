import { mkdirSync, readdirSync, statSync } from 'node:fs';
import { chmod, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { checkIntegrity, type Database } from './database.ts';

/** Copies kept; the oldest goes when a new one is complete and sound. */
const KEEP = 3;
const NAME = /^phien-(\d{4}-\d\d-\d\d)\.db$/;
/** A larger copy is not read through when it is made, which would hold everything else up, but when it is needed. Bytes. */
const CHECK_UP_TO = 16 * 1024 * 1024;

/** What the copies are made with: the journal goes on in a new segment, and old ones go with the copies before them. */
export interface BackupJournal {
  /** A copy begins: everything that is not in it will be in this segment or a later one. */
  begin(): void;
  /** Segments that only copies needed which are gone. `kept`: copies that are still there. */
  prune(kept: readonly string[]): void;
}

/** Copies of the database under `backup/`, the newest of a day each (by a clock that never goes back); papers are files and not in them. */
export interface Backups {
  /** Makes today's copy (again) while work goes on, and returns its path. Throws when the disk is full. */
  make(now?: Date): Promise<string>;
  /** Something changed since the last copy, and it is older than `minutes` or who works here, people or meetings are not in it. */
  due(minutes: number, now?: Date): boolean;
  /** Newest first. */
  list(): BackupFile[];
}

export interface BackupFile {
  readonly path: string;
  readonly day: string;
  /** RFC 3339. */
  readonly made: string;
}

const folderOf = (dataDir: string): string => join(dataDir, 'backup');

/** Newest first. */
export function backupFiles(dataDir: string): BackupFile[] {
  const folder = folderOf(dataDir);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return readdirSync(folder)
    .flatMap((name) => {
      const day = NAME.exec(name)?.[1];
      if (!day) return [];
      const path = join(folder, name);
      return [{ path, day, made: statSync(path).mtime.toISOString() }];
    })
    .sort((a, b) => (a.day < b.day ? 1 : -1));
}

export function backups(db: Database, dataDir: string, journal: BackupJournal): Backups {
  const folder = folderOf(dataDir);
  const list = () => backupFiles(dataDir);
  const changes = db.prepare<[], number>('SELECT total_changes()').pluck();
  // Who works here, whom they know, which meetings there are: what neither the journal nor other laptops could give back.
  const identity = db
    .prepare<[], string>(
      `SELECT coalesce((SELECT hex(certificate) || key_vault FROM organisation), '')
         || coalesce((SELECT key_vault FROM own_enrolment), '')
         || (SELECT count(*) FROM people) || ' ' || (SELECT count(*) FROM invitations)
         || (SELECT coalesce(group_concat(id || coalesce(nonce, '')), '') FROM meetings)`,
    )
    .pluck();
  let running: Promise<string> | undefined;
  let copied = { changes: 0, identity: list().length > 0 ? (identity.get() ?? '') : '' };

  const copy = async (today: string): Promise<string> => {
    // A clock that was ahead once must not make all that comes later count as older.
    const day = list().reduce((latest, known) => (known.day > latest ? known.day : latest), today);
    const path = join(folder, `phien-${day}.db`);
    const unfinished = `${path}.unfinished`;
    await rm(unfinished, { force: true });
    journal.begin();
    const state = { changes: changes.get() ?? 0, identity: identity.get() ?? '' };
    try {
      await db.backup(unfinished);
      await chmod(unfinished, 0o600);
      // Here, where nothing waits for it: what comes next would flush it as well, and hold everything up.
      await flush(unfinished);
      checkCopy(unfinished);
      await rename(unfinished, path);
      await flushFolder(folder);
    } catch (error) {
      await rm(unfinished, { force: true });
      throw error;
    }
    copied = state;
    for (const old of list().slice(KEEP)) await rm(old.path, { force: true });
    journal.prune(list().map((kept) => kept.path));
    return path;
  };
  return {
    list,
    make(now = new Date()) {
      running ??= copy(now.toISOString().slice(0, 10)).finally(() => (running = undefined));
      return running;
    },
    due(minutes, now = new Date()) {
      if (running) return false;
      if (identity.get() !== copied.identity) return true;
      if (changes.get() === copied.changes) return false;
      const last = list()[0];
      // Either way: a clock that was set back must not stop them.
      return !last || Math.abs(now.getTime() - Date.parse(last.made)) >= minutes * 60_000;
    },
  };
}

async function flush(path: string): Promise<void> {
  const file = await open(path, 'r+');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

/** What only earlier copies needed goes next: so it must be under its name then. Windows has no such call and needs none. */
async function flushFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const folder = await open(path, 'r');
  await folder.sync().finally(() => folder.close());
}

function checkCopy(path: string): void {
  const copy = new Sqlite(path, { fileMustExist: true });
  try {
    // Without this, looking at a copy of a WAL database would leave -wal and -shm files beside it.
    copy.pragma('journal_mode = DELETE');
    if (statSync(path).size <= CHECK_UP_TO) checkIntegrity(copy);
  } finally {
    copy.close();
  }
}
