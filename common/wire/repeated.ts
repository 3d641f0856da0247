/** Something that happens again and again. All times are milliseconds of one clock that never goes back. */
export interface Repeated {
  readonly first: number;
  readonly last: number;
  readonly times: number;
}

/** What happened so long ago has nothing to do with what happens now. */
export const FORGOTTEN_MILLISECONDS = 60_000;

export const isLate = ({ last }: Repeated, now: number): boolean => now - last >= FORGOTTEN_MILLISECONDS;

/** Once more; `within` so many milliseconds of the last time. */
export function again(one: Repeated | undefined, now: number, within = FORGOTTEN_MILLISECONDS): Repeated {
  const { first, times } = one && now - one.last < within ? one : { first: now, times: 0 };
  return { first, last: now, times: times + 1 };
}

/** So often, and over so long. */
export const isRepeated = ({ first, last, times }: Repeated, often: number, milliseconds: number): boolean =>
  times >= often && last - first >= milliseconds;
