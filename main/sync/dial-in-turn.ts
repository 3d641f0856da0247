import { setMaxListeners } from 'node:events';
import { dial, type Credentials, type Dialed, type DialProblem } from './dial.ts';
import { whenSilent } from './silence.ts';

export type Connected = Dialed & { readonly ok: true; readonly address: string };

/** Connections to several laptops, of which one is wanted. */
export interface Dialing {
  /** The first one in the order that is there, as soon as one is; null: no address is left. */
  next(): Promise<Connected | null>;
  /** Calls back once when one is there that comes before that address in the order. */
  onEarlier(address: string, there: () => void): void;
  /** Bytes of the laptop there come, or are awaited since a moment ago. */
  talksWith(address: string): boolean;
  /** Gives up what was not taken. */
  stop(): void;
}

/**
 * The next address is tried beside one that isn't reached within the first, or of which for the second no byte comes: a
 * laptop that has just taken a meeting over has everybody at its door.
 */
const UNREACHED_MILLISECONDS = 150;
const SILENT_MILLISECONDS = 1000;

/** One that is reached: its proof, or what it says then, is on the way. */
interface Reached {
  readonly address: string;
  /** Asks it for its proof. */
  go(): void;
}

export interface DialInTurnOptions extends Credentials {
  /** That address gave no sign a moment ago: the next one is tried beside it at once. */
  unheard?(address: string): boolean;
  /** `heard`: the computer there answered something. */
  onFailed(address: string, problem: DialProblem, heard: boolean): void;
}

/**
 * Tries addresses in order: the next one begins when the one before failed, or takes long. What is under way goes on until
 * `stop`, also after another one was there sooner. A proof costs several kilobytes each way, which on a thin line is time:
 * while bytes of one laptop come, others that are reached are not asked for theirs.
 */
export function dialInTurn(addresses: readonly string[], signal: AbortSignal, options: DialInTurnOptions): Dialing {
  const { onFailed } = options;
  const ending = new AbortController();
  // Each attempt under way listens.
  setMaxListeners(0, ending.signal);
  signal.addEventListener('abort', stop, { once: true });
  let begun = 0;
  let open = 0;
  let there: Connected[] = [];
  let asked: ((connected: Connected | null) => void) | undefined;
  let watch: { readonly before: number; readonly there: () => void } | undefined;
  /** Bytes of this one come or are awaited, before or after it was taken. */
  let current: { readonly address: string; readonly silence: { stop(): void } } | undefined;
  let taken: string | undefined;
  let waiting: Reached[] = [];
  const bytesOf = new Map<string, () => number>();
  const placeOf = (address: string) => addresses.indexOf(address);
  const byPlace = (a: { readonly address: string }, b: { readonly address: string }) =>
    placeOf(a.address) - placeOf(b.address);

  function listenTo(address: string): void {
    current?.silence.stop();
    const silence = whenSilent(SILENT_MILLISECONDS, bytesOf.get(address) ?? (() => 0), () => {
      current = undefined;
      tryAnother();
    });
    current = { address, silence };
  }

  function take({ address }: Connected): void {
    taken = address;
    listenTo(address);
  }

  function settled(address: string | undefined): void {
    if (!current || current.address !== address) return;
    current.silence.stop();
    current = undefined;
  }

  /** Nobody else is tried while what came of one is being found out. */
  function tryAnother(): void {
    if (current || ending.signal.aborted) return;
    const [first, ...others] = waiting;
    if (!first) return beginNext();
    waiting = others;
    listenTo(first.address);
    first.go();
  }

  function beginNext(): void {
    if (!asked || ending.signal.aborted) return;
    const address = addresses[begun];
    if (address === undefined) return void (open === 0 && answer(null));
    begun++;
    open++;
    const patience = afterArrivals(options.unheard?.(address) ? 0 : UNREACHED_MILLISECONDS, tryAnother);
    const onReached = (bytes: () => number) =>
      new Promise<void>((go) => {
        patience.cancel();
        bytesOf.set(address, bytes);
        waiting = [...waiting, { address, go }].sort(byPlace);
        tryAnother();
      });
    void dial(address, options, ending.signal, { onReached, persistent: true }).then((dialed) => {
      open--;
      patience.cancel();
      if (ending.signal.aborted) {
        if (dialed.ok) dialed.socket.destroy();
      } else if (dialed.ok) arrived({ ...dialed, address });
      else {
        settled(address);
        onFailed(address, dialed.problem, dialed.heard);
        tryAnother();
      }
    });
  }

  function arrived(connected: Connected): void {
    if (asked) return answer(connected);
    there = [...there, connected].sort(byPlace);
    if (!watch || placeOf(connected.address) >= watch.before) return;
    const { there: tell } = watch;
    watch = undefined;
    tell();
  }

  function answer(connected: Connected | null): void {
    const tell = asked;
    asked = undefined;
    if (connected) take(connected);
    tell?.(connected);
  }

  function stop(): void {
    signal.removeEventListener('abort', stop);
    ending.abort();
    current?.silence.stop();
    current = undefined;
    for (const { go } of waiting.splice(0)) go();
    for (const { socket } of there.splice(0)) socket.destroy();
    answer(null);
  }

  if (signal.aborted) stop();
  return {
    next() {
      watch = undefined;
      if (ending.signal.aborted) return Promise.resolve(null);
      settled(taken);
      for (let first = there.shift(); first; first = there.shift()) {
        if (!first.socket.destroyed) {
          take(first);
          return Promise.resolve(first);
        }
        onFailed(first.address, 'unreachable', true);
      }
      return new Promise((resolve) => {
        asked = resolve;
        // Those under way get another moment: the one just asked may have told that it is one of them.
        if (waiting.length > 0 || open === 0) tryAnother();
        else afterArrivals(UNREACHED_MILLISECONDS, tryAnother);
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
    talksWith: (address) => current?.address === address,
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
