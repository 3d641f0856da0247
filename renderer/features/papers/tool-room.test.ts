import { expect, it } from 'vitest';
import { arrangeTools, type SpareTool } from './tool-room.ts';

const SPARE: readonly SpareTool[] = [
  { id: 'fit', group: 'reading' },
  { id: 'notes', group: 'overlay' },
  { id: 'thumbnails', group: 'reading' },
];

it('keeps one row while the tools that must be seen fit, and fills what is left with the most wanted', () => {
  expect(arrangeTools(1000, { reading: 400, overlay: 500, words: 0 }, SPARE)).toEqual({
    rows: 1,
    shown: new Set(['fit', 'notes']),
    words: true,
  });
  expect(arrangeTools(900, { reading: 400, overlay: 500, words: 0 }, SPARE)).toEqual({
    rows: 1,
    shown: new Set(),
    words: true,
  });
});

it('takes two rows when one is too narrow, each with its own room', () => {
  expect(arrangeTools(660, { reading: 600, overlay: 650, words: 0 }, SPARE)).toEqual({
    rows: 2,
    shown: new Set(['fit']),
    words: true,
  });
  expect(arrangeTools(700, { reading: 600, overlay: 650, words: 0 }, SPARE)).toEqual({
    rows: 2,
    shown: new Set(['fit', 'notes', 'thumbnails']),
    words: true,
  });
});

it('a row without room shows none of them', () => {
  expect(arrangeTools(300, { reading: 400, overlay: 500, words: 0 }, SPARE)).toEqual({
    rows: 2,
    shown: new Set(),
    words: false,
  });
});

it('gives the words of the button for presenting room before any spare tool, but no second row', () => {
  const widths = { reading: 400, overlay: 500, words: 100 };
  expect(arrangeTools(1020, widths, SPARE)).toEqual({ rows: 1, shown: new Set(), words: true });
  expect(arrangeTools(990, widths, SPARE)).toEqual({ rows: 1, shown: new Set(['fit', 'notes']), words: false });
});
