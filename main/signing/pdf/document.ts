import { PdfError } from './errors.ts';
import { decodeStream } from './filters.ts';
import type { IndirectObject } from './lexer.ts';
import { Lexer } from './lexer.ts';
import type { PdfArray, PdfDict, PdfObject, PdfRef } from './objects.ts';
import { isArray, isDict, isRef, isStream } from './objects.ts';
import type { XrefEntry, XrefSection } from './xref.ts';
import { readXrefChain } from './xref.ts';

const MAX_CONTAINED = 100_000;
const MAX_PAGES = 50_000;
/** Objects that must be read to read one object: its stream's length, the object stream that holds it, … */
const MAX_NEEDED = 16;
const MAX_DECODED_TOTAL = 512 * 1024 * 1024;
/** All objects together are read so many times the size of the file, and so many bytes more: they don't overlap. */
const MAX_READINGS = 8;
const MAX_READ_BEYOND = 64 * 1024 * 1024;

export interface Page {
  /** From 0. */
  readonly index: number;
  readonly ref: PdfRef;
  readonly dict: PdfDict;
}

interface Container {
  readonly content: Uint8Array;
  readonly first: number;
  /** Pairs of object number and offset. */
  readonly header: readonly number[];
}

/** A PDF as its newest cross-reference section shows it. Objects are read when asked for, each once. */
export class PdfDocument {
  readonly bytes: Uint8Array;
  /** Newest first. */
  readonly sections: readonly XrefSection[];
  /** After the last `%%EOF`; the same as the length unless white space follows. */
  readonly end: number;
  private readonly entries = new Map<number, XrefEntry>();
  private readonly indirects = new Map<number, IndirectObject>();
  private readonly compressed = new Map<number, PdfObject>();
  private readonly containers = new Map<number, Container>();
  private readonly loading = new Set<number>();
  private decoded = 0;
  private read = 0;

  /** Throws PdfError. */
  constructor(bytes: Uint8Array) {
    if (!/^%PDF-[12]\.\d/.test(String.fromCharCode(...bytes.subarray(0, 8))))
      throw new PdfError('pdf-not-a-pdf', 'no PDF header');
    this.bytes = bytes;
    const chain = readXrefChain(bytes);
    this.sections = chain.sections;
    this.end = chain.end;
    for (const section of chain.sections)
      for (const [num, entry] of section.entries) if (!this.entries.has(num)) this.entries.set(num, entry);
    if (chain.sections.some((section) => section.trailer.entries.has('Encrypt')))
      throw new PdfError('pdf-encrypted', 'encrypted');
  }

  get trailer(): PdfDict {
    return this.sections[0]!.trailer;
  }

  entry(num: number): XrefEntry | undefined {
    return this.entries.get(num);
  }

  /** Numbers of all objects in use. */
  *objectNumbers(): Generator<number> {
    for (const [num, entry] of this.entries) if (entry.kind !== 'free') yield num;
  }

  /** One more than any object number of this file. */
  get nextNumber(): number {
    let next = 1;
    for (const num of this.entries.keys()) next = Math.max(next, num + 1);
    const size = this.trailer.entries.get('Size');
    return typeof size === 'number' && Number.isInteger(size) ? Math.max(next, size) : next;
  }

  /** An object with its place in the file; undefined for free, missing and compressed ones. */
  indirect(num: number): IndirectObject | undefined {
    const entry = this.entries.get(num);
    if (entry?.kind !== 'offset') return undefined;
    const known = this.indirects.get(num);
    if (known) return known;
    if (this.loading.has(num) || this.loading.size > MAX_NEEDED)
      throw new PdfError('pdf-structure', `object ${num} needs itself or too many others`);
    this.loading.add(num);
    try {
      const object = this.readAt(entry.offset);
      if (object.num !== num || object.gen !== entry.gen)
        throw new PdfError('pdf-xref', `object ${num} is not where the table says`, entry.offset);
      this.indirects.set(num, object);
      return object;
    } finally {
      this.loading.delete(num);
    }
  }

  /** Reads whatever object stands at an offset, whether the newest table points to it or not. */
  readAt(offset: number): IndirectObject {
    if (offset <= 0 || offset >= this.bytes.length) throw new PdfError('pdf-xref', 'offset outside the file', offset);
    const object = new Lexer(this.bytes, offset).indirect((num, gen) => {
      const length = this.get({ kind: 'ref', num, gen });
      if (typeof length !== 'number') throw new PdfError('pdf-structure', 'length of a stream', offset);
      return length;
    });
    this.countRead(object.end - offset);
    return object;
  }

  /** Objects within objects would be read as often as there are of them. */
  private countRead(bytes: number): void {
    this.read += bytes;
    if (this.read > MAX_READINGS * (this.bytes.length + this.decoded) + MAX_READ_BEYOND)
      throw new PdfError('pdf-too-large', 'objects that overlap');
  }

  /** The object a reference means; null where there is none (7.3.10). */
  get(ref: PdfRef): PdfObject {
    const entry = this.entries.get(ref.num);
    if (entry === undefined || entry.kind === 'free') return null;
    if (entry.kind === 'offset') return entry.gen === ref.gen ? this.indirect(ref.num)!.value : null;
    if (ref.gen !== 0) return null;
    const known = this.compressed.get(ref.num);
    if (known !== undefined) return known;
    const value = this.readCompressed(ref.num, entry.container, entry.index);
    this.compressed.set(ref.num, value);
    return value;
  }

  private readCompressed(num: number, containerNumber: number, index: number): PdfObject {
    const container = this.container(containerNumber);
    if (container.header[2 * index] !== num)
      throw new PdfError('pdf-xref', `object ${num} is not where its stream says`);
    const lexer = new Lexer(container.content, container.first + container.header[2 * index + 1]!);
    const from = lexer.position;
    const value = lexer.object();
    this.countRead(lexer.position - from);
    if (isRef(value)) throw new PdfError('pdf-structure', 'reference alone in an object stream');
    return value;
  }

  private container(num: number): Container {
    const known = this.containers.get(num);
    if (known) return known;
    const value = this.indirect(num)?.value;
    if (!isStream(value)) throw new PdfError('pdf-structure', `object stream ${num}`);
    const count = value.dict.entries.get('N');
    const first = value.dict.entries.get('First');
    if (typeof count !== 'number' || typeof first !== 'number' || !(count >= 0 && count <= MAX_CONTAINED))
      throw new PdfError('pdf-structure', `object stream ${num}`);
    const content = decodeStream(value);
    this.decoded += content.length;
    if (this.decoded > MAX_DECODED_TOTAL) throw new PdfError('pdf-too-large', 'object streams');
    const lexer = new Lexer(content.subarray(0, first));
    const header: number[] = [];
    for (let i = 0; i < 2 * count; i++) {
      lexer.skipWhite();
      header.push(lexer.unsigned());
    }
    const container = { content, first, header };
    this.containers.set(num, container);
    return container;
  }

  /** Follows references until there is something else. */
  resolve(value: PdfObject | undefined): PdfObject {
    let current = value ?? null;
    for (let hops = 0; isRef(current); hops++) {
      if (hops > 16) throw new PdfError('pdf-structure', 'references in a circle');
      current = this.get(current);
    }
    return current;
  }

  dictOf(value: PdfObject | undefined): PdfDict | undefined {
    const resolved = this.resolve(value);
    return isDict(resolved) ? resolved : undefined;
  }

  arrayOf(value: PdfObject | undefined): PdfArray | undefined {
    const resolved = this.resolve(value);
    return isArray(resolved) ? resolved : undefined;
  }

  get catalogRef(): PdfRef {
    const root = this.trailer.entries.get('Root');
    if (!isRef(root)) throw new PdfError('pdf-structure', 'no /Root');
    return root;
  }

  get catalog(): PdfDict {
    const catalog = this.dictOf(this.catalogRef);
    if (!catalog) throw new PdfError('pdf-structure', 'no catalog');
    return catalog;
  }

  /** The pages in order. */
  pages(): Page[] {
    const pages: Page[] = [];
    const seen = new Set<number>();
    const stack: PdfObject[] = [this.catalog.entries.get('Pages') ?? null];
    while (stack.length > 0) {
      const node = stack.pop()!;
      if (!isRef(node)) throw new PdfError('pdf-structure', 'page tree');
      if (seen.has(node.num)) throw new PdfError('pdf-structure', 'page tree in a circle');
      seen.add(node.num);
      const value = this.dictOf(node);
      if (!value) throw new PdfError('pdf-structure', 'page tree');
      const kids = this.arrayOf(value.entries.get('Kids'));
      if (kids) for (const kid of kids.items.toReversed()) stack.push(kid);
      else pages.push({ index: pages.length, ref: node, dict: value });
      if (seen.size + stack.length > 2 * MAX_PAGES) throw new PdfError('pdf-too-large', 'too many pages');
    }
    return pages;
  }
}
