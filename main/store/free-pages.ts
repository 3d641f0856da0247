import type { Database } from './database.ts';

/** Free pages that are kept for what comes next, and how many are given back at a time: some milliseconds' work. */
const KEEP = 256;
const AT_A_TIME = 256;
const STEP_MILLISECONDS = 200;

/** Gives the room of what was removed back to the disk, a little at a time. */
export interface FreePages {
  /** Something was removed. */
  noticed(): void;
  close(): void;
}

export function freePages(db: Database): FreePages {
  let timer: NodeJS.Timeout | undefined;
  let closed = false;

  function step(): void {
    timer = undefined;
    try {
      if (closed || Number(db.pragma('freelist_count', { simple: true })) <= KEEP) return;
      db.pragma(`incremental_vacuum(${AT_A_TIME})`);
    } catch {
      // A full disk: the pages are used again for what comes next.
      return;
    }
    noticed();
  }

  function noticed(): void {
    if (!closed) timer ??= setTimeout(step, STEP_MILLISECONDS);
  }

  return {
    noticed,
    close() {
      closed = true;
      clearTimeout(timer);
    },
  };
}
