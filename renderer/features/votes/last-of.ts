import { useState } from 'react';

/** The value, or while there is none the last one that there was: what a closing dialog goes on showing. */
export function useLastOf<T>(value: T | null): T | null {
  const [last, setLast] = useState(value);
  if (value !== null && value !== last) setLast(value);
  return value ?? last;
}
