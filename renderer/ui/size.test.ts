import { expect, it } from 'vitest';
import { percentText, shareOf } from './size.ts';

it('a share is told of what has come in part, and never as none of a file that is under way', () => {
  expect(shareOf({ have: 0, size: 400_000 })).toBe(null);
  expect(shareOf({ have: 0, size: 0 })).toBe(null);
  expect(percentText(shareOf({ have: 1_048_576, size: 3_000_000 }) ?? 0, 'vi')).toBe('35%');
});
