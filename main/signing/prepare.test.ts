import { PDFDocument, PDFName, PDFString } from '@cantoo/pdf-lib';
import { describe, expect, it } from 'vitest';
import { hasTool, judge } from '../../tests/fixtures/judges.ts';
import { FIELDS, makeCast, regularFont, samplePdf, signBoth } from '../../tests/fixtures/signed-pdf.ts';
import { parsePdfTime, pdfTime, textAppearance, vietnamTime } from './appearance.ts';
import { signatureFields } from './fields.ts';
import { findFont } from './font.ts';
import { PdfDocument } from './pdf/document.ts';
import { IncrementWriter } from './pdf/increment.ts';
import { findLinkRects } from './pdf/links.ts';
import { isName } from './pdf/objects.ts';
import { prepareSignatures } from './prepare.ts';

const prepare = async (kind: 'table' | 'stream' = 'table') =>
  new PdfDocument(prepareSignatures(await samplePdf(kind), FIELDS, { regular: regularFont }));

describe('preparing signatures', () => {
  for (const kind of ['table', 'stream'] as const) {
    it(`makes all fields at once, the last one locking (${kind})`, async () => {
      const document = await prepare(kind);
      const form = document.dictOf(document.catalog.entries.get('AcroForm'))!;
      expect(form.entries.get('SigFlags')).toBe(3);
      expect(form.entries.has('NeedAppearances')).toBe(false);
      const [secretary, chair] = signatureFields(document);
      expect([secretary!.name, chair!.name]).toEqual(['Secretary', 'Chair']);
      expect(secretary!.dict.entries.has('Lock')).toBe(false);
      expect(isName(document.dictOf(chair!.dict.entries.get('Lock'))!.entries.get('Action'), 'All')).toBe(true);
      expect(document.arrayOf(document.pages()[1]!.dict.entries.get('Annots'))!.items).toHaveLength(3);
    });
  }

  it('disarms the links that marked the places, be they objects of their own or not', async () => {
    const source = await samplePdf('table');
    const options = { disarmLinks: 'phien-sign:' };
    expect(findLinkRects(prepareSignatures(source, FIELDS, { regular: regularFont }), 'phien-sign:')).toHaveLength(1);
    expect(findLinkRects(prepareSignatures(source, FIELDS, { regular: regularFont }, options), 'phien-sign:')).toEqual(
      [],
    );
    const pdf = await PDFDocument.create();
    const page = pdf.addPage();
    const action = { S: 'URI', URI: PDFString.of('phien-sign:Chair') };
    page.node.set(PDFName.of('Annots'), pdf.context.obj([{ Subtype: 'Link', Rect: [1, 2, 30, 40], A: action }]));
    const inline = await pdf.save({ useObjectStreams: false });
    expect(findLinkRects(inline, 'phien-sign:')).toEqual([{ uri: 'phien-sign:Chair', page: 0, rect: [1, 2, 30, 40] }]);
    const [field] = FIELDS;
    const prepared = prepareSignatures(inline, [{ ...field!, page: 0 }], { regular: regularFont }, options);
    expect(findLinkRects(prepared, 'phien-sign:')).toEqual([]);
  });

  it('refuses names that exist, pages that do not, and what is no font', async () => {
    const source = await samplePdf('table');
    const [field] = FIELDS;
    const fonts = { regular: regularFont };
    expect(() => prepareSignatures(source, [field!, field!], fonts)).toThrow('signing-field-exists');
    expect(() => prepareSignatures(source, [{ ...field!, page: 9 }], fonts)).toThrow('signing-page-missing');
    expect(() => prepareSignatures(source, [field!], { regular: new Uint8Array(100) })).toThrow(
      'signing-font-unusable',
    );
    expect(() => prepareSignatures(new Uint8Array(9), [field!], fonts)).toThrow('pdf-not-a-pdf');
  });

  it.skipIf(!hasTool('pdffonts'))('embeds the font as a subset with Unicode', async () => {
    const { signed } = await signBoth(await samplePdf('table'), makeCast());
    const { output } = judge('pdffonts', ['a.pdf'], { 'a.pdf': signed });
    expect(output).toMatch(/PHIENA\+Tinos-Regular +CID TrueType +Identity-H +yes yes yes/);
  });
});

describe('a visible signature', () => {
  it('keeps its text within its rectangle, with smaller letters where needed', async () => {
    const document = await prepare();
    const font = findFont(document)!;
    const long = 'Cơ quan: Văn phòng Hội đồng nhân dân và Ủy ban nhân dân xã Suối Mơ, tỉnh Thử Nghiệm';
    const sizeOf = (rect: readonly [number, number, number, number]): number => {
      const content = Buffer.from(textAppearance(rect, ['Ký bởi: Nguyễn Thị Thử', long], font).data).toString('latin1');
      const size = Number(/ ([\d.]+) Tf/.exec(content)![1]);
      const lines = [...content.matchAll(/<([0-9a-f]+)> Tj/g)].map((match) =>
        Buffer.from(match[1]!, 'hex').swap16().toString('utf16le'),
      );
      expect(lines.join(' ')).toBe(`Ký bởi: Nguyễn Thị Thử ${long}`);
      for (const line of lines) expect((font.widthOf(line) * size) / 1000).toBeLessThan(rect[2] - rect[0]);
      expect(lines.length * size).toBeLessThan(rect[3] - rect[1]);
      return size;
    };
    expect(sizeOf([0, 0, 200, 70])).toBe(10);
    expect(sizeOf([0, 0, 120, 40])).toBeLessThan(10);
  });

  it('knows the letters of every Vietnamese text', async () => {
    const font = findFont(await prepare())!;
    const letters = 'aàáảãạăằắẳẵặâầấẩẫậeèéẻẽẹêềếểễệiìíỉĩịoòóỏõọôồốổỗộơờớởỡợuùúủũụưừứửữựyỳýỷỹỵđ';
    const box = font.widthOf('\uffff');
    for (const letter of letters + letters.toUpperCase()) expect(font.widthOf(letter), `${letter}`).not.toBe(box);
  });

  it('is the same text whatever the normalisation', async () => {
    const font = findFont(await prepare())!;
    const rect = [0, 0, 200, 70] as const;
    const text = 'Chủ tọa';
    expect(textAppearance(rect, [text.normalize('NFD')], font).data).toEqual(textAppearance(rect, [text], font).data);
  });
});

describe('times', () => {
  it('are in Vietnam', () => {
    const time = new Date('2026-11-22T20:30:05Z');
    expect(vietnamTime(time)).toBe('2026-11-23T03:30:05+07:00');
    expect(pdfTime(time)).toBe("D:20261123033005+07'00");
    expect(parsePdfTime(pdfTime(time))).toEqual(time);
  });
  it.each(["D:20261123033005+07'00'", 'D:20261122203005Z', "D:20261122203005Z00'00'"])('reads %s', (text) =>
    expect(parsePdfTime(text)?.toISOString()).toBe('2026-11-22T20:30:05.000Z'),
  );
  it.each(['', 'D:2026', 'D:20261123033005', "D:20261323033005+07'00"])('does not guess at %j', (text) =>
    expect(parsePdfTime(text)).toBeUndefined(),
  );
});

it('an unprepared document has no font and takes no placeholder', async () => {
  const document = new PdfDocument(await samplePdf('stream'));
  expect(findFont(document)).toBeUndefined();
  expect(new IncrementWriter(document).allocate().num).toBe(document.nextNumber);
});
