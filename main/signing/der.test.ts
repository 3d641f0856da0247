import { describe, expect, it } from 'vitest';
import {
  DerReader,
  TAG,
  booleanOf,
  encode,
  integer,
  integerBytes,
  namedBits,
  oid,
  oidOf,
  readDer,
  readSetOf,
  sequence,
  setOf,
  smallInteger,
  stringOf,
  timeOf,
} from './der.ts';

const hex = (text: string): Uint8Array => Buffer.from(text.replaceAll(' ', ''), 'hex');

describe('DER', () => {
  it.each([0, 1, 127, 128, 255, 256, 65535, 2 ** 31 - 1])('integer %i comes back', (value) =>
    expect(smallInteger(readDer(integer(value)))).toBe(value),
  );
  it.each(['1.2.840.113549.1.9.16.2.47', '2.5.29.15', '2.16.840.1.101.3.4.2.1', '0.9.2342', '2.999.1'])(
    'identifier %s comes back',
    (value) => expect(oidOf(readDer(oid(value)))).toBe(value),
  );
  it.each([0, 127, 128, 255, 256, 70_000])('%i bytes of content come back', (length) => {
    const value = readDer(encode(TAG.octetString, new Uint8Array(length)));
    expect(value.content).toHaveLength(length);
  });
  it('sorts a SET OF by its encodings', () => {
    expect(Buffer.from(setOf([integer(300), integer(2), integer(1)])).toString('hex')).toBe('310a0201010201020202012c');
    expect(() => readSetOf(readDer(hex('3106 020102 020101')))).toThrow('order');
  });

  it.each([
    ['nothing', ''],
    ['indefinite length', '3080 0000'],
    ['a length longer than needed', '30 81 03 020101'],
    ['a length with leading zero', '30 82 00 03 020101'],
    ['bytes after the value', '020101 00'],
    ['less than announced', '3005 020101'],
    ['a long tag', '1f8101 00'],
  ])('refuses %s', (_, bytes) => expect(() => readDer(hex(bytes))).toThrow('der:'));

  it.each([
    ['0201 00', true],
    ['0202 0001', false],
    ['0202 ffff', false],
    ['0202 0080', true],
    ['0200', false],
  ])('integer %s is well-formed: %s', (bytes, good) => {
    const read = () => integerBytes(readDer(hex(bytes)));
    if (good) expect(read()).toBeInstanceOf(Uint8Array);
    else expect(read).toThrow('der:');
  });

  it('has one way to say true', () => {
    expect(booleanOf(readDer(hex('0101ff')))).toBe(true);
    expect(() => booleanOf(readDer(hex('010101')))).toThrow('BOOLEAN');
  });
  it('reads flags, and refuses those with bits in the padding or zeros at the end', () => {
    const usage = namedBits(readDer(hex('03020106')));
    expect([0, 5, 6, 7, 8].map(usage)).toEqual([false, true, true, false, false]);
    expect(() => namedBits(readDer(hex('03020107')))).toThrow('BIT STRING');
    expect(() => namedBits(readDer(hex('03020006')))).toThrow('BIT STRING');
  });
  it('reads times with seconds and Z only', () => {
    expect(timeOf(readDer(encode(TAG.utcTime, Buffer.from('491231235959Z')))).toISOString()).toBe(
      '2049-12-31T23:59:59.000Z',
    );
    expect(timeOf(readDer(encode(TAG.utcTime, Buffer.from('500101000000Z')))).getUTCFullYear()).toBe(1950);
    for (const text of ['2611220815Z', '261122081500+0700', '261322081500Z'])
      expect(() => timeOf(readDer(encode(TAG.utcTime, Buffer.from(text))))).toThrow('time');
  });
  it('reads strings as NFC and refuses broken UTF-8', () => {
    expect(stringOf(readDer(encode(TAG.utf8String, Buffer.from('Tọa'.normalize('NFD')))))).toBe('Tọa'.normalize('NFC'));
    expect(() => stringOf(readDer(hex('0c01ff')))).toThrow('UTF8String');
  });
  it('promises that nothing is left', () => {
    const reader = new DerReader(readDer(sequence(integer(1), integer(2))), TAG.sequence);
    reader.any();
    expect(() => reader.end()).toThrow('more than expected');
  });
});
