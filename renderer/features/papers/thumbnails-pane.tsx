import { useEffect, useLayoutEffect, useRef, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { PageSize } from './page-layout.ts';
import type { OpenPaper } from './use-paper.ts';

const WIDTH = 112;
const LABEL = 28;
/** Drawn small pages that are kept; about 25 KB of canvas each. */
const KEPT = 300;

/** All pages in small; only those in sight are in the document. */
export function ThumbnailsPane(props: {
  readonly paper: OpenPaper;
  readonly sizes: readonly PageSize[];
  readonly current: number;
  onGoTo(page: number): void;
}): ReactNode {
  const { paper, sizes, current } = props;
  const { t } = useTranslation();
  const scroller = useRef<HTMLDivElement>(null);
  const pictures = useRef(new Map<number, HTMLCanvasElement>());
  const [view, setView] = useState({ top: 0, height: 600 });
  const first = sizes[0] ?? { width: 1, height: 1.414 };
  const rowHeight = Math.round(Math.min(1.6, Math.max(0.6, first.height / first.width)) * WIDTH) + LABEL;
  const from = Math.max(0, Math.floor(view.top / rowHeight) - 2);
  const to = Math.min(paper.pages, Math.ceil((view.top + view.height) / rowHeight) + 2);

  useLayoutEffect(() => {
    const element = scroller.current as HTMLDivElement;
    const measure = (): void => setView({ top: element.scrollTop, height: element.clientHeight });
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    element.addEventListener('scroll', measure, { passive: true });
    return () => {
      observer.disconnect();
      element.removeEventListener('scroll', measure);
    };
  }, []);

  useEffect(() => {
    const element = scroller.current as HTMLDivElement;
    const top = (current - 1) * rowHeight;
    if (top < element.scrollTop) element.scrollTop = top;
    else if (top + rowHeight > element.scrollTop + element.clientHeight) {
      element.scrollTop = top + rowHeight - element.clientHeight;
    }
  }, [current, rowHeight]);

  return (
    <div
      className="paper-thumbnails"
      ref={scroller}
      data-testid="thumbnails"
      aria-label={t('papers.thumbnails')}
      role="list"
    >
      <div className="paper-thumbnails-sheet" style={{ height: paper.pages * rowHeight }}>
        {Array.from({ length: to - from }, (_, index) => from + index + 1).map((page) => (
          <div
            key={page}
            role="listitem"
            className="paper-thumbnail-row"
            style={{ top: (page - 1) * rowHeight, height: rowHeight }}
          >
            <button
              type="button"
              className="paper-thumbnail"
              data-testid={`thumbnail-${page}`}
              aria-current={page === current ? 'page' : undefined}
              aria-label={t('papers.goToPage', { page })}
              onClick={() => props.onGoTo(page)}
            >
              <Picture paper={paper} page={page} kept={pictures.current} height={rowHeight - LABEL} />
              <span>{page}</span>
            </button>
          </div>
        ))}
      </div>
    </div>
  );
}

function Picture(props: {
  readonly paper: OpenPaper;
  readonly page: number;
  readonly kept: Map<number, HTMLCanvasElement>;
  readonly height: number;
}): ReactNode {
  const { paper, page, kept, height } = props;
  const box = useRef<HTMLSpanElement>(null);

  useEffect(() => {
    const ready = kept.get(page);
    if (ready !== undefined) {
      box.current?.replaceChildren(ready);
      return;
    }
    let gone = false;
    // Pages flown past while scrolling are not worth drawing.
    const rest = setTimeout(() => void draw().catch(() => undefined), 120);
    async function draw(): Promise<void> {
      const document = await paper.background();
      if (gone) return;
      const proxy = await document.getPage(page);
      if (gone) return;
      const natural = proxy.getViewport({ scale: 1 });
      const scale = Math.min(WIDTH / natural.width, height / natural.height);
      const viewport = proxy.getViewport({ scale });
      const canvas = window.document.createElement('canvas');
      canvas.width = Math.max(1, Math.round(viewport.width));
      canvas.height = Math.max(1, Math.round(viewport.height));
      await proxy.render({ canvas, viewport }).promise;
      proxy.cleanup();
      kept.set(page, canvas);
      if (kept.size > KEPT) {
        const [oldest] = kept.keys();
        if (oldest !== undefined) kept.delete(oldest);
      }
      if (!gone) box.current?.replaceChildren(canvas);
    }
    return () => {
      gone = true;
      clearTimeout(rest);
    };
  }, [paper, page, kept, height]);

  return <span className="paper-thumbnail-picture" ref={box} style={{ height }} />;
}
