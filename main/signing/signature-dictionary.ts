import { derLength } from './der.ts';
import type { FormField } from './fields.ts';
import type { PdfDocument } from './pdf/document.ts';
import type { PdfDict } from './pdf/objects.ts';
import { isDict, isName, isString } from './pdf/objects.ts';
import type { PdfObject, PdfString } from './pdf/objects.ts';

/** Bytes reserved for the CMS; in the file twice as many hexadecimal digits. */
export const RESERVED = 16 * 1024;

export interface ByteRange {
  /** Where `<` of Contents stands. */
  readonly gapStart: number;
  /** After `>`. */
  readonly gapEnd: number;
  /** Where the signed revision ends. */
  readonly end: number;
}

export interface SignaturePlace {
  readonly contents: PdfString;
  readonly range: ByteRange;
}

const integers = (value: PdfObject | undefined): number[] | undefined => {
  if (typeof value !== 'object' || value?.kind !== 'array') return undefined;
  const numbers = value.items.filter((item) => typeof item === 'number' && Number.isSafeInteger(item) && item >= 0);
  return numbers.length === value.items.length ? (numbers as number[]) : undefined;
};

/**
 * Where a signature stands. Only if `/ByteRange` is direct and leaves out exactly the token of `/Contents` of this very
 * dictionary: everything else in the file up to its end is signed.
 */
export function signaturePlace(document: PdfDocument, field: FormField): SignaturePlace | undefined {
  const { value, valueRef } = field;
  if (!value || !valueRef) return undefined;
  const object = document.indirect(valueRef.num);
  if (object?.value !== value) return undefined;
  const contents = value.entries.get('Contents');
  const numbers = integers(value.entries.get('ByteRange'));
  if (!isString(contents) || numbers?.length !== 4) return undefined;
  const [zero, gapStart, gapEnd, rest] = numbers as [number, number, number, number];
  const isHex = document.bytes[contents.start] === 0x3c;
  if (zero !== 0 || gapStart !== contents.start || gapEnd !== contents.end || !isHex) return undefined;
  if (gapStart <= object.start || gapEnd >= object.end) return undefined;
  const end = gapEnd + rest;
  if (end < object.end || end > document.bytes.length) return undefined;
  return { contents, range: { gapStart, gapEnd, end } };
}

export type Permission =
  | { readonly method: 'DocMDP'; readonly p: number }
  | { readonly method: 'FieldMDP'; readonly all: boolean };

/** The transform methods that a signature dictionary refers to; undefined if it has some that we don't know. */
export function permissionsOf(document: PdfDocument, signature: PdfDict): Permission[] | undefined {
  const references = signature.entries.get('Reference');
  if (references === undefined) return [];
  const permissions: Permission[] = [];
  for (const item of document.arrayOf(references)?.items ?? [null]) {
    const reference = document.dictOf(item);
    const parameters = document.dictOf(reference?.entries.get('TransformParams'));
    const method = reference?.entries.get('TransformMethod');
    if (isName(method, 'DocMDP')) {
      const p = parameters?.entries.get('P') ?? 2;
      if (p !== 1 && p !== 2 && p !== 3) return undefined;
      permissions.push({ method: 'DocMDP', p });
    } else if (isName(method, 'FieldMDP') && isDict(parameters)) {
      permissions.push({ method: 'FieldMDP', all: isName(parameters.entries.get('Action'), 'All') });
    } else return undefined;
  }
  return permissions;
}

/** Whether the field's own `/Lock` demands that signing it locks all fields; ours say `/P 1` as well, no change at all. */
export function locksAll(document: PdfDocument, field: FormField): boolean {
  const lock = document.dictOf(field.dict.entries.get('Lock'));
  return isName(lock?.entries.get('Action'), 'All');
}

/**
 * The CMS in `/Contents`: hexadecimal digits of one case without white space, and after the CMS nothing but zeros, so
 * that no byte of the file can be changed without notice.
 */
export function cmsIn(file: Uint8Array, contents: PdfString): Uint8Array | undefined {
  const { bytes, start, end } = contents;
  const text = Buffer.from(file.buffer, file.byteOffset + start + 1, end - start - 2).toString('latin1');
  if (text.length !== 2 * bytes.length || !(/^[0-9a-f]*$/.test(text) || /^[0-9A-F]*$/.test(text))) return undefined;
  const length = derLength(bytes);
  if (length === undefined || !/^0*$/.test(text.slice(2 * length))) return undefined;
  return bytes.subarray(0, length);
}
