import { expect, test } from 'vitest';
import { createBusSeal } from './bus-seal.ts';

const text = Buffer.from('phiếu của đại biểu');

test('[RELAY-5] relays of one identity read each other, nobody else reads or writes', () => {
  const one = createBusSeal('khóa riêng');
  const other = createBusSeal('khóa riêng');
  const stranger = createBusSeal('khóa khác');
  const sealed = one.seal('cuộc họp', text);
  expect(Buffer.from(sealed).includes(text)).toBe(false);
  expect(other.open('cuộc họp', sealed)).toEqual(text);
  expect(other.open('cuộc họp khác', sealed)).toBeNull();
  expect(stranger.open('cuộc họp', sealed)).toBeNull();
  expect(other.open('cuộc họp', stranger.seal('cuộc họp', text))).toBeNull();
});

test('[RELAY-5] no altered byte is accepted, and the same message never looks the same', () => {
  const seal = createBusSeal('khóa riêng');
  const sealed = seal.seal('a', text);
  expect(Buffer.from(sealed).equals(seal.seal('a', text))).toBe(false);
  for (let at = 0; at < sealed.byteLength; at++) {
    const altered = Uint8Array.from(sealed);
    altered[at] = (altered[at] ?? 0) ^ 1;
    expect(seal.open('a', altered)).toBeNull();
  }
  for (let length = 0; length < sealed.byteLength; length++)
    expect(seal.open('a', sealed.subarray(0, length))).toBeNull();
});
