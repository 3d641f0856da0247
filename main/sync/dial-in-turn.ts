import { setMaxListeners } from 'node:events';
import { dial, type Credentials, type Dialed, type DialProblem } from './dial.ts';

export type Connected = Dialed & { readonly ok: true; readonly address: string };

/** Connections to several laptops, of which one is wanted. */
export interface Dialing {
  /** The first one in the order that is there, as soon as one is; null: no address is left. */
  next(): Promise<Connected | null>;
  /** Calls back once when one is there that comes before that address in the order. */
  onEarlier(address: string, there: () => void): void;
  /** Gives up what was not taken. */
  stop(): void;
}

/**
 * The next address is tried beside one that isn't reached within the first, or is and doesn't get through TLS within the
 * second: a laptop that has just taken a meeting over has everybody at its door.
 */
const UNREACHED_MILLISECONDS = 150;
const UNANSWERED_MILLISECONDS = 1000;

/**
 * Tries addresses in order: the next one begins when the one before failed, or takes long. What is under way goes on until
 * `stop`, also after another one was there sooner. `onFailed` tells of those that failed.
 */
export function dialInTurn(
  addresses: readonly string[],
  credentials: Credentials,
  signal: AbortSignal,
  onFailed: (address: string, problem: DialProblem) => void,
): Dialing {
  const ending = new AbortController();
  // Each attempt under way listens.
  setMaxListeners(0, ending.signal);
  signal.addEventListener('abort', stop, { once: true });
  let begun = 0;
  let open = 0;
  let there: Connected[] = [];
  let asked: ((connected: Connected | null) => void) | undefined;
  let watch: { readonly before: number; readonly there: () => void } | undefined;
  const placeOf = (address: string) => addresses.indexOf(address);

  /** Nobody else is tried while what came of one is being found out. */
  function beginNext(): void {
    if (!asked || ending.signal.aborted) return;
    const address = addresses[begun];
    if (address === undefined) return void (open === 0 && answer(null));
    begun++;
    open++;
    let patience = afterArrivals(UNREACHED_MILLISECONDS, beginNext);
    const onReached = () => {
      patience.cancel();
      patience = afterArrivals(UNANSWERED_MILLISECONDS, beginNext);
    };
    void dial(address, credentials, ending.signal, { onReached }).then((dialed) => {
      open--;
      patience.cancel();
      if (ending.signal.aborted) {
        if (dialed.ok) dialed.socket.destroy();
      } else if (dialed.ok) arrived({ ...dialed, address });
      else {
        onFailed(address, dialed.problem);
        beginNext();
      }
    });
  }

  function arrived(connected: Connected): void {
    if (asked) return answer(connected);
    there = [...there, connected].sort((a, b) => placeOf(a.address) - placeOf(b.address));
    if (!watch || placeOf(connected.address) >= watch.before) return;
    const { there: tell } = watch;
    watch = undefined;
    tell();
  }

  function answer(connected: Connected | null): void {
    const tell = asked;
    asked = undefined;
    tell?.(connected);
  }

  function stop(): void {
    signal.removeEventListener('abort', stop);
    ending.abort();
    for (const { socket } of there.splice(0)) socket.destroy();
    answer(null);
  }

  if (signal.aborted) stop();
  return {
    next() {
      watch = undefined;
      if (ending.signal.aborted) return Promise.resolve(null);
      for (let first = there.shift(); first; first = there.shift()) {
        if (!first.socket.destroyed) return Promise.resolve(first);
        onFailed(first.address, 'unreachable');
      }
      return new Promise((resolve) => {
        asked = resolve;
        // Those under way get another moment: the one just asked may have told that it is one of them.
        if (open === 0) beginNext();
        else afterArrivals(UNREACHED_MILLISECONDS, beginNext);
      });
    },
    onEarlier(address, tell) {
      watch = { before: placeOf(address), there: tell };
      const first = there[0];
      if (first && placeOf(first.address) < watch.before) {
        watch = undefined;
        tell();
      }
    },
    stop,
  };
}

/** A busy laptop sees late what arrived in time: that is looked at before anything is done about its absence. */
function afterArrivals(milliseconds: number, then: () => void): { cancel(): void } {
  let cancelled = false;
  const timer = setTimeout(() => setImmediate(() => cancelled || then()), milliseconds);
  return {
    cancel() {
      cancelled = true;
      clearTimeout(timer);
    },
  };
}
