import type { EventName, Events } from '../../common/contract/requests.ts';

export interface EventHub {
  emit<N extends EventName>(name: N, payload: Events[N]): void;
  subscribe(name: string, listener: (payload: unknown) => void): () => void;
}

export function createEventHub(): EventHub {
  const listeners = new Map<string, Set<(payload: unknown) => void>>();
  return {
    emit(name, payload) {
      for (const listener of listeners.get(name) ?? []) listener(payload);
    },
    subscribe(name, listener) {
      const set = listeners.get(name) ?? new Set();
      listeners.set(name, set);
      set.add(listener);
      return () => set.delete(listener);
    },
  };
}
