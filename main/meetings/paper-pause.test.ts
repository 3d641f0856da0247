import { expect, it } from 'vitest';
import { isMetered, pauseOf } from './paper-pause.ts';

it('papers wait on a metered network until the person says otherwise for the meeting', () => {
  expect(pauseOf(undefined, true)).toBe('metered');
  expect(pauseOf(undefined, false)).toBe(null);
  expect(pauseOf('fetch', true)).toBe(null);
  expect(pauseOf('pause', false)).toBe('asked');
});

it('the setting counts more than what the system says', () => {
  expect(isMetered('auto', true)).toBe(true);
  expect(isMetered('auto', false)).toBe(false);
  expect(isMetered('auto', null)).toBe(false);
  expect(isMetered('yes', false)).toBe(true);
  expect(isMetered('no', true)).toBe(false);
});
