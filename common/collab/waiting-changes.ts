import type * as Y from 'yjs';
import type { Place } from './read-update.ts';

/**
 * Changes that build on something that isn't in the document yet. Yjs would keep them itself, without bound, and go
 * through all of them again at each change that comes.
 */
export interface WaitingChanges<T> {
  /** None of `missing` is in the document now. What doesn't fit any more is forgotten. */
  add(missing: readonly Place[], item: T): void;
  /** Does something to the document; what that makes possible is retried afterwards, not within it. */
  around(work: () => void): void;
  /** Whether something waits. */
  any(): boolean;
  clear(): void;
}

/** `retry` is called, outside of any transaction, when something an item waited for is there; it may be added again. */
export function createWaitingChanges<T>(doc: Y.Doc, most: number, retry: (item: T) => void): WaitingChanges<T> {
  /** By the client that something is missing of, then by item: the first clock. */
  const waiting = new Map<number, Map<T, number>>();
  const clientsOf = new Map<T, readonly Place[]>();
  const due = new Set<T>();
  let busy = false;

  function onTransactions(_: Y.Doc, transactions: readonly Y.Transaction[]): void {
    if (clientsOf.size > 0) for (const transaction of transactions) collect(transaction);
    // A retried change makes transactions of its own, on which others may wait in turn.
    if (!busy) settle();
  }

  function settle(): void {
    busy = true;
    try {
      for (const item of due) {
        due.delete(item);
        retry(item);
      }
    } finally {
      // Those after one that threw are due the next time.
      busy = false;
    }
  }

  function collect({ beforeState, afterState }: Y.Transaction): void {
    for (const [client, state] of afterState) {
      const items = waiting.get(client);
      if (items === undefined || beforeState.get(client) === state) continue;
      for (const [item, clock] of items) {
        if (clock >= state) continue;
        forget(item);
        due.add(item);
      }
    }
  }

  function forget(item: T): void {
    for (const { client } of clientsOf.get(item) ?? []) {
      const items = waiting.get(client);
      items?.delete(item);
      if (items?.size === 0) waiting.delete(client);
    }
    clientsOf.delete(item);
  }

  doc.on('afterAllTransactions', onTransactions);

  return {
    add(missing, item) {
      if (clientsOf.size >= most) return;
      clientsOf.set(item, missing);
      for (const { client, clock } of missing) {
        const items = waiting.get(client) ?? new Map<T, number>();
        items.set(item, clock);
        waiting.set(client, items);
      }
    },
    around(work) {
      if (busy) return work();
      busy = true;
      try {
        work();
      } finally {
        busy = false;
      }
      settle();
    },
    any: () => clientsOf.size > 0,
    clear() {
      doc.off('afterAllTransactions', onTransactions);
      waiting.clear();
      clientsOf.clear();
    },
  };
}
