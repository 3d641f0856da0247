import { closeSync, fdatasync, openSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import type { Database } from './database.ts';

/**
 * After each flush it rests this many times as long as that took, so that where many write little, many share one: a flush
 * costs the same for one entry as for a hundred. Whoever wrote waits for it, and for nothing else.
 */
const REST_SHARE = 3;
const LONGEST_REST_MILLISECONDS = 40;

/** Commits without waiting for the disk, and says when they are on it. The thread goes on meanwhile. */
export interface DeferredSync {
  /**
   * Runs a transaction. What it wrote is there for readers at once and outlives this process; when the promise resolves
   * it outlives the machine too. Throws what `transaction` throws; rejects when the disk does not take it.
   */
  commit(transaction: () => void): Promise<void>;
  /** Resolves when all that was committed so far outlives the machine; rejects when the disk does not take it. */
  onDisk(): Promise<void>;
  /** Resolves when nothing is under way any more. */
  close(): Promise<void>;
}

/**
 * Runs a transaction that doesn't wait for the disk: when it returns, what it wrote outlives this process; this machine
 * with the next commit that waits. Throws what `transaction` throws. Not within another transaction.
 */
export function withoutSync(db: Database, transaction: () => void): void {
  db.pragma('synchronous = NORMAL');
  try {
    transaction();
  } finally {
    db.pragma('synchronous = FULL');
  }
}

/** On a database of `openDatabase`, whose other commits wait for the disk as always. */
export function deferredSync(db: Database): DeferredSync {
  let file: number | undefined;
  let running: Promise<void> | undefined;
  let next: Promise<void> | undefined;
  /** `performance.now()`. */
  let restsUntil = 0;
  /** A flush failed: what it was for counts as written for the system from then on, so that another one says nothing. */
  let doubtful = false;

  async function sync(): Promise<void> {
    if (db.memory) return;
    try {
      if (doubtful) writeAgain();
      else await syncLog();
      doubtful = false;
    } catch (error) {
      doubtful = true;
      throw error;
    }
  }

  /** Of the write-ahead log: SQLite writes into it at a commit, and never replaces it while the database is open. */
  async function syncLog(): Promise<void> {
    const log = (file ??= openSync(`${db.name}-wal`, 'r+'));
    await new Promise<void>((resolve, reject) => fdatasync(log, (error) => (error ? reject(error) : resolve())));
  }

  /** Everything from the log into the database file, which is flushed; the log begins anew. */
  function writeAgain(): void {
    const busy: unknown = db.pragma('wal_checkpoint(TRUNCATE)', { simple: true });
    if (busy !== 0) throw new Error('the log could not be written into the database');
  }

  async function flush(): Promise<void> {
    const began = performance.now();
    try {
      await sync();
    } finally {
      running = undefined;
      const ended = performance.now();
      restsUntil = ended + Math.min(LONGEST_REST_MILLISECONDS, (ended - began) * REST_SHARE);
    }
  }

  async function rested(): Promise<void> {
    await running?.catch(() => undefined);
    const rest = restsUntil - performance.now();
    if (rest > 0) await pause(rest);
    next = undefined;
    return await (running ??= flush());
  }

  /** One at a time: those who come meanwhile share the next. */
  function synced(): Promise<void> {
    if (!running && !next && performance.now() >= restsUntil) return (running = flush());
    return (next ??= rested());
  }

  return {
    commit(transaction) {
      withoutSync(db, transaction);
      return synced();
    },
    onDisk: () => (running || next || doubtful ? synced() : Promise.resolve()),
    async close() {
      while (running ?? next) await (next ?? running)?.catch(() => undefined);
      if (file !== undefined) closeSync(file);
      file = undefined;
    },
  };
}
