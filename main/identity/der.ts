import forge from 'node-forge';

/** DER by node-forge's encoder, with bytes instead of its binary strings. Values are copied raw, never re-interpreted. */
const { asn1 } = forge;
export type Node = forge.asn1.Asn1;
const { UNIVERSAL, CONTEXT_SPECIFIC } = asn1.Class;
const { Type } = asn1;

export const toBinary = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');
export const fromBinary = (text: string): Buffer => Buffer.from(text, 'latin1');

const primitive = (type: forge.asn1.Type, content: Uint8Array | string): Node =>
  asn1.create(UNIVERSAL, type, false, typeof content === 'string' ? content : toBinary(content));

export const sequence = (...items: Node[]): Node => asn1.create(UNIVERSAL, Type.SEQUENCE, true, items);
export const setOf = (...items: Node[]): Node => asn1.create(UNIVERSAL, Type.SET, true, items);
export const octets = (content: Uint8Array): Node => primitive(Type.OCTETSTRING, content);
export const nothing = (): Node => primitive(Type.NULL, '');
export const boolean = (value: boolean): Node => primitive(Type.BOOLEAN, value ? '\xff' : '\x00');
export const utf8 = (text: string): Node => primitive(Type.UTF8, Buffer.from(text.normalize('NFC'), 'utf8'));
export const printable = (text: string): Node => primitive(Type.PRINTABLESTRING, text);
export const smallInteger = (value: number): Node => primitive(Type.INTEGER, asn1.integerToDer(value).getBytes());
/** ENUMERATED, as CRL reasons are written. */
export const enumerated = (value: number): Node => primitive(Type.ENUMERATED, Uint8Array.of(value));
export const bitString = (content: Uint8Array, unusedBits = 0): Node =>
  primitive(Type.BITSTRING, Buffer.concat([Uint8Array.of(unusedBits), content]));
export const explicit = (tag: number, ...items: Node[]): Node => asn1.create(CONTEXT_SPECIFIC, tag, true, items);
export const implicit = (tag: number, content: Uint8Array | string): Node =>
  asn1.create(CONTEXT_SPECIFIC, tag, false, typeof content === 'string' ? content : toBinary(content));

/** A positive INTEGER from big-endian bytes, in the shortest form. */
export function positiveInteger(bytes: Uint8Array): Node {
  let start = 0;
  while (start < bytes.length - 1 && bytes[start] === 0) start++;
  const shortest = Buffer.from(bytes.subarray(start));
  return primitive(Type.INTEGER, (shortest[0] ?? 0) & 0x80 ? Buffer.concat([Uint8Array.of(0), shortest]) : shortest);
}

/** OBJECT IDENTIFIER. Arcs may exceed 32 bits, as those made from a UUID under 2.25 do (ITU-T X.667). */
export function oid(dotted: string): Node {
  const [first = 0n, second = 0n, ...rest] = dotted.split('.').map(BigInt);
  const bytes: number[] = [];
  for (const arc of [first * 40n + second, ...rest]) {
    const digits = [Number(arc & 127n)];
    for (let left = arc >> 7n; left > 0n; left >>= 7n) digits.unshift(Number(left & 127n) | 128);
    bytes.push(...digits);
  }
  return primitive(Type.OID, Uint8Array.from(bytes));
}

/** UTCTime to 2049, GeneralizedTime from 2050 (RFC 5280, 4.1.2.5); whole seconds. */
export function time(date: Date): Node {
  const digits = date.toISOString().replace(/[-:T]|\.\d+Z$/g, '');
  return date.getUTCFullYear() < 2050
    ? primitive(Type.UTCTIME, `${digits.slice(2)}Z`)
    : primitive(Type.GENERALIZEDTIME, `${digits}Z`);
}

export const encode = (node: Node): Buffer => fromBinary(asn1.toDer(node).getBytes());

export class DerError extends Error {}

/** Reads bytes that must be DER: they have to encode back to themselves, so that any part of them has one spelling. */
export function decode(bytes: Uint8Array): Node {
  const node = decodeLoose(bytes);
  if (!encode(node).equals(bytes)) throw new DerError('not DER');
  return node;
}

/** Reads BER as well (indefinite lengths), as some programs write in PKCS#12. */
export function decodeLoose(bytes: Uint8Array): Node {
  try {
    // Types of node-forge lack `decodeBitStrings`, without which it guesses at the insides of signatures.
    const options = { strict: true, parseAllBytes: true, decodeBitStrings: false } as unknown as boolean;
    return asn1.fromDer(toBinary(bytes), options);
  } catch (cause) {
    throw new DerError('not ASN.1', { cause });
  }
}

const universal: Record<string, number> = {
  sequence: Type.SEQUENCE,
  set: Type.SET,
  integer: Type.INTEGER,
  octets: Type.OCTETSTRING,
  bits: Type.BITSTRING,
  oid: Type.OID,
  boolean: Type.BOOLEAN,
  enumerated: Type.ENUMERATED,
};
type UniversalKind = 'sequence' | 'set' | 'integer' | 'octets' | 'bits' | 'oid' | 'boolean' | 'enumerated';

export const isKind = (node: Node | undefined, kind: UniversalKind): node is Node =>
  node !== undefined && node.tagClass === UNIVERSAL && node.type === universal[kind];
export const isTag = (node: Node | undefined, tag: number): node is Node =>
  node !== undefined && node.tagClass === CONTEXT_SPECIFIC && (node.type as number) === tag;

/** The parts of a constructed node of that kind. */
export function parts(node: Node | undefined, kind: 'sequence' | 'set'): Node[] {
  if (!isKind(node, kind) || !Array.isArray(node.value)) throw new DerError(`expected a ${kind}`);
  return node.value;
}

/** The parts of an explicitly tagged node. */
export function tagged(node: Node | undefined, tag: number): Node[] {
  if (!isTag(node, tag) || !Array.isArray(node.value)) throw new DerError(`expected [${tag}]`);
  return node.value;
}

/** The raw content of a primitive node. */
export function content(node: Node | undefined, kind?: UniversalKind): Buffer {
  if (node === undefined || (kind !== undefined && !isKind(node, kind))) throw new DerError(`expected ${kind}`);
  if (typeof node.value === 'string') return fromBinary(node.value);
  // A constructed OCTET STRING of BER, in pieces.
  if (kind === 'octets') return Buffer.concat(node.value.map((piece) => content(piece, 'octets')));
  throw new DerError('expected a primitive value');
}

export function oidText(node: Node | undefined): string {
  const bytes = content(node, 'oid');
  if (bytes.length === 0 || bytes.length > 40) throw new DerError('bad object identifier');
  const arcs: bigint[] = [];
  let arc = 0n;
  for (const byte of bytes) {
    arc = (arc << 7n) | BigInt(byte & 127);
    if (byte & 128) continue;
    arcs.push(arc);
    arc = 0n;
  }
  const [head = 0n, ...rest] = arcs;
  const first = head < 40n ? 0n : head < 80n ? 1n : 2n;
  return [first, head - first * 40n, ...rest].join('.');
}

/** A small non-negative INTEGER, such as an iteration count. */
export function numberOf(node: Node | undefined): number {
  const bytes = content(node, 'integer');
  if (bytes.length === 0 || bytes.length > 5 || (bytes[0] ?? 0) & 0x80) throw new DerError('number out of range');
  return bytes.readUIntBE(0, bytes.length);
}

/** Lower-case hex of an INTEGER without leading zeros, as serial numbers are compared. */
export function integerHex(node: Node | undefined): string {
  const hex = content(node, 'integer').toString('hex').replace(/^0+/, '');
  return hex === '' ? '0' : hex;
}

/** The unused-bits byte must be zero: keys and signatures are whole bytes. */
export function bitBytes(node: Node | undefined): Buffer {
  const bytes = content(node, 'bits');
  if (bytes.length < 2 || bytes[0] !== 0) throw new DerError('bad bit string');
  return bytes.subarray(1);
}

/** Any string type a Name may hold; UTF8String and the ASCII ones exactly, others by their rules. */
export function stringOf(node: Node | undefined): string {
  const bytes = content(node);
  switch (node?.type as number) {
    case Type.UTF8:
      return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    case Type.PRINTABLESTRING:
    case Type.IA5STRING:
    case 20: // TeletexString, read as everybody does: Latin-1.
      return bytes.toString('latin1');
    case Type.BMPSTRING:
      if (bytes.length % 2) throw new DerError('bad BMPString');
      return Buffer.from(bytes).swap16().toString('utf16le');
    default:
      throw new DerError('unknown string type');
  }
}

export function dateOf(node: Node | undefined): Date {
  const text = content(node).toString('latin1');
  const type = node?.type as number;
  const match =
    type === Type.UTCTIME
      ? /^(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(text)
      : type === Type.GENERALIZEDTIME
        ? /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(text)
        : null;
  if (match === null) throw new DerError('bad time');
  const [year = 0, month = 0, ...rest] = match.slice(1).map(Number) as [number, number, number, number, number, number];
  const fullYear = type === Type.UTCTIME ? year + (year < 50 ? 2000 : 1900) : year;
  const date = new Date(Date.UTC(fullYear, month - 1, ...(rest as [number, number, number, number])));
  if (Number.isNaN(date.getTime()) || date.getUTCMonth() !== month - 1) throw new DerError('bad time');
  return date;
}
