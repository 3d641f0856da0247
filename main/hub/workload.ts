/** How much of this laptop's time one member takes, over all connections. */
export interface Workload {
  /** So many milliseconds went into what the member said; returns for how many it is left unread now. */
  spent(milliseconds: number): number;
}

/** At once, milliseconds: a laptop that joins has hundreds of documents opened. */
const AT_ONCE = 1000;
/** And on from there, of the time that passes. */
const SHARE = 1 / 3;
/** Short enough that nobody is taken for silent (`CARRIER_SILENCE_MILLISECONDS`). */
const LONGEST_REST = 500;
/** One piece of work that took very long is not paid for all the meeting. */
const MOST_OWED = 3000;

export function createWorkload(now: () => number = () => performance.now()): Workload {
  let left = AT_ONCE;
  let last = now();
  return {
    spent(milliseconds) {
      const time = now();
      left = Math.max(-MOST_OWED, Math.min(AT_ONCE, left + (time - last) * SHARE) - milliseconds);
      last = time;
      return left >= 0 ? 0 : Math.min(LONGEST_REST, Math.ceil(-left / SHARE));
    },
  };
}
