import { expect, it } from 'vitest';
import { matchesOnPage, pageText } from './paper-text.ts';

const piece = (str: string, y: number, hasEOL = false) => ({ str, hasEOL, transform: [1, 0, 0, 1, 0, y] });
const text = pageText(
  [piece('Hội đồng', 90), piece('', 90), piece(' nhân', 90, true), piece('dân xã Đông Sơn', 70), piece('', 70)],
  (_x, y) => 1 - y / 100,
);

it('finds a phrase across pieces and lines and says which parts of them to mark', () => {
  const [match, ...more] = matchesOnPage(4, text, 'hoi dong nhan dan', 10);
  expect(more).toEqual([]);
  expect(match?.page).toBe(4);
  expect(match?.pieces).toEqual([
    { piece: 0, start: 0, end: 8 },
    { piece: 2, start: 0, end: 6 },
    { piece: 3, start: 0, end: 3 },
  ]);
  expect(match?.height).toBeCloseTo(0.1);
});

it('finds a word inside one piece', () => {
  const [match] = matchesOnPage(1, text, 'đông sơn', 10);
  expect(match?.pieces).toEqual([{ piece: 3, start: 7, end: 15 }]);
  expect(match?.height).toBeCloseTo(0.3);
  expect(matchesOnPage(1, text, 'khong co', 10)).toEqual([]);
});
