/** Longest work at a time of what can be done in pieces: live ink waits no longer for it. Milliseconds. */
const TURN_MILLISECONDS = 0.5;

/**
 * Cuts long work into short turns: call and await the returned function between pieces. When a turn has lasted, it lets
 * others work (`others` resolves when they have) and begins the next.
 */
export function createShortTurns(others: () => Promise<unknown>, now: () => number): () => Promise<void> {
  let began = now();
  return async () => {
    if (now() - began < TURN_MILLISECONDS) return;
    await others();
    began = now();
  };
}
