/** What lasts shorter than this is not shown, milliseconds. */
export const PATIENCE = 2000;

/** What is shown of a value that may flicker. */
export interface Settled<T> {
  /** null: nothing is known well enough yet. */
  readonly shown: T | null;
  /** Since when the value has been another than the shown one without a break, milliseconds; null while it is the same. */
  readonly differs: number | null;
}

export const unsettled: Settled<never> = { shown: null, differs: null };

/**
 * The value is shown once it has differed from what is shown for two seconds. So a blip shows nothing, what is shown stays
 * for two seconds at least, and it was true within the last two seconds, however wildly the value changes.
 */
export function settle<T>(
  was: Settled<T>,
  value: T,
  rules: {
    readonly now: number;
    /** When the value became what it is, where that is known: it may have lasted a while when it is noticed. */
    readonly since?: number | null;
    readonly same: (a: T, b: T) => boolean;
    /** Whether it may be the first to be shown at once. */
    readonly calm: (value: T) => boolean;
  },
): Settled<T> {
  const { now, since, same, calm } = rules;
  if (was.shown !== null && same(was.shown, value)) return was.differs === null ? was : { ...was, differs: null };
  if (was.shown === null && calm(value)) return { shown: value, differs: null };
  const differs = Math.min(was.differs ?? now, since ?? now);
  if (now - differs >= PATIENCE) return { shown: value, differs: null };
  return was.differs === differs ? was : { ...was, differs };
}
