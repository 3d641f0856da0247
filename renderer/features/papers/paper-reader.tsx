import { useCallback, useEffect, useMemo, useRef, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Button, Spinner } from '@fluentui/react-components';
import { ArrowSync20Regular, Eye20Regular } from '@fluentui/react-icons';
import type { PageOverlay } from '../../ui/page-overlay.ts';
import { pageOfDestination } from './destination.ts';
import { FindBar } from './find-bar.tsx';
import { StillComing, useMoves, WaitForPaper, type PaperArrival } from './paper-arrival.tsx';
import { OutlinePane } from './outline-pane.tsx';
import { PageView } from './page-view.tsx';
import type { PageTextMatch } from './paper-text.ts';
import { ReaderTools } from './reader-tools.tsx';
import { rememberedPlace, rememberPlace } from './reading-place.ts';
import { createRenderQueue } from './render-queue.ts';
import { ThumbnailsPane } from './thumbnails-pane.tsx';
import { useFind } from './use-find.ts';
import { usePageScroll } from './use-page-scroll.ts';
import { usePaper, type OpenPaper } from './use-paper.ts';
import './papers.css';

export type Pane = 'thumbnails' | 'outline';

export interface ReaderProps {
  readonly paper: { readonly sha256: string; readonly title: string; readonly url: string };
  /** How far it is here, and how it is read until it is whole. Absent: it is here, or will not come. */
  readonly arrival?: PaperArrival | undefined;
  /** Goes there when it changes; otherwise the reader opens where reading stopped. From 1. */
  readonly page?: number | undefined;
  /** The presenter's page and name, while somebody presents this paper. */
  readonly presenterPage?: number | undefined;
  readonly presenterName?: string | undefined;
  readonly following?: boolean | undefined;
  /** The reader scrolled away. */
  onLeaveFollowing?(): void;
  onReturnToFollowing?(): void;
  /** Absent: this person may not present, and sees no button. */
  readonly presenting?: boolean | undefined;
  onPresentingChange?(presenting: boolean): void;
  onPageChange?(page: number): void;
  /** Drawn over the pages: ink and notes. */
  readonly overlay?: PageOverlay | undefined;
}

const NO_MATCHES: readonly PageTextMatch[] = [];
const NO_PAGES: ReadonlySet<number> = new Set();
const SLOW_SIGN = 1000;

interface OpenReaderProps {
  readonly open: OpenPaper;
  readonly stuckPages: ReadonlySet<number>;
  onStuck(page: number): void;
}

/** Reads one paper: a continuous column of pages of which only those in sight and their neighbours exist. */
export function Reader(props: ReaderProps): ReactNode {
  // Another paper is another reader: nothing of one may be seen or remembered for the other.
  return <PaperFrame key={`${props.paper.sha256} ${props.paper.url}`} {...props} />;
}

function PaperFrame(props: ReaderProps): ReactNode {
  const { t } = useTranslation();
  const { arrival } = props;
  const coming = arrival !== undefined && arrival.state !== 'here';
  const { state, reopen } = usePaper(props.paper.url, arrival?.source);
  const standing = arrival === undefined ? 'unknown' : coming ? 'coming' : 'here';
  const failed = useRef(false);
  failed.current = state.status === 'failed';
  const lost = arrival?.lost ?? null;
  // What couldn't be read before may be readable now that it is whole, or a paper of the meeting again.
  useEffect(() => {
    if (failed.current) reopen();
  }, [standing, lost, reopen]);
  // Looked for before it was known that it comes.
  const comes = state.status === 'failed' && state.problem === 'missing' && standing !== 'unknown';
  useEffect(() => {
    if (comes) reopen();
  }, [comes, reopen]);
  useEffect(() => {
    performance.clearMarks('phien-paper-asked');
    performance.mark('phien-paper-asked');
  }, []);
  const [slow, setSlow] = useState(false);
  const [stuckPages, setStuckPages] = useState<ReadonlySet<number>>(NO_PAGES);
  const onStuck = useCallback(
    (page: number) => {
      setStuckPages((pages) => new Set([...pages, page]));
      // The worker is busy with that page for ever: the paper gets a new one.
      reopen();
    },
    [reopen],
  );

  useEffect(() => {
    setSlow(false);
    const timer = setTimeout(() => setSlow(true), SLOW_SIGN);
    return () => clearTimeout(timer);
  }, [state.status, props.paper.url]);

  // Also when its first pages are seen already: nothing of what was thrown away is shown on.
  const problem = lost ?? (state.status === 'failed' ? state.problem : null);
  if (problem !== null) {
    return (
      <div className="paper-reader paper-message" role="alert" data-testid="paper-failed" data-problem={problem}>
        <h2>{t('papers.cannotOpen', { title: props.paper.title })}</h2>
        <p>{t(`papers.problem.${problem}`)}</p>
        <Button appearance="primary" icon={<ArrowSync20Regular />} data-testid="paper-retry" onClick={reopen}>
          {t('papers.retry')}
        </Button>
      </div>
    );
  }
  if (state.status !== 'open' && coming)
    return <WaitForPaper title={props.paper.title} arrival={arrival} shown={slow} />;
  if (state.status !== 'open') {
    return (
      <div className="paper-reader paper-message" data-testid="paper-opening">
        {slow && <Spinner label={t('papers.opening', { title: props.paper.title })} />}
      </div>
    );
  }
  return <OpenReader {...props} open={state.paper} stuckPages={stuckPages} onStuck={onStuck} />;
}

function OpenReader(props: ReaderProps & OpenReaderProps): ReactNode {
  const { paper, open, overlay, presenterPage, following = false } = props;
  const { t } = useTranslation();
  const [start] = useState(() => {
    const remembered = rememberedPlace(paper.sha256);
    const page = props.page ?? (following ? presenterPage : undefined);
    const place = page === undefined ? remembered : { page, fraction: 0 };
    return { page: Math.min(place?.page ?? 1, open.pages), fraction: place?.fraction ?? 0, offset: 0 };
  });
  const latest = useRef(props);
  latest.current = props;
  const scroll = usePageScroll(
    open.pages,
    open.firstSize,
    start,
    useCallback(() => {
      if (latest.current.following === true) latest.current.onLeaveFollowing?.();
    }, []),
  );
  const { goTo, place, current, drawScale } = scroll;
  const [queue] = useState(createRenderQueue);
  queue.readingPage(current);
  const [pane, setPane] = useState<Pane>();
  const [finding, setFinding] = useState(0);
  const find = useFind(open, finding > 0, current, queue.rest);
  const pageBox = useRef<HTMLInputElement>(null);
  const root = useRef<HTMLDivElement>(null);

  useEffect(() => {
    latest.current.onPageChange?.(current);
  }, [current]);

  useEffect(() => {
    const timer = setTimeout(() => rememberPlace(paper.sha256, place()), 400);
    return () => clearTimeout(timer);
  });

  const asked = useRef(props.page);
  useEffect(() => {
    if (props.page !== undefined && props.page !== asked.current) goTo(props.page);
    asked.current = props.page;
  }, [props.page, goTo]);

  useEffect(() => {
    if (following && presenterPage !== undefined) goTo(Math.min(presenterPage, open.pages));
  }, [following, presenterPage, goTo, open.pages]);

  /** Going somewhere by a button is leaving the presenter just as scrolling is. */
  const goMyself = useCallback(
    (page: number, fraction = 0, offset = 0) => {
      if (latest.current.following === true) latest.current.onLeaveFollowing?.();
      goTo(page, fraction, offset);
    },
    [goTo],
  );
  const goToDestination = useCallback(
    (destination: unknown) => {
      void pageOfDestination(open.document, destination).then((page) => {
        if (page !== undefined) goMyself(page);
      });
    },
    [open, goMyself],
  );

  const activeMatch = find.matches[find.active];
  useEffect(() => {
    const height = scroll.scroller.current?.clientHeight ?? 600;
    if (activeMatch !== undefined) goMyself(activeMatch.page, activeMatch.height, height / 3);
  }, [activeMatch, goMyself, scroll.scroller]);

  useEffect(() => {
    const element = root.current as HTMLDivElement;
    const onKey = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || !element.contains(event.target as Node | null)) return;
      if (takeKey(event)) event.preventDefault();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  });

  function takeKey(event: KeyboardEvent): boolean {
    if (event.ctrlKey && !event.altKey) {
      switch (event.key) {
        case '+':
        case '=':
          scroll.stepZoom(1);
          return true;
        case '-':
          scroll.stepZoom(-1);
          return true;
        case '0':
          scroll.setZoom({ fit: 'width' });
          return true;
        case 'f':
        case 'F':
          setFinding((number) => number + 1);
          return true;
        case 'g':
        case 'G':
          pageBox.current?.focus();
          return true;
        default:
      }
    }
    if (event.key === 'F3' && finding > 0) {
      find.step(event.shiftKey ? -1 : 1);
      return true;
    }
    return overlay?.onKey(event, controls) === true;
  }

  const coming = props.arrival !== undefined && props.arrival.state !== 'here';
  const moves = useMoves(props.arrival);
  const controls = { page: current, stage: scroll.scroller.current, goTo: goMyself };
  const [first, last] = scroll.visible;
  const shown = useMemo(() => {
    const pages: number[] = [];
    if (drawScale === undefined) return pages;
    // While bytes are still coming, those of the pages in sight come first.
    const around = coming ? 0 : 1;
    for (let page = Math.max(1, first - around); page <= Math.min(open.pages, last + around); page += 1)
      pages.push(page);
    return pages;
  }, [first, last, open.pages, drawScale, coming]);
  const renderOverlay = overlay?.renderPage;

  return (
    <div className="paper-reader" ref={root} data-testid="paper-reader" data-page={current}>
      <ReaderTools
        pages={open.pages}
        scroll={scroll}
        pane={pane}
        finding={finding > 0}
        pageBox={pageBox}
        overlay={overlay}
        presenting={props.onPresentingChange === undefined ? undefined : (props.presenting ?? false)}
        onPane={setPane}
        onFind={() => setFinding((number) => (number > 0 ? 0 : 1))}
        onGoTo={goMyself}
        onPresenting={(presenting) => props.onPresentingChange?.(presenting)}
      />
      <div className="paper-body">
        {pane === 'thumbnails' && (
          <ThumbnailsPane paper={open} sizes={scroll.sizes} current={current} onGoTo={goMyself} />
        )}
        {pane === 'outline' && (
          <div className="paper-outline-pane">
            <OutlinePane paper={open} onGoTo={goToDestination} />
          </div>
        )}
        <div className={`paper-stage ${overlay?.className ?? ''}`}>
          <div
            className="paper-scroll"
            ref={scroll.scroller}
            data-testid="paper-scroll"
            tabIndex={0}
            role="document"
            aria-label={paper.title}
          >
            <div className="paper-sheet" style={{ height: scroll.layout.height, width: scroll.layout.width }}>
              {shown.map((page) => (
                <PageView
                  key={page}
                  document={open.document}
                  page={page}
                  top={scroll.layout.tops[page - 1] ?? 0}
                  size={scroll.sizes[page - 1] ?? { width: 1, height: 1 }}
                  scale={scroll.layout.scale}
                  drawScale={drawScale ?? scroll.layout.scale}
                  queue={queue}
                  arriving={open.arriving}
                  coming={coming ? (moves ? 'moves' : 'rests') : 'no'}
                  matches={find.byPage.get(page) ?? NO_MATCHES}
                  activeMatch={activeMatch?.page === page ? activeMatch : undefined}
                  renderOverlay={renderOverlay}
                  onSize={scroll.learnSize}
                  onDrawn={noteDrawn}
                  onStuck={props.onStuck}
                  stuck={props.stuckPages.has(page)}
                  onGoTo={goToDestination}
                />
              ))}
            </div>
          </div>
          {finding > 0 && <FindBar find={find} pages={open.pages} opened={finding} onClose={() => setFinding(0)} />}
          {overlay?.banner}
          {props.arrival && <StillComing arrival={props.arrival} />}
          {presenterPage !== undefined && (
            <div className="paper-follow" role="status">
              {following ? (
                <div className="paper-following">
                  <Eye20Regular aria-hidden />
                  <span data-testid="following">{t('papers.following', { name: props.presenterName ?? '' })}</span>
                  <Button size="small" data-testid="leave-presenter" onClick={() => props.onLeaveFollowing?.()}>
                    {t('papers.leavePresenter')}
                  </Button>
                </div>
              ) : (
                <Button
                  appearance="primary"
                  data-testid="return-to-presenter"
                  onClick={() => props.onReturnToFollowing?.()}
                >
                  {t('papers.returnToPresenter', { name: props.presenterName ?? '', page: presenterPage })}
                </Button>
              )}
            </div>
          )}
        </div>
        {overlay?.renderPanel(controls)}
      </div>
    </div>
  );
}

/** The benchmark reads how long it takes from asking for a paper, or for a page of it, to a page on the screen. */
function noteDrawn(page: number): void {
  performance.clearMarks('phien-page-drawn');
  performance.mark('phien-page-drawn', { detail: page });
}
