import { expect, test } from 'vitest';
import { inputParts } from '../../ui/time.ts';
import { startTyped } from './type-start.ts';

const start = '2026-11-29T08:00:00+07:00';

test('a year being typed is written once it can be one, and what was left there is written as it is', () => {
  const years = ['0002', '0020', '0202', '2027'];
  expect(years.map((year) => startTyped(start, { date: `${year}-01-15` }, true))).toEqual([
    undefined,
    undefined,
    undefined,
    '2027-01-15T08:00:00+07:00',
  ]);
  const left = startTyped(start, { date: '0027-01-15' }, false);
  expect(left).toBe('0027-01-15T08:00:00+07:00');
  expect(inputParts(left!)).toEqual({ date: '0027-01-15', time: '08:00' });
});

test('a field that is half filled in or says the same writes nothing', () => {
  expect(startTyped(start, { date: '' }, false)).toBeUndefined();
  expect(startTyped(start, { time: '' }, false)).toBeUndefined();
  expect(startTyped(start, { time: '08:00' }, false)).toBeUndefined();
});

test('what somebody else wrote into the other field meanwhile stays, and a start that cannot be read is mended by a day', () => {
  expect(startTyped('2026-11-29T14:30:00+07:00', { date: '2026-12-01' }, true)).toBe('2026-12-01T14:30:00+07:00');
  expect(startTyped('soon', { date: '2026-12-01' }, true)).toBe('2026-12-01T08:00:00+07:00');
});
