import { createHash } from 'node:crypto';
import type { PdfDocument } from './document.ts';
import { PdfError } from './errors.ts';
import type { PdfObject } from './objects.ts';
import { array, bytesString, dict, isArray, isString, name, ref } from './objects.ts';
import type { PdfRef } from './objects.ts';

const latin1 = (text: string): Uint8Array => Buffer.from(text, 'latin1');

function numberText(value: number): string {
  if (!Number.isFinite(value)) throw new PdfError('pdf-structure', 'not a number');
  return Number.isInteger(value) ? String(value) : value.toFixed(6).replace(/\.?0+$/, '');
}

const nameText = (value: string): string =>
  `/${value.replace(/[^!-~]|[()<>[\]{}/%#]/g, (c) => `#${c.charCodeAt(0).toString(16).padStart(2, '0')}`)}`;

/** An object as PDF syntax; streams as bytes. Strings are written in hexadecimal unless they are plain ASCII. */
export function serialize(value: PdfObject): Uint8Array {
  const parts: Uint8Array[] = [];
  write(value, parts);
  return Buffer.concat(parts);
}

function write(value: PdfObject, out: Uint8Array[]): void {
  const put = (text: string): void => void out.push(latin1(text));
  if (value === null) return put('null');
  if (typeof value === 'boolean') return put(String(value));
  if (typeof value === 'number') return put(numberText(value));
  switch (value.kind) {
    case 'name':
      return put(nameText(value.name));
    case 'ref':
      return put(`${value.num} ${value.gen} R`);
    case 'string': {
      const text = Buffer.from(value.bytes).toString('latin1');
      if (!/^[\x20-\x7e]*$/.test(text)) return put(`<${Buffer.from(value.bytes).toString('hex')}>`);
      return put(`(${text.replace(/[\\()]/g, (c) => `\\${c}`)})`);
    }
    case 'array':
      put('[');
      value.items.forEach((item, i) => {
        if (i > 0) put(' ');
        write(item, out);
      });
      return put(']');
    case 'dict':
      put('<<');
      for (const [key, item] of value.entries) {
        put(` ${nameText(key)} `);
        write(item, out);
      }
      return put(' >>');
    case 'stream':
      write(value.dict, out);
      put('\nstream\n');
      out.push(value.data);
      return put('\nendstream');
  }
}

export interface Increment {
  /** What follows the file's bytes. */
  readonly bytes: Uint8Array;
  /** Where each object's value begins, as an offset in the whole file. */
  readonly valueOffsets: ReadonlyMap<number, number>;
}

/** Collects new and changed objects of one revision. */
export class IncrementWriter {
  readonly document: PdfDocument;
  private next: number;
  private readonly objects = new Map<number, { gen: number; body: Uint8Array }>();

  constructor(document: PdfDocument) {
    if (document.sections[0]!.hybrid) throw new PdfError('pdf-unsupported', 'hybrid cross-reference');
    this.document = document;
    this.next = document.nextNumber;
  }

  allocate(): PdfRef {
    return ref(this.next++);
  }

  /** Sets an object: bytes are taken as its syntax. */
  set(target: PdfRef, value: PdfObject | Uint8Array): PdfRef {
    this.objects.set(target.num, {
      gen: target.gen,
      body: value instanceof Uint8Array ? value : serialize(value),
    });
    return target;
  }

  add(value: PdfObject | Uint8Array): PdfRef {
    return this.set(this.allocate(), value);
  }

  /**
   * The bytes to append: objects, a cross-reference section of the kind the file ends with, trailer. Earlier bytes stay
   * as they are, so what was signed stays signed.
   */
  build(): Increment {
    const { document } = this;
    const base = document.bytes.length;
    const lastByte = document.bytes[base - 1];
    const parts: Uint8Array[] = lastByte === 10 || lastByte === 13 ? [] : [latin1('\n')];
    let length = parts.length;
    const put = (bytes: Uint8Array): void => {
      parts.push(bytes);
      length += bytes.length;
    };
    const offsets = new Map<number, { offset: number; gen: number }>();
    const valueOffsets = new Map<number, number>();
    for (const [num, { gen, body }] of [...this.objects].toSorted(([a], [b]) => a - b)) {
      offsets.set(num, { offset: base + length, gen });
      put(latin1(`${num} ${gen} obj\n`));
      valueOffsets.set(num, base + length);
      put(body);
      put(latin1('\nendobj\n'));
    }
    const startxref = base + length;
    if (startxref > 0xffff_ffff) throw new PdfError('pdf-too-large', 'more than 4 GiB');
    if (document.sections[0]!.kind === 'table') put(this.table(offsets, parts));
    else put(this.stream(offsets, parts, startxref));
    put(latin1(`startxref\n${startxref}\n%%EOF\n`));
    return { bytes: Buffer.concat(parts), valueOffsets };
  }

  private trailerEntries(size: number, written: Uint8Array[]): Record<string, PdfObject> {
    const old = this.document.trailer.entries;
    const entries: Record<string, PdfObject> = {
      Size: size,
      Root: this.document.catalogRef,
      Prev: this.document.sections[0]!.offset,
    };
    const info = old.get('Info');
    if (info !== undefined) entries['Info'] = info;
    const id = this.document.arrayOf(old.get('ID'))?.items[0];
    if (isString(id)) {
      const hash = createHash('sha256').update(String(this.document.bytes.length));
      for (const part of written) hash.update(part);
      entries['ID'] = array(bytesString(id.bytes), bytesString(hash.digest().subarray(0, 16)));
    }
    return entries;
  }

  private table(offsets: Map<number, { offset: number; gen: number }>, written: Uint8Array[]): Uint8Array {
    let text = 'xref\n';
    for (const [first, count] of runs([...offsets.keys()])) {
      text += `${first} ${count}\n`;
      for (let num = first; num < first + count; num++) {
        const { offset, gen } = offsets.get(num)!;
        text += `${String(offset).padStart(10, '0')} ${String(gen).padStart(5, '0')} n\r\n`;
      }
    }
    const trailer = serialize(dict(this.trailerEntries(this.next, written)));
    return Buffer.concat([latin1(text), latin1('trailer\n'), trailer, latin1('\n')]);
  }

  private stream(
    offsets: Map<number, { offset: number; gen: number }>,
    written: Uint8Array[],
    startxref: number,
  ): Uint8Array {
    const self = this.allocate();
    const all = new Map(offsets).set(self.num, { offset: startxref, gen: 0 });
    const rows = Buffer.alloc(7 * all.size);
    const index: number[] = [];
    let at = 0;
    for (const [first, count] of runs([...all.keys()])) {
      index.push(first, count);
      for (let num = first; num < first + count; num++, at += 7) {
        const { offset, gen } = all.get(num)!;
        rows.writeUInt8(1, at);
        rows.writeUInt32BE(offset, at + 1);
        rows.writeUInt16BE(gen, at + 5);
      }
    }
    const header = dict({
      Type: name('XRef'),
      ...this.trailerEntries(this.next, written),
      W: array(1, 4, 2),
      Index: array(...index),
      Length: rows.length,
    });
    const body = serialize({ kind: 'stream', dict: header, data: rows });
    return Buffer.concat([latin1(`${self.num} 0 obj\n`), body, latin1('\nendobj\n')]);
  }
}

/** Consecutive numbers as [first, count]. */
function runs(numbers: number[]): [number, number][] {
  const out: [number, number][] = [];
  for (const num of numbers.toSorted((a, b) => a - b)) {
    const last = out.at(-1);
    if (last && last[0] + last[1] === num) last[1]++;
    else out.push([num, 1]);
  }
  return out;
}

/** Four numbers of a rectangle, lower left corner first. */
export type Rect = readonly [number, number, number, number];

/** A rectangle object as numbers; undefined for anything else. */
export function rectOf(document: PdfDocument, value: PdfObject | undefined): Rect | undefined {
  const resolved = document.resolve(value);
  if (!isArray(resolved) || resolved.items.length !== 4) return undefined;
  const [a, b, c, d] = resolved.items.map((item) => document.resolve(item));
  if (typeof a !== 'number' || typeof b !== 'number' || typeof c !== 'number' || typeof d !== 'number')
    return undefined;
  return [Math.min(a, c), Math.min(b, d), Math.max(a, c), Math.max(b, d)];
}
