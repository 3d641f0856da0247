import { expect, it } from 'vitest';
import { pauseOf } from './paper-pause.ts';

it('papers wait on a metered network until the person says otherwise for the meeting', () => {
  expect(pauseOf(undefined, 'auto', true)).toBe('metered');
  expect(pauseOf(undefined, 'auto', false)).toBe(null);
  expect(pauseOf(undefined, 'auto', null)).toBe(null);
  expect(pauseOf(undefined, 'yes', false)).toBe('metered');
  expect(pauseOf(undefined, 'no', true)).toBe(null);
  expect(pauseOf('fetch', 'yes', true)).toBe(null);
  expect(pauseOf('pause', 'no', false)).toBe('asked');
});
