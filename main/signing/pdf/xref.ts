import { PdfError } from './errors.ts';
import { decodeStream } from './filters.ts';
import { Lexer } from './lexer.ts';
import type { PdfDict, PdfObject } from './objects.ts';
import { isArray, isName, isStream } from './objects.ts';

const MAX_SECTIONS = 512;
const MAX_OBJECTS = 1_000_000;

export type XrefEntry =
  | { readonly kind: 'free' }
  | { readonly kind: 'offset'; readonly offset: number; readonly gen: number }
  | { readonly kind: 'compressed'; readonly container: number; readonly index: number };

/** One cross-reference table or stream with its trailer: one revision of the file (linearised files have two). */
export interface XrefSection {
  readonly kind: 'table' | 'stream';
  readonly offset: number;
  /** After the trailer dictionary or the stream's `endobj`. */
  readonly end: number;
  readonly entries: ReadonlyMap<number, XrefEntry>;
  readonly trailer: PdfDict;
  /** The object number of a cross-reference stream. */
  readonly streamObject: number | undefined;
  /** Has an `/XRefStm`: readers disagree about such files, so nothing of the kind may follow a signature. */
  readonly hybrid: boolean;
}

function offsetOf(value: PdfObject | undefined, bytes: Uint8Array): number | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0 || value >= bytes.length)
    throw new PdfError('pdf-xref', 'offset of a cross-reference section');
  return value;
}

function readTable(bytes: Uint8Array, offset: number): XrefSection {
  const lexer = new Lexer(bytes, offset);
  const entries = new Map<number, XrefEntry>();
  lexer.expect('xref');
  for (;;) {
    lexer.skipWhite();
    if (lexer.accept('trailer')) break;
    const first = lexer.unsigned();
    lexer.skipWhite();
    const count = lexer.unsigned();
    if (first + count > MAX_OBJECTS) throw new PdfError('pdf-too-large', 'too many objects', offset);
    for (let num = first; num < first + count; num++) {
      lexer.skipWhite();
      const position = lexer.unsigned();
      lexer.skipWhite();
      const gen = lexer.unsigned();
      lexer.skipWhite();
      if (entries.has(num)) throw new PdfError('pdf-xref', `object ${num} twice in one table`, offset);
      if (lexer.accept('f')) entries.set(num, { kind: 'free' });
      else {
        lexer.expect('n');
        entries.set(num, { kind: 'offset', offset: position, gen });
      }
    }
  }
  lexer.skipWhite();
  const trailer = lexer.dict();
  const hybrid = offsetOf(trailer.entries.get('XRefStm'), bytes);
  const end = lexer.position;
  if (hybrid !== undefined) {
    // 7.5.8.4: objects hidden from old readers are free in the table and found in the stream.
    for (const [num, entry] of readStream(bytes, hybrid).entries)
      if ((entries.get(num) ?? { kind: 'free' }).kind === 'free') entries.set(num, entry);
  }
  return { kind: 'table', offset, end, entries, trailer, streamObject: undefined, hybrid: hybrid !== undefined };
}

function integers(value: PdfObject | undefined): number[] {
  if (!isArray(value)) throw new PdfError('pdf-xref', 'array of integers expected');
  return value.items.map((item) => {
    if (typeof item !== 'number' || !Number.isInteger(item) || item < 0)
      throw new PdfError('pdf-xref', 'array of integers expected');
    return item;
  });
}

function readStream(bytes: Uint8Array, offset: number): XrefSection {
  const lexer = new Lexer(bytes, offset);
  const object = lexer.indirect(() => {
    throw new PdfError('pdf-xref', 'indirect length of a cross-reference stream', offset);
  });
  const { value } = object;
  if (!isStream(value) || !isName(value.dict.entries.get('Type'), 'XRef'))
    throw new PdfError('pdf-xref', 'no cross-reference stream', offset);
  const trailer = value.dict;
  const data = decodeStream(value);
  const widths = integers(trailer.entries.get('W'));
  const [w0, w1, w2] = widths;
  if (widths.length !== 3 || widths.some((width) => width > 6)) throw new PdfError('pdf-xref', 'widths', offset);
  const row = w0! + w1! + w2!;
  const size = trailer.entries.get('Size');
  if (typeof size !== 'number' || row === 0) throw new PdfError('pdf-xref', 'size', offset);
  const index = trailer.entries.has('Index') ? integers(trailer.entries.get('Index')) : [0, size];
  const entries = new Map<number, XrefEntry>();
  let at = 0;
  const field = (width: number, fallback: number): number => {
    if (width === 0) return fallback;
    let number = 0;
    for (let i = 0; i < width; i++) number = number * 256 + data[at++]!;
    return number;
  };
  for (let i = 0; i + 1 < index.length; i += 2) {
    const first = index[i]!;
    const count = index[i + 1]!;
    if (first + count > MAX_OBJECTS) throw new PdfError('pdf-too-large', 'too many objects', offset);
    if (at + count * row > data.length) throw new PdfError('pdf-xref', 'stream too short', offset);
    for (let num = first; num < first + count; num++) {
      if (entries.has(num)) throw new PdfError('pdf-xref', `object ${num} twice in one stream`, offset);
      const type = field(w0!, 1);
      const second = field(w1!, 0);
      const third = field(w2!, 0);
      if (type === 0) entries.set(num, { kind: 'free' });
      else if (type === 1) entries.set(num, { kind: 'offset', offset: second, gen: third });
      else if (type === 2) entries.set(num, { kind: 'compressed', container: second, index: third });
      else throw new PdfError('pdf-xref', 'unknown entry type', offset);
    }
  }
  if (at !== data.length || index.length % 2 !== 0) throw new PdfError('pdf-xref', 'stream too long', offset);
  return { kind: 'stream', offset, end: object.end, entries, trailer, streamObject: object.num, hybrid: false };
}

export interface XrefChain {
  /** Newest first. */
  readonly sections: readonly XrefSection[];
  /** After the last `%%EOF` and its line end. */
  readonly end: number;
}

/** Follows `startxref` at the end of the bytes and every `/Prev`. After `%%EOF` there may be white space only. */
export function readXrefChain(bytes: Uint8Array): XrefChain {
  const from = Math.max(0, bytes.length - 2048);
  const at = Buffer.from(bytes.buffer, bytes.byteOffset + from, bytes.length - from).lastIndexOf('startxref');
  if (at < 0) throw new PdfError('pdf-xref', 'no startxref at the end');
  const lexer = new Lexer(bytes, from + at);
  const startxref = lexer.position;
  lexer.expect('startxref');
  while (lexer.bytes[lexer.position] === 13 || lexer.bytes[lexer.position] === 10 || lexer.bytes[lexer.position] === 32)
    lexer.position++;
  const first = lexer.unsigned();
  while (lexer.bytes[lexer.position] === 13 || lexer.bytes[lexer.position] === 10 || lexer.bytes[lexer.position] === 32)
    lexer.position++;
  lexer.expect('%%EOF');
  if (lexer.bytes[lexer.position] === 13) lexer.position++;
  if (lexer.bytes[lexer.position] === 10) lexer.position++;
  const { position: end } = lexer;
  lexer.skipWhite();
  if (lexer.position < bytes.length) throw new PdfError('pdf-xref', 'bytes after the end of the file', lexer.position);

  const sections: XrefSection[] = [];
  const seen = new Set<number>();
  let objects = 0;
  for (let offset: number | undefined = offsetOf(first, bytes); offset !== undefined;) {
    if (seen.has(offset)) throw new PdfError('pdf-xref', '/Prev in a circle', offset);
    if (seen.size >= MAX_SECTIONS) throw new PdfError('pdf-too-large', 'too many revisions', offset);
    seen.add(offset);
    const section = bytes[offset] === 0x78 ? readTable(bytes, offset) : readStream(bytes, offset);
    objects += section.entries.size;
    if (objects > MAX_OBJECTS) throw new PdfError('pdf-too-large', 'too many objects', offset);
    sections.push(section);
    offset = offsetOf(section.trailer.entries.get('Prev'), bytes);
  }
  if (sections[0]!.end > startxref) throw new PdfError('pdf-xref', 'startxref inside a section', startxref);
  return { sections, end };
}
