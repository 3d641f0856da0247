import { useCallback, useEffect, useRef, useState } from 'react';
import type { Arriving } from './chunk-reader.ts';
import { PaperUnavailable, paperSource, type ComingPaper, type Unavailable } from './paper-source.ts';
import { problemOfCount, type PageSize } from './page-layout.ts';
import { openDocument, prepareWorker, type PDFDocumentProxy } from './pdfjs.ts';
import { startWatchdog } from './watchdog.ts';

export type PaperProblem = 'broken' | 'encrypted' | 'empty' | Unavailable;

export interface OpenPaper {
  readonly document: PDFDocumentProxy;
  readonly pages: number;
  /** Of the first page, which most others share: what is known before any page is drawn. */
  readonly firstSize: PageSize;
  /** It is read while it comes. */
  readonly arriving: Arriving | undefined;
  /** The same paper in a worker of its own, for thumbnails and text, so that these never delay the page being read. */
  background(): Promise<PDFDocumentProxy>;
}

export type PaperState =
  | { readonly status: 'opening' }
  | { readonly status: 'open'; readonly paper: OpenPaper }
  | { readonly status: 'failed'; readonly problem: PaperProblem };

/** Points. */
const A4: PageSize = { width: 595, height: 842 };
/** A paper that hasn't opened by then, without waiting for bytes, keeps its worker busy for ever. Milliseconds. */
const OPEN_LIMIT = 60_000;

/**
 * Opens the paper at `url`, or as it comes (`coming`), and keeps it open while the component lives, also when it has become
 * whole meanwhile. `reopen` starts again with new workers.
 */
export function usePaper(url: string, coming: ComingPaper | undefined): { readonly state: PaperState; reopen(): void } {
  const [attempt, setAttempt] = useState(0);
  const [state, setState] = useState<PaperState>({ status: 'opening' });
  const reopen = useCallback(() => setAttempt((number) => number + 1), []);

  const latest = useRef(coming);
  latest.current = coming;

  useEffect(() => {
    const abort = new AbortController();
    const closers: (() => void)[] = [];
    setState({ status: 'opening' });
    const fail = (error: unknown): void => {
      if (!abort.signal.aborted) setState({ status: 'failed', problem: problemOf(error) });
    };
    let arriving: Arriving | undefined;
    const open = async (urgent: boolean): Promise<PDFDocumentProxy> => {
      const source = await paperSource(url, {
        signal: abort.signal,
        urgent,
        coming: () => latest.current,
        onLost: (error) => fail(error instanceof PaperUnavailable ? error : new PaperUnavailable('unreadable')),
        onArriving(now) {
          if (urgent) arriving = now;
        },
      });
      if (abort.signal.aborted) throw new PaperUnavailable('unreadable');
      const { document, close } = openDocument(source);
      closers.push(close);
      return document;
    };
    prepareWorker();
    let background: Promise<PDFDocumentProxy> | undefined;
    const stopWatchdog = startWatchdog(
      OPEN_LIMIT,
      () => arriving?.waits() === true,
      () => {
        fail(new Error('opening takes too long'));
        abort.abort();
        for (const close of closers) close();
      },
    );
    open(true).then(
      async (document) => {
        // A first page that can't be read is told when it is drawn; A4 until then.
        const first = await document.getPage(1).catch(() => undefined);
        const { width, height } = first?.getViewport({ scale: 1 }) ?? A4;
        stopWatchdog();
        if (abort.signal.aborted) return;
        const problem = problemOfCount(document.numPages);
        if (problem) {
          setState({ status: 'failed', problem });
          return;
        }
        const paper: OpenPaper = {
          document,
          pages: document.numPages,
          firstSize: { width, height },
          arriving,
          background() {
            background ??= open(false).catch((error: unknown) => {
              background = undefined;
              throw error;
            });
            return background;
          },
        };
        setState({ status: 'open', paper });
      },
      (error: unknown) => {
        stopWatchdog();
        fail(error);
      },
    );
    return () => {
      stopWatchdog();
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
