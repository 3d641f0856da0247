/** One line of the result: what was measured beside what it is compared with, both in the same run. */
export interface Row {
  readonly name: string;
  readonly value: number;
  readonly unit: Unit;
  /** The peer or the physical floor. */
  readonly against: string;
  readonly other: number;
  /** `value / other`: how many times the peer. */
  readonly ratio: number;
}

export type Unit = 'ms' | 'µs' | 'MB' | 'MB/s';

/** A row with what it was made from. */
export interface Measured extends Row {
  /** How many measurements stand behind each side. */
  readonly n: number;
  readonly otherN: number;
  /** Lowest, highest and p90, where there are single measurements to show. */
  readonly spread?: string;
  readonly otherSpread?: string;
  /** What exactly was measured, from where to where: one or two sentences. */
  readonly what: string;
  /** Only in the file of rows: the report shows it in a table of its own. */
  readonly detail?: boolean;
}

export interface Benchmark {
  readonly name: string;
  /** Rough length on a quiet machine, for those who wait. */
  readonly takes: string;
  /** Takes so long that it runs only with `--all`, or when it is named. */
  readonly long?: true;
  run(place: BenchmarkPlace): Promise<readonly Measured[]>;
}

export interface BenchmarkPlace {
  /** A folder of this benchmark's own; removed when it is over. */
  readonly folder: string;
  say(progress: string): void;
  /** A part of the report in Markdown, for what doesn't fit a row. */
  report(section: string): void;
}

/** A row of medians. */
export function measured(row: {
  readonly name: string;
  readonly unit: Unit;
  readonly samples: readonly number[];
  readonly against: string;
  readonly otherSamples: readonly number[];
  readonly what: string;
}): Measured {
  const { samples, otherSamples, ...rest } = row;
  return {
    ...compared({
      ...rest,
      value: median(samples),
      other: median(otherSamples),
      n: samples.length,
      otherN: otherSamples.length,
    }),
    spread: spread(samples),
    otherSpread: spread(otherSamples),
  };
}

/** A row of two numbers. */
export const compared = (row: Omit<Measured, 'ratio'>): Measured => ({ ...row, ratio: row.value / row.other });

const spread = (samples: readonly number[]): string =>
  `${short(quantile(samples, 0))} to ${short(quantile(samples, 1))}, p90 ${short(quantile(samples, 0.9))}`;

export const median = (samples: readonly number[]): number => quantile(samples, 0.5);

/** Between two samples it lies on the line between them. */
export function quantile(samples: readonly number[] | Float32Array, part: number): number {
  if (samples.length === 0) throw new Error('nothing was measured');
  const sorted = Float64Array.from(samples).sort();
  const at = (sorted.length - 1) * part;
  const below = sorted[Math.floor(at)] as number;
  const above = sorted[Math.ceil(at)] as number;
  return below + (above - below) * (at - Math.floor(at));
}

/** Milliseconds since 1970 with fractions: the same clock in all processes of this computer. */
export const clock = (): number => performance.timeOrigin + performance.now();

export const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Three digits say all that such a measurement knows. */
export const short = (value: number): string =>
  value >= 100 ? value.toFixed(0) : String(Number(value.toPrecision(3)));

export function asRow({ name, value, unit, against, other, ratio }: Measured): Row {
  return { name, value, unit, against, other, ratio };
}
