import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createFrameEncoder, decodeDocumentFrames, encodeDocumentFrames } from './document-frames.ts';

const names = ['plan', 'floor', 'minutes', `ink/${'a'.repeat(64)}/00000000-0000-4000-8000-000000000001`];

it('[DOC-1] a shared encoder gives what encoding alone gives, whatever was sent before', () => {
  const pool = Array.from({ length: 6 }, (_, index) => new Uint8Array(index).fill(index));
  const frame = fc.record({ document: fc.constantFrom(...names), message: fc.constantFrom(...pool) });
  fc.assert(
    fc.property(fc.array(fc.array(frame, { maxLength: 5 }), { maxLength: 12 }), (sendings) => {
      const encode = createFrameEncoder();
      for (const frames of sendings) {
        expect(encode(frames)).toEqual(encodeDocumentFrames(frames));
        expect(decodeDocumentFrames(encode(frames))).toEqual(frames);
      }
    }),
  );
});

it('[DOC-5] links that are sent the same share one buffer', () => {
  const encode = createFrameEncoder();
  const [a, b, c] = [Uint8Array.of(0, 2, 1), Uint8Array.of(0, 2, 2), Uint8Array.of(0, 2, 3)];
  const of = (...messages: Uint8Array[]) => encode(messages.map((message) => ({ document: 'plan', message })));
  expect(of(a, b, c)).toBe(of(a, b, c));
  expect(of(a)).toBe(of(a));
  expect(of(a, c)).not.toBe(of(a, b));
  expect(of(b, c)).not.toEqual(of(a, c));
});
