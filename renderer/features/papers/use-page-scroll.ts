import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState, type RefObject } from 'react';
import {
  anchorAt,
  currentPage,
  layoutPages,
  percentOf,
  scaleFor,
  scrollTopOf,
  stepPercent,
  visiblePages,
  type Anchor,
  type PageLayout,
  type PageSize,
  type Zoom,
} from './page-layout.ts';

/** How long the zoom must rest before pages are drawn sharply again. Milliseconds. */
const ZOOM_REST = 180;
/** A scroll smaller than this is a rounding or a trembling hand, not the wish to read elsewhere. CSS pixels. */
const OWN_SCROLL = 24;

const UNMEASURED = { width: 800, height: 600 };

export interface PageScroll {
  readonly scroller: RefObject<HTMLDivElement | null>;
  readonly layout: PageLayout;
  readonly sizes: readonly PageSize[];
  /** Undefined until the window was measured: drawing before would be drawing twice. */
  readonly drawScale: number | undefined;
  /** First and last page in the window. */
  readonly visible: readonly [number, number];
  readonly current: number;
  readonly zoom: Zoom;
  readonly percent: number;
  setZoom(zoom: Zoom): void;
  stepZoom(direction: 1 | -1): void;
  learnSize(page: number, size: PageSize): void;
  /** `fraction` of the page's height goes to `offset` pixels below the window's top. */
  goTo(page: number, fraction?: number, offset?: number): void;
  /** The place at the top of the window. */
  place(): Anchor;
}

/** Which pages are where and which are in sight, for a scrolling column of `pages` pages. */
export function usePageScroll(pages: number, firstSize: PageSize, start: Anchor, onOwnScroll: () => void): PageScroll {
  const scroller = useRef<HTMLDivElement>(null);
  const [sizes, setSizes] = useState<readonly PageSize[]>(() => Array.from({ length: pages }, () => firstSize));
  const [known] = useState(() => new Map<number, PageSize>());
  const [zoom, setZoomState] = useState<Zoom>({ fit: 'width' });
  const [measured, setView] = useState<{ readonly width: number; readonly height: number }>();
  const view = measured ?? UNMEASURED;
  const [scrollTop, setScrollTop] = useState(0);
  const anchor = useRef<Anchor>(start);
  const sideways = useRef(0.5);
  const expected = useRef(0);
  const own = useRef(onOwnScroll);
  own.current = onOwnScroll;

  const size = sizes[Math.min(Math.max(anchor.current.page, 1), Math.max(sizes.length, 1)) - 1] ?? firstSize;
  const scale = scaleFor(zoom, size, view);
  const layout = useMemo(() => layoutPages(sizes, scale), [sizes, scale]);
  const latest = useRef(layout);
  latest.current = layout;

  const [settled, setDrawScale] = useState<number>();
  const drawScale = measured === undefined ? undefined : (settled ?? scale);
  useEffect(() => {
    if (measured === undefined) return;
    const timer = setTimeout(() => setDrawScale(scale), ZOOM_REST);
    return () => clearTimeout(timer);
  }, [scale, measured]);

  // A new layout (zoom, window, news about sizes) keeps the anchored place where it was on the screen.
  useLayoutEffect(() => {
    const element = scroller.current;
    if (element === null || layout.sizes.length === 0) return;
    element.scrollTop = scrollTopOf(layout, anchor.current);
    element.scrollLeft = Math.max(0, sideways.current * element.scrollWidth - element.clientWidth / 2);
    expected.current = element.scrollTop;
    setScrollTop(element.scrollTop);
  }, [layout, view]);

  useLayoutEffect(() => {
    const element = scroller.current;
    if (element === null) return;
    const measure = (): void => {
      const { clientWidth: width, clientHeight: height } = element;
      setView((old) => (old?.width === width && old.height === height ? old : { width, height }));
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    const onScroll = (): void => {
      const top = element.scrollTop;
      if (Math.abs(top - expected.current) > OWN_SCROLL) own.current();
      if (Math.abs(top - expected.current) > 1) anchor.current = anchorAt(latest.current, top, 0);
      sideways.current = (element.scrollLeft + element.clientWidth / 2) / Math.max(1, element.scrollWidth);
      setScrollTop(top);
    };
    element.addEventListener('scroll', onScroll, { passive: true });
    return () => {
      observer.disconnect();
      element.removeEventListener('scroll', onScroll);
    };
  }, []);

  const hold = useCallback((offset: number): void => {
    const element = scroller.current;
    if (element !== null) anchor.current = anchorAt(latest.current, element.scrollTop, offset);
  }, []);

  const setZoom = useCallback(
    (next: Zoom) => {
      hold(0);
      setZoomState(next);
    },
    [hold],
  );

  const zoomBy = useCallback(
    (percentFrom: (percent: number) => number, offset: number) => {
      hold(offset);
      const percent = percentFrom((latest.current.scale * 72 * 100) / 96);
      setZoomState({ fit: 'none', percent });
    },
    [hold],
  );
  const stepZoom = useCallback(
    (direction: 1 | -1) => zoomBy((percent) => stepPercent(percent, direction), view.height / 2),
    [zoomBy, view.height],
  );

  useEffect(() => {
    const element = scroller.current;
    if (element === null) return;
    const onWheel = (event: WheelEvent): void => {
      if (!event.ctrlKey) return;
      event.preventDefault();
      const factor = Math.exp(-Math.max(-60, Math.min(60, event.deltaY)) / 300);
      zoomBy((percent) => percent * factor, event.clientY - element.getBoundingClientRect().top);
    };
    // Not passive: the window itself must not zoom.
    element.addEventListener('wheel', onWheel, { passive: false });
    return () => element.removeEventListener('wheel', onWheel);
  }, [zoomBy]);

  const learnSize = useCallback(
    (page: number, learned: PageSize) => {
      const before = known.get(page);
      if (before !== undefined && before.width === learned.width && before.height === learned.height) return;
      known.set(page, learned);
      setSizes((old) => {
        const changed = old.some((entry, index) => {
          const now = known.get(index + 1) ?? firstSize;
          return entry.width !== now.width || entry.height !== now.height;
        });
        return changed ? old.map((_, index) => known.get(index + 1) ?? firstSize) : old;
      });
    },
    [known, firstSize],
  );

  const goTo = useCallback((page: number, fraction = 0, offset = 0) => {
    const element = scroller.current;
    anchor.current = { page, fraction, offset };
    if (element === null) return;
    element.scrollTop = scrollTopOf(latest.current, anchor.current);
    expected.current = element.scrollTop;
    setScrollTop(element.scrollTop);
  }, []);

  const place = useCallback(() => anchorAt(latest.current, scroller.current?.scrollTop ?? 0, 0), []);
  const empty = layout.sizes.length === 0;
  return {
    scroller,
    layout,
    sizes,
    drawScale,
    visible: empty ? [1, 0] : visiblePages(layout, scrollTop, view.height),
    current: empty ? Math.max(1, start.page) : currentPage(layout, scrollTop, view.height),
    zoom,
    percent: percentOf(scale),
    setZoom,
    stepZoom,
    learnSize,
    goTo,
    place,
  };
}
