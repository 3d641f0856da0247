import { inflateSync } from 'node:zlib';
import { PdfError } from './errors.ts';
import type { PdfDict, PdfObject, PdfStream } from './objects.ts';
import { isArray, isDict, isName } from './objects.ts';

const MAX_DECODED = 128 * 1024 * 1024;

function integerOf(parameters: PdfDict | undefined, key: string, fallback: number): number {
  const value = parameters?.entries.get(key) ?? fallback;
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0 || value > 65536)
    throw new PdfError('pdf-unsupported', `/${key} of a filter`);
  return value;
}

/** The PNG predictors (ISO 32000-2, 7.4.4.4). */
function undoPng(data: Uint8Array, parameters: PdfDict | undefined): Uint8Array {
  const columns = integerOf(parameters, 'Columns', 1);
  const bits = integerOf(parameters, 'Colors', 1) * integerOf(parameters, 'BitsPerComponent', 8);
  const pixel = Math.max(1, bits >> 3);
  const row = Math.ceil((columns * bits) / 8);
  if (row === 0 || data.length % (row + 1) !== 0) throw new PdfError('pdf-syntax', 'rows do not fit the predictor');
  const out = new Uint8Array((data.length / (row + 1)) * row);
  for (let from = 0, to = 0; from < data.length; from += row + 1, to += row) {
    const type = data[from]!;
    if (type > 4) throw new PdfError('pdf-syntax', 'unknown predictor');
    for (let i = 0; i < row; i++) {
      const left = i >= pixel ? out[to + i - pixel]! : 0;
      const up = to > 0 ? out[to - row + i]! : 0;
      const corner = i >= pixel && to > 0 ? out[to - row + i - pixel]! : 0;
      let predicted = 0;
      if (type === 1) predicted = left;
      else if (type === 2) predicted = up;
      else if (type === 3) predicted = (left + up) >> 1;
      else if (type === 4) {
        const guess = left + up - corner;
        const [dl, du, dc] = [Math.abs(guess - left), Math.abs(guess - up), Math.abs(guess - corner)];
        predicted = dl <= du && dl <= dc ? left : du <= dc ? up : corner;
      }
      out[to + i] = (data[from + 1 + i]! + predicted) & 0xff;
    }
  }
  return out;
}

function undoFlate(data: Uint8Array, parameters: PdfDict | undefined): Uint8Array {
  let decoded: Uint8Array;
  try {
    decoded = inflateSync(data, { maxOutputLength: MAX_DECODED });
  } catch (cause) {
    const tooLarge = cause instanceof RangeError;
    throw new PdfError(tooLarge ? 'pdf-too-large' : 'pdf-syntax', 'compressed stream');
  }
  const predictor = integerOf(parameters, 'Predictor', 1);
  if (predictor === 1) return decoded;
  if (predictor >= 10 && predictor <= 15) return undoPng(decoded, parameters);
  throw new PdfError('pdf-unsupported', `predictor ${predictor}`);
}

/**
 * The stream's content. Knows no filter and FlateDecode, which is what cross-reference and object streams use; others
 * give `pdf-unsupported`. Filter and parameters must be direct.
 */
export function decodeStream(source: PdfStream): Uint8Array {
  const asList = (value: PdfObject | undefined): readonly PdfObject[] =>
    value === undefined || value === null ? [] : isArray(value) ? value.items : [value];
  const filters = asList(source.dict.entries.get('Filter'));
  const parameters = asList(source.dict.entries.get('DecodeParms'));
  if (filters.length > 2) throw new PdfError('pdf-unsupported', 'too many filters');
  let { data } = source;
  filters.forEach((filter, i) => {
    if (!isName(filter, 'FlateDecode')) throw new PdfError('pdf-unsupported', 'filter other than FlateDecode');
    const own = parameters[i];
    data = undoFlate(data, isDict(own) ? own : undefined);
  });
  return data;
}
