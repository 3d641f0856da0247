import { useMemo, useSyncExternalStore } from 'react';
import { engineStateEvent, type EngineState } from '../../common/contract/bridge.ts';
import { portErrors } from '../../common/contract/port.ts';
import type { EventName, Events, RequestInput, RequestName, RequestOutputs } from '../../common/contract/requests.ts';
import { onEvent, request, RequestFailure } from './phien.ts';

export type EngineValue<T> =
  | { readonly state: 'loading' }
  | { readonly state: 'known'; readonly value: T }
  | { readonly state: 'failed'; readonly failure: RequestFailure; retry(): void };

/** Milliseconds before asking again when the engine ended under the question. */
const ASK_AGAIN = 500;

interface Source {
  subscribe(listener: () => void): () => void;
  current(): EngineValue<unknown>;
}

const LOADING: EngineValue<never> = { state: 'loading' };
const sources = new Map<string, Source>();

/**
 * A value of the engine, shared by everything that shows it: asked for once, then kept up to date by events, asked for
 * again after the engine was restarted. Lives as long as somebody listens.
 */
function sourceOf(key: string, load: () => Promise<unknown>, follow: (set: (value: unknown) => void) => () => void) {
  const known = sources.get(key);
  if (known) return known;
  const listeners = new Set<() => void>();
  let value: EngineValue<unknown> = LOADING;
  let stop: (() => void) | undefined;
  let asked = 0;

  const set = (next: EngineValue<unknown>): void => {
    value = next;
    for (const listener of listeners) listener();
  };
  const ask = (): void => {
    const mine = (asked += 1);
    load().then(
      (found) => mine === asked && set({ state: 'known', value: found }),
      (error: unknown) => {
        if (mine !== asked || value.state === 'known') return;
        const failure = error instanceof RequestFailure ? error : new RequestFailure('internal');
        // Nothing is wrong with the question: it waits for the next engine.
        if (failure.code === portErrors.engineGone) setTimeout(() => mine === asked && ask(), ASK_AGAIN);
        else set({ state: 'failed', failure, retry: ask });
      },
    );
  };
  const start = (): void => {
    const stopEvent = follow((next) => {
      // What the engine tells by itself is newer than an answer still under way.
      asked += 1;
      set({ state: 'known', value: next });
    });
    const stopEngine = window.phien.subscribe(engineStateEvent, (state) => {
      if ((state as EngineState).state === 'running') ask();
    });
    stop = () => {
      stopEvent();
      stopEngine();
    };
    ask();
  };
  const source: Source = {
    current: () => value,
    subscribe(listener) {
      listeners.add(listener);
      if (listeners.size === 1) start();
      return () => {
        listeners.delete(listener);
        if (listeners.size > 0) return;
        stop?.();
        asked += 1;
        value = LOADING;
        sources.delete(key);
      };
    },
  };
  sources.set(key, source);
  return source;
}

const keyOf = (name: RequestName, input: unknown): string => `${name} ${JSON.stringify(input)}`;

function useSource(
  key: string,
  load: () => Promise<unknown>,
  follow: (set: (value: unknown) => void) => () => void,
): EngineValue<unknown> {
  // The key says all there is to know about the two functions, so that new ones for the same key mean the same.
  const [subscribe, current] = useMemo(
    () => [
      (listener: () => void) => sourceOf(key, load, follow).subscribe(listener),
      () => sources.get(key)?.current() ?? LOADING,
    ],
    // oxlint-disable-next-line react-hooks/exhaustive-deps
    [key],
  );
  return useSyncExternalStore(subscribe, current);
}

/**
 * The present value of `name`, followed through `event`. `pick` turns an event's payload into the value, or undefined
 * when the event is about something else.
 */
export function useEngineValue<N extends RequestName, E extends EventName>(
  name: N,
  input: RequestInput<N>,
  event: E,
  pick: (payload: Events[E]) => RequestOutputs[N] | undefined,
): EngineValue<RequestOutputs[N]> {
  return useSource(
    keyOf(name, input),
    () => request(name, input),
    (set) =>
      onEvent(event, (payload) => {
        const value = pick(payload);
        if (value !== undefined) set(value);
      }),
  ) as EngineValue<RequestOutputs[N]>;
}
