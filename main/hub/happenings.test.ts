import fc from 'fast-check';
import { expect, it } from 'vitest';
import { encodeDocumentFrames } from '../../common/wire/document-frames.ts';
import { createHappenings, type Happening } from './happenings.ts';

const documents = ['plan', 'floor', `ink/${'a'.repeat(64)}/00000000-0000-4000-8000-000000000001`].map(
  (name, index) => ({
    name,
    number: index + 1,
  }),
);
const speakers = [{}, {}, {}];

const happening = fc.record({
  document: fc.constantFrom(...documents),
  message: fc.uint8Array({ minLength: 1, maxLength: 40 }),
  by: fc.constantFrom(...speakers, null),
  live: fc.boolean(),
});

it('[DOC-5] every link is sent exactly what it follows and did not say itself, in order, whoever else asks', () => {
  const listener = fc.record({ self: fc.constantFrom(...speakers), follows: fc.subarray(documents) });
  fc.assert(
    fc.property(fc.array(happening, { maxLength: 30 }), fc.array(listener), (happened, listeners) => {
      const happenings = createHappenings();
      for (const one of happened) happenings.add(one);
      const windows = happenings.take();
      for (const { self, follows } of listeners) {
        const wants = (one: Happening) => one.by !== self && follows.some((document) => document === one.document);
        const sent = Buffer.concat(windows.flatMap((window) => window.frameOf(wants)));
        const expected = encodeDocumentFrames(
          happened.filter(wants).map(({ document: { number }, message }) => ({ document: number, message })),
        );
        expect(new Uint8Array(sent)).toEqual(expected);
      }
      expect(happenings.take()).toEqual([]);
    }),
  );
});

it('[DOC-5] all links are sent parts of one buffer', () => {
  const happenings = createHappenings();
  const document = { name: 'plan', number: 1 };
  for (const by of speakers) happenings.add({ document, message: Uint8Array.of(0, 2, 1), by, live: false });
  const [window] = happenings.take();
  const buffers = [{}, ...speakers].map((self) =>
    window?.frameOf((one) => one.by !== self).map(({ buffer }) => buffer),
  );
  expect(buffers.map((parts) => parts?.length)).toEqual([1, 1, 2, 1]);
  expect(new Set(buffers.flat()).size).toBe(1);
});

it('[DOC-5] large changes at one moment are not put into one message', () => {
  const happenings = createHappenings();
  const message = new Uint8Array(400_000);
  for (let count = 0; count < 5; count++)
    happenings.add({ document: { name: 'minutes', number: 1 }, message, by: null, live: false });
  expect(happenings.take().map(({ all }) => all.length)).toEqual([2, 2, 1]);
});
