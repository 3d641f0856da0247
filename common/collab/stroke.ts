/**
 * One pen or highlighter stroke as bytes.
 *
 * Coordinates are in the page's own user space (PDF points, y upwards), so that zoom, rotation and export need no
 * conversion table. They are kept on a grid of 1/32 pt as second differences in zigzag varints: a hand moves smoothly,
 * so most differences fit one byte.
 *
 * Layout (version 1), every number but the first five bytes an unsigned LEB128 varint in its shortest form:
 * version 1 · flags (bits 0-1 tool, bit 2 pressure follows) · red · green · blue · width in 1/32 pt · page (from 1) ·
 * number of points · x,y of the first point, then second differences of x and y, zigzag · with pressure: one byte a point.
 */
export type StrokeTool = 'pen' | 'highlighter';

export interface Stroke {
  readonly tool: StrokeTool;
  /** 0xRRGGBB */
  readonly colour: number;
  /** Points (1/72 inch), on the 1/32 grid once packed. */
  readonly width: number;
  /** From 1. */
  readonly page: number;
  /** x0, y0, x1, y1, … in page user space. */
  readonly points: Float64Array;
  /** One value from 0 to 255 a point; absent for a mouse or a finger, which know no pressure. */
  readonly pressures?: Uint8Array;
}

export type StrokeError =
  | 'too-large'
  | 'truncated'
  | 'unknown-version'
  | 'unknown-flags'
  | 'bad-number'
  | 'out-of-bounds'
  | 'no-points'
  | 'too-many-points'
  | 'trailing-bytes';

export type DecodedStroke =
  | { readonly ok: true; readonly stroke: Stroke }
  | { readonly ok: false; readonly error: StrokeError };

/** Points a stroke may have; a longer one is drawn as several. */
export const MAX_STROKE_POINTS = 8192;
/** No stroke packs larger than this: the header and five bytes for each number of a point. */
export const MAX_STROKE_BYTES = 64 * 1024;
export const MAX_PAGE = 100_000;
const GRID = 32;
const VERSION = 1;
/** ±32 768 pt: beyond PDF's own limit of 14 400 units. */
const MAX_UNITS = 32_768 * GRID;
const MAX_WIDTH_UNITS = 256 * GRID;
const HAS_PRESSURE = 4;
const TOOLS: readonly StrokeTool[] = ['pen', 'highlighter'];

/**
 * Packs a stroke. Points beyond the limits are a caller's bug and throw `RangeError`: split strokes at
 * `MAX_STROKE_POINTS` and clamp to the page before.
 */
export function encodeStroke(stroke: Stroke): Uint8Array<ArrayBuffer> {
  const count = stroke.points.length / 2;
  if (!Number.isInteger(count) || count < 1 || count > MAX_STROKE_POINTS) throw new RangeError('number of points');
  if (stroke.pressures !== undefined && stroke.pressures.length !== count) throw new RangeError('number of pressures');
  if (!Number.isInteger(stroke.page) || stroke.page < 1 || stroke.page > MAX_PAGE) throw new RangeError('page');
  const bytes: number[] = [
    VERSION,
    TOOLS.indexOf(stroke.tool) | (stroke.pressures === undefined ? 0 : HAS_PRESSURE),
    (stroke.colour >> 16) & 255,
    (stroke.colour >> 8) & 255,
    stroke.colour & 255,
  ];
  pushVarint(bytes, Math.min(MAX_WIDTH_UNITS, Math.max(1, Math.round(stroke.width * GRID))));
  pushVarint(bytes, stroke.page);
  pushVarint(bytes, count);
  let lastX = 0;
  let lastY = 0;
  let speedX = 0;
  let speedY = 0;
  for (let index = 0; index < count; index += 1) {
    const x = toUnits(stroke.points[index * 2]);
    const y = toUnits(stroke.points[index * 2 + 1]);
    const deltaX = x - lastX;
    const deltaY = y - lastY;
    pushVarint(bytes, zigzag(deltaX - speedX));
    pushVarint(bytes, zigzag(deltaY - speedY));
    // The first point is a place, not a movement: it must not count as speed.
    speedX = index === 0 ? 0 : deltaX;
    speedY = index === 0 ? 0 : deltaY;
    lastX = x;
    lastY = y;
  }
  if (stroke.pressures !== undefined) for (const pressure of stroke.pressures) bytes.push(pressure);
  if (bytes.length > MAX_STROKE_BYTES) throw new RangeError('stroke too large');
  return Uint8Array.from(bytes);
}

/** Unpacks a stroke from anywhere. Never throws; accepts only what `encodeStroke` writes, byte for byte. */
export function decodeStroke(bytes: Uint8Array): DecodedStroke {
  if (bytes.length > MAX_STROKE_BYTES) return failure('too-large');
  if (bytes.length < 5) return failure('truncated');
  if (bytes[0] !== VERSION) return failure('unknown-version');
  const flags = bytes[1] as number;
  const tool = TOOLS[flags & 3];
  if (tool === undefined || (flags & ~(3 | HAS_PRESSURE)) !== 0) return failure('unknown-flags');
  const colour = ((bytes[2] as number) << 16) | ((bytes[3] as number) << 8) | (bytes[4] as number);
  const reader: Reader = { bytes, at: 5, error: undefined };
  const width = readVarint(reader);
  const page = readVarint(reader);
  const count = readVarint(reader);
  if (reader.error !== undefined) return failure(reader.error);
  if (width < 1 || width > MAX_WIDTH_UNITS || page < 1 || page > MAX_PAGE) return failure('out-of-bounds');
  if (count < 1) return failure('no-points');
  if (count > MAX_STROKE_POINTS) return failure('too-many-points');
  // Two bytes a point at least: refuses a large count in a short message before allocating for it.
  if (bytes.length - reader.at < count * 2) return failure('truncated');
  const points = new Float64Array(count * 2);
  let x = 0;
  let y = 0;
  let speedX = 0;
  let speedY = 0;
  for (let index = 0; index < count; index += 1) {
    const deltaX = unzigzag(readVarint(reader)) + speedX;
    const deltaY = unzigzag(readVarint(reader)) + speedY;
    if (reader.error !== undefined) return failure(reader.error);
    x += deltaX;
    y += deltaY;
    if (Math.abs(x) > MAX_UNITS || Math.abs(y) > MAX_UNITS) return failure('out-of-bounds');
    speedX = index === 0 ? 0 : deltaX;
    speedY = index === 0 ? 0 : deltaY;
    points[index * 2] = x / GRID;
    points[index * 2 + 1] = y / GRID;
  }
  const head = { tool, colour, width: width / GRID, page, points };
  const left = bytes.length - reader.at;
  if ((flags & HAS_PRESSURE) === 0) return left === 0 ? { ok: true, stroke: head } : failure('trailing-bytes');
  if (left < count) return failure('truncated');
  if (left > count) return failure('trailing-bytes');
  return { ok: true, stroke: { ...head, pressures: bytes.slice(reader.at) } };
}

interface Reader {
  readonly bytes: Uint8Array;
  at: number;
  error: StrokeError | undefined;
}

const failure = (error: StrokeError): DecodedStroke => ({ ok: false, error });

function toUnits(points: number | undefined): number {
  const units = Math.round((points as number) * GRID);
  if (!(Math.abs(units) <= MAX_UNITS)) throw new RangeError('coordinate');
  return units;
}

/** Differences stay below 2^23, so 32-bit arithmetic is exact. */
const zigzag = (value: number): number => ((value << 1) ^ (value >> 31)) >>> 0;
const unzigzag = (value: number): number => (value >>> 1) ^ -(value & 1);

function pushVarint(bytes: number[], value: number): void {
  let rest = value;
  while (rest > 127) {
    bytes.push((rest & 127) | 128);
    rest >>>= 7;
  }
  bytes.push(rest);
}

/** At most four bytes (28 bits): more than any number here needs. */
function readVarint(reader: Reader): number {
  let value = 0;
  for (let shift = 0; shift < 28; shift += 7) {
    const byte = reader.bytes[reader.at];
    if (byte === undefined) return fail(reader, 'truncated');
    reader.at += 1;
    value |= (byte & 127) << shift;
    if (byte < 128) return byte === 0 && shift > 0 ? fail(reader, 'bad-number') : value;
  }
  return fail(reader, 'bad-number');
}

function fail(reader: Reader, error: StrokeError): 0 {
  reader.error ??= error;
  return 0;
}
