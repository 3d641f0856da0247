import fc from 'fast-check';
import { expect, it } from 'vitest';
import * as Y from 'yjs';
import { replaceText } from './replace-text.ts';

it('makes any text into any other, for everybody', () => {
  const text = fc.string({ unit: 'binary', maxLength: 30 }).filter((value) => value.isWellFormed());
  fc.assert(
    fc.property(text, text, (before, after) => {
      const doc = new Y.Doc();
      const other = new Y.Doc();
      replaceText(doc.getText('t'), before);
      replaceText(doc.getText('t'), after);
      Y.applyUpdate(other, Y.encodeStateAsUpdate(doc));
      expect(other.getText('t').toString()).toBe(after);
    }),
  );
});
