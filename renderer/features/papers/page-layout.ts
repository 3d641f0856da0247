import { MAX_PAPER_PAGES } from '../../../common/collab/plan.ts';

/** Size of a page in points at 100 %, as displayed (rotation applied). */
export interface PageSize {
  readonly width: number;
  readonly height: number;
}

export interface PageLayout {
  /** CSS pixels from the top of the sheet to the top of each page; index 0 is page 1. */
  readonly tops: Float64Array;
  readonly sizes: readonly PageSize[];
  readonly scale: number;
  /** CSS pixels, margins included. */
  readonly width: number;
  readonly height: number;
}

export type Zoom = { readonly fit: 'width' | 'page' } | { readonly fit: 'none'; readonly percent: number };

/** CSS pixels between pages and around them. */
export const PAGE_GAP = 12;
/** A point is 1/72 inch and a CSS pixel 1/96. */
export const PIXELS_PER_POINT = 96 / 72;
export const MIN_PERCENT = 25;
export const MAX_PERCENT = 500;
const STEPS = [25, 33, 50, 67, 75, 90, 100, 110, 125, 150, 175, 200, 250, 300, 400, 500];

/**
 * Why a paper that says to have so many pages can't be laid out: in what is read in ranges pdf.js believes any number, also
 * one for which no memory suffices.
 */
export function problemOfCount(pages: number): 'empty' | 'broken' | undefined {
  if (pages < 1) return 'empty';
  return pages > MAX_PAPER_PAGES ? 'broken' : undefined;
}

/** CSS pixels per point. `page` is the one being read: documents mix A4 with large plans. */
export function scaleFor(
  zoom: Zoom,
  page: PageSize,
  view: { readonly width: number; readonly height: number },
): number {
  if (zoom.fit === 'none') return (clampPercent(zoom.percent) / 100) * PIXELS_PER_POINT;
  const wide = (view.width - 2 * PAGE_GAP) / page.width;
  const scale = zoom.fit === 'width' ? wide : Math.min(wide, (view.height - 2 * PAGE_GAP) / page.height);
  return (clampPercent((scale / PIXELS_PER_POINT) * 100) / 100) * PIXELS_PER_POINT;
}

export const percentOf = (scale: number): number => Math.round((scale / PIXELS_PER_POINT) * 100);

/** The next familiar zoom step up or down. */
export function stepPercent(percent: number, direction: 1 | -1): number {
  const rounded = Math.round(percent);
  const next = direction > 0 ? STEPS.find((step) => step > rounded) : STEPS.findLast((step) => step < rounded);
  return next ?? clampPercent(rounded);
}

export function layoutPages(sizes: readonly PageSize[], scale: number): PageLayout {
  const tops = new Float64Array(sizes.length);
  let top = PAGE_GAP;
  let widest = 0;
  for (const [index, size] of sizes.entries()) {
    tops[index] = top;
    top += Math.round(size.height * scale) + PAGE_GAP;
    widest = Math.max(widest, size.width);
  }
  return { tops, sizes, scale, width: Math.round(widest * scale) + 2 * PAGE_GAP, height: top };
}

/** The page (from 1) at a height of the sheet; the gap below a page belongs to it. */
export function pageAt(layout: PageLayout, y: number): number {
  let low = 0;
  let high = layout.tops.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((layout.tops[middle] as number) <= y) low = middle;
    else high = middle - 1;
  }
  return low + 1;
}

/** First and last page touching the window of `height` pixels at `top`. */
export function visiblePages(layout: PageLayout, top: number, height: number): readonly [number, number] {
  return [pageAt(layout, top), pageAt(layout, Math.max(top, top + height - 1))];
}

/** The page being read: the one a third of the way down the window. */
export function currentPage(layout: PageLayout, top: number, height: number): number {
  if (top <= 0) return 1;
  if (top + height >= layout.height - 1) return pageAt(layout, top + height - PAGE_GAP - 2);
  return pageAt(layout, top + height / 3);
}

/** A place in the paper that survives zooming and late news about page sizes. */
export interface Anchor {
  /** From 1. */
  readonly page: number;
  /** Of the page's height; may be a little over 1 in the gap. */
  readonly fraction: number;
  /** CSS pixels from the top of the window to that place. */
  readonly offset: number;
}

export function anchorAt(layout: PageLayout, scrollTop: number, offset: number): Anchor {
  const page = pageAt(layout, scrollTop + offset);
  const height = (layout.sizes[page - 1]?.height ?? 1) * layout.scale;
  return { page, fraction: (scrollTop + offset - (layout.tops[page - 1] ?? 0)) / height, offset };
}

export function scrollTopOf(layout: PageLayout, anchor: Anchor): number {
  const index = Math.min(Math.max(anchor.page, 1), layout.tops.length) - 1;
  const height = (layout.sizes[index]?.height ?? 0) * layout.scale;
  return Math.max(0, (layout.tops[index] ?? 0) + anchor.fraction * height - anchor.offset);
}

/** Pixels a canvas may have: larger ones cost hundreds of megabytes and may stay blank. */
const MAX_CANVAS_AREA = 16_777_216;
const MAX_CANVAS_SIDE = 8192;

/** Device pixels per CSS pixel for a canvas of that CSS size, lowered where the canvas would be too large. */
export function canvasRatio(width: number, height: number, deviceRatio: number): number {
  return Math.min(
    deviceRatio,
    MAX_CANVAS_SIDE / Math.max(width, 1),
    MAX_CANVAS_SIDE / Math.max(height, 1),
    Math.sqrt(MAX_CANVAS_AREA / Math.max(width * height, 1)),
  );
}

const clampPercent = (percent: number): number => Math.min(MAX_PERCENT, Math.max(MIN_PERCENT, percent));
