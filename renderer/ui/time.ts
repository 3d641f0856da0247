import { useEffect, useState } from 'react';

/** Official times are Vietnamese time, whatever the clock of the laptop is set to. */
const ZONE = 'Asia/Ho_Chi_Minh';

const parts = (time: string | number | Date): Record<string, string> =>
  Object.fromEntries(
    new Intl.DateTimeFormat('en-GB', {
      timeZone: ZONE,
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
      hourCycle: 'h23',
    })
      .formatToParts(new Date(time))
      .map(({ type, value }) => [type, value]),
  );

const isTime = (time: string | number | Date): boolean => !Number.isNaN(new Date(time).getTime());

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
export function inputParts(time: string | number | Date): { readonly date: string; readonly time: string } {
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
