import type { FormField } from './fields.ts';
import { signatureFields } from './fields.ts';
import { FONT_NAME, findFont } from './font.ts';
import type { PdfDocument } from './pdf/document.ts';
import { rectOf } from './pdf/increment.ts';
import type { PdfDict, PdfObject, PdfStream } from './pdf/objects.ts';
import { array, isDict, isName, isRef, isStream, isString, refsIn, sameObject, withEntries } from './pdf/objects.ts';
import type { SignaturePlace } from './signature-dictionary.ts';
import { locksAll, permissionsOf, signaturePlace } from './signature-dictionary.ts';

/** A revision does more, or other, than add one signature. The message is for the log. */
export class RevisionError extends Error {
  constructor(detail: string) {
    super(`revision: ${detail}`);
    this.name = 'RevisionError';
  }
}

function requireThat(condition: boolean, detail: string): asserts condition {
  if (!condition) throw new RevisionError(detail);
}

export interface SignatureRevision {
  readonly field: FormField;
  readonly role: 'certify' | 'approve';
  readonly place: SignaturePlace;
}

const SIGNATURE_KEYS = new Set([
  'Type',
  'Filter',
  'SubFilter',
  'ByteRange',
  'Contents',
  'M',
  'Name',
  'Reason',
  'Location',
  'ContactInfo',
  'Reference',
]);
const TRAILER_KEYS = new Set([
  'Size',
  'Root',
  'Info',
  'ID',
  'Prev',
  'Type',
  'W',
  'Index',
  'Length',
  'Filter',
  'DecodeParms',
]);
const FORM_KEYS = new Set(['Type', 'Subtype', 'FormType', 'BBox', 'Resources', 'Length', 'Filter']);
const IMAGE_KEYS = new Set([
  'Type',
  'Subtype',
  'Width',
  'Height',
  'ColorSpace',
  'BitsPerComponent',
  'SMask',
  'Length',
  'Filter',
  'DecodeParms',
]);

const only = (entries: ReadonlyMap<string, PdfObject>, keys: ReadonlySet<string>): boolean =>
  [...entries.keys()].every((key) => keys.has(key));

/**
 * Checks that `after` is `before` plus exactly one revision, and that this revision adds one signature (finished or
 * with empty Contents) and nothing else: the field's value and appearance, the signature dictionary, the appearance in
 * the prepared font, and for a certifying signature the catalog's `/Perms`. The same check serves the signer before
 * signing and the verifier afterwards. `after.bytes` must begin with `before.bytes`. Throws RevisionError, PdfError.
 */
export function readSignatureRevision(before: PdfDocument, after: PdfDocument): SignatureRevision {
  checkLayout(before, after);
  checkTrailer(before, after);
  const section = after.sections[0]!;
  const changed: number[] = [];
  const added = new Set<number>();
  for (const num of section.entries.keys()) {
    if (num === section.streamObject) continue;
    if (before.entry(num) === undefined) added.add(num);
    else changed.push(num);
  }
  checkNothingWaitsFor(before, [...added, ...(section.streamObject === undefined ? [] : [section.streamObject])]);

  const fields = signatureFields(before).filter((field) => changed.includes(field.ref.num));
  const [old] = fields;
  requireThat(old !== undefined && fields.length === 1, 'one signature field must change');
  requireThat(!old.dict.entries.has('V'), 'the field was signed before');
  const field = signatureFields(after).find((candidate) => candidate.ref.num === old.ref.num);
  requireThat(field?.value !== undefined && field.valueRef !== undefined, 'the field has no signature');
  requireThat(after.entry(old.ref.num)?.kind === 'offset' && field.ref.gen === old.ref.gen, 'the field moved');
  const appearance = field.dict.entries.get('AP');
  requireThat(
    sameObject(withEntries(old.dict, { V: field.valueRef, AP: appearance }), field.dict),
    'the field changes in more than value and appearance',
  );

  requireThat(added.delete(field.valueRef.num), 'the signature is no new object');
  const place = checkDictionary(after, field);
  checkAppearance(before, after, field, added);
  requireThat(added.size === 0, 'objects that belong to nothing');

  const role = checkRole(before, after, field);
  const expectedChanges = role === 'certify' ? [old.ref.num, before.catalogRef.num] : [old.ref.num];
  requireThat(
    changed.every((num) => expectedChanges.includes(num)) && changed.length === expectedChanges.length,
    'objects of the document change',
  );
  return { field, role, place };
}

/** One section more, after all earlier bytes, and every byte of the increment accounted for. */
function checkLayout(before: PdfDocument, after: PdfDocument): void {
  const base = before.bytes.length;
  requireThat(before.end === base && after.end === after.bytes.length, 'bytes after the end of a revision');
  requireThat(after.sections.length === before.sections.length + 1, 'exactly one more revision expected');
  requireThat(
    before.sections.every((section, i) => section.offset === after.sections[i + 1]!.offset),
    'the revision does not follow the one before it',
  );
  const section = after.sections[0]!;
  requireThat(!section.hybrid && section.kind === before.sections[0]!.kind, 'kind of cross-reference');
  requireThat(section.offset >= base, 'cross-reference inside earlier bytes');
  const ranges: [number, number][] = [[section.offset, section.end]];
  for (const [num, entry] of section.entries) {
    requireThat(entry.kind === 'offset' && entry.offset >= base, 'an entry that is no new object');
    if (num === section.streamObject) requireThat(entry.offset === section.offset, 'cross-reference stream');
    else ranges.push([entry.offset, after.indirect(num)!.end]);
  }
  let at = base;
  for (const [from, to] of ranges.toSorted((a, b) => a[0] - b[0])) {
    requireThat(from >= at && /^[\r\n ]*$/.test(latin1(after, at, from)), 'bytes that belong to no object');
    at = to;
  }
  requireThat(at === section.end, 'objects after the cross-reference');
  const tail = latin1(after, at, after.bytes.length);
  requireThat(/^[\r\n ]*startxref[\r\n ]+\d+[\r\n ]+%%EOF[\r\n]{0,2}$/.test(tail), 'end of the revision');
}

const latin1 = (document: PdfDocument, from: number, to: number): string =>
  Buffer.from(document.bytes.buffer, document.bytes.byteOffset + from, Math.max(0, to - from)).toString('latin1');

function checkTrailer(before: PdfDocument, after: PdfDocument): void {
  const [old, now] = [before.trailer.entries, after.trailer.entries];
  requireThat(only(now, TRAILER_KEYS), 'keys of the trailer');
  requireThat(sameObject(old.get('Root'), now.get('Root')) && sameObject(old.get('Info'), now.get('Info')), 'trailer');
  const [oldSize, size] = [old.get('Size'), now.get('Size')];
  requireThat(typeof oldSize === 'number' && typeof size === 'number' && size >= oldSize, 'size of the trailer');
  // Readers that go by /Size ignore objects from there on.
  requireThat(
    [...after.sections[0]!.entries.keys()].every((num) => num < size),
    'objects beyond the size',
  );
  const id = (document: PdfDocument): PdfObject | undefined =>
    document.arrayOf(document.trailer.entries.get('ID'))?.items[0];
  requireThat(sameObject(id(before), id(after)), 'identity of the file');
}

/** A reference into the void becomes content when its object appears: such a trap may have been laid before signing. */
function checkNothingWaitsFor(before: PdfDocument, added: readonly number[]): void {
  const numbers = new Set(added);
  const check = (value: PdfObject): void => {
    for (const target of refsIn(value)) requireThat(!numbers.has(target.num), 'a reference waited for a new object');
  };
  for (const num of before.objectNumbers()) {
    const entry = before.entry(num)!;
    check(before.get({ kind: 'ref', num, gen: entry.kind === 'offset' ? entry.gen : 0 }));
  }
  for (const section of before.sections) check(section.trailer);
}

function checkDictionary(after: PdfDocument, field: FormField): SignaturePlace {
  const value = field.value!;
  const { entries } = value;
  requireThat(only(entries, SIGNATURE_KEYS), 'keys of the signature dictionary');
  const root = after.catalogRef.num;
  requireThat(
    [...refsIn(value)].every((target) => target.num === root),
    'references in the signature dictionary',
  );
  requireThat(
    isName(entries.get('Type'), 'Sig') && isName(entries.get('Filter'), 'Adobe.PPKLite'),
    'kind of signature',
  );
  requireThat(isName(entries.get('SubFilter'), 'ETSI.CAdES.detached'), 'kind of signature');
  const place = signaturePlace(after, field);
  requireThat(place !== undefined && place.range.end === after.bytes.length, 'the byte range');
  return place;
}

/** A form XObject as large as the widget, with text in the prepared font and images, all of it new. */
function checkAppearance(before: PdfDocument, after: PdfDocument, field: FormField, added: Set<number>): void {
  const appearances = field.dict.entries.get('AP');
  const normal = isDict(appearances) && appearances.entries.size === 1 ? appearances.entries.get('N') : undefined;
  requireThat(isRef(normal) && added.delete(normal.num), 'the appearance is no new object');
  const form = after.get(normal);
  requireThat(isStream(form) && only(form.dict.entries, FORM_KEYS), 'keys of the appearance');
  const { entries } = form.dict;
  requireThat(isName(entries.get('Subtype'), 'Form'), 'kind of the appearance');
  requireThat(typeof entries.get('Length') === 'number', 'length of the appearance');
  const rect = rectOf(before, field.dict.entries.get('Rect'));
  requireThat(rect !== undefined, 'rectangle of the field');
  const size = array(0, 0, rect[2] - rect[0], rect[3] - rect[1]);
  const box = rectOf(after, entries.get('BBox'));
  requireThat(
    box !== undefined && box.every((side, i) => Math.abs(side - (size.items[i] as number)) < 0.001),
    'size of the appearance',
  );
  const resources = entries.get('Resources');
  requireThat(
    isDict(resources) && only(resources.entries, new Set(['Font', 'XObject'])),
    'resources of the appearance',
  );
  checkFonts(before, resources.entries.get('Font'));
  checkImages(after, resources.entries.get('XObject'), added);
}

function checkFonts(before: PdfDocument, fonts: PdfObject | undefined): void {
  if (fonts === undefined) return;
  requireThat(isDict(fonts) && only(fonts.entries, new Set([FONT_NAME])), 'fonts of the appearance');
  const font = fonts.entries.get(FONT_NAME);
  requireThat(isRef(font) && sameObject(font, findFont(before)?.ref), 'font of the appearance');
}

function checkImages(after: PdfDocument, images: PdfObject | undefined, added: Set<number>): void {
  if (images === undefined) return;
  requireThat(isDict(images) && images.entries.size <= 4, 'images of the appearance');
  for (const image of images.entries.values()) {
    const mask = checkImage(after, image, added).dict.entries.get('SMask');
    if (mask !== undefined) requireThat(!checkImage(after, mask, added).dict.entries.has('SMask'), 'mask of a mask');
  }
}

function checkImage(after: PdfDocument, target: PdfObject, added: Set<number>): PdfStream {
  requireThat(isRef(target) && added.delete(target.num), 'an image is no new object');
  const image = after.get(target);
  requireThat(isStream(image) && only(image.dict.entries, IMAGE_KEYS), 'keys of an image');
  requireThat(isName(image.dict.entries.get('Subtype'), 'Image'), 'kind of an image');
  const rest = withEntries(image.dict, { SMask: undefined });
  requireThat(refsIn(rest).next().done === true, 'references in an image');
  return image;
}

/** Whether the signature may be there at all, by what the earlier ones and the field itself demand (12.8.2). */
function checkRole(before: PdfDocument, after: PdfDocument, field: FormField): 'certify' | 'approve' {
  const earlier = signatureFields(before).filter((candidate) => candidate.value !== undefined);
  for (const { value } of earlier) {
    const permissions = permissionsOf(before, value!);
    requireThat(permissions !== undefined, 'permissions of an earlier signature');
    for (const permission of permissions)
      requireThat(permission.method === 'DocMDP' && permission.p >= 2, 'an earlier signature forbids further ones');
  }
  const permissions = permissionsOf(after, field.value!);
  requireThat(permissions !== undefined, 'permissions of the signature');
  const certifies = permissions.some((permission) => permission.method === 'DocMDP');
  const locks = permissions.some((permission) => permission.method === 'FieldMDP' && permission.all);
  requireThat(permissions.length === (certifies ? 1 : 0) + (locks ? 1 : 0), 'permissions of the signature');
  requireThat(locks === locksAll(before, field), 'lock of the field and of the signature differ');
  if (!certifies) return 'approve';
  requireThat(earlier.length === 0, 'only the first signature may certify');
  requireThat(!before.catalog.entries.has('Perms'), 'the document was certified before');
  const perms = certifiedBy(after);
  requireThat(perms !== undefined && perms.entries.size === 1, '/Perms of the catalog');
  requireThat(sameObject(perms.entries.get('DocMDP'), field.valueRef), '/Perms of the catalog');
  requireThat(
    sameObject(withEntries(before.catalog, { Perms: perms }), after.catalog),
    'the catalog changes in more than /Perms',
  );
  return 'certify';
}

const certifiedBy = (document: PdfDocument): PdfDict | undefined => {
  const perms = document.catalog.entries.get('Perms');
  return isDict(perms) ? perms : undefined;
};

/** Whether Contents holds nothing yet. */
export function isPlaceholder(place: SignaturePlace): boolean {
  return place.contents.bytes.every((byte) => byte === 0);
}

/** The bytes of a string entry of a signature dictionary. */
export function stringEntry(value: PdfDict, key: string): Uint8Array | undefined {
  const entry = value.entries.get(key);
  return isString(entry) ? entry.bytes : undefined;
}
