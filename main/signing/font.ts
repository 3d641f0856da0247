import { deflateSync } from 'node:zlib';
import type { Font } from '@cantoo/fontkit';
import { create } from '@cantoo/fontkit';
import { SigningError } from './errors.ts';
import type { PdfDocument } from './pdf/document.ts';
import type { IncrementWriter } from './pdf/increment.ts';
import type { PdfObject, PdfRef } from './pdf/objects.ts';
import { array, bytesString, dict, isDict, isName, isRef, name, stream } from './pdf/objects.ts';

/** The name under which signature appearances find the font: in the form's default resources and in their own. */
export const FONT_NAME = 'PhienTinos';

/**
 * What names, agencies and dates may be written with: Latin with all of Vietnamese and of the alphabets of Vietnam's
 * other peoples, combining marks, typographic signs, the đồng. Embedded whole, since the text comes later.
 */
const REPERTOIRE: readonly (readonly [number, number])[] = [
  [0x20, 0x7e],
  [0xa0, 0x24f],
  [0x300, 0x323],
  [0x1e00, 0x1eff],
  [0x2010, 0x2026],
  [0x20ab, 0x20ab],
];

/** Of the box for characters that the font lacks, in thousandths of the size. */
const MISSING_WIDTH = 778;

const latin1 = (text: string): Uint8Array => Buffer.from(text, 'latin1');
const deflated = (entries: Record<string, PdfObject>, data: Uint8Array): PdfObject =>
  stream({ ...entries, Filter: name('FlateDecode') }, deflateSync(data, { level: 9 }));

function openFont(file: Uint8Array): Font {
  try {
    const font = create(Buffer.from(file));
    if (font && 'createSubset' in font) return font;
  } catch (cause) {
    throw new SigningError('signing-font-unusable', String(cause));
  }
  throw new SigningError('signing-font-unusable', 'not one font');
}

/**
 * Embeds a subset as a composite font whose character codes and CIDs are Unicode numbers (Identity-H), so that text
 * written by a later revision needs nothing but the font's reference.
 */
export function embedFont(writer: IncrementWriter, file: Uint8Array): PdfRef {
  const font = openFont(file);
  const subset = font.createSubset();
  const toGlyph = Buffer.alloc(2 * 0x2100);
  const widths: PdfObject[] = [];
  const known: number[] = [];
  const scale = 1000 / font.unitsPerEm;
  for (const [from, to] of REPERTOIRE) {
    for (let code = from; code <= to; code++) {
      const glyph = font.hasGlyphForCodePoint(code) ? font.glyphForCodePoint(code) : null;
      if (!glyph) continue;
      toGlyph.writeUInt16BE(subset.includeGlyph(glyph), 2 * code);
      known.push(code);
      const width = Math.round(glyph.advanceWidth * scale);
      const previous = widths.at(-1);
      if (known.at(-2) === code - 1 && typeof previous === 'object' && previous?.kind === 'array')
        widths[widths.length - 1] = array(...previous.items, width);
      else widths.push(code, array(width));
    }
  }
  const program = subset.encode();
  const baseFont = name(`PHIENA+${(font.postscriptName ?? 'Tinos').replace(/[^A-Za-z0-9-]/g, '')}`);
  const { bbox } = font;
  const fontFile = writer.add(deflated({ Length1: program.length }, program));
  const descriptor = writer.add(
    dict({
      Type: name('FontDescriptor'),
      FontName: baseFont,
      Flags: 4,
      FontBBox: array(...[bbox.minX, bbox.minY, bbox.maxX, bbox.maxY].map((n) => Math.round(n * scale))),
      ItalicAngle: 0,
      Ascent: Math.round(font.ascent * scale),
      Descent: Math.round(font.descent * scale),
      CapHeight: Math.round(font.capHeight * scale),
      StemV: 80,
      FontFile2: fontFile,
    }),
  );
  const descendant = writer.add(
    dict({
      Type: name('Font'),
      Subtype: name('CIDFontType2'),
      BaseFont: baseFont,
      CIDSystemInfo: dict({
        Registry: bytesString(latin1('Adobe')),
        Ordering: bytesString(latin1('Identity')),
        Supplement: 0,
      }),
      FontDescriptor: descriptor,
      DW: MISSING_WIDTH,
      W: array(...widths),
      CIDToGIDMap: writer.add(deflated({}, toGlyph)),
    }),
  );
  return writer.add(
    dict({
      Type: name('Font'),
      Subtype: name('Type0'),
      BaseFont: baseFont,
      Encoding: name('Identity-H'),
      DescendantFonts: array(descendant),
      ToUnicode: writer.add(deflated({}, latin1(toUnicode(known)))),
    }),
  );
}

function toUnicode(codes: readonly number[]): string {
  const hex = (code: number): string => code.toString(16).padStart(4, '0');
  const ranges: string[] = [];
  for (let i = 0; i < codes.length;) {
    let last = i;
    // A range must not leave its high byte (9.10.3).
    while (codes[last + 1] === codes[last]! + 1 && codes[last + 1]! >> 8 === codes[i]! >> 8) last++;
    ranges.push(`<${hex(codes[i]!)}> <${hex(codes[last]!)}> <${hex(codes[i]!)}>`);
    i = last + 1;
  }
  const blocks: string[] = [];
  for (let i = 0; i < ranges.length; i += 100) {
    const block = ranges.slice(i, i + 100);
    blocks.push(`${block.length} beginbfrange\n${block.join('\n')}\nendbfrange`);
  }
  return [
    '/CIDInit /ProcSet findresource begin',
    '12 dict begin',
    'begincmap',
    '/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def',
    '/CMapName /Adobe-Identity-UCS def',
    '/CMapType 2 def',
    '1 begincodespacerange',
    '<0000> <ffff>',
    'endcodespacerange',
    ...blocks,
    'endcmap',
    'CMapName currentdict /CMap defineresource pop',
    'end',
    'end',
  ].join('\n');
}

export interface EmbeddedFont {
  readonly ref: PdfRef;
  /** Width of a text in thousandths of the font size. */
  widthOf(text: string): number;
}

/** The font that `embedFont` put into an earlier revision; undefined in documents that were not prepared. */
export function findFont(document: PdfDocument): EmbeddedFont | undefined {
  const form = document.dictOf(document.catalog.entries.get('AcroForm'));
  const fonts = document.dictOf(document.dictOf(form?.entries.get('DR'))?.entries.get('Font'));
  const ref = fonts?.entries.get(FONT_NAME);
  if (!isRef(ref)) return undefined;
  const composite = document.dictOf(ref);
  const descendant = document.dictOf(document.arrayOf(composite?.entries.get('DescendantFonts'))?.items[0]);
  if (!isName(composite?.entries.get('Encoding'), 'Identity-H') || !isDict(descendant)) return undefined;
  const widths = new Map<number, number>();
  const items = document.arrayOf(descendant.entries.get('W'))?.items ?? [];
  for (let i = 0; i + 1 < items.length; i += 2) {
    const first = items[i];
    const group = document.arrayOf(items[i + 1]);
    if (typeof first !== 'number' || !group) return undefined;
    group.items.forEach((width, k) => typeof width === 'number' && widths.set(first + k, width));
  }
  const fallback = descendant.entries.get('DW');
  const missing = typeof fallback === 'number' ? fallback : MISSING_WIDTH;
  return {
    ref,
    widthOf: (text) =>
      Array.from({ length: text.length }, (_, i) => widths.get(text.charCodeAt(i)) ?? missing).reduce(
        (a, b) => a + b,
        0,
      ),
  };
}
