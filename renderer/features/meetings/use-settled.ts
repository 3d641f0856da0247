import { useEffect, useRef, useState } from 'react';
import { settle, unsettled } from './settled.ts';

/** Between two looks at the value, milliseconds. */
const LOOK = 200;

interface Rules<T> {
  /** When the value became another than the shown one, milliseconds; null: not known. */
  readonly since: (value: T, shown: T | null) => number | null;
  readonly same: (a: T, b: T) => boolean;
  readonly calm: (value: T) => boolean;
}

/** What to show of a value that may flicker; see `settle`. */
export function useSettled<T>(value: T, rules: Rules<T>): T | null {
  const latest = useRef({ value, rules });
  useEffect(() => {
    latest.current = { value, rules };
  });
  const [settled, setSettled] = useState(() => settle<T>(unsettled, value, { ...rules, now: 0, since: null }));
  useEffect(() => {
    const timer = setInterval(() => {
      const { value: present, rules: at } = latest.current;
      setSettled((was) => settle(was, present, { ...at, now: Date.now(), since: at.since(present, was.shown) }));
    }, LOOK);
    return () => clearInterval(timer);
  }, []);
  return settled.shown;
}
