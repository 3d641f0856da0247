import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { samplePdf } from '../../../tests/fixtures/signed-pdf.ts';
import { PdfDocument } from './document.ts';
import { PdfError } from './errors.ts';
import { Lexer } from './lexer.ts';
import type { PdfObject } from './objects.ts';
import { isStream, isString, sameObject, textOf } from './objects.ts';
import { IncrementWriter, serialize } from './increment.ts';
import { findLinkRects } from './links.ts';

const SHARED = new URL('../../../../shared/pdfs/', import.meta.url);
const parse = (text: string): PdfObject => new Lexer(Buffer.from(text, 'latin1')).object();

/** Reads everything there is; PdfErrors of single objects are counted, anything else is thrown. */
function readAll(bytes: Uint8Array): { objects: number; errors: number; pages: number } {
  const document = new PdfDocument(bytes);
  let [objects, errors] = [0, 0];
  for (const num of document.objectNumbers()) {
    objects++;
    const entry = document.entry(num)!;
    try {
      document.get({ kind: 'ref', num, gen: entry.kind === 'offset' ? entry.gen : 0 });
    } catch (cause) {
      if (!(cause instanceof PdfError)) throw cause;
      errors++;
    }
  }
  return { objects, errors, pages: document.pages().length };
}

describe('objects', () => {
  it.each([
    ['(a\\(b\\)\\101\\n(c))', 'a(b)A\n(c)'],
    ['(line\\\nbreak\r\nx)', 'linebreak\nx'],
    ['<48 65 6c6C 6f>', 'Hello'],
    ['<7>', 'p'],
    ['<FEFF1EA0>', 'Ạ'],
  ])('string %j', (text, expected) => {
    const value = parse(text);
    expect(isString(value) && textOf(value)).toBe(expected);
  });

  it.each([
    ['-.5 ', -0.5],
    ['+17 ', 17],
    ['4. ', 4],
    ['true', true],
    ['null', null],
  ])('%j', (text, expected) => expect(parse(text)).toBe(expected));

  it('names, references and nesting survive writing and reading', () => {
    const value = parse('<< /A#20B [1 2 0 R 3.25 -1 (x\\)) <00ff> /N null true] /D << /E 7 0 R >> >>');
    expect(sameObject(parse(Buffer.from(serialize(value)).toString('latin1')), value)).toBe(true);
  });

  it.each(['<< /A 1 /A 2 >>', '<zz>', '(open', '[1 2', '<< /A >>', '1.2.3', '/A#0', '/A#00', '--1', 'trueish', ''])(
    'refuses %j',
    (text) => expect(() => parse(text)).toThrow(PdfError),
  );

  it('refuses nesting beyond its bound', () => {
    expect(() => parse('['.repeat(100_000))).toThrow('nested too deep');
  });
});

describe('whole files', () => {
  for (const kind of ['table', 'stream'] as const) {
    it(`reads what a library wrote (${kind})`, async () => {
      expect(readAll(await samplePdf(kind))).toMatchObject({ errors: 0, pages: 2 });
    });

    it(`appends revisions of the same kind (${kind})`, async () => {
      let pdf = await samplePdf(kind);
      for (let i = 0; i < 3; i++) {
        const writer = new IncrementWriter(new PdfDocument(pdf));
        const added = writer.add(7 + i);
        pdf = Buffer.concat([pdf, writer.build().bytes]);
        const document = new PdfDocument(pdf);
        expect(document.get(added)).toBe(7 + i);
        expect(document.sections).toHaveLength(i + 2);
        expect(document.sections.every((section) => section.kind === kind)).toBe(true);
        expect(document.end).toBe(pdf.length);
      }
    });

    it(`finds places marked with links (${kind})`, async () => {
      expect(findLinkRects(await samplePdf(kind), 'phien-sign:')).toEqual([
        { uri: 'phien-sign:Secretary', page: 1, rect: [70, 80, 270, 150] },
      ]);
      expect(findLinkRects(await samplePdf(kind), 'https:')).toEqual([]);
    });
  }

  it('reads hybrid files and never writes after them', () => {
    const body = '%PDF-1.5\n1 0 obj\n<< /Type /Catalog >>\nendobj\n';
    const row = Buffer.from([1, 0, 9, 0]);
    const xrefStream = `2 0 obj\n<< /Type /XRef /Size 4 /W [1 2 1] /Index [3 1] /Length 4 >>\nstream\n${row.toString('latin1')}\nendstream\nendobj\n`;
    const text =
      `${body}${xrefStream}xref\n0 2\n0000000000 65535 f\r\n0000000009 00000 n\r\n3 1\n0000000000 00000 f\r\n` +
      `trailer\n<< /Size 4 /Root 1 0 R /XRefStm ${body.length} >>\nstartxref\n${body.length + xrefStream.length}\n%%EOF\n`;
    const document = new PdfDocument(Buffer.from(text, 'latin1'));
    expect(document.entry(3)).toEqual({ kind: 'offset', offset: 9, gen: 0 });
    expect(() => new IncrementWriter(document)).toThrow('hybrid');
  });

  it.each([
    ['%PDF-1.4\nstartxref\n0\n%%EOF\n', 'pdf-'],
    ['%PDF-1.4\nxref\n0 0\ntrailer\n<< /Prev 9 >>\nstartxref\n9\n%%EOF\n', 'in a circle'],
    ['%PDF-1.4\nxref\n0 999999999\ntrailer\n<< >>\nstartxref\n9\n%%EOF\n', 'too many objects'],
    ['%PDF-1.4\nxref\n0 0\ntrailer\n<< /Encrypt 1 0 R >>\nstartxref\n9\n%%EOF\n', 'pdf-encrypted'],
    ['%PDF-1.4\nxref\n0 0\ntrailer\n<< >>\nstartxref\n9\n%%EOF\ntail', 'bytes after the end'],
    ['GIF89a', 'pdf-not-a-pdf'],
  ])('refuses %j', (text, message) => {
    expect(() => new PdfDocument(Buffer.from(text))).toThrow(message);
  });

  it('refuses streams whose lengths lead to each other', () => {
    const one = '%PDF-1.4\n1 0 obj\n<< /Length 1 0 R >>\nstream\n\nendstream\nendobj\n';
    const text = `${one}xref\n1 1\n0000000009 00000 n\r\ntrailer\n<< /Size 2 >>\nstartxref\n${one.length}\n%%EOF\n`;
    expect(() => new PdfDocument(Buffer.from(text)).get({ kind: 'ref', num: 1, gen: 0 })).toThrow('needs itself');
  });

  it.skipIf(!existsSync(SHARED))('reads or refuses every file of the shared folder (skipped where missing)', () => {
    const readable: string[] = [];
    for (const file of readdirSync(SHARED).filter((entry) => entry.endsWith('.pdf'))) {
      try {
        if (readAll(readFileSync(new URL(file, SHARED))).errors === 0) readable.push(file);
      } catch (cause) {
        if (!(cause instanceof PdfError)) throw cause;
      }
    }
    for (const file of ['160F-2019', 'TAMReview', 'freeculture', 'install.vi', 'issue5567', 'tracemonkey', 'images'])
      expect(readable).toContain(`${file}.pdf`);
    expect(readable.filter((file) => /fuzzed|REDHAT|issue3371|bug1782186|bug1020226/.test(file))).toEqual([]);
  });
});

/** A small generator with a seed, so that a failure can be repeated (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

describe('mutated files', () => {
  const seed = Number(process.env['FUZZ_SEED'] ?? Date.now() % 1_000_000);
  const WORDS = [
    'obj',
    'endobj',
    'stream',
    '0 R',
    '/Prev 9',
    '/Length 5 0 R',
    '/Kids',
    '[',
    '<<',
    '>>',
    '9999999999',
    '-1',
    '/W [9 9 9]',
  ];
  for (const kind of ['table', 'stream'] as const) {
    it(`are read or refused with PdfError, never hang (${kind}, FUZZ_SEED=${seed})`, async () => {
      const random = randomFrom(seed);
      const source = await samplePdf(kind);
      let survived = 0;
      const from = performance.now();
      for (let round = 0; round < 3000; round++) {
        let bytes = Buffer.from(source);
        for (let edits = 1 + Math.floor(random() * 4); edits > 0; edits--) {
          const at = Math.floor(random() * bytes.length);
          const how = random();
          if (how < 0.5) bytes[at] = Math.floor(random() * 256);
          else if (how < 0.7)
            bytes.copy(bytes, at, Math.floor(random() * bytes.length), Math.floor(random() * bytes.length));
          else if (how < 0.9) bytes.write(WORDS[Math.floor(random() * WORDS.length)]!, at, 'latin1');
          else bytes = bytes.subarray(0, at + 1);
        }
        try {
          readAll(bytes);
          findLinkRects(bytes, '');
          survived++;
        } catch (cause) {
          if (!(cause instanceof PdfError)) throw new Error(`seed ${seed}, round ${round}`, { cause });
        }
      }
      expect(survived).toBeGreaterThan(0);
      expect(performance.now() - from).toBeLessThan(20_000);
    });
  }

  it('streams that unpack to far more than they hold are refused', async () => {
    const { deflateSync } = await import('node:zlib');
    const { decodeStream } = await import('./filters.ts');
    const bomb = parse('<< /Filter /FlateDecode >>');
    if (typeof bomb !== 'object' || bomb?.kind !== 'dict') throw new Error('no dictionary');
    const value = { kind: 'stream', dict: bomb, data: deflateSync(Buffer.alloc(200 * 1024 * 1024)) } as const;
    expect(isStream(value)).toBe(true);
    expect(() => decodeStream(value)).toThrow('pdf-too-large');
  });
});
