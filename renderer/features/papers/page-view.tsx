import { memo, useEffect, useMemo, useRef, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Button, Spinner } from '@fluentui/react-components';
import type { PageGeometry } from '../../ui/page-overlay.ts';
import type { Arriving } from './chunk-reader.ts';
import { canvasRatio, type PageSize } from './page-layout.ts';
import { PageLinks } from './page-links.tsx';
import { PageMatches } from './page-matches.tsx';
import { AnnotationMode, TextLayer, type PDFDocumentProxy, type PDFPageProxy, type RenderTask } from './pdfjs.ts';
import type { RenderQueue } from './render-queue.ts';
import type { PageTextMatch } from './paper-text.ts';
import { startWatchdog } from './watchdog.ts';

/** A page that takes longer to draw, without waiting for bytes, is given up, and its worker with it. Milliseconds. */
const RENDER_LIMIT = 20_000;
const SLOW_SIGN = 1000;

export interface PageViewProps {
  readonly document: PDFDocumentProxy;
  /** From 1. */
  readonly page: number;
  /** CSS pixels in the sheet. */
  readonly top: number;
  readonly size: PageSize;
  readonly scale: number;
  /** Scale to draw at: follows `scale` once it rests. */
  readonly drawScale: number;
  readonly queue: RenderQueue;
  /** Tells of bytes that are waited for. */
  readonly arriving: Arriving | undefined;
  /** The paper isn't whole here yet, and more of it comes now or doesn't. */
  readonly coming: 'no' | 'moves' | 'rests';
  readonly matches: readonly PageTextMatch[];
  readonly activeMatch: PageTextMatch | undefined;
  readonly renderOverlay: ((geometry: PageGeometry) => ReactNode) | undefined;
  /** It took too long before: it is drawn only when somebody asks for it. */
  readonly stuck: boolean;
  /** The page's true size; the layout guesses until then. */
  onSize(page: number, size: PageSize): void;
  onDrawn(page: number): void;
  onStuck(page: number): void;
  onGoTo(destination: unknown): void;
}

type Drawing = 'waiting' | 'slow' | 'drawn' | 'failed';

export const PageView = memo(function PageView(props: PageViewProps): ReactNode {
  const { document: paper, page, top, size, scale, drawScale, queue, arriving, onSize, onDrawn, onStuck } = props;
  const { t } = useTranslation();
  const [proxy, setProxy] = useState<PDFPageProxy>();
  const [held, setHeld] = useState(props.stuck);
  const [drawing, setDrawing] = useState<Drawing>(held ? 'failed' : 'waiting');
  const drawn = drawing === 'drawn';
  const [attempt, setAttempt] = useState(0);
  const [textDivs, setTextDivs] = useState<readonly HTMLElement[]>([]);
  const paint = useRef<HTMLDivElement>(null);
  const text = useRef<HTMLDivElement>(null);

  useEffect(() => {
    if (drawing !== 'waiting') return;
    const slow = setTimeout(() => setDrawing((now) => (now === 'waiting' ? 'slow' : now)), SLOW_SIGN);
    return () => clearTimeout(slow);
  }, [drawing]);

  useEffect(() => {
    if (held) return;
    let gone = false;
    paper.getPage(page).then(
      (loaded) => {
        if (gone) return;
        const { width, height } = loaded.getViewport({ scale: 1 });
        onSize(page, { width, height });
        setProxy(loaded);
      },
      () => {
        if (!gone) setDrawing('failed');
      },
    );
    return () => {
      gone = true;
    };
  }, [paper, page, onSize, attempt, held]);

  useEffect(() => {
    if (proxy === undefined) return;
    let gone = false;
    let task: RenderTask | undefined;
    // A page whose bytes have to come first lets others be drawn meanwhile.
    const takeOut = queue.add(page, () => Promise.race([draw(), ...(arriving ? [arriving.waiting()] : [])]));
    async function draw(): Promise<void> {
      if (proxy === undefined) return;
      const viewport = proxy.getViewport({ scale: drawScale });
      const ratio = canvasRatio(viewport.width, viewport.height, window.devicePixelRatio);
      const canvas = window.document.createElement('canvas');
      canvas.width = Math.max(1, Math.floor(viewport.width * ratio));
      canvas.height = Math.max(1, Math.floor(viewport.height * ratio));
      task = proxy.render({
        canvas,
        viewport,
        annotationMode: AnnotationMode.ENABLE,
        ...(ratio === 1 ? {} : { transform: [ratio, 0, 0, ratio, 0, 0] }),
      });
      const stopWatchdog = startWatchdog(
        RENDER_LIMIT,
        () => arriving?.waits() === true,
        () => {
          if (gone) return;
          task?.cancel();
          onStuck(page);
        },
      );
      try {
        await task.promise;
        if (gone) return;
        paint.current?.replaceChildren(canvas);
        setDrawing('drawn');
        onDrawn(page);
      } catch {
        if (!gone) setDrawing((now) => (now === 'drawn' ? now : 'failed'));
      } finally {
        stopWatchdog();
      }
    }
    return () => {
      gone = true;
      takeOut();
      task?.cancel();
    };
  }, [proxy, page, drawScale, queue, arriving, onDrawn, onStuck]);

  useEffect(() => {
    const container = text.current;
    if (proxy === undefined || container === null || !drawn) return;
    const layer = new TextLayer({
      textContentSource: proxy.streamTextContent(),
      container,
      viewport: proxy.getViewport({ scale: 1 }),
    });
    // Cancelled when the page leaves; a page without readable text is still a page.
    layer.render().then(
      () => setTextDivs(layer.textDivs),
      () => undefined,
    );
    return () => {
      layer.cancel();
      container.replaceChildren();
      setTextDivs([]);
    };
    // Text waits for the picture, and needs no second time when the picture is redrawn sharper.
  }, [proxy, drawn]);

  const width = Math.round(size.width * scale);
  const height = Math.round(size.height * scale);
  const geometry = useMemo(
    (): PageGeometry | undefined =>
      proxy && {
        page,
        width,
        height,
        transform: proxy.getViewport({ scale }).transform as unknown as PageGeometry['transform'],
      },
    [proxy, page, width, height, scale],
  );

  return (
    <section
      className="paper-page"
      data-testid={`page-${page}`}
      data-page={page}
      data-drawn={drawn}
      aria-label={t('papers.pageNumber', { page })}
      style={{ top, width, height, ['--total-scale-factor' as string]: String(scale) }}
    >
      <div className="paper-paint" ref={paint} />
      <div className="textLayer" ref={text} />
      {geometry !== undefined && drawn && (
        <PageLinks proxy={proxy as PDFPageProxy} transform={geometry.transform} onGoTo={props.onGoTo} />
      )}
      {props.matches.length > 0 && (
        <PageMatches matches={props.matches} active={props.activeMatch} textDivs={textDivs} scale={scale} />
      )}
      {geometry !== undefined && props.renderOverlay?.(geometry)}
      {drawing === 'slow' && props.coming === 'rests' && <p className="paper-page-sign">{t('papers.pageNotHere')}</p>}
      {drawing === 'slow' && props.coming !== 'rests' && (
        <Spinner
          className="paper-page-sign"
          label={t(props.coming === 'moves' ? 'papers.pageComing' : 'papers.drawingPage')}
        />
      )}
      {drawing === 'failed' && (
        <div className="paper-page-sign" role="alert">
          <p>{t('papers.pageFailed', { page })}</p>
          <Button
            onClick={() => {
              setDrawing('waiting');
              setHeld(false);
              setProxy(undefined);
              setAttempt((number) => number + 1);
            }}
          >
            {t('papers.retry')}
          </Button>
        </div>
      )}
    </section>
  );
});
