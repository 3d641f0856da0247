/** PDF objects as read from a file or made for one (ISO 32000-2, 7.3). Numbers, booleans and null are JavaScript's own. */
export type PdfObject = null | boolean | number | PdfName | PdfString | PdfArray | PdfDict | PdfStream | PdfRef;

export interface PdfName {
  readonly kind: 'name';
  /** Without the slash, `#xx` resolved; one character per byte. */
  readonly name: string;
}
export interface PdfString {
  readonly kind: 'string';
  readonly bytes: Uint8Array;
  /** Where the token stands in the file, delimiters included; -1 for strings that were made, not read. */
  readonly start: number;
  readonly end: number;
}
export interface PdfArray {
  readonly kind: 'array';
  readonly items: readonly PdfObject[];
}
export interface PdfDict {
  readonly kind: 'dict';
  readonly entries: ReadonlyMap<string, PdfObject>;
}
export interface PdfStream {
  readonly kind: 'stream';
  readonly dict: PdfDict;
  /** As stored, filters not undone. */
  readonly data: Uint8Array;
}
export interface PdfRef {
  readonly kind: 'ref';
  readonly num: number;
  readonly gen: number;
}

export const name = (value: string): PdfName => ({ kind: 'name', name: value });
export const ref = (num: number, gen = 0): PdfRef => ({ kind: 'ref', num, gen });
export const array = (...items: PdfObject[]): PdfArray => ({ kind: 'array', items });
export const dict = (entries: Record<string, PdfObject>): PdfDict => ({
  kind: 'dict',
  entries: new Map(Object.entries(entries)),
});
export const stream = (entries: Record<string, PdfObject>, data: Uint8Array): PdfStream => ({
  kind: 'stream',
  dict: dict({ ...entries, Length: data.length }),
  data,
});
export const bytesString = (bytes: Uint8Array): PdfString => ({ kind: 'string', bytes, start: -1, end: -1 });

/** Text string: PDFDocEncoding where ASCII suffices, else UTF-16BE with its mark (7.9.2.2). Normalised to NFC. */
export function textString(value: string): PdfString {
  const text = value.normalize('NFC');
  if (/^[\x20-\x7e]*$/.test(text)) return bytesString(Uint8Array.from(text, (c) => c.charCodeAt(0)));
  const bytes = new Uint8Array(2 + text.length * 2);
  bytes[0] = 0xfe;
  bytes[1] = 0xff;
  for (let i = 0; i < text.length; i++) {
    bytes[2 + 2 * i] = text.charCodeAt(i) >> 8;
    bytes[3 + 2 * i] = text.charCodeAt(i) & 0xff;
  }
  return bytesString(bytes);
}

/** The text of a text string; bytes of other encodings are taken as Latin-1. */
export function textOf(value: PdfString): string {
  const { bytes } = value;
  let text = '';
  if (bytes[0] === 0xfe && bytes[1] === 0xff) {
    for (let i = 2; i + 1 < bytes.length; i += 2) text += String.fromCharCode((bytes[i]! << 8) | bytes[i + 1]!);
  } else if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) {
    text = new TextDecoder('utf-8').decode(bytes.subarray(3));
  } else {
    for (const byte of bytes) text += String.fromCharCode(byte);
  }
  return text.normalize('NFC');
}

export type PdfKind = 'null' | 'boolean' | 'number' | Exclude<PdfObject, null | boolean | number>['kind'];
export function kindOf(value: PdfObject): PdfKind {
  if (value === null) return 'null';
  if (typeof value === 'number') return 'number';
  if (typeof value === 'boolean') return 'boolean';
  return value.kind;
}

export const isName = (value: PdfObject | undefined, expected?: string): value is PdfName =>
  typeof value === 'object' &&
  value !== null &&
  value.kind === 'name' &&
  (expected === undefined || value.name === expected);
export const isRef = (value: PdfObject | undefined): value is PdfRef =>
  typeof value === 'object' && value !== null && value.kind === 'ref';
export const isDict = (value: PdfObject | undefined): value is PdfDict =>
  typeof value === 'object' && value !== null && value.kind === 'dict';
export const isArray = (value: PdfObject | undefined): value is PdfArray =>
  typeof value === 'object' && value !== null && value.kind === 'array';
export const isStream = (value: PdfObject | undefined): value is PdfStream =>
  typeof value === 'object' && value !== null && value.kind === 'stream';
export const isString = (value: PdfObject | undefined): value is PdfString =>
  typeof value === 'object' && value !== null && value.kind === 'string';

/** A copy of `source` with some entries set, or removed where the value is `undefined`. */
export function withEntries(source: PdfDict, changes: Record<string, PdfObject | undefined>): PdfDict {
  const entries = new Map(source.entries);
  for (const [key, value] of Object.entries(changes)) {
    if (value === undefined) entries.delete(key);
    else entries.set(key, value);
  }
  return { kind: 'dict', entries };
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** Whether two objects say the same; references are compared, not followed. Order of dictionary keys does not count. */
export function sameObject(a: PdfObject | undefined, b: PdfObject | undefined): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null || a.kind !== b.kind) return false;
  switch (a.kind) {
    case 'name':
      return a.name === (b as PdfName).name;
    case 'string':
      return sameBytes(a.bytes, (b as PdfString).bytes);
    case 'ref':
      return a.num === (b as PdfRef).num && a.gen === (b as PdfRef).gen;
    case 'array': {
      const other = (b as PdfArray).items;
      return a.items.length === other.length && a.items.every((item, i) => sameObject(item, other[i]));
    }
    case 'dict': {
      const other = (b as PdfDict).entries;
      if (a.entries.size !== other.size) return false;
      for (const [key, value] of a.entries) if (!other.has(key) || !sameObject(value, other.get(key))) return false;
      return true;
    }
    case 'stream':
      return sameObject(a.dict, (b as PdfStream).dict) && sameBytes(a.data, (b as PdfStream).data);
  }
}

/** Every reference inside an object, not followed. */
export function* refsIn(value: PdfObject): Generator<PdfRef> {
  if (typeof value !== 'object' || value === null) return;
  if (value.kind === 'ref') yield value;
  else if (value.kind === 'array') for (const item of value.items) yield* refsIn(item);
  else if (value.kind === 'dict') for (const item of value.entries.values()) yield* refsIn(item);
  else if (value.kind === 'stream') yield* refsIn(value.dict);
}
