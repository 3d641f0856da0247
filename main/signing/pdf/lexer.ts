import { PdfError } from './errors.ts';
import type { PdfDict, PdfObject, PdfStream, PdfString } from './objects.ts';

const MAX_DEPTH = 100;
const MAX_STRING = 8 * 1024 * 1024;

const WHITE = new Uint8Array(256);
for (const byte of [0, 9, 10, 12, 13, 32]) WHITE[byte] = 1;
const DELIMITER = new Uint8Array(256);
for (const char of '()<>[]{}/%') DELIMITER[char.charCodeAt(0)] = 1;

export const isWhite = (byte: number | undefined): boolean => byte !== undefined && WHITE[byte] === 1;
const isRegular = (byte: number | undefined): boolean =>
  byte !== undefined && WHITE[byte] === 0 && DELIMITER[byte] === 0;
const isDigit = (byte: number | undefined): boolean => byte !== undefined && byte >= 0x30 && byte <= 0x39;

function hexDigit(byte: number | undefined): number {
  if (byte === undefined) return -1;
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  if (byte >= 0x41 && byte <= 0x46) return byte - 0x37;
  if (byte >= 0x61 && byte <= 0x66) return byte - 0x57;
  return -1;
}

/** Gives the value of an indirect `/Length`; throws PdfError where there is none. */
export type LengthOf = (num: number, gen: number) => number;

export interface IndirectObject {
  readonly num: number;
  readonly gen: number;
  readonly value: PdfObject;
  /** From the object number to the end of `endobj`. */
  readonly start: number;
  readonly end: number;
}

/** Reads objects out of bytes, strictly: whatever the syntax (ISO 32000-2, 7.2 and 7.3) does not allow is a PdfError. */
export class Lexer {
  readonly bytes: Uint8Array;
  position: number;

  constructor(bytes: Uint8Array, position = 0) {
    this.bytes = bytes;
    this.position = position;
  }

  fail(detail: string): never {
    throw new PdfError('pdf-syntax', detail, this.position);
  }

  skipWhite(): void {
    const { bytes } = this;
    for (;;) {
      while (isWhite(bytes[this.position])) this.position++;
      if (bytes[this.position] !== 0x25) return;
      while (this.position < bytes.length && bytes[this.position] !== 10 && bytes[this.position] !== 13)
        this.position++;
    }
  }

  /** Whether the keyword stands here; it is consumed if so. */
  accept(keyword: string): boolean {
    for (let i = 0; i < keyword.length; i++) if (this.bytes[this.position + i] !== keyword.charCodeAt(i)) return false;
    if (isRegular(this.bytes[this.position + keyword.length])) return false;
    this.position += keyword.length;
    return true;
  }

  expect(keyword: string): void {
    if (!this.accept(keyword)) this.fail(`'${keyword}' expected`);
  }

  /** A non-negative integer without sign. */
  unsigned(): number {
    const from = this.position;
    let value = 0;
    while (isDigit(this.bytes[this.position])) {
      value = value * 10 + this.bytes[this.position]! - 0x30;
      this.position++;
      if (this.position - from > 15) this.fail('integer too long');
    }
    if (this.position === from || isRegular(this.bytes[this.position])) this.fail('integer expected');
    return value;
  }

  object(depth = 0): PdfObject {
    if (depth > MAX_DEPTH) this.fail('nested too deep');
    this.skipWhite();
    const byte = this.bytes[this.position];
    switch (byte) {
      case undefined:
        return this.fail('unexpected end');
      case 0x2f:
        return { kind: 'name', name: this.name() };
      case 0x28:
        return this.literalString();
      case 0x3c:
        return this.bytes[this.position + 1] === 0x3c ? this.dict(depth) : this.hexString();
      case 0x5b:
        return this.array(depth);
      case 0x74:
        this.expect('true');
        return true;
      case 0x66:
        this.expect('false');
        return false;
      case 0x6e:
        this.expect('null');
        return null;
      default:
        return this.numberOrRef();
    }
  }

  private numberOrRef(): PdfObject {
    const value = this.number();
    if (!Number.isInteger(value) || value <= 0) return value;
    const after = this.position;
    if (!isWhite(this.bytes[after])) return value;
    this.skipWhite();
    const generation = this.position;
    while (isDigit(this.bytes[this.position]) && this.position - generation < 6) this.position++;
    if (this.position > generation && isWhite(this.bytes[this.position])) {
      const gen = Number(this.ascii(generation, this.position));
      this.skipWhite();
      if (this.accept('R')) return { kind: 'ref', num: value, gen };
    }
    this.position = after;
    return value;
  }

  private number(): number {
    const from = this.position;
    let digits = 0;
    let dots = 0;
    if (this.bytes[from] === 0x2b || this.bytes[from] === 0x2d) this.position++;
    for (;;) {
      const byte = this.bytes[this.position];
      if (isDigit(byte)) digits++;
      else if (byte === 0x2e) dots++;
      else break;
      this.position++;
    }
    if (digits === 0 || dots > 1 || digits > 40 || isRegular(this.bytes[this.position])) {
      this.position = from;
      this.fail('not an object');
    }
    return Number(this.ascii(from, this.position));
  }

  private ascii(from: number, to: number): string {
    let text = '';
    for (let i = from; i < to; i++) text += String.fromCharCode(this.bytes[i]!);
    return text;
  }

  private name(): string {
    this.position++;
    const from = this.position;
    while (isRegular(this.bytes[this.position])) this.position++;
    if (this.position - from > 1024) this.fail('name too long');
    const text = this.ascii(from, this.position);
    if (!text.includes('#')) return text;
    return text.replace(/#(..?)?/g, (_, digits: string | undefined) => {
      if (digits === undefined || !/^[0-9a-fA-F]{2}$/.test(digits) || digits === '00') this.fail('bad # in a name');
      return String.fromCharCode(Number.parseInt(digits, 16));
    });
  }

  private literalString(): PdfString {
    const { bytes } = this;
    const start = this.position++;
    const out: number[] = [];
    let open = 1;
    for (;;) {
      const byte = bytes[this.position++];
      if (byte === undefined || out.length > MAX_STRING) this.fail('string without end');
      if (byte === 0x28) open++;
      else if (byte === 0x29 && --open === 0) break;
      if (byte === 0x5c) this.escape(out);
      else if (byte === 13) {
        if (bytes[this.position] === 10) this.position++;
        out.push(10);
      } else out.push(byte);
    }
    return { kind: 'string', bytes: Uint8Array.from(out), start, end: this.position };
  }

  private escape(out: number[]): void {
    const { bytes } = this;
    const byte = bytes[this.position++];
    if (byte === undefined) this.fail('string without end');
    const simple = 'nrtbf'.indexOf(String.fromCharCode(byte));
    if (simple >= 0) out.push([10, 13, 9, 8, 12][simple]!);
    else if (byte >= 0x30 && byte <= 0x37) {
      let value = byte - 0x30;
      for (let i = 0; i < 2; i++) {
        const next = bytes[this.position]!;
        if (!(next >= 0x30 && next <= 0x37)) break;
        value = value * 8 + next - 0x30;
        this.position++;
      }
      out.push(value & 0xff);
    } else if (byte === 13) {
      if (bytes[this.position] === 10) this.position++;
    } else if (byte !== 10) out.push(byte);
  }

  private hexString(): PdfString {
    const { bytes } = this;
    const start = this.position++;
    const found = bytes.indexOf(0x3e, start);
    const end = found < 0 ? bytes.length : found;
    if (end >= bytes.length) this.fail('hex string without end');
    // Signatures are tens of thousands of digits, and each is read several times.
    const plain = Buffer.from(bytes.buffer, bytes.byteOffset + start + 1, end - start - 1).toString('latin1');
    if (plain.length % 2 === 0 && /^[0-9a-fA-F]*$/.test(plain)) {
      this.position = end + 1;
      return { kind: 'string', bytes: Buffer.from(plain, 'hex'), start, end: end + 1 };
    }
    const out = new Uint8Array((end - this.position + 1) >> 1);
    let count = 0;
    for (; this.position < end; this.position++) {
      const byte = bytes[this.position]!;
      if (isWhite(byte)) continue;
      const digit = hexDigit(byte);
      if (digit < 0) this.fail('not a hex digit');
      out[count >> 1]! |= count % 2 === 0 ? digit << 4 : digit;
      count++;
    }
    this.position = end + 1;
    return { kind: 'string', bytes: out.subarray(0, (count + 1) >> 1), start, end: end + 1 };
  }

  private array(depth: number): PdfObject {
    this.position++;
    const items: PdfObject[] = [];
    for (;;) {
      this.skipWhite();
      if (this.bytes[this.position] === 0x5d) break;
      items.push(this.object(depth + 1));
    }
    this.position++;
    return { kind: 'array', items };
  }

  dict(depth = 0): PdfDict {
    if (this.bytes[this.position] !== 0x3c || this.bytes[this.position + 1] !== 0x3c) this.fail('dictionary expected');
    this.position += 2;
    const entries = new Map<string, PdfObject>();
    for (;;) {
      this.skipWhite();
      if (this.bytes[this.position] === 0x3e) break;
      if (this.bytes[this.position] !== 0x2f) this.fail('key expected');
      const key = this.name();
      // Readers differ in which of two equal keys they take; a document that depends on it can't be judged.
      if (entries.has(key)) this.fail(`key /${key} twice`);
      entries.set(key, this.object(depth + 1));
    }
    if (this.bytes[this.position + 1] !== 0x3e) this.fail("'>>' expected");
    this.position += 2;
    return { kind: 'dict', entries };
  }

  /** `num gen obj … endobj` at the current position. */
  indirect(lengthOf: LengthOf): IndirectObject {
    const start = this.position;
    const num = this.unsigned();
    this.skipWhite();
    const gen = this.unsigned();
    this.skipWhite();
    this.expect('obj');
    let value = this.object();
    this.skipWhite();
    if (typeof value === 'object' && value?.kind === 'dict' && this.accept('stream'))
      value = this.streamBody(value, lengthOf);
    this.skipWhite();
    this.expect('endobj');
    return { num, gen, value, start, end: this.position };
  }

  private streamBody(streamDict: PdfDict, lengthOf: LengthOf): PdfStream {
    const { bytes } = this;
    if (bytes[this.position] === 13 && bytes[this.position + 1] === 10) this.position += 2;
    else if (bytes[this.position] === 10) this.position++;
    else this.fail("line end expected after 'stream'");
    const declared = streamDict.entries.get('Length');
    const from = this.position;
    const length =
      typeof declared === 'object' && declared?.kind === 'ref' ? lengthOf(declared.num, declared.gen) : declared;
    if (typeof length !== 'number' || !Number.isInteger(length) || length < 0 || from + length > bytes.length)
      this.fail('bad stream length');
    this.position = from + length;
    while (isWhite(bytes[this.position]) && this.position < from + length + 2) this.position++;
    this.expect('endstream');
    return { kind: 'stream', dict: streamDict, data: bytes.subarray(from, from + length) };
  }
}
