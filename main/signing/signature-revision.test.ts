import { beforeAll, describe, expect, it } from 'vitest';
import type { Cast, SignedSample } from '../../tests/fixtures/signed-pdf.ts';
import { makeCast, samplePdf, signBoth } from '../../tests/fixtures/signed-pdf.ts';
import { signatureFields } from './fields.ts';
import { PdfDocument } from './pdf/document.ts';
import { IncrementWriter } from './pdf/increment.ts';
import { dict, isStream, name, ref, stream, withEntries } from './pdf/objects.ts';
import { appendPlaceholder } from './placeholder.ts';
import { readSignatureRevision } from './signature-revision.ts';

let cast: Cast;
const samples = new Map<string, SignedSample>();
beforeAll(async () => {
  cast = makeCast();
  for (const kind of ['table', 'stream'] as const) samples.set(kind, await signBoth(await samplePdf(kind), cast));
});

/** The objects of an honest placeholder as text, by what they are. */
interface Texts {
  signature: string;
  appearance: string;
  field: string;
  catalog: string;
}
interface Rebuilt {
  readonly before: PdfDocument;
  readonly whole: Buffer;
}
interface Edit {
  /** Whose placeholder: the first one, which certifies, or the last one, which locks. */
  readonly who?: 'Secretary' | 'Chair';
  readonly kind?: 'table' | 'stream';
  readonly texts?: (texts: Texts) => void;
  readonly more?: (writer: IncrementWriter) => void;
  /** Changes the finished increment; offsets are the edit's own business. */
  readonly bytes?: (increment: string, base: number) => string;
}

function rebuild({ who = 'Chair', kind = 'table', texts: edit, more, bytes }: Edit): Rebuilt {
  const sample = samples.get(kind)!;
  const base = who === 'Secretary' ? sample.prepared : sample.certified;
  const { chain } = who === 'Secretary' ? cast.secretary : cast.chair;
  const role = who === 'Secretary' ? 'certify' : 'approve';
  const honest = new PdfDocument(
    appendPlaceholder(base, { field: who, role, chain, time: new Date(), lines: ['Ký bởi'] }).pdf,
  );
  const before = new PdfDocument(base);
  const field = signatureFields(honest).find((candidate) => candidate.name === who)!;
  const appearance = honest.dictOf(field.dict.entries.get('AP'))!.entries.get('N') as ReturnType<typeof ref>;
  const textOf = (num: number): string => {
    const object = honest.indirect(num);
    if (!object) return '';
    const raw = Buffer.from(honest.bytes.subarray(object.start, object.end)).toString('latin1');
    return raw.replace(/^\d+ \d+ obj\n/, '').replace(/\nendobj$/, '');
  };
  const texts: Texts = {
    signature: textOf(field.valueRef!.num),
    appearance: textOf(appearance.num),
    field: textOf(field.ref.num),
    catalog: who === 'Secretary' ? textOf(honest.catalogRef.num) : '',
  };
  edit?.(texts);
  const writer = new IncrementWriter(before);
  writer.allocate();
  writer.allocate();
  const latin1 = (text: string): Uint8Array => Buffer.from(text, 'latin1');
  writer.set(field.valueRef!, latin1(texts.signature));
  writer.set(appearance, latin1(texts.appearance));
  writer.set(field.ref, latin1(texts.field));
  if (texts.catalog) writer.set(before.catalogRef, latin1(texts.catalog));
  more?.(writer);
  const increment = Buffer.from(writer.build().bytes).toString('latin1');
  const whole = Buffer.concat([base, latin1(bytes?.(increment, base.length) ?? increment)]);
  const at = whole.indexOf('/ByteRange [', base.length);
  const gapStart = whole.indexOf('/Contents <0000', base.length) + '/Contents '.length;
  const gapEnd = whole.indexOf('>', gapStart) + 1;
  whole.write(`/ByteRange [0 ${gapStart} ${gapEnd} ${whole.length - gapEnd}]`.padEnd(55), at, 'latin1');
  return { before, whole };
}
const read = (edit: Edit) => {
  const { before, whole } = rebuild(edit);
  return readSignatureRevision(before, new PdfDocument(whole));
};
const replaced =
  (key: keyof Texts, from: string | RegExp, to: string) =>
  (texts: Texts): void => {
    expect(texts[key]).toMatch(from);
    texts[key] = texts[key].replace(from, to);
  };
const image = (more: Record<string, never> | Parameters<typeof dict>[0] = {}) =>
  stream({ Type: name('XObject'), Subtype: name('Image'), Width: 1, Height: 1, ...more }, Uint8Array.of(0));
const shows = (xobjects: string) => replaced('appearance', '/Resources <<', `/Resources << /XObject << ${xobjects} >>`);

describe('a revision that adds one signature', () => {
  for (const who of ['Secretary', 'Chair'] as const)
    for (const kind of ['table', 'stream'] as const)
      it(`is recognised (${who}, ${kind})`, () => {
        expect(read({ who, kind })).toMatchObject({
          field: { name: who },
          role: who === 'Secretary' ? 'certify' : 'approve',
        });
      });

  it('may show an image with a mask, all of it new', () => {
    const withImage = (more: (writer: IncrementWriter, first: number) => void): Edit => {
      const first = new PdfDocument(samples.get('table')!.certified).nextNumber + 2;
      return { texts: shows(`/Im0 ${first} 0 R`), more: (writer) => more(writer, first) };
    };
    expect(read(withImage((writer) => void writer.add(image()))).role).toBe('approve');
    const masked = withImage((writer, first) => {
      writer.add(image({ SMask: ref(first + 1) }));
      writer.add(image());
    });
    expect(read(masked).role).toBe('approve');
    const twice = withImage((writer, first) => {
      writer.add(image({ SMask: ref(first + 1) }));
      writer.add(image({ SMask: ref(first + 2) }));
      writer.add(image());
    });
    expect(() => read(twice)).toThrow('mask of a mask');
    const action = withImage((writer) => void writer.add(image({ OC: ref(1) })));
    expect(() => read(action)).toThrow('keys of an image');
    const borrowed = withImage((writer) => void writer.add(image({ ColorSpace: ref(1) })));
    expect(() => read(borrowed)).toThrow('references in an image');
    const form = withImage((writer) => void writer.add(withKind(image())));
    expect(() => read(form)).toThrow('kind of an image');
    expect(() => read({ texts: shows('/Im0 1 0 R') })).toThrow('an image is no new object');
    expect(() => read({ texts: shows('/A 1 0 R /B 1 0 R /C 1 0 R /D 1 0 R /E 1 0 R') })).toThrow('images of');
  });
  const withKind = (value: ReturnType<typeof image>) => ({
    ...value,
    dict: withEntries(value.dict, { Subtype: name('Form') }),
  });

  const beforeXref = (increment: string, base: number, text: string): string => {
    const at = increment.lastIndexOf('xref\n', increment.lastIndexOf('startxref') - 1);
    const moved = increment.slice(0, at) + text + increment.slice(at);
    return moved.replace(/startxref\n\d+/, `startxref\n${base + at + text.length}`);
  };
  const refused: [string, Edit, string][] = [
    [
      'changes the flags of the field',
      { texts: replaced('field', '/F 132', '/F 4') },
      'more than value and appearance',
    ],
    ['moves the field', { texts: replaced('field', '/Rect [320', '/Rect [20') }, 'more than value and appearance'],
    ['drops the lock of the field', { texts: replaced('field', '/P 1', '/P 2') }, 'more than value and appearance'],
    ['takes an old object for its signature', { texts: replaced('field', /\/V \d+/, '/V 1') }, 'no new object'],
    ['has no signature', { texts: replaced('field', /\/V \d+ 0 R/, '') }, 'the field has no signature'],
    [
      'has an unknown key in the signature',
      { texts: replaced('signature', '/M ', '/X 1 /M ') },
      'keys of the signature',
    ],
    ['has a reference in the signature', { texts: replaced('signature', '/M ', '/Reason 1 0 R /M ') }, 'references in'],
    ['is a timestamp', { texts: replaced('signature', '/Type /Sig ', '/Type /DocTimeStamp ') }, 'kind of signature'],
    ['has another filter', { texts: replaced('signature', 'Adobe.PPKLite', 'Other') }, 'kind of signature'],
    [
      'has another subfilter',
      { texts: replaced('signature', 'ETSI.CAdES.detached', 'adbe.pkcs7.detached') },
      'kind of',
    ],
    ['has no lock where the field wants one', { texts: replaced('signature', /\/Reference \[.*?\]/, '') }, 'differ'],
    [
      'locks where the field does not',
      { who: 'Secretary', texts: replaced('signature', /\/DocMDP(.*?)\/P 2/, '/FieldMDP$1/Action /All') },
      'differ',
    ],
    ['has usage rights', { texts: replaced('signature', '/FieldMDP', '/UR3') }, 'permissions of the signature'],
    [
      'certifies after another',
      {
        texts: replaced(
          'signature',
          '/Reference [',
          '/Reference [<< /TransformMethod /DocMDP /TransformParams << /P 2 >> >> ',
        ),
      },
      'only the first signature may certify',
    ],
    [
      'certifies without the catalog',
      { who: 'Secretary', texts: replaced('catalog', '/Perms', '/Permz') },
      '/Perms of the catalog',
    ],
    [
      'certifies something else',
      { who: 'Secretary', texts: replaced('catalog', /\/DocMDP \d+/, '/DocMDP 1') },
      '/Perms of the catalog',
    ],
    [
      'changes the catalog besides',
      { who: 'Secretary', texts: replaced('catalog', '/Perms', '/PageMode /FullScreen /Perms') },
      'more than /Perms',
    ],
    [
      'brings usage rights into the catalog',
      { who: 'Secretary', texts: replaced('catalog', '/DocMDP', '/UR3 1 0 R /DocMDP') },
      '/Perms of the catalog',
    ],
    [
      'has an image for appearance',
      { texts: replaced('appearance', '/Subtype /Form', '/Subtype /Image') },
      'kind of the appearance',
    ],
    [
      'has optional content in its appearance',
      { texts: replaced('appearance', '/FormType 1', '/FormType 1 /OC 1 0 R') },
      'keys of the appearance',
    ],
    [
      'has a larger appearance',
      { texts: replaced('appearance', '/BBox [0 0 200', '/BBox [0 0 400') },
      'size of the appearance',
    ],
    [
      'has graphics states',
      { texts: replaced('appearance', '/Resources <<', '/Resources << /ExtGState << >>') },
      'resources of the appearance',
    ],
    [
      'has another font',
      { texts: replaced('appearance', /\/PhienTinos \d+ 0 R/, '/PhienTinos 1 0 R') },
      'font of the appearance',
    ],
    [
      'has a font more',
      { texts: replaced('appearance', /\/Font <</, '/Font << /F9 1 0 R') },
      'fonts of the appearance',
    ],
    [
      'has an appearance of another revision',
      { texts: replaced('field', /\/N \d+/, '/N 1') },
      'appearance is no new object',
    ],
    [
      'has more than one appearance',
      { texts: replaced('field', '/AP <<', '/AP << /D 1 0 R') },
      'appearance is no new object',
    ],
    ['brings an object along', { more: (writer) => void writer.add(1) }, 'objects that belong to nothing'],
    [
      'changes a page',
      { more: (writer) => void writer.set(writer.document.pages()[0]!.ref, dict({ Type: name('Page') })) },
      'objects of the document change',
    ],
    ['frees an object', { bytes: (increment) => increment.replace(/ n\r\n(?=trailer)/, ' f\r\n') }, 'revision:'],
    [
      'hides a comment between objects',
      { bytes: (increment, base) => beforeXref(increment, base, '%hidden\n') },
      'bytes that belong to no object',
    ],
    [
      'hides an object nobody lists',
      { bytes: (increment, base) => beforeXref(increment, base, '3 0 obj\nnull\nendobj\n') },
      'bytes that belong to no object',
    ],
    [
      'has more in its trailer',
      { bytes: (increment) => increment.replace(/(trailer\n<<)/, '$1 /XRefStm2 9') },
      'keys of the trailer',
    ],
    ['has other information', { bytes: (increment) => increment.replace(/\/Info \d+ 0 R/, '') }, 'trailer'],
    [
      'has another identity',
      { bytes: (increment) => increment.replace(/(trailer\n<<)/, '$1 /ID [<aa> <bb>]') },
      'identity of the file',
    ],
    ['has a smaller size', { bytes: (increment) => increment.replace(/\/Size \d+/, '/Size 9') }, 'size of the trailer'],
    [
      'has a size that hides its objects',
      { bytes: (increment) => increment.replace(/\/Size (\d+)/, (_, size) => `/Size ${Number(size) - 1}`) },
      'objects beyond the size',
    ],
    [
      'has a comment after its trailer',
      { bytes: (increment) => increment.replace('startxref', '%hidden\nstartxref') },
      'end of the revision',
    ],
    ['has white space after its end', { bytes: (increment) => `${increment}\n\n` }, 'bytes after the end'],
  ];
  it.each(refused)('and %s is refused', (_, edit, message) => expect(() => read(edit)).toThrow(message));

  it('and is of another kind of cross-reference is refused', () => {
    const { before, whole } = rebuild({ kind: 'stream' });
    const after = new PdfDocument(whole);
    const section = after.sections[0]!;
    const rows = [...section.entries].filter(([num]) => num !== section.streamObject);
    const table = rows
      .toSorted(([a], [b]) => a - b)
      .map(
        ([num, entry]) =>
          `${num} 1\n${String(entry.kind === 'offset' ? entry.offset : 0).padStart(10, '0')} 00000 n\r\n`,
      );
    const text =
      `xref\n${table.join('')}trailer\n<< /Size ${section.streamObject} /Root ${before.catalogRef.num} 0 R ` +
      `/Prev ${before.sections[0]!.offset} >>\nstartxref\n${section.offset}\n%%EOF\n`;
    const other = Buffer.concat([whole.subarray(0, section.offset), Buffer.from(text, 'latin1')]);
    expect(() => readSignatureRevision(before, new PdfDocument(other))).toThrow('kind of cross-reference');
  });

  it('and leaves bytes of its own unsigned is refused', () => {
    const { before, whole } = rebuild({});
    const at = whole.indexOf('/ByteRange [', before.bytes.length);
    const [range, start, from, rest] = /\/ByteRange \[0 (\d+) (\d+) (\d+)\]/.exec(
      whole.toString('latin1', at, at + 60),
    )!;
    for (const [a, b, c] of [
      [Number(start) - 1, Number(from), Number(rest)],
      [Number(start), Number(from) + 1, Number(rest) - 1],
      [Number(start), Number(from), Number(rest) - 1],
    ]) {
      const other = Buffer.from(whole);
      other.write(`/ByteRange [0 ${a} ${b} ${c}]`.padEnd(range.length), at, 'latin1');
      expect(() => readSignatureRevision(before, new PdfDocument(other))).toThrow('the byte range');
    }
  });

  it('and takes the length of its appearance from elsewhere is refused', () => {
    const number = new PdfDocument(samples.get('table')!.certified).nextNumber + 2;
    let length = 0;
    const texts = (all: Texts): void => {
      length = Number(/\/Length (\d+)/.exec(all.appearance)![1]);
      replaced('appearance', /\/Length \d+/, `/Length ${number} 0 R`)(all);
    };
    expect(() => read({ texts, more: (writer) => void writer.add(length) })).toThrow('length of the appearance');
  });

  it('in two steps is refused', () => {
    const { prepared, signed } = samples.get('table')!;
    expect(() => readSignatureRevision(new PdfDocument(prepared), new PdfDocument(signed))).toThrow('exactly one more');
  });

  it('to a field that has a value is refused', () => {
    const { signed } = samples.get('table')!;
    const before = new PdfDocument(signed);
    const writer = new IncrementWriter(before);
    const field = signatureFields(before)[0]!;
    writer.set(field.ref, withEntries(field.dict, { V: writer.add(field.value!) }));
    const after = new PdfDocument(Buffer.concat([signed, writer.build().bytes]));
    expect(() => readSignatureRevision(before, after)).toThrow('signed before');
    const none = new IncrementWriter(before);
    none.add(stream({}, new Uint8Array()));
    const useless = new PdfDocument(Buffer.concat([signed, none.build().bytes]));
    expect(isStream(useless.get(ref(before.nextNumber)))).toBe(true);
    expect(() => readSignatureRevision(before, useless)).toThrow('one signature field must change');
  });
});
