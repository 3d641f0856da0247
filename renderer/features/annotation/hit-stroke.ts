import type { Stroke } from '../../../common/collab/stroke.ts';

/** Whether a circle around (x, y) touches the ink of a stroke. All in points. */
export function hitsStroke(stroke: Stroke, x: number, y: number, radius: number): boolean {
  const reach = radius + stroke.width / 2;
  const { points } = stroke;
  let fromX = points[0] as number;
  let fromY = points[1] as number;
  if (points.length === 2) return Math.hypot(x - fromX, y - fromY) <= reach;
  for (let index = 2; index < points.length; index += 2) {
    const toX = points[index] as number;
    const toY = points[index + 1] as number;
    if (distanceToSegment(x, y, fromX, fromY, toX, toY) <= reach) return true;
    fromX = toX;
    fromY = toY;
  }
  return false;
}

function distanceToSegment(x: number, y: number, x1: number, y1: number, x2: number, y2: number): number {
  const length = (x2 - x1) ** 2 + (y2 - y1) ** 2;
  const along = length === 0 ? 0 : Math.min(1, Math.max(0, ((x - x1) * (x2 - x1) + (y - y1) * (y2 - y1)) / length));
  return Math.hypot(x - (x1 + along * (x2 - x1)), y - (y1 + along * (y2 - y1)));
}
