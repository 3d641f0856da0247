import { describe, expect, it } from 'vitest';
import { calendarDate, clockTime, duration, fromInputParts, inputParts, isSameDay, lastTimeAt } from './time.ts';

describe('times', () => {
  it('are Vietnamese whatever the clock of the laptop is set to', () => {
    expect(clockTime('2026-11-22T17:30:00Z')).toBe('00:30');
    expect(calendarDate('2026-11-22T17:30:00Z')).toBe('23/11/2026');
    expect(isSameDay('2026-11-22T16:59:59Z', '2026-11-22T17:00:00Z')).toBe(false);
    expect(inputParts('2026-11-22T17:30:00Z')).toEqual({ date: '2026-11-23', time: '00:30' });
  });

  it('come back from the fields they were put into', () => {
    const { date, time } = inputParts('2026-11-22T01:00:00Z');
    const back = fromInputParts(date, time);
    expect(back).toBe('2026-11-22T08:00:00+07:00');
    expect(new Date(back ?? '').toISOString()).toBe('2026-11-22T01:00:00.000Z');
    for (const typed of ['0002-11-23', '0020-01-01', '0202-12-31', '1899-06-01', '9999-12-31'])
      expect(inputParts(fromInputParts(typed, '08:00') ?? '')).toEqual({ date: typed, time: '08:00' });
  });

  it('of day are the last such before a moment, on the day before where it is past midnight', () => {
    const until = new Date('2026-11-22T17:30:20Z').getTime();
    expect(lastTimeAt('00:30', until)).toBe('2026-11-22T17:30:20.000Z');
    expect(lastTimeAt('00:31', until)).toBe('2026-11-21T17:31:59.999Z');
    expect(lastTimeAt('23:50', until)).toBe('2026-11-22T16:50:59.999Z');
    expect(lastTimeAt('', until)).toBeUndefined();
  });

  it('are left out when there are none', () => {
    expect(clockTime('not a time')).toBe('');
    expect(inputParts('')).toEqual({ date: '', time: '' });
    expect(calendarDate(8.64e15)).toBe('');
    expect(fromInputParts('2026-13-40', '08:00')).toBeUndefined();
    expect(fromInputParts('', '08:00')).toBeUndefined();
  });
});

it('durations are read as a clock, and go below zero', () => {
  expect([0, 7, 187, 3729, -15, -3600].map(duration)).toEqual(['0:00', '0:07', '3:07', '1:02:09', '-0:15', '-1:00:00']);
});
