import { useCallback, useEffect, useState } from 'react';
import { PaperUnavailable, paperSource } from './paper-source.ts';
import type { PageSize } from './page-layout.ts';
import { openDocument, prepareWorker, type PDFDocumentProxy } from './pdfjs.ts';

export type PaperProblem = 'broken' | 'encrypted' | 'missing' | 'unreadable' | 'empty';

export interface OpenPaper {
  readonly document: PDFDocumentProxy;
  readonly pages: number;
  /** Of the first page, which most others share: what is known before any page is drawn. */
  readonly firstSize: PageSize;
  /** The same paper in a worker of its own, for thumbnails and text, so that these never delay the page being read. */
  background(): Promise<PDFDocumentProxy>;
}

export type PaperState =
  | { readonly status: 'opening' }
  | { readonly status: 'open'; readonly paper: OpenPaper }
  | { readonly status: 'failed'; readonly problem: PaperProblem };

/** Points. */
const A4: PageSize = { width: 595, height: 842 };
/** A paper that hasn't opened by then keeps its worker busy for ever. Milliseconds. */
const OPEN_LIMIT = 60_000;

/** Opens the paper at `url` and keeps it open while the component lives. `reopen` starts again with new workers. */
export function usePaper(url: string): { readonly state: PaperState; reopen(): void } {
  const [attempt, setAttempt] = useState(0);
  const [state, setState] = useState<PaperState>({ status: 'opening' });
  const reopen = useCallback(() => setAttempt((number) => number + 1), []);

  useEffect(() => {
    const abort = new AbortController();
    const closers: (() => void)[] = [];
    setState({ status: 'opening' });
    const fail = (error: unknown): void => {
      if (!abort.signal.aborted) setState({ status: 'failed', problem: problemOf(error) });
    };
    const open = async (): Promise<PDFDocumentProxy> => {
      const source = await paperSource(url, () => fail(new PaperUnavailable('unreadable')), abort.signal);
      if (abort.signal.aborted) throw new PaperUnavailable('unreadable');
      const { document, close } = openDocument(source);
      closers.push(close);
      return document;
    };
    prepareWorker();
    let background: Promise<PDFDocumentProxy> | undefined;
    const limit = setTimeout(() => {
      fail(new Error('opening takes too long'));
      abort.abort();
      for (const close of closers) close();
    }, OPEN_LIMIT);
    open().then(
      async (document) => {
        // A first page that can't be read is told when it is drawn; A4 until then.
        const first = await document.getPage(1).catch(() => undefined);
        const { width, height } = first?.getViewport({ scale: 1 }) ?? A4;
        clearTimeout(limit);
        if (abort.signal.aborted) return;
        if (document.numPages < 1) {
          setState({ status: 'failed', problem: 'empty' });
          return;
        }
        const paper: OpenPaper = {
          document,
          pages: document.numPages,
          firstSize: { width, height },
          background() {
            background ??= open().catch((error: unknown) => {
              background = undefined;
              throw error;
            });
            return background;
          },
        };
        setState({ status: 'open', paper });
      },
      (error: unknown) => {
        clearTimeout(limit);
        fail(error);
      },
    );
    return () => {
      clearTimeout(limit);
      abort.abort();
      for (const close of closers) close();
    };
  }, [url, attempt]);

  return { state, reopen };
}

function problemOf(error: unknown): PaperProblem {
  if (error instanceof PaperUnavailable) return error.code;
  const name = error instanceof Error ? error.name : '';
  if (name === 'PasswordException') return 'encrypted';
  if (name === 'ResponseException') return 'unreadable';
  return 'broken';
}
