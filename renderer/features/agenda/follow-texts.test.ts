import fc from 'fast-check';
import { expect, test } from 'vitest';
import { followTexts } from './follow-texts.ts';

const keysAfter = (before: readonly string[], after: readonly string[]) => followTexts(after, followTexts(before)).keys;

test('a text keeps its key when another is removed, added or changed, and when it changes itself', () => {
  expect(keysAfter(['a', 'b', 'c'], ['b', 'c'])).toEqual([1, 2]);
  expect(keysAfter(['a', 'b'], ['a', 'b', ''])).toEqual([0, 1, 2]);
  expect(keysAfter(['a', 'b', 'c'], ['a', 'x', 'c'])).toEqual([0, 1, 2]);
  expect(keysAfter(['', 'x', ''], ['x', 'x', ''])).toEqual([0, 1, 2]);
});

test('one that went and one that came in the same change are told apart', () => {
  expect(keysAfter(['a', 'b'], ['b', 'c'])).toEqual([1, 2]);
  expect(keysAfter(['a', 'b', 'c', 'd'], ['b', 'x', 'd', 'e'])).toEqual([1, 2, 3, 4]);
});

test('keys are never given twice, and nothing changes while the texts are the same', () => {
  const texts = fc.array(fc.constantFrom('', 'a', 'b', 'c'), { maxLength: 8 });
  fc.assert(
    fc.property(fc.array(texts, { maxLength: 8 }), (course) => {
      let keyed = followTexts([]);
      for (const list of course) {
        keyed = followTexts(list, keyed);
        expect(keyed.keys).toHaveLength(list.length);
        expect(new Set(keyed.keys).size).toBe(list.length);
        expect(keyed.keys.every((key) => key < keyed.next)).toBe(true);
        expect(followTexts([...list], keyed)).toBe(keyed);
      }
    }),
  );
});
