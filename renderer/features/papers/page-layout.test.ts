import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  anchorAt,
  canvasRatio,
  currentPage,
  layoutPages,
  PAGE_GAP,
  pageAt,
  percentOf,
  problemOfCount,
  scaleFor,
  scrollTopOf,
  stepPercent,
  visiblePages,
} from './page-layout.ts';

const a4 = { width: 595, height: 842 };
const sizes = fc.array(
  fc.record({ width: fc.integer({ min: 10, max: 3000 }), height: fc.integer({ min: 10, max: 3000 }) }),
  {
    minLength: 1,
    maxLength: 60,
  },
);

describe('page layout', () => {
  it('stacks pages with gaps', () => {
    const layout = layoutPages([a4, a4, { width: 842, height: 595 }], 1);
    expect([...layout.tops]).toEqual([PAGE_GAP, 866, 1720]);
    expect(layout.height).toBe(1720 + 595 + PAGE_GAP);
    expect(layout.width).toBe(842 + 2 * PAGE_GAP);
  });

  it('finds the page at a height, for any sizes', () => {
    fc.assert(
      fc.property(sizes, fc.double({ min: 0.2, max: 6, noNaN: true }), fc.nat(200_000), (pages, scale, y) => {
        const layout = layoutPages(pages, scale);
        const page = pageAt(layout, y);
        let expected = 1;
        while (expected < pages.length && (layout.tops[expected] as number) <= y) expected += 1;
        expect(page).toBe(expected);
      }),
    );
  });

  it('keeps an anchored place still while the zoom changes', () => {
    fc.assert(
      fc.property(
        sizes,
        fc.double({ min: 0.3, max: 4, noNaN: true }),
        fc.double({ min: 0.3, max: 4, noNaN: true }),
        fc.nat(50_000),
        fc.integer({ min: 0, max: 800 }),
        (pages, before, after, scroll, offset) => {
          const old = layoutPages(pages, before);
          const top = Math.min(scroll, old.height);
          const anchor = anchorAt(old, top, offset);
          expect(scrollTopOf(old, anchor)).toBeCloseTo(top, 3);
          const next = layoutPages(pages, after);
          const moved = scrollTopOf(next, anchor);
          if (moved > 0 && anchor.fraction >= 0 && anchor.fraction < 0.98) {
            expect(anchorAt(next, moved, offset).page).toBe(anchor.page);
          }
        },
      ),
    );
  });

  it('says which pages are in the window and which one is read', () => {
    const layout = layoutPages(
      Array.from({ length: 500 }, () => a4),
      1,
    );
    expect(visiblePages(layout, 0, 700)).toEqual([1, 1]);
    expect(visiblePages(layout, 700, 700)).toEqual([1, 2]);
    expect(currentPage(layout, 0, 700)).toBe(1);
    expect(currentPage(layout, 854 * 9 - 100, 700)).toBe(10);
    expect(currentPage(layout, layout.height - 700, 700)).toBe(500);
  });

  it('fits the width or the whole page', () => {
    const view = { width: 800, height: 600 };
    expect(scaleFor({ fit: 'width' }, a4, view)).toBeCloseTo(776 / 595);
    expect(scaleFor({ fit: 'page' }, a4, view)).toBeCloseTo(576 / 842);
    expect(percentOf(scaleFor({ fit: 'none', percent: 150 }, a4, view))).toBe(150);
    expect(percentOf(scaleFor({ fit: 'width' }, { width: 5, height: 5 }, view))).toBe(500);
  });

  it('steps through familiar zooms and stops at the ends', () => {
    expect(stepPercent(100, 1)).toBe(110);
    expect(stepPercent(97, 1)).toBe(100);
    expect(stepPercent(97, -1)).toBe(90);
    expect(stepPercent(500, 1)).toBe(500);
    expect(stepPercent(25, -1)).toBe(25);
  });

  it('never asks for a canvas too large to be shown', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 60_000 }), fc.integer({ min: 1, max: 60_000 }), (width, height) => {
        const ratio = canvasRatio(width, height, 2);
        expect(ratio * width).toBeLessThanOrEqual(8192.001);
        expect(ratio * height).toBeLessThanOrEqual(8192.001);
        expect(ratio * width * ratio * height).toBeLessThanOrEqual(16_777_300);
      }),
    );
    expect(canvasRatio(800, 1100, 1.25)).toBe(1.25);
  });
});

it('no more pages are laid out than a paper may have', () => {
  expect([0, -3].map(problemOfCount)).toEqual(['empty', 'empty']);
  expect([1, 20_000].map(problemOfCount)).toEqual([undefined, undefined]);
  // Of the latter there is not even an array.
  expect([20_001, 2 ** 31 - 1, 2 ** 32].map(problemOfCount)).toEqual(['broken', 'broken', 'broken']);
});
