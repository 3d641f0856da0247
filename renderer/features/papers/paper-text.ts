import { findMatches, foldText, type FoldedText } from './fold-text.ts';
import type { PDFDocumentProxy } from './pdfjs.ts';

/** The text of one page, in the pieces pdf.js gives it in, joined for searching. */
export interface PageText {
  readonly folded: FoldedText;
  /** Where each piece begins in the joined text. */
  readonly starts: Uint32Array;
  /** Height of each piece on the page: 0 top, 1 bottom. */
  readonly heights: Float32Array;
}

/** A match on a page, as ranges of the text pieces (the page's text elements have the same numbers). */
export interface PageTextMatch {
  readonly page: number;
  readonly pieces: readonly { readonly piece: number; readonly start: number; readonly end: number }[];
  /** Of the page's height, from the top. */
  readonly height: number;
}

/** What pdf.js's text content holds, as far as it is used here. */
export interface TextPiece {
  readonly str: string;
  readonly hasEOL: boolean;
  readonly transform: readonly number[];
}

const MAX_PAGE_CHARACTERS = 500_000;
/** Nobody steps through more; the count then shows "5000+". */
export const MAX_MATCHES = 5000;

/** `toHeight` maps a piece's origin (user space) to its height on the page. */
export function pageText(pieces: readonly TextPiece[], toHeight: (x: number, y: number) => number): PageText {
  const starts = new Uint32Array(pieces.length + 1);
  const heights = new Float32Array(pieces.length);
  let joined = '';
  for (const [index, piece] of pieces.entries()) {
    starts[index] = joined.length;
    heights[index] = toHeight(piece.transform[4] ?? 0, piece.transform[5] ?? 0);
    if (joined.length < MAX_PAGE_CHARACTERS) joined += piece.hasEOL ? `${piece.str}\n` : piece.str;
  }
  starts[pieces.length] = joined.length;
  return { folded: foldText(joined), starts, heights };
}

export function matchesOnPage(page: number, text: PageText, query: string, limit: number): readonly PageTextMatch[] {
  return findMatches(text.folded, query, limit).map(({ start, end }) => {
    const pieces: { piece: number; start: number; end: number }[] = [];
    for (let piece = pieceAt(text.starts, start); piece < text.heights.length; piece += 1) {
      const from = text.starts[piece] as number;
      if (from >= end) break;
      const to = text.starts[piece + 1] as number;
      if (to > Math.max(from, start))
        pieces.push({ piece, start: Math.max(0, start - from), end: Math.min(end, to) - from });
    }
    return { page, pieces, height: text.heights[pieces[0]?.piece ?? 0] ?? 0 };
  });
}

function pieceAt(starts: Uint32Array, offset: number): number {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((starts[middle] as number) <= offset) low = middle;
    else high = middle - 1;
  }
  // Empty pieces begin where the next one does.
  while (low > 0 && starts[low - 1] === starts[low]) low -= 1;
  return low;
}

/** Reads a page's text through pdf.js. */
export async function readPageText(document: PDFDocumentProxy, page: number): Promise<PageText> {
  const proxy = await document.getPage(page);
  const { items } = await proxy.getTextContent();
  const viewport = proxy.getViewport({ scale: 1 });
  const pieces = items.filter((item) => 'str' in item) as readonly TextPiece[];
  const text = pageText(pieces, (x, y) => (viewport.convertToViewportPoint(x, y)[1] as number) / viewport.height);
  proxy.cleanup();
  return text;
}
