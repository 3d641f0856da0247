import { PdfDocument } from './document.ts';
import type { PdfDict, PdfObject, PdfRef } from './objects.ts';
import { isName, isRef, isString, textOf } from './objects.ts';
import type { Rect } from './increment.ts';
import { rectOf } from './increment.ts';

export interface LinkRect {
  readonly uri: string;
  /** Page index from 0. */
  readonly page: number;
  /** PDF points, origin at the lower left. */
  readonly rect: Rect;
}

export interface LinkAnnotation extends LinkRect {
  readonly ref: PdfRef | undefined;
  readonly dict: PdfDict;
}

/** Link annotations whose URI begins with `uriPrefix`, in page order. */
export function linkAnnotations(document: PdfDocument, uriPrefix: string): LinkAnnotation[] {
  const found: LinkAnnotation[] = [];
  for (const page of document.pages()) {
    for (const item of document.arrayOf(page.dict.entries.get('Annots'))?.items ?? []) {
      const link = document.dictOf(item);
      if (!link || !isName(document.resolve(link.entries.get('Subtype')), 'Link')) continue;
      const uri = uriOf(document, link.entries.get('A'));
      const rect = rectOf(document, link.entries.get('Rect'));
      if (uri?.startsWith(uriPrefix) && rect)
        found.push({ uri, page: page.index, rect, ref: isRef(item) ? item : undefined, dict: link });
    }
  }
  return found;
}

function uriOf(document: PdfDocument, action: PdfObject | undefined): string | undefined {
  const uri = document.resolve(document.dictOf(action)?.entries.get('URI'));
  return isString(uri) ? textOf(uri) : undefined;
}

/** Places that a document marks with links such as `phien-sign:Chair`. Throws PdfError. */
export function findLinkRects(pdf: Uint8Array, uriPrefix: string): LinkRect[] {
  return linkAnnotations(new PdfDocument(pdf), uriPrefix).map(({ uri, page, rect }) => ({ uri, page, rect }));
}
