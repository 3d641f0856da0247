import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findMatches, foldText } from './fold-text.ts';

const found = (text: string, query: string): string[] =>
  findMatches(foldText(text), query, 100).map(({ start, end }) => text.slice(start, end));

describe('search without diacritics', () => {
  it('finds Vietnamese however it is typed', () => {
    expect(found('Điều 12. Ủy ban nhân dân phường', 'dieu 12')).toEqual(['Điều 12']);
    expect(found('Ủy ban và uỷ ban và Uy Ban', 'ủy ban')).toEqual(['Ủy ban', 'uỷ ban', 'Uy Ban']);
    expect(found('đường', 'duong')).toEqual(['đường']);
    expect(found('duong', 'đường')).toEqual(['duong']);
    expect(found('ĐẠI BIỂU', 'đại biểu')).toEqual(['ĐẠI BIỂU']);
  });

  it('finds decomposed text and covers its marks', () => {
    const text = 'Hội nghị đại biểu'.normalize('NFD');
    expect(found(text, 'nghi dai')).toEqual(['nghị đại'.normalize('NFD')]);
    expect(found(text, 'bieu').map((match) => match.normalize('NFC'))).toEqual(['biểu']);
  });

  it('takes any white space for one space', () => {
    expect(found('Nghị quyết\n   số  7', 'quyết số 7')).toEqual(['quyết\n   số  7']);
    expect(found('abc', '   ')).toEqual([]);
    expect(found('abc', '')).toEqual([]);
  });

  it('finds every piece of a text in that text', () => {
    const vietnamese = fc.string({ unit: fc.constantFrom(...'aàảãáạăắđĐêềơƯứ nghịth  .12\n'), maxLength: 60 });
    fc.assert(
      fc.property(vietnamese, fc.nat(60), fc.nat(12), (text, at, length) => {
        const piece = text.slice(at, at + length);
        const matches = found(text, piece);
        if (piece.trim() !== '') expect(matches.length).toBeGreaterThan(0);
        for (const match of matches) {
          expect(foldText(match).text.trim()).toBe(foldText(piece).text.trim());
        }
      }),
    );
  });

  it('stops at the limit', () => {
    expect(findMatches(foldText('a'.repeat(1000)), 'a', 10)).toHaveLength(10);
  });
});
