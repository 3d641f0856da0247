/** Looks at the bytes so often in each such time. */
const LOOKS = 4;

/**
 * Calls back once when for so many milliseconds no further byte has come. A busy laptop sees late what arrived in time:
 * that is read before anything is done about its absence.
 */
export function whenSilent(milliseconds: number, bytes: () => number, then: () => void): { stop(): void } {
  let seen = bytes();
  let quiet = 0;
  const looking = setInterval(() => setImmediate(look), milliseconds / LOOKS);
  let stopped = false;

  function look(): void {
    if (stopped) return;
    const now = bytes();
    quiet = now === seen ? quiet + 1 : 0;
    seen = now;
    if (quiet < LOOKS) return;
    stop();
    then();
  }

  function stop(): void {
    stopped = true;
    clearInterval(looking);
  }

  return { stop };
}
