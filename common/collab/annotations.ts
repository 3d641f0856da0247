import * as Y from 'yjs';
import { decodeStroke, encodeStroke, MAX_PAGE, MAX_STROKE_POINTS, type Stroke } from './stroke.ts';

/**
 * What one author wrote on one paper: a Y.Doc of its own, so that "who may write here" is one question per document.
 *
 * - `strokes`: Y.Map id -> packed `Uint8Array` (see stroke.ts)
 * - `notes`: Y.Map id -> Y.Map { page, x, y, at: number, text: Y.Text }
 *
 * Everything read here may come from somebody else's laptop: values that break the schema are left out and counted.
 */
export interface TextNote {
  readonly id: string;
  /** From 1. */
  readonly page: number;
  /** In page user space: points, y upwards. */
  readonly x: number;
  readonly y: number;
  /** When it was made, milliseconds since 1970, by its author's clock. */
  readonly at: number;
  readonly text: string;
}

/** Characters (UTF-16) of a note; what is longer is cut off when read. */
export const MAX_NOTE_LENGTH = 4000;
/** Per author and paper; more are ignored and counted. */
export const MAX_STROKES = 20_000;
export const MAX_NOTES = 2000;
const MAX_COORDINATE = 32_768;
const ID = /^[0-9a-z]{1,12}-[0-9a-z]{1,16}$/;

/** Ids sort by the time they were made at, which keeps the drawing order the same everywhere. */
export function annotationId(now: number, random: () => number): string {
  return `${now.toString(36).padStart(9, '0')}-${Math.floor(random() * 36 ** 8).toString(36)}`;
}

export const strokesOf = (document: Y.Doc): Y.Map<unknown> => document.getMap('strokes');
export const notesOf = (document: Y.Doc): Y.Map<unknown> => document.getMap('notes');

/** `origin` tells an undo history whose change it was. */
export function addStroke(document: Y.Doc, id: string, stroke: Stroke, origin: unknown): void {
  const packed = encodeStroke(stroke);
  document.transact(() => strokesOf(document).set(id, packed), origin);
}

/** Removes strokes and notes that are there; other ids are ignored. */
export function removeAnnotations(document: Y.Doc, ids: Iterable<string>, origin: unknown): void {
  document.transact(() => {
    for (const id of ids) {
      if (strokesOf(document).has(id)) strokesOf(document).delete(id);
      if (notesOf(document).has(id)) notesOf(document).delete(id);
    }
  }, origin);
}

export function addNote(document: Y.Doc, note: TextNote, origin: unknown): void {
  document.transact(() => {
    const entry = new Y.Map<unknown>();
    entry.set('page', note.page);
    entry.set('x', note.x);
    entry.set('y', note.y);
    entry.set('at', note.at);
    entry.set('text', new Y.Text(note.text.slice(0, MAX_NOTE_LENGTH)));
    notesOf(document).set(note.id, entry);
  }, origin);
}

/** Writes only what differs between the old and the new text, so that typing makes small changes. */
export function setNoteText(document: Y.Doc, id: string, text: string, origin: unknown): void {
  const entry = notesOf(document).get(id);
  const shared = entry instanceof Y.Map ? entry.get('text') : undefined;
  if (!(shared instanceof Y.Text)) return;
  const after = text.slice(0, MAX_NOTE_LENGTH);
  const before = shared.toString();
  if (after === before) return;
  let start = 0;
  const shorter = Math.min(before.length, after.length);
  while (start < shorter && before[start] === after[start]) start += 1;
  let tail = 0;
  while (tail < shorter - start && before[before.length - 1 - tail] === after[after.length - 1 - tail]) tail += 1;
  // Never cut a surrogate pair in two: half of one can't be encoded.
  if (start > 0 && isHighSurrogate(after.charCodeAt(start - 1))) start -= 1;
  if (tail > 0 && isLowSurrogate(after.charCodeAt(after.length - tail))) tail -= 1;
  document.transact(() => {
    shared.delete(start, before.length - tail - start);
    shared.insert(start, after.slice(start, after.length - tail));
  }, origin);
}

/** The stroke under `id`, or why there is none that can be drawn. */
export function readStroke(id: string, value: unknown): Stroke | undefined {
  if (!ID.test(id) || !(value instanceof Uint8Array)) return undefined;
  const decoded = decodeStroke(value);
  return decoded.ok ? decoded.stroke : undefined;
}

export function readNote(id: string, value: unknown): TextNote | undefined {
  if (!ID.test(id) || !(value instanceof Y.Map)) return undefined;
  const page: unknown = value.get('page');
  const x: unknown = value.get('x');
  const y: unknown = value.get('y');
  const at: unknown = value.get('at');
  const text: unknown = value.get('text');
  if (typeof page !== 'number' || !Number.isInteger(page) || page < 1 || page > MAX_PAGE) return undefined;
  if (!isCoordinate(x) || !isCoordinate(y)) return undefined;
  if (typeof at !== 'number' || !Number.isFinite(at)) return undefined;
  if (!(text instanceof Y.Text)) return undefined;
  return { id, page, x, y, at, text: text.toString().slice(0, MAX_NOTE_LENGTH) };
}

/** In-progress stroke as it travels in the awareness field `ink`: its newest points only, so that a frame stays small. */
export interface LiveInk {
  readonly id: string;
  /** Index of the first point in `stroke`; earlier ones came in earlier frames (or are lost until the pen lifts). */
  readonly from: number;
  readonly stroke: Stroke;
}

/** A stroke in the field `ink` carries at most this many points: about 400 bytes. */
export const LIVE_INK_POINTS = 96;
/** Characters of base64 a frame may have. */
const MAX_LIVE_TEXT = 2048;

/** JSON value for the awareness field `ink`: the last `LIVE_INK_POINTS` points of a stroke being drawn. */
export function packLiveInk(id: string, stroke: Stroke): { id: string; from: number; data: string } {
  const count = stroke.points.length / 2;
  const from = Math.max(0, count - LIVE_INK_POINTS);
  const { pressures } = stroke;
  const tail: Stroke = {
    ...stroke,
    points: stroke.points.slice(from * 2),
    ...(pressures === undefined ? {} : { pressures: pressures.slice(from) }),
  };
  return { id, from, data: toBase64(encodeStroke(tail)) };
}

/** Reads the awareness field `ink` of another laptop; `undefined` for anything that is not a well-formed frame. */
export function readLiveInk(value: unknown): LiveInk | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { id, from, data } = value as Record<string, unknown>;
  if (typeof id !== 'string' || !ID.test(id)) return undefined;
  if (typeof from !== 'number' || !Number.isInteger(from) || from < 0 || from > MAX_STROKE_POINTS) return undefined;
  if (typeof data !== 'string' || data.length > MAX_LIVE_TEXT) return undefined;
  const bytes = fromBase64(data);
  const decoded = bytes && decodeStroke(bytes);
  if (!decoded?.ok || decoded.stroke.points.length > LIVE_INK_POINTS * 2) return undefined;
  return { id, from, stroke: decoded.stroke };
}

const isHighSurrogate = (code: number): boolean => code >= 0xd800 && code <= 0xdbff;
const isLowSurrogate = (code: number): boolean => code >= 0xdc00 && code <= 0xdfff;

function isCoordinate(value: unknown): value is number {
  return typeof value === 'number' && Math.abs(value) <= MAX_COORDINATE;
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** Awareness states are JSON: bytes go as unpadded base64 (this folder has neither Node's Buffer nor the DOM's btoa). */
function toBase64(bytes: Uint8Array): string {
  let text = '';
  for (let index = 0; index < bytes.length; index += 3) {
    const left = bytes.length - index;
    const word = ((bytes[index] as number) << 16) | ((bytes[index + 1] ?? 0) << 8) | (bytes[index + 2] ?? 0);
    text += ALPHABET.charAt(word >> 18) + ALPHABET.charAt((word >> 12) & 63);
    if (left > 1) text += ALPHABET.charAt((word >> 6) & 63);
    if (left > 2) text += ALPHABET.charAt(word & 63);
  }
  return text;
}

function fromBase64(text: string): Uint8Array | undefined {
  if (text.length % 4 === 1) return undefined;
  const bytes = new Uint8Array(Math.floor((text.length * 3) / 4));
  let word = 0;
  let bits = 0;
  let at = 0;
  for (const character of text) {
    const value = ALPHABET.indexOf(character);
    if (value < 0) return undefined;
    word = ((word << 6) | value) & 0xffffff;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes[at] = (word >> bits) & 255;
      at += 1;
    }
  }
  return bytes;
}
