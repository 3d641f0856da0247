import type { EmbeddedFont } from './font.ts';
import { FONT_NAME } from './font.ts';
import type { Rect } from './pdf/increment.ts';
import type { PdfStream } from './pdf/objects.ts';
import { array, dict, name, stream } from './pdf/objects.ts';

const MAX_FONT_SIZE = 10;
const MIN_FONT_SIZE = 4;
const LEADING = 1.2;
const PADDING = 3;

const size = (rect: Rect): [number, number] => [rect[2] - rect[0], rect[3] - rect[1]];

/** The form XObject of a field that nobody signed yet. */
export function emptyAppearance(rect: Rect): PdfStream {
  const [width, height] = size(rect);
  return stream(formEntries(width, height, dict({})), new Uint8Array());
}

const formEntries = (width: number, height: number, resources: ReturnType<typeof dict>) => ({
  Type: name('XObject'),
  Subtype: name('Form'),
  FormType: 1,
  BBox: array(0, 0, width, height),
  Resources: resources,
});

/** Breaks at spaces; a word wider than the line stays whole. */
function wrap(text: string, room: number, font: EmbeddedFont): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (line !== '' && font.widthOf(longer) > room) {
      lines.push(line);
      line = word;
    } else line = longer;
  }
  return [...lines, line];
}

function layOut(texts: readonly string[], width: number, height: number, font: EmbeddedFont) {
  for (let fontSize = MAX_FONT_SIZE; ; fontSize -= 0.5) {
    const room = ((width - 2 * PADDING) * 1000) / fontSize;
    const lines = texts.flatMap((text) => wrap(text, room, font));
    const fits =
      lines.length * fontSize * LEADING <= height - 2 * PADDING && lines.every((l) => font.widthOf(l) <= room);
    if (fits || fontSize <= MIN_FONT_SIZE) return { fontSize, lines };
  }
}

const hex = (text: string): string =>
  Array.from({ length: text.length }, (_, i) => text.charCodeAt(i).toString(16).padStart(4, '0')).join('');

const short = (value: number): string => value.toFixed(2).replace(/\.?0+$/, '');

/**
 * The form XObject of a signature: lines of text in the embedded font, as large as fits up to 10 points, halfway up, on
 * no background. Characters outside the font's repertoire show as its box for missing ones.
 */
export function textAppearance(rect: Rect, lines: readonly string[], font: EmbeddedFont): PdfStream {
  const [width, height] = size(rect);
  // oxlint-disable-next-line no-control-regex -- control characters have no place in an appearance
  const texts = lines.map((line) => line.normalize('NFC').replace(/[\u0000-\u001f\u007f]/g, ' '));
  const laid = layOut(texts, width, height, font);
  const free = Math.max(0, height - 2 * PADDING - laid.lines.length * laid.fontSize * LEADING);
  const first = height - PADDING - free / 2 - laid.fontSize;
  const shown = laid.lines.map((line, i) => `${i === 0 ? '' : 'T* '}<${hex(line)}> Tj`).join('\n');
  const content = [
    'q',
    `BT /${FONT_NAME} ${short(laid.fontSize)} Tf ${short(laid.fontSize * LEADING)} TL 0 g`,
    `${PADDING} ${short(first)} Td`,
    shown,
    'ET',
    'Q',
  ].join('\n');
  const resources = dict({ Font: dict({ [FONT_NAME]: font.ref }) });
  return stream(formEntries(width, height, resources), Buffer.from(content, 'latin1'));
}

/** ISO 8601 in Vietnam's time, seconds precision: `2026-11-22T08:15:00+07:00`. */
export function vietnamTime(time: Date): string {
  return `${new Date(time.getTime() + 7 * 3600_000).toISOString().slice(0, 19)}+07:00`;
}

/** A PDF date (ISO 32000-2, 7.9.4) in Vietnam's time. */
export function pdfTime(time: Date): string {
  return `D:${vietnamTime(time).slice(0, 19).replace(/[-T:]/g, '')}+07'00`;
}

/** The moment a PDF date means; undefined unless it is complete to the second and names its zone. */
export function parsePdfTime(text: string): Date | undefined {
  const match = /^D:(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(?:Z(?:00'00'?)?|([+-])(\d\d)'(\d\d)'?)$/.exec(text);
  if (!match) return undefined;
  const [, year, month, day, hour, minute, second, sign, zoneHour, zoneMinute] = match;
  const zone = sign === undefined ? 'Z' : `${sign}${zoneHour}:${zoneMinute}`;
  const time = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}${zone}`);
  return Number.isNaN(time.getTime()) ? undefined : time;
}
