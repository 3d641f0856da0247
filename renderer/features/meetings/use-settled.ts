import { useEffect, useRef, useState } from 'react';
import { settle, unsettled } from './settled.ts';

/** Between two looks at the value, milliseconds. */
const LOOK = 200;

interface Rules<T> {
  /** When the value became what it is, milliseconds; null: not known. */
  readonly since: number | null;
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
      setSettled((was) => settle(was, present, { now: Date.now(), ...at }));
    }, LOOK);
    return () => clearInterval(timer);
  }, []);
  return settled.shown;
}
