import { randomUUID } from 'node:crypto';
import type { EventName, Events, WorkProgress } from '../../common/contract/requests.ts';

export interface EventHub {
  emit<N extends EventName>(name: N, payload: Events[N]): void;
  subscribe(name: string, listener: (payload: unknown) => void): () => void;
}

/** Whole values that nothing but their event tells: a window that comes later gets the last one at once. */
const KEPT: ReadonlySet<string> = new Set(['meetings.found', 'enrolment.status'] satisfies EventName[]);

export function createEventHub(): EventHub {
  const kept = new Map<string, unknown>();
  const listeners = new Map<string, Set<(payload: unknown) => void>>();
  return {
    emit(name, payload) {
      if (KEPT.has(name)) kept.set(name, payload);
      for (const listener of listeners.get(name) ?? []) listener(payload);
    },
    subscribe(name, listener) {
      const set = listeners.get(name) ?? new Set();
      listeners.set(name, set);
      set.add(listener);
      if (kept.has(name)) listener(kept.get(name));
      return () => set.delete(listener);
    },
  };
}

/** Long work that windows show while it lasts, however it ends. `report` takes the share done, null where none is known. */
export async function reported<T>(
  events: EventHub,
  kind: WorkProgress['kind'],
  work: (report: (done: number | null) => void) => Promise<T>,
): Promise<T> {
  const id = randomUUID();
  try {
    return await work((done) => events.emit('work.progress', { work: id, kind, done, finished: false }));
  } finally {
    events.emit('work.progress', { work: id, kind, done: 1, finished: true });
  }
}
