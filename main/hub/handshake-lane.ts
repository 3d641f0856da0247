import { createRate } from './rate.ts';

/** Where those wait whose handshake has not begun. */
export interface HandshakeLane<T> {
  /** One more of that network; it is begun now, or when it is its turn. */
  add(network: string, one: T): void;
  /** False if it doesn't wait here (any more). */
  remove(network: string, one: T): boolean;
  /** A handshake that was begun here ended in an admitted connection: it counts for none. */
  admitted(): void;
  stop(): void;
}

/**
 * Begins `perSecond` handshakes that end in no admitted connection, `atOnce` at first. The networks that wait take turns, so
 * that one delays the others by a turn. Of one network the newest is next: where more come than get a turn, whoever waits
 * longest has probably given up.
 */
export function createHandshakeLane<T>(perSecond: number, atOnce: number, begin: (one: T) => void): HandshakeLane<T> {
  /** Those whose turn was longest ago first; nobody's list is empty. */
  const waiting = new Map<string, T[]>();
  const rate = createRate(perSecond, atOnce);
  /** Set while no more may begin. */
  let later: ReturnType<typeof setTimeout> | undefined;

  function takeTurns(): void {
    clearTimeout(later);
    later = undefined;
    for (;;) {
      const [first] = waiting;
      if (!first) return;
      if (!rate.take()) break;
      const [network, ones] = first;
      const one = ones.pop();
      waiting.delete(network);
      if (ones.length > 0) waiting.set(network, ones);
      if (one !== undefined) begin(one);
    }
    later = setTimeout(takeTurns, 1000 / perSecond);
  }

  return {
    add(network, one) {
      const others = waiting.get(network);
      if (others) others.push(one);
      else waiting.set(network, [one]);
      if (later === undefined) takeTurns();
    },
    remove(network, one) {
      const others = waiting.get(network);
      const place = others?.lastIndexOf(one) ?? -1;
      if (place < 0) return false;
      others?.splice(place, 1);
      if (others?.length === 0) waiting.delete(network);
      return true;
    },
    admitted() {
      rate.putBack();
      takeTurns();
    },
    stop() {
      clearTimeout(later);
      waiting.clear();
    },
  };
}
