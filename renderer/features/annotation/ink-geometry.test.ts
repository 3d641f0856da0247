import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Stroke } from '../../../common/collab/stroke.ts';
import { hitsStroke } from './hit-stroke.ts';
import { pageScale, toPage, toScreen } from './page-transform.ts';

it('maps between page and screen both ways, turned pages included', () => {
  const turned = fc.constantFrom<[number, number, number, number]>(
    [1, 0, 0, -1],
    [0, 1, 1, 0],
    [-1, 0, 0, 1],
    [0, -1, -1, 0],
  );
  const number = fc.double({ min: -2000, max: 2000, noNaN: true });
  fc.assert(
    fc.property(
      turned,
      fc.double({ min: 0.2, max: 6, noNaN: true }),
      number,
      number,
      number,
      number,
      (turn, scale, e, f, x, y) => {
        const matrix = [turn[0] * scale, turn[1] * scale, turn[2] * scale, turn[3] * scale, e, f] as const;
        const [left, top] = toScreen(matrix, x, y);
        const [backX, backY] = toPage(matrix, left, top);
        expect(backX).toBeCloseTo(x, 6);
        expect(backY).toBeCloseTo(y, 6);
        expect(pageScale(matrix)).toBeCloseTo(scale, 9);
      },
    ),
  );
});

it('the eraser touches ink, not only points', () => {
  const stroke: Stroke = { tool: 'pen', colour: 0, width: 2, page: 1, points: Float64Array.of(0, 0, 100, 0, 100, 50) };
  expect(hitsStroke(stroke, 50, 4, 3)).toBe(true);
  expect(hitsStroke(stroke, 50, 4.1, 3)).toBe(false);
  expect(hitsStroke(stroke, 104, 25, 3)).toBe(true);
  expect(hitsStroke(stroke, -5, 0, 3)).toBe(false);
  const dot: Stroke = { ...stroke, points: Float64Array.of(10, 10) };
  expect(hitsStroke(dot, 12, 12, 2)).toBe(true);
  expect(hitsStroke(dot, 15, 15, 2)).toBe(false);
});
