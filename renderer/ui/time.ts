import { useEffect, useState } from 'react';

/** Official times are Vietnamese time, whatever the clock of the laptop is set to. */
const OFFSET = 7 * 3600 * 1000;

const inVietnam = (time: string | number | Date): Date => new Date(new Date(time).getTime() + OFFSET);

/** Reckoned by the offset of today: before 1906 the zone itself had another one, of minutes and seconds. */
function parts(time: string | number | Date): Record<'year' | 'month' | 'day' | 'hour' | 'minute' | 'second', string> {
  const at = inVietnam(time);
  const two = (value: number): string => String(value).padStart(2, '0');
  return {
    year: String(at.getUTCFullYear()).padStart(4, '0'),
    month: two(at.getUTCMonth() + 1),
    day: two(at.getUTCDate()),
    hour: two(at.getUTCHours()),
    minute: two(at.getUTCMinutes()),
    second: two(at.getUTCSeconds()),
  };
}

const isTime = (time: string | number | Date): boolean => !Number.isNaN(inVietnam(time).getTime());

/** `08:05`; empty for what is no time. */
export function clockTime(time: string | number | Date): string {
  if (!isTime(time)) return '';
  const { hour, minute } = parts(time);
  return `${hour}:${minute}`;
}

/** `22/11/2026`; empty for what is no time. */
export function calendarDate(time: string | number | Date): string {
  if (!isTime(time)) return '';
  const { day, month, year } = parts(time);
  return `${day}/${month}/${year}`;
}

/** `08:05, 22/11/2026` */
export const dateAndTime = (time: string | number | Date): string =>
  isTime(time) ? `${clockTime(time)}, ${calendarDate(time)}` : '';

/** `08:05`, with the day when it was another one: `08:05, 22/11/2026`; on wish with seconds. Empty for what is no time. */
export function dayAndTime(time: string, precision: 'minutes' | 'seconds' = 'minutes', now = Date.now()): string {
  if (!isTime(time)) return '';
  const clock = precision === 'seconds' ? `${clockTime(time)}:${parts(time).second}` : clockTime(time);
  return isSameDay(time, now) ? clock : `${clock}, ${calendarDate(time)}`;
}

/** What `<input type="date">` and `<input type="time">` hold, in Vietnamese time. */
export interface InputParts {
  readonly date: string;
  readonly time: string;
}

export function inputParts(time: string | number | Date): InputParts {
  if (!isTime(time)) return { date: '', time: '' };
  const { year, month, day, hour, minute } = parts(time);
  return { date: `${year}-${month}-${day}`, time: `${hour}:${minute}` };
}

/** RFC 3339 with the Vietnamese offset; undefined when either part is not filled in. */
export function fromInputParts(date: string, time: string): string | undefined {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(date) || !/^\d{2}:\d{2}$/.test(time)) return undefined;
  const value = `${date}T${time}:00+07:00`;
  return isTime(value) ? value : undefined;
}

/** The last moment, no later than `until`, at which a clock showed `08:05`: RFC 3339 in UTC. Undefined when nothing is filled in. */
export function lastTimeAt(time: string, until: number): string | undefined {
  const today = fromInputParts(inputParts(until).date, time);
  if (today === undefined) return undefined;
  const from = new Date(today).getTime();
  const endOfMinute = (from <= until ? from : from - 24 * 60 * 60 * 1000) + 59_999;
  return new Date(Math.min(endOfMinute, until)).toISOString();
}

/** `3:07`, `1:02:09`; negative values count as over: `-0:15`. */
export function duration(seconds: number): string {
  const sign = seconds < 0 ? '-' : '';
  const whole = Math.floor(Math.abs(seconds));
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor((whole % 3600) / 60);
  const rest = String(whole % 60).padStart(2, '0');
  return hours > 0 ? `${sign}${hours}:${String(minutes).padStart(2, '0')}:${rest}` : `${sign}${minutes}:${rest}`;
}

/** Same day in Vietnam. */
export const isSameDay = (a: string | number | Date, b: string | number | Date): boolean =>
  calendarDate(a) === calendarDate(b);

/** The present time, again every `every` milliseconds. */
export function useNow(every: number): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), every);
    return () => clearInterval(timer);
  }, [every]);
  return now;
}

/** True once `state` has been true for two seconds without a break: shorter states show nothing. */
export function useLasting(state: boolean): boolean {
  const [lasting, setLasting] = useState(false);
  useEffect(() => {
    if (!state) {
      setLasting(false);
      return;
    }
    const timer = setTimeout(() => setLasting(true), 2000);
    return () => clearTimeout(timer);
  }, [state]);
  return lasting && state;
}

/** False only once `state` has been false for two seconds without a break: a pause for breath is no end. */
export function useLingering(state: boolean): boolean {
  const [lately, setLately] = useState(state);
  useEffect(() => {
    if (state) {
      setLately(true);
      return;
    }
    const timer = setTimeout(() => setLately(false), 2000);
    return () => clearTimeout(timer);
  }, [state]);
  return state || lately;
}
