import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { decodeDocumentFrames, encodeDocumentFrames } from './document-frames.ts';
import { createPacking, MAX_PACKED } from './packed-control.ts';

const packing = createPacking({
  deflate: (bytes) => deflateRawSync(bytes),
  inflate: (bytes) => inflateRawSync(bytes, { maxOutputLength: MAX_PACKED }),
});
const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const unpacked = (frame: Uint8Array): string | null => packing.unpack(decodeDocumentFrames(frame) ?? []);

it('[LINK-5] from 1 KiB to 512 KiB of JSON a control message goes packed, and comes out as it went in', () => {
  for (const [text, packs] of [
    ['x'.repeat(1023), false],
    ['Sông Mã '.repeat(128), true],
    ['x'.repeat(MAX_PACKED), true],
    ['x'.repeat(MAX_PACKED + 1), false],
  ] as const) {
    const frame = packing.pack(bytesOf(text));
    expect(frame !== null).toBe(packs);
    if (frame) expect(unpacked(frame)).toBe(text);
  }
});

it('[LINK-5] is packed once for all who are sent the same bytes', () => {
  const json = bytesOf('x'.repeat(2000));
  expect(packing.pack(json)).toBe(packing.pack(json));
});

it('[LINK-5] what unpacks to more, to nothing or not at all is no message', () => {
  const framed = (message: Uint8Array) => encodeDocumentFrames([{ document: 0, message }]);
  for (const message of [
    deflateRawSync(Buffer.alloc(MAX_PACKED + 1)),
    deflateRawSync(Buffer.alloc(0)),
    deflateRawSync(Buffer.alloc(5000)).subarray(0, 9),
    bytesOf('no DEFLATE at all'),
    // Empty blocks, and one with a line in it.
    Buffer.concat([Buffer.alloc(MAX_PACKED, Buffer.of(0, 0, 0, 0xff, 0xff)), deflateRawSync(bytesOf('{}'))]),
  ])
    expect(unpacked(framed(message))).toBe('');
  const twice = { document: 0, message: deflateRawSync(Buffer.alloc(5000)) };
  expect(packing.unpack([twice, twice])).toBe('');
  expect(packing.unpack([{ document: 1, message: twice.message }])).toBeNull();
  expect(packing.unpack([])).toBeNull();
});
