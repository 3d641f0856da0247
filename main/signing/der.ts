/**
 * DER, read strictly and written. node-forge's reader takes BER, guesses at nested content and holds values as strings;
 * a verifier needs each value to have one encoding, and a composer needs names copied byte for byte.
 */

export class DerError extends Error {
  constructor(detail: string) {
    super(`der: ${detail}`);
    this.name = 'DerError';
  }
}

export const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  oid: 0x06,
  utf8String: 0x0c,
  printableString: 0x13,
  ia5String: 0x16,
  utcTime: 0x17,
  generalizedTime: 0x18,
  bmpString: 0x1e,
  sequence: 0x30,
  set: 0x31,
} as const;

/** One value: `raw` is tag, length and content; `content` without the first two. */
export interface DerValue {
  readonly tag: number;
  readonly content: Uint8Array;
  readonly raw: Uint8Array;
}

const MAX_LENGTH = 16 * 1024 * 1024;

function readOne(bytes: Uint8Array, at: number): DerValue & { end: number } {
  const tag = bytes[at];
  let length = bytes[at + 1];
  if (tag === undefined || length === undefined) throw new DerError('too short');
  if ((tag & 0x1f) === 0x1f) throw new DerError('long tag');
  let from = at + 2;
  if (length & 0x80) {
    const count = length & 0x7f;
    if (count === 0 || count > 4) throw new DerError('length');
    length = 0;
    for (let i = 0; i < count; i++) length = length * 256 + (bytes[from++] ?? 0);
    const shortest = length < 0x80 ? 0 : length < 0x100 ? 1 : length < 0x10000 ? 2 : length < 0x1000000 ? 3 : 4;
    if (count !== shortest) throw new DerError('length not the shortest');
  }
  const end = from + length;
  if (length > MAX_LENGTH || end > bytes.length) throw new DerError('too short');
  return { tag, content: bytes.subarray(from, end), raw: bytes.subarray(at, end), end };
}

/** The only value in the bytes. */
export function readDer(bytes: Uint8Array): DerValue {
  const value = readOne(bytes, 0);
  if (value.end !== bytes.length) throw new DerError('bytes after the value');
  return value;
}

/** How many bytes the first value takes; undefined where there is none. */
export function derLength(bytes: Uint8Array): number | undefined {
  try {
    return readOne(bytes, 0).end;
  } catch (cause) {
    if (cause instanceof DerError) return undefined;
    throw cause;
  }
}

/** Reads the children of a constructed value in order; `end` promises that nothing is left. */
export class DerReader {
  private readonly bytes: Uint8Array;
  private at = 0;

  constructor(value: DerValue, tag: number) {
    if (value.tag !== tag) throw new DerError(`tag ${tag.toString(16)} expected, ${value.tag.toString(16)} found`);
    this.bytes = value.content;
  }

  get more(): boolean {
    return this.at < this.bytes.length;
  }

  any(): DerValue {
    const value = readOne(this.bytes, this.at);
    this.at = value.end;
    return value;
  }

  expect(tag: number): DerValue {
    const value = this.any();
    if (value.tag !== tag) throw new DerError(`tag ${tag.toString(16)} expected, ${value.tag.toString(16)} found`);
    return value;
  }

  optional(tag: number): DerValue | undefined {
    return this.more && this.bytes[this.at] === tag ? this.any() : undefined;
  }

  enter(tag: number): DerReader {
    return new DerReader(this.expect(tag), tag);
  }

  rest(): DerValue[] {
    const values: DerValue[] = [];
    while (this.more) values.push(this.any());
    return values;
  }

  end(): void {
    if (this.more) throw new DerError('more than expected');
  }
}

export const explicit = (number: number): number => 0xa0 | number;

/** Children of a SET OF, which DER wants in ascending order of their encodings. */
export function readSetOf(value: DerValue, tag: number = TAG.set): DerValue[] {
  const items = new DerReader(value, tag).rest();
  for (let i = 1; i < items.length; i++)
    if (Buffer.compare(items[i - 1]!.raw, items[i]!.raw) > 0) throw new DerError('SET OF not in order');
  return items;
}

export function oidOf(value: DerValue): string {
  if (value.tag !== TAG.oid || value.content.length === 0 || value.content.length > 64) throw new DerError('OID');
  const arcs: number[] = [];
  let arc = 0;
  let fresh = true;
  for (const byte of value.content) {
    if (fresh && byte === 0x80) throw new DerError('OID');
    arc = arc * 128 + (byte & 0x7f);
    if (arc > Number.MAX_SAFE_INTEGER) throw new DerError('OID');
    fresh = (byte & 0x80) === 0;
    if (!fresh) continue;
    if (arcs.length === 0) arcs.push(Math.min(2, Math.floor(arc / 40)), arc - 40 * Math.min(2, Math.floor(arc / 40)));
    else arcs.push(arc);
    arc = 0;
  }
  if (!fresh) throw new DerError('OID');
  return arcs.join('.');
}

/** Content of an INTEGER, encoded as short as it must be. */
export function integerBytes(value: DerValue): Uint8Array {
  const { content } = value;
  if (value.tag !== TAG.integer || content.length === 0) throw new DerError('INTEGER');
  const [first, second] = content;
  if (second !== undefined && ((first === 0 && second < 0x80) || (first === 0xff && second >= 0x80)))
    throw new DerError('INTEGER not the shortest');
  return content;
}

export function smallInteger(value: DerValue): number {
  const content = integerBytes(value);
  if (content.length > 4 || content[0]! >= 0x80) throw new DerError('small INTEGER expected');
  return content.reduce((number, byte) => number * 256 + byte, 0);
}

export function booleanOf(value: DerValue): boolean {
  const byte = value.content[0];
  if (value.tag !== TAG.boolean || value.content.length !== 1 || (byte !== 0 && byte !== 0xff))
    throw new DerError('BOOLEAN');
  return byte === 0xff;
}

/** A BIT STRING of whole bytes, as signatures and keys are. */
export function bitStringBytes(value: DerValue): Uint8Array {
  if (value.tag !== TAG.bitString || value.content[0] !== 0) throw new DerError('BIT STRING');
  return value.content.subarray(1);
}

/** Whether a named bit is set in a BIT STRING of flags. */
export function namedBits(value: DerValue): (bit: number) => boolean {
  const unused = value.content[0];
  const last = value.content.at(-1)!;
  if (value.tag !== TAG.bitString || unused === undefined || unused > 7 || value.content.length > 5)
    throw new DerError('BIT STRING');
  if (value.content.length === 1 ? unused !== 0 : (last & ((1 << unused) - 1)) !== 0 || !((last >> unused) & 1))
    throw new DerError('BIT STRING');
  return (bit) => (((value.content[1 + (bit >> 3)] ?? 0) >> (7 - (bit & 7))) & 1) === 1;
}

/** UTCTime or GeneralizedTime in the forms of RFC 5280, 4.1.2.5. */
export function timeOf(value: DerValue): Date {
  const text = Buffer.from(value.content).toString('latin1');
  const match =
    value.tag === TAG.utcTime
      ? /^(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(text)
      : value.tag === TAG.generalizedTime
        ? /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(text)
        : null;
  if (!match) throw new DerError('time');
  const [, y, month, day, hour, minute, second] = match;
  const year = y!.length === 4 ? y! : `${Number(y) >= 50 ? '19' : '20'}${y!}`;
  const time = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  if (Number.isNaN(time.getTime())) throw new DerError('time');
  return time;
}

/** The text of a directory string; undefined for string types that nobody should use any more. */
export function stringOf(value: DerValue): string | undefined {
  if (value.tag === TAG.utf8String) {
    try {
      return new TextDecoder('utf-8', { fatal: true }).decode(value.content).normalize('NFC');
    } catch {
      throw new DerError('UTF8String');
    }
  }
  if (value.tag === TAG.printableString || value.tag === TAG.ia5String)
    return Buffer.from(value.content).toString('latin1');
  if (value.tag === TAG.bmpString && value.content.length % 2 === 0)
    return Buffer.from(value.content).swap16().toString('utf16le').normalize('NFC');
  return undefined;
}

/** Writes one value from its parts. */
export function encode(tag: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const header = [tag];
  if (length < 0x80) header.push(length);
  else {
    const bytes: number[] = [];
    for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256);
    header.push(0x80 | bytes.length, ...bytes);
  }
  return Buffer.concat([Uint8Array.from(header), ...parts]);
}

export const sequence = (...parts: readonly Uint8Array[]): Uint8Array => encode(TAG.sequence, ...parts);
/** A SET OF in DER's order; `tag` for an implicitly tagged one. */
export const setOf = (items: readonly Uint8Array[], tag: number = TAG.set): Uint8Array =>
  encode(tag, ...items.toSorted((a, b) => Buffer.compare(a, b)));
export const octetString = (bytes: Uint8Array): Uint8Array => encode(TAG.octetString, bytes);
export const derNull = (): Uint8Array => encode(TAG.null);

export function integer(value: number | Uint8Array): Uint8Array {
  if (typeof value !== 'number') return encode(TAG.integer, value);
  const bytes: number[] = [];
  for (let rest = value; bytes.length === 0 || rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256);
  if (bytes[0]! >= 0x80) bytes.unshift(0);
  return encode(TAG.integer, Uint8Array.from(bytes));
}

export function oid(dotted: string): Uint8Array {
  const [first, second, ...rest] = dotted.split('.').map(Number);
  const bytes: number[] = [];
  for (const arc of [first! * 40 + second!, ...rest]) {
    const septets = [arc % 128];
    for (let left = Math.floor(arc / 128); left > 0; left = Math.floor(left / 128))
      septets.unshift((left % 128) | 0x80);
    bytes.push(...septets);
  }
  return encode(TAG.oid, Uint8Array.from(bytes));
}
