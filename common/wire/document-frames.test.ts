import fc from 'fast-check';
import { expect, it } from 'vitest';
import { decodeDocumentFrames, encodeDocumentFrames, numberedMessage, readNumbered } from './document-frames.ts';

const names = ['plan', 'floor', 'minutes', `ink/${'a'.repeat(64)}/00000000-0000-4000-8000-000000000001`];
const number = fc.integer({ min: 0, max: 2 ** 32 - 1 });

it('[DOC-1] [DOC-8] what was encoded is decoded', () => {
  const document = fc.oneof(fc.constantFrom(...names), number);
  const frame = fc.record({ document, message: fc.uint8Array({ maxLength: 300 }) });
  fc.assert(
    fc.property(fc.array(frame, { maxLength: 12 }), (frames) => {
      expect(decodeDocumentFrames(encodeDocumentFrames(frames))).toEqual(frames);
    }),
  );
});

it('[DOC-8] a number is given whole, and nothing behind it', () => {
  fc.assert(
    fc.property(number, (given) => {
      expect(readNumbered(numberedMessage(given))).toBe(given);
    }),
  );
  expect(readNumbered(Uint8Array.of(102))).toBeNull();
  expect(readNumbered(Uint8Array.of(102, 1, 1))).toBeNull();
  expect(readNumbered(Uint8Array.of(102, 255, 255, 255, 255, 255, 1))).toBeNull();
});
