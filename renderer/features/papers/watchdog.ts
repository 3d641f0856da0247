const TICK = 500;

/**
 * Calls `onOver` after `limit` milliseconds, of which those don't count while `waits` says so, nor those while the
 * computer sleeps. Returns what stops it.
 */
export function startWatchdog(limit: number, waits: () => boolean, onOver: () => void): () => void {
  let left = limit;
  const timer = setInterval(() => {
    if (waits()) return;
    left -= TICK;
    if (left > 0) return;
    clearInterval(timer);
    onOver();
  }, TICK);
  return () => clearInterval(timer);
}
