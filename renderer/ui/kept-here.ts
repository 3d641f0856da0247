import type { z } from 'zod';

/** What this window looks at, kept so that it comes back to the same place after it has crashed; gone when it closes. */
export function keptHere<T>(key: string, schema: z.ZodType<T>): T | undefined {
  try {
    const kept = sessionStorage.getItem(key);
    return kept === null ? undefined : schema.safeParse(JSON.parse(kept)).data;
  } catch {
    return undefined;
  }
}

export function keepHere(key: string, value: unknown): void {
  try {
    sessionStorage.setItem(key, JSON.stringify(value));
  } catch {
    // Full or blocked storage costs the way back only.
  }
}
