import type { PDFDocumentProxy } from './pdfjs.ts';

/** The page (from 1) a link or heading leads to; `undefined` when it leads nowhere in this paper. */
export async function pageOfDestination(document: PDFDocumentProxy, destination: unknown): Promise<number | undefined> {
  try {
    const explicit = typeof destination === 'string' ? await document.getDestination(destination) : destination;
    if (!Array.isArray(explicit)) return undefined;
    const target: unknown = explicit[0];
    if (typeof target === 'number') return inside(document, target + 1);
    if (typeof target !== 'object' || target === null) return undefined;
    return inside(document, (await document.getPageIndex(target as { num: number; gen: number })) + 1);
  } catch {
    return undefined;
  }
}

const inside = (document: PDFDocumentProxy, page: number): number | undefined =>
  Number.isInteger(page) && page >= 1 && page <= document.numPages ? page : undefined;
