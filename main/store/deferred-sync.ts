import { closeSync, fdatasync, openSync } from 'node:fs';
import type { Database } from './database.ts';

/** Commits without waiting for the disk, and says when they are on it. The thread goes on meanwhile. */
export interface DeferredSync {
  /**
   * Runs a transaction. What it wrote is there for readers at once and outlives this process; when the promise resolves
   * it outlives the machine too. Throws what `transaction` throws; rejects when the disk does not take it.
   */
  commit(transaction: () => void): Promise<void>;
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

  /** Of the write-ahead log: SQLite writes into it at a commit, and never replaces it while the database is open. */
  function sync(): Promise<void> {
    if (db.memory) return Promise.resolve();
    file ??= openSync(`${db.name}-wal`, 'r+');
    const log = file;
    return new Promise((resolve, reject) => fdatasync(log, (error) => (error ? reject(error) : resolve())));
  }

  /** One at a time: those who come meanwhile share the next. */
  function synced(): Promise<void> {
    if (!running) {
      running = sync().finally(() => (running = undefined));
      return running;
    }
    next ??= running
      .catch(() => undefined)
      .then(() => {
        next = undefined;
        return synced();
      });
    return next;
  }

  return {
    commit(transaction) {
      withoutSync(db, transaction);
      return synced();
    },
    async close() {
      while (running) await running.catch(() => undefined);
      if (file !== undefined) closeSync(file);
      file = undefined;
    },
  };
}
