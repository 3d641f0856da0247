const WINDOW_MILLISECONDS = 3000;

/** Bytes a second over the last few seconds. */
export function createSpeed(now: () => number = () => performance.now()) {
  let samples: { at: number; bytes: number }[] = [];
  return {
    add(bytes: number): void {
      samples.push({ at: now(), bytes });
      if (samples.length > 1000) samples = recent();
    },
    perSecond(): number {
      samples = recent();
      const first = samples[0];
      if (!first) return 0;
      const total = samples.reduce((sum, sample) => sum + sample.bytes, 0);
      return Math.round(total / (Math.max(now() - first.at, 250) / 1000));
    },
  };

  function recent() {
    const since = now() - WINDOW_MILLISECONDS;
    return samples.filter((sample) => sample.at >= since);
  }
}
