export interface Rate {
  /** Takes `count` tokens if they are there. */
  take(count?: number): boolean;
  /** Puts one back that was taken for nothing. */
  putBack(): void;
}

/** A token bucket: `perSecond` on average, `burst` at once. */
export function createRate(perSecond: number, burst: number, now: () => number = () => performance.now()): Rate {
  let tokens = burst;
  let last = now();
  return {
    take(count = 1) {
      const time = now();
      tokens = Math.min(burst, tokens + ((time - last) / 1000) * perSecond);
      last = time;
      if (tokens < count) return false;
      tokens -= count;
      return true;
    },
    putBack: () => void (tokens = Math.min(burst, tokens + 1)),
  };
}
