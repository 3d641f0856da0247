import type { PageGeometry } from '../../ui/page-overlay.ts';

type Matrix = PageGeometry['transform'];

/** CSS pixels on the page for a place in its user space. */
export function toScreen(matrix: Matrix, x: number, y: number): readonly [number, number] {
  const [a, b, c, d, e, f] = matrix;
  return [a * x + c * y + e, b * x + d * y + f];
}

/** The place in user space under a CSS pixel of the page. */
export function toPage(matrix: Matrix, left: number, top: number): readonly [number, number] {
  const [a, b, c, d, e, f] = matrix;
  const determinant = a * d - b * c;
  const x = left - e;
  const y = top - f;
  return [(d * x - c * y) / determinant, (a * y - b * x) / determinant];
}

/** CSS pixels per point. */
export function pageScale(matrix: Matrix): number {
  return Math.sqrt(Math.abs(matrix[0] * matrix[3] - matrix[1] * matrix[2]));
}
