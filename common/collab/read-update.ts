import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';

/** A place in a document: the struct of that client that covers that clock. */
export interface Place {
  readonly client: number;
  readonly clock: number;
}

/** What a struct holds. `collected` and `deleted` were gone before they were sent. */
export type ContentKind =
  | 'collected'
  | 'deleted'
  | 'json'
  | 'binary'
  | 'string'
  | 'embed'
  | 'format'
  | 'any'
  | TypeKind;
export type TypeKind = 'array' | 'map' | 'text' | 'element' | 'fragment' | 'hook' | 'words';

export interface Struct extends Place {
  readonly length: number;
  readonly kind: ContentKind;
  /** Left and right neighbour when it was written. */
  readonly origin: Place | null;
  readonly rightOrigin: Place | null;
  /** The name of a type of the document, the item that is the type, or null: where its neighbours are. */
  readonly parent: string | Place | null;
  /** Key in a map; told only where the parent is. */
  readonly key: string | null;
  /** Bytes or UTF-16 units of the content; of a list of values the longest text or bytes in it. */
  readonly size: number;
  /** `any`: its one value, if a number or the like; `format`: [name, value]; elements: their name. Else `COMPOSITE`. */
  readonly value: unknown;
}

/** Structs of one client, without a gap from `start` to `end`. */
export interface Run {
  readonly client: number;
  readonly start: number;
  readonly end: number;
  readonly structs: readonly Struct[];
}

export interface Deletion extends Place {
  readonly length: number;
}

/** A Yjs update (version 1) taken apart. */
export interface Change {
  /** By client. */
  readonly runs: ReadonlyMap<number, Run>;
  readonly deletions: readonly Deletion[];
}

export const COMPOSITE = Symbol('composite');

/** Far above what one of our changes holds, and low enough that reading one costs little memory. */
export const MAX_STRUCTS = 100_000;
export const MAX_DELETIONS = 100_000;
/** Clients of one change: a laptop's engine and windows, or all that ever wrote a document. */
const MAX_RUNS = 4096;
/** Nobody types that much; and clocks stay whole numbers. */
export const MAX_CLOCK = 2 ** 31;
/** Objects and arrays in a plain value; a record of the plan has four. */
const MAX_VALUE_DEPTH = 16;

/** The update with these deletions in place of its own, each client's rising. It must be one that `readUpdate` reads. */
export function withDeletions(update: Uint8Array, deletions: readonly Deletion[]): Uint8Array {
  const decoder = decoding.createDecoder(update);
  readRuns(decoder);
  const encoder = encoding.createEncoder();
  encoding.writeUint8Array(encoder, update.subarray(0, decoder.pos));
  const byClient = new Map<number, Deletion[]>();
  for (const deletion of deletions) {
    const others = byClient.get(deletion.client);
    if (others) others.push(deletion);
    else byClient.set(deletion.client, [deletion]);
  }
  encoding.writeVarUint(encoder, byClient.size);
  for (const [client, ranges] of byClient) {
    encoding.writeVarUint(encoder, client);
    encoding.writeVarUint(encoder, ranges.length);
    for (const { clock, length } of ranges) {
      encoding.writeVarUint(encoder, clock);
      encoding.writeVarUint(encoder, length);
    }
  }
  return encoding.toUint8Array(encoder);
}

class Malformed extends Error {}

/**
 * Takes an update apart without applying it. undefined for whatever Yjs itself would not have written: truncated or with
 * something behind, texts that are not UTF-8, values too deep, empty structs, gaps, clients twice. Never throws.
 */
export function readUpdate(update: Uint8Array): Change | undefined {
  try {
    const decoder = decoding.createDecoder(update);
    const runs = readRuns(decoder);
    const deletions = readDeletions(decoder);
    return decoding.hasContent(decoder) ? undefined : { runs, deletions };
  } catch {
    return undefined;
  }
}

function refuse(): never {
  throw new Malformed();
}

function readRuns(decoder: decoding.Decoder): Map<number, Run> {
  const runs = new Map<number, Run>();
  let total = 0;
  const count = decoding.readVarUint(decoder);
  if (count > MAX_RUNS) refuse();
  for (let index = 0; index < count; index++) {
    const length = decoding.readVarUint(decoder);
    total += length;
    if (total > MAX_STRUCTS) refuse();
    const client = decoding.readVarUint(decoder);
    const start = decoding.readVarUint(decoder);
    if (runs.has(client)) refuse();
    const structs: Struct[] = [];
    let clock = start;
    for (let at = 0; at < length; at++) {
      const struct = readStruct(decoder, client, clock);
      structs.push(struct);
      clock += struct.length;
      if (struct.length < 1 || clock > MAX_CLOCK) refuse();
    }
    // Yjs writes no client without structs.
    if (structs.length === 0) refuse();
    runs.set(client, { client, start, end: clock, structs });
  }
  return runs;
}

function readDeletions(decoder: decoding.Decoder): Deletion[] {
  const deletions: Deletion[] = [];
  for (let clients = decoding.readVarUint(decoder); clients > 0; clients--) {
    const client = decoding.readVarUint(decoder);
    for (let count = decoding.readVarUint(decoder); count > 0; count--) {
      const clock = decoding.readVarUint(decoder);
      const length = decoding.readVarUint(decoder);
      if (length < 1 || clock + length > MAX_CLOCK || deletions.length >= MAX_DELETIONS) refuse();
      deletions.push({ client, clock, length });
    }
  }
  return deletions;
}

/** Bits of a struct's first byte. */
const HAS_ORIGIN = 0x80;
const HAS_RIGHT_ORIGIN = 0x40;
const HAS_KEY = 0x20;
const CONTENT = 0x1f;

function readStruct(decoder: decoding.Decoder, client: number, clock: number): Struct {
  const info = decoding.readUint8(decoder);
  const place = { client, clock };
  if (info === 0) {
    const length = decoding.readVarUint(decoder);
    return { ...place, ...NOWHERE, length, kind: 'collected', size: 0, value: undefined };
  }
  const origin = (info & HAS_ORIGIN) !== 0 ? readPlace(decoder) : null;
  const rightOrigin = (info & HAS_RIGHT_ORIGIN) !== 0 ? readPlace(decoder) : null;
  let parent: string | Place | null = null;
  let key: string | null = null;
  if (origin === null && rightOrigin === null) {
    parent = decoding.readVarUint(decoder) === 1 ? readText(decoder) : readPlace(decoder);
    if ((info & HAS_KEY) !== 0) key = readText(decoder);
  }
  const content = readContent(decoder, info & CONTENT);
  return {
    client,
    clock,
    length: content.length,
    kind: content.kind,
    origin,
    rightOrigin,
    parent,
    key,
    size: content.size,
    value: content.value,
  };
}

const NOWHERE = { origin: null, rightOrigin: null, parent: null, key: null };

function readPlace(decoder: decoding.Decoder): Place {
  const client = decoding.readVarUint(decoder);
  return { client, clock: decoding.readVarUint(decoder) };
}

interface Content {
  readonly kind: ContentKind;
  readonly length: number;
  readonly size: number;
  readonly value: unknown;
}

const TYPES: readonly TypeKind[] = ['array', 'map', 'text', 'element', 'fragment', 'hook', 'words'];

function readContent(decoder: decoding.Decoder, type: number): Content {
  switch (type) {
    case 1:
      return { kind: 'deleted', length: decoding.readVarUint(decoder), size: 0, value: undefined };
    case 2: {
      const length = readCount(decoder);
      let size = 0;
      for (let index = 0; index < length; index++) size = Math.max(size, readJson(decoder).size);
      return { kind: 'json', length, size, value: undefined };
    }
    case 3: {
      const size = skipBytes(decoder);
      return { kind: 'binary', length: 1, size, value: undefined };
    }
    case 4: {
      const { length } = readText(decoder);
      return { kind: 'string', length, size: length, value: undefined };
    }
    case 5:
      return { kind: 'embed', length: 1, size: readJson(decoder).size, value: undefined };
    case 6: {
      const name = readText(decoder);
      const { size, value } = readJson(decoder);
      return { kind: 'format', length: 1, size, value: [name, value] };
    }
    case 7: {
      const kind = TYPES[decoding.readVarUint(decoder)] ?? refuse();
      const name = kind === 'element' || kind === 'hook' ? readText(decoder) : undefined;
      return { kind, length: 1, size: 0, value: name };
    }
    case 8: {
      const length = readCount(decoder);
      const before = decoder.pos;
      let value: unknown;
      for (let index = 0; index < length; index++) value = readValue(decoder, MAX_VALUE_DEPTH);
      return { kind: 'any', length, size: decoder.pos - before, value: length === 1 ? value : COMPOSITE };
    }
    default:
      // A subdocument (9), a gap (10), or nothing there is.
      return refuse();
  }
}

/** Each of so many takes a byte at least. */
function readCount(decoder: decoding.Decoder): number {
  const count = decoding.readVarUint(decoder);
  return count > decoder.arr.byteLength - decoder.pos ? refuse() : count;
}

/** Moves past bytes with their length before them; lib0 would read on into whatever memory comes behind. */
function skipBytes(decoder: decoding.Decoder): number {
  const size = readCount(decoder);
  decoder.pos += size;
  return size;
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function readText(decoder: decoding.Decoder): string {
  const size = readCount(decoder);
  const { pos, arr } = decoder;
  decoder.pos += size;
  if (size <= SHORT) {
    // Names and single letters are most of the texts there are; starting the decoder takes longer than reading them.
    let text = '';
    let at = pos;
    for (; at < pos + size && (arr[at] as number) < 0x80; at++) text += String.fromCharCode(arr[at] as number);
    if (at === pos + size) return text;
  }
  return utf8.decode(arr.subarray(pos, pos + size));
}

const SHORT = 48;

/** Moves past a text that is UTF-8. */
function skipText(decoder: decoding.Decoder): void {
  const size = readCount(decoder);
  const { pos: start, arr } = decoder;
  decoder.pos += size;
  for (let at = start; at < start + size; at++) {
    if ((arr[at] as number) < 0x80) continue;
    utf8.decode(arr.subarray(start, start + size));
    return;
  }
}

function readJson(decoder: decoding.Decoder): { readonly size: number; readonly value: unknown } {
  const text = readText(decoder);
  const value: unknown = JSON.parse(text);
  if (!fits(value, MAX_VALUE_DEPTH)) refuse();
  return { size: text.length, value: typeof value === 'object' && value !== null ? COMPOSITE : value };
}

function fits(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return true;
  if (levels === 0 || Object.hasOwn(value, '__proto__')) return false;
  return Object.values(value).every((part) => fits(part, levels - 1));
}

/** lib0's "any" values. Objects and arrays are gone through, not made. */
function readValue(decoder: decoding.Decoder, levels: number): unknown {
  switch (decoding.readUint8(decoder)) {
    case 127:
      return undefined;
    case 126:
      return null;
    case 125:
      return decoding.readVarInt(decoder);
    case 124:
      return decoding.readFloat32(decoder);
    case 123:
      return decoding.readFloat64(decoder);
    case 122:
      decoding.readBigInt64(decoder);
      return COMPOSITE;
    case 121:
      return false;
    case 120:
      return true;
    case 119:
      skipText(decoder);
      return COMPOSITE;
    case 118:
      if (levels === 0) refuse();
      for (let count = readCount(decoder); count > 0; count--) {
        // Would become the object's prototype.
        if (readText(decoder) === '__proto__') refuse();
        readValue(decoder, levels - 1);
      }
      return COMPOSITE;
    case 117:
      if (levels === 0) refuse();
      for (let count = readCount(decoder); count > 0; count--) readValue(decoder, levels - 1);
      return COMPOSITE;
    case 116:
      skipBytes(decoder);
      return COMPOSITE;
    default:
      return refuse();
  }
}
