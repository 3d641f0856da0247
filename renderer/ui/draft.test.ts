import { expect, test } from 'vitest';
import { pending, unwritten, type Draft } from './draft.ts';

const typed = (text: string): Draft => ({ text, written: false });
const written = (text: string): Draft => ({ text, written: true });

test('what was typed is shown until the value says the same, and then whatever the value becomes', () => {
  expect(pending(typed('Hội trường A'), 'Phòng 1')).toEqual(typed('Hội trường A'));
  expect(pending(written('Hội trường A'), 'Phòng 1')).toEqual(written('Hội trường A'));
  expect(pending(written('Hội trường A'), 'Hội trường A')).toBeNull();
  expect(pending(null, 'Hội trường B')).toBeNull();
});

test('only what was typed since is written: what somebody else changed after it stays', () => {
  expect(unwritten(typed('Hội trường A'), 'Phòng 1')).toBe('Hội trường A');
  expect(unwritten(typed('Phòng 1'), 'Phòng 1')).toBeNull();
  expect(unwritten(written('Hội trường A '), 'Hội trường B')).toBeNull();
  expect(unwritten(null, 'Hội trường B')).toBeNull();
});
