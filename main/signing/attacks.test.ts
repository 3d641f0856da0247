import { PDFDocument, PDFName, PDFString, StandardFonts } from '@cantoo/pdf-lib';
import { beforeAll, describe, expect, it } from 'vitest';
import type { ProblemCode, Verdict } from '../../common/domain/verdict.ts';
import { hasTool, judge } from '../../tests/fixtures/judges.ts';
import { makeIdentity, testSigner } from '../../tests/fixtures/pki.ts';
import type { Cast, SignedSample } from '../../tests/fixtures/signed-pdf.ts';
import { FIELDS, makeCast, regularFont, samplePdf, signBoth } from '../../tests/fixtures/signed-pdf.ts';
import { textAppearance } from './appearance.ts';
import { sha256, signCms } from './cms.ts';
import { signatureFields } from './fields.ts';
import { findFont } from './font.ts';
import { PdfDocument } from './pdf/document.ts';
import { IncrementWriter } from './pdf/increment.ts';
import type { PdfDict, PdfObject, PdfStream } from './pdf/objects.ts';
import { array, dict, name, ref, stream, textString, withEntries } from './pdf/objects.ts';
import { appendPlaceholder } from './placeholder.ts';
import { prepareSignatures } from './prepare.ts';
import { embedCms } from './sign.ts';
import { signaturePlace } from './signature-dictionary.ts';
import { verifyPdf } from './verify.ts';

let cast: Cast;
const samples = new Map<string, SignedSample>();
beforeAll(async () => {
  cast = makeCast();
  for (const kind of ['table', 'stream'] as const) samples.set(kind, await signBoth(await samplePdf(kind), cast));
});

const check = (pdf: Uint8Array): Verdict => verifyPdf(pdf, { trust: [cast.root.certificate] });
const checkExpected = (pdf: Uint8Array): Verdict =>
  verifyPdf(pdf, {
    trust: [cast.root.certificate],
    expected: [
      { field: 'Secretary', memberId: cast.secretary.memberId },
      { field: 'Chair', memberId: cast.chair.memberId },
    ],
  });
const allProblems = (verdict: Verdict): ProblemCode[] => [
  ...verdict.problems,
  ...verdict.signers.flatMap((signer) => signer.problems),
];

type Attack = (document: PdfDocument, writer: IncrementWriter) => void;
const append = (pdf: Uint8Array, attack: Attack): Uint8Array => {
  const document = new PdfDocument(pdf);
  const writer = new IncrementWriter(document);
  attack(document, writer);
  return Buffer.concat([pdf, writer.build().bytes]);
};
const fieldOf = (document: PdfDocument, wanted: string) =>
  signatureFields(document).find((field) => field.name === wanted)!;
const appearanceRef = (document: PdfDocument, field: string) => {
  const normal = (fieldOf(document, field).dict.entries.get('AP') as PdfDict).entries.get('N');
  return normal as ReturnType<typeof ref>;
};
const lying = (document: PdfDocument): PdfStream =>
  textAppearance(FIELDS[0]!.rect, ['Ký bởi: Người Khác'], findFont(document)!);
const overlay = (): PdfStream => stream({}, Buffer.from('q 1 1 1 rg 0 0 595 842 re f Q'));

/** Everything here is an increment that other verifiers show as "signature is valid". */
const ATTACKS: Readonly<Record<string, { attack: Attack; kind: string }>> = {
  'paints over a page': {
    kind: 'page-content',
    attack: (document, writer) => {
      const page = document.pages()[0]!;
      const contents = page.dict.entries.get('Contents')!;
      const old = document.resolve(contents);
      const parts = typeof old === 'object' && old?.kind === 'array' ? old.items : [contents];
      writer.set(page.ref, withEntries(page.dict, { Contents: array(...parts, writer.add(overlay())) }));
    },
  },
  'replaces the content stream': {
    kind: 'page-content',
    attack: (document, writer) => {
      const contents = document.pages()[0]!.dict.entries.get('Contents')!;
      const first = document.arrayOf(contents)?.items[0] ?? contents;
      writer.set(first as ReturnType<typeof ref>, overlay());
    },
  },
  'swaps two pages': {
    kind: 'page-added-or-removed',
    attack: (document, writer) => {
      const tree = document.catalog.entries.get('Pages') as ReturnType<typeof ref>;
      const pages = document.dictOf(tree)!;
      const kids = document.arrayOf(pages.entries.get('Kids'))!;
      writer.set(tree, withEntries(pages, { Kids: array(...kids.items.toReversed()) }));
    },
  },
  'adds a page': {
    kind: 'page-added-or-removed',
    attack: (document, writer) => {
      const tree = document.catalog.entries.get('Pages') as ReturnType<typeof ref>;
      const pages = document.dictOf(tree)!;
      const kids = document.arrayOf(pages.entries.get('Kids'))!;
      const added = writer.add(dict({ Type: name('Page'), Parent: tree, MediaBox: array(0, 0, 595, 842) }));
      writer.set(tree, withEntries(pages, { Kids: array(...kids.items, added), Count: 3 }));
    },
  },
  'adds an annotation': {
    kind: 'annotation',
    attack: (document, writer) => {
      const page = document.pages()[0]!;
      const note = dict({
        Type: name('Annot'),
        Subtype: name('Stamp'),
        Rect: array(0, 0, 595, 842),
        AP: dict({ N: writer.add(overlay()) }),
      });
      writer.set(page.ref, withEntries(page.dict, { Annots: array(writer.add(note)) }));
    },
  },
  'changes an annotation': {
    kind: 'annotation',
    attack: (document, writer) => {
      const annotations = document.arrayOf(document.pages()[1]!.dict.entries.get('Annots'))!;
      const link = annotations.items[0] as ReturnType<typeof ref>;
      writer.set(link, withEntries(document.dictOf(link)!, { Rect: array(0, 0, 500, 500) }));
    },
  },
  'gives a signed field another appearance': {
    kind: 'signature-changed',
    attack: (document, writer) => {
      const field = fieldOf(document, 'Secretary');
      const changed = dict({ N: writer.add(lying(document)) });
      writer.set(field.ref, withEntries(field.dict, { AP: changed }));
    },
  },
  "replaces a signature's appearance": {
    kind: 'signature-changed',
    attack: (document, writer) => void writer.set(appearanceRef(document, 'Secretary'), lying(document)),
  },
  'moves a signed field': {
    kind: 'signature-changed',
    attack: (document, writer) => {
      const field = fieldOf(document, 'Chair');
      writer.set(field.ref, withEntries(field.dict, { Rect: array(0, 0, 500, 600) }));
    },
  },
  'takes a signature away': {
    kind: 'form-field',
    attack: (document, writer) => {
      const field = fieldOf(document, 'Chair');
      writer.set(field.ref, withEntries(field.dict, { V: undefined }));
    },
  },
  'changes the font of the appearances': {
    kind: 'signature-changed',
    attack: (document, writer) => {
      const font = findFont(document)!;
      writer.set(font.ref, withEntries(document.dictOf(font.ref)!, { ToUnicode: undefined }));
    },
  },
  'adds a form field': {
    kind: 'form-field',
    attack: (document, writer) => {
      const form = document.catalog.entries.get('AcroForm') as ReturnType<typeof ref>;
      const value = document.dictOf(form)!;
      const fields = document.arrayOf(value.entries.get('Fields'))!;
      const added = writer.add(dict({ FT: name('Tx'), T: textString('Kết quả'), V: textString('Đạt') }));
      writer.set(form, withEntries(value, { Fields: array(...fields.items, added) }));
    },
  },
  'changes the catalog': {
    kind: 'document-settings',
    attack: (document, writer) => {
      const action = dict({ S: name('URI'), URI: textString('http://example.invalid') });
      writer.set(document.catalogRef, withEntries(document.catalog, { OpenAction: action }));
    },
  },
  'changes the title': {
    kind: 'metadata',
    attack: (document, writer) => {
      const info = document.trailer.entries.get('Info') as ReturnType<typeof ref>;
      writer.set(info, dict({ Title: textString('Biên bản khác') }));
    },
  },
  'appends an object that nothing uses': {
    kind: 'other-object',
    attack: (_, writer) => void writer.add(overlay()),
  },
};

describe('after the last signature, a revision that', () => {
  for (const [title, { attack, kind }] of Object.entries(ATTACKS)) {
    for (const file of ['table', 'stream']) {
      it(`${title} makes the document invalid (${file})`, () => {
        const attacked = append(samples.get(file)!.signed, attack);
        const verdict = check(attacked);
        expect(verdict.outcome).toBe('invalid');
        expect(verdict.changes).toContainEqual(expect.objectContaining({ kind, allowed: false }));
        expect(verdict.signers.every((signer) => !signer.coversWholeDocument)).toBe(true);
      });
    }
    it(`${title} makes it invalid between the two signatures as well`, () => {
      const attacked = append(samples.get('table')!.certified, attack);
      expect(check(attacked).outcome).toBe('invalid');
    });
  }

  it.skipIf(!hasTool('pdfsig'))('paints over a page is called valid by pdfsig: the attack is a real one', () => {
    const attacked = append(samples.get('table')!.signed, ATTACKS['paints over a page']!.attack);
    const { output } = judge('pdfsig', ['a.pdf'], { 'a.pdf': attacked });
    expect(output.match(/Signature is Valid/g)).toHaveLength(2);
  });

  it('was written by a PDF library makes it invalid', async () => {
    for (const { signed } of samples.values()) {
      const pdf = await PDFDocument.load(signed, { updateMetadata: false, forIncrementalUpdate: true });
      const font = await pdf.embedFont(StandardFonts.Helvetica);
      pdf.getPage(0).drawText('Tan thanh: 99', { x: 80, y: 700, font });
      pdf.catalog.set(PDFName.of('Lang'), PDFString.of('vi'));
      const attacked = await pdf.save({ useObjectStreams: false });
      expect(Buffer.compare(attacked.subarray(0, signed.length), signed)).toBe(0);
      expect(check(attacked).outcome).toBe('invalid');
    }
  });
});

describe('between the signatures', () => {
  /** Signs without the signer's checks, as a dishonest or foolish signer would. */
  async function signBlindly(pdf: Uint8Array, field: string, role: 'certify' | 'approve', by = cast.chair) {
    const placeholder = appendPlaceholder(pdf, { field, role, chain: by.chain, time: new Date(), lines: ['Ký bởi'] });
    return embedCms(placeholder.pdf, await cmsFor(placeholder.pdf, field, by));
  }
  async function cmsFor(pdf: Uint8Array, field: string, by = cast.chair) {
    const document = new PdfDocument(pdf);
    const { range } = signaturePlace(document, fieldOf(document, field))!;
    const digest = sha256(pdf.subarray(0, range.gapStart), pdf.subarray(range.gapEnd, range.end));
    return signCms(digest, testSigner(by), 'RSASSA-PSS');
  }

  it('a revision of its own with a change makes the document invalid though the chair signed it', async () => {
    let signedOnes = 0;
    for (const [title, { attack }] of Object.entries(ATTACKS)) {
      const changed = append(samples.get('table')!.certified, attack);
      // Some attacks leave no place to sign in; those are for the tests above.
      const signed = await signBlindly(changed, 'Chair', 'approve').catch(() => undefined);
      if (!signed) continue;
      signedOnes++;
      expect(check(signed).outcome, `${title}`).toBe('invalid');
      expect(check(signed).problems, `${title}`).toContain('changed-after-signing');
    }
    expect(signedOnes).toBeGreaterThanOrEqual(12);
  });

  it('a change inside the signature revision makes the document invalid', async () => {
    const { certified } = samples.get('table')!;
    for (const [title, { attack }] of Object.entries(ATTACKS)) {
      if (/takes a signature|moves a signed field/.test(title)) continue;
      const placeholder = appendPlaceholder(certified, {
        field: 'Chair',
        role: 'approve',
        chain: cast.chair.chain,
        time: new Date(),
        lines: ['Ký bởi'],
      });
      const mixed = withMore(certified, placeholder.pdf, attack);
      const signed = embedCms(mixed, await cmsFor(mixed, 'Chair'));
      const verdict = check(signed);
      expect(verdict.outcome, `${title}`).toBe('invalid');
      expect(verdict.problems, `${title}`).toContain('changed-after-signing');
    }
    const same = withMore(certified, appendPlaceholderFor(certified), () => undefined);
    expect(check(embedCms(same, await cmsFor(same, 'Chair'))).outcome).toBe('valid');
  });

  const appendPlaceholderFor = (pdf: Uint8Array): Uint8Array =>
    appendPlaceholder(pdf, { field: 'Chair', role: 'approve', chain: cast.chair.chain, time: new Date(), lines: ['a'] })
      .pdf;

  /** The placeholder's revision written again with more objects in it, byte range put right. */
  function withMore(base: Uint8Array, withPlaceholder: Uint8Array, attack: Attack): Uint8Array {
    const document = new PdfDocument(base);
    const honest = new PdfDocument(withPlaceholder);
    const writer = new IncrementWriter(document);
    const raw = (num: number): Uint8Array => {
      const { start, end } = honest.indirect(num)!;
      const text = Buffer.from(honest.bytes.subarray(start, end)).toString('latin1');
      return Buffer.from(text.replace(/^\d+ \d+ obj\n/, '').replace(/\nendobj$/, ''), 'latin1');
    };
    const numbers = [...honest.sections[0]!.entries.keys()];
    for (const num of numbers) if (num >= document.nextNumber) expect(writer.allocate().num).toBe(num);
    for (const num of numbers) writer.set(ref(num, 0), raw(num));
    attack(document, writer);
    const whole = Buffer.concat([base, writer.build().bytes]);
    const at = whole.indexOf('/ByteRange [', base.length);
    const gapStart = whole.indexOf('/Contents <0000', base.length) + '/Contents '.length;
    const gapEnd = whole.indexOf('>', gapStart) + 1;
    const range = `/ByteRange [0 ${gapStart} ${gapEnd} ${whole.length - gapEnd}]`.padEnd(55);
    whole.write(range, at, 'latin1');
    return whole;
  }

  it('a reference that waited for the appearance since before the first signature makes it invalid', async () => {
    const document = new PdfDocument(prepareSignatures(await samplePdf('table'), FIELDS, { regular: regularFont }));
    const page = document.pages()[0]!;
    const contents = page.dict.entries.get('Contents')!;
    // The first signature adds two objects, the second one two more: the trap names the last of them.
    const withContents = (...parts: PdfObject[]): Promise<Uint8Array> => {
      const writer = new IncrementWriter(document);
      writer.set(page.ref, withEntries(page.dict, { Contents: array(...parts) }));
      const laid = Buffer.concat([document.bytes, writer.build().bytes]);
      return signBlindly(laid, 'Secretary', 'certify', cast.secretary);
    };
    const honest = await withContents(contents);
    const trapped = await withContents(contents, ref(document.nextNumber + 3));
    expect(() => appendPlaceholderFor(trapped)).toThrow('a reference waited for a new object');
    const verdicts = await Promise.all(
      [honest, trapped].map(async (certified) => {
        const placeholder = withMore(certified, appendPlaceholderFor(honest), () => undefined);
        return check(embedCms(placeholder, await cmsFor(placeholder, 'Chair')));
      }),
    );
    expect(verdicts.map((verdict) => verdict.outcome)).toEqual(['valid', 'invalid']);
    expect(verdicts[1]!.problems).toEqual(['changed-after-signing']);
  });

  it('a stranger who signs in the empty field is not taken for the chair', async () => {
    const strangers = makeIdentity({ name: 'Cơ quan chứng thực xã Suối Mơ', authority: true });
    const impostor = makeIdentity({ name: cast.chair.name, issuer: strangers, memberId: cast.chair.memberId });
    const signed = await signBlindly(samples.get('table')!.certified, 'Chair', 'approve', impostor);
    expect(check(signed)).toMatchObject({ outcome: 'unknown', problems: [] });
    expect(check(signed).signers[1]!.problems).toEqual(['certificate-untrusted']);
    expect(checkExpected(signed)).toMatchObject({ outcome: 'invalid', problems: ['not-the-expected-signer'] });
    // Nor with a chain that is odd in some other way besides.
    const expired = makeIdentity({ name: cast.root.name, authority: true, notAfter: new Date(Date.now() - 1000) });
    const late = makeIdentity({ name: cast.chair.name, issuer: expired, memberId: cast.chair.memberId });
    const byLate = await signBlindly(samples.get('table')!.certified, 'Chair', 'approve', late);
    expect(checkExpected(byLate)).toMatchObject({ outcome: 'invalid', problems: ['not-the-expected-signer'] });
    const other = makeIdentity({ name: 'Lê Thị Khác', issuer: cast.root });
    const byOther = await signBlindly(samples.get('table')!.certified, 'Chair', 'approve', other);
    expect(check(byOther).outcome).toBe('valid');
    expect(checkExpected(byOther).problems).toEqual(['not-the-expected-signer']);
  });
});

describe('a signed file that', () => {
  it('lost a signature is invalid for that', () => {
    const { signed } = samples.get('stream')!;
    expect(check(append(signed, ATTACKS['takes a signature away']!.attack)).problems).toContain('signature-removed');
  });

  it('lost one or all is said to have lost them, and not also to have none or a place still to be signed', () => {
    const { signed, certified } = samples.get('table')!;
    const without = (pdf: Uint8Array, ...names: string[]): Uint8Array =>
      append(pdf, (document, writer) => {
        for (const name of names) {
          const field = fieldOf(document, name);
          writer.set(field.ref, withEntries(field.dict, { V: undefined }));
        }
      });
    for (const [pdf, names] of [
      [signed, ['Chair']],
      [signed, ['Secretary', 'Chair']],
      [certified, ['Secretary']],
    ] as const) {
      const verdict = check(without(pdf, ...names));
      expect(verdict.outcome).toBe('invalid');
      expect(verdict.problems).toContain('signature-removed');
      expect(verdict.problems).not.toContain('no-signatures');
      expect(verdict.problems).not.toContain('field-not-signed');
    }
  });

  it('was cut after the first signature is invalid to who knows the signers, and never valid', () => {
    for (const { certified } of samples.values()) {
      expect(checkExpected(certified)).toMatchObject({ outcome: 'invalid' });
      expect(checkExpected(certified).problems).toContain('signature-missing');
      expect(check(certified)).toMatchObject({ outcome: 'unknown', unsignedFields: ['Chair'] });
    }
  });

  it('was cut before any signature is no signed document', () => {
    const { prepared } = samples.get('table')!;
    expect(check(prepared)).toMatchObject({ outcome: 'unknown', problems: ['no-signatures'] });
    expect(checkExpected(prepared).outcome).toBe('invalid');
  });

  it('was cut anywhere is invalid', () => {
    const { certified, signed } = samples.get('table')!;
    for (let length = certified.length + 1; length < signed.length; length += 1499)
      expect(check(signed.subarray(0, length)).outcome, `${length}`).toBe('invalid');
    expect(check(signed.subarray(0, -1)).outcome).toBe('invalid');
  });

  it('has bytes appended is invalid', () => {
    const { signed } = samples.get('table')!;
    for (const tail of [' ', '\n', '\0', '%', '%%EOF\n', 'startxref\n0\n%%EOF\n', '9 0 obj\n<<>>\nendobj\n'])
      expect(check(Buffer.concat([signed, Buffer.from(tail)])).outcome, `${JSON.stringify(tail)}`).toBe('invalid');
  });

  it('has its end point to an earlier revision is invalid', () => {
    const { certified, signed } = samples.get('table')!;
    const old = new PdfDocument(certified).sections[0]!.offset;
    const verdict = check(Buffer.concat([signed, Buffer.from(`startxref\n${old}\n%%EOF\n`)]));
    expect(verdict.outcome).toBe('invalid');
    expect(verdict.changes).toContainEqual({ after: 'Secretary', allowed: false, kind: 'bytes-appended' });
  });

  it('has an old object brought back by a bare cross-reference is invalid', () => {
    const { signed } = samples.get('table')!;
    const document = new PdfDocument(signed);
    const field = fieldOf(document, 'Chair').ref.num;
    const old = document.sections
      .map((section) => section.entries.get(field))
      .filter((entry) => entry?.kind === 'offset');
    const offset = old.at(-1)!.kind === 'offset' ? (old.at(-1) as { offset: number }).offset : 0;
    const root = document.catalogRef.num;
    const size = document.trailer.entries.get('Size') as number;
    const tail =
      `xref\n${field} 1\n${String(offset).padStart(10, '0')} 00000 n\r\n` +
      `trailer\n<< /Size ${size} /Root ${root} 0 R /Prev ${document.sections[0]!.offset} >>\n` +
      `startxref\n${signed.length}\n%%EOF\n`;
    const verdict = check(Buffer.concat([signed, Buffer.from(tail)]));
    expect(verdict.outcome).toBe('invalid');
    expect(verdict.problems).toContain('signature-removed');
  });

  it('was written anew by a library is invalid', async () => {
    const pdf = await PDFDocument.load(samples.get('table')!.signed);
    expect(check(await pdf.save()).outcome).toBe('invalid');
  });

  it('has a signature wrapped into a later revision with another byte range is invalid', () => {
    const { signed } = samples.get('table')!;
    const evil = append(signed, (document, writer) => {
      const field = fieldOf(document, 'Chair');
      const place = signaturePlace(document, field)!;
      const moved = withEntries(field.value!, { ByteRange: array(0, place.range.gapStart, place.range.gapEnd, 10) });
      writer.set(field.ref, withEntries(field.dict, { V: writer.add(moved) }));
      ATTACKS['paints over a page']!.attack(document, writer);
    });
    const verdict = check(evil);
    expect(verdict.outcome).toBe('invalid');
    expect(allProblems(verdict)).toContain('byte-range-wrong');
    expect(verdict.problems).toContain('signature-removed');
  });

  it('has Contents or ByteRange missing, empty or strange is invalid (universal signature forgery)', () => {
    const { signed } = samples.get('table')!;
    for (const change of [
      { Contents: undefined },
      { Contents: textString('') },
      { Contents: null },
      { ByteRange: undefined },
      { ByteRange: array() },
      { ByteRange: array(0, 0, 0, 0) },
      { ByteRange: array(0, -1, 5, 10) },
      { ByteRange: array(0, 10, 20, 30, 40) },
      { ByteRange: name('All') },
    ]) {
      const evil = append(signed, (document, writer) => {
        const field = fieldOf(document, 'Chair');
        writer.set(field.valueRef!, withEntries(field.value!, change));
      });
      expect(check(evil).outcome, `${JSON.stringify(change)}`).toBe('invalid');
    }
  });

  it('has one bit flipped is invalid, wherever it is', () => {
    for (const { prepared, signed } of samples.values()) {
      const step = 499;
      for (let i = 0; i < signed.length; i += step) {
        const flipped = Buffer.from(signed);
        flipped[i]! ^= 1 << ((i / step) % 8);
        expect(check(flipped).outcome, `byte ${i}`).toBe('invalid');
      }
      // Closer where most is not under the signature: the CMS of the first signer and what surrounds it.
      const contents = signed.indexOf(0x3c, Buffer.from(signed).indexOf('/Contents <', prepared.length));
      for (let i = contents - 20; i < contents + 5600; i += 31) {
        const flipped = Buffer.from(signed);
        flipped[i]! ^= 1 << (i % 8);
        expect(check(flipped).outcome, `byte ${i}`).toBe('invalid');
      }
    }
  }, 120_000);
});

describe('a file that is no signed PDF', () => {
  it.each([
    ['empty', '', 'file-not-a-pdf'],
    ['text', 'Xin chào', 'file-not-a-pdf'],
    ['broken', '%PDF-1.7\nnothing else', 'file-unreadable'],
    ['broken and once signed', '%PDF-1.7\n/ByteRange [0 1 2 3]', 'file-damaged'],
  ])('is said to be so: %s', (_, text, problem) => {
    expect(check(Buffer.from(text)).problems).toEqual([problem]);
  });
});
