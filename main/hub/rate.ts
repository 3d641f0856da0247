/** A token bucket: `perSecond` on average, `burst` at once. */
export function createRate(perSecond: number, burst: number, now: () => number = () => performance.now()) {
  let tokens = burst;
  let last = now();
  return {
    /** Takes `count` tokens if they are there. */
    take(count = 1): boolean {
      const time = now();
      tokens = Math.min(burst, tokens + ((time - last) / 1000) * perSecond);
      last = time;
      if (tokens < count) return false;
      tokens -= count;
      return true;
    },
  };
}
