import fc from 'fast-check';
import { expect, it } from 'vitest';
import { decodeDocumentFrames, encodeDocumentFrames } from './document-frames.ts';

const names = ['plan', 'floor', 'minutes', `ink/${'a'.repeat(64)}/00000000-0000-4000-8000-000000000001`];

it('[DOC-1] what was encoded is decoded', () => {
  const frame = fc.record({ document: fc.constantFrom(...names), message: fc.uint8Array({ maxLength: 300 }) });
  fc.assert(
    fc.property(fc.array(frame, { maxLength: 12 }), (frames) => {
      expect(decodeDocumentFrames(encodeDocumentFrames(frames))).toEqual(frames);
    }),
  );
});
