import { getStroke } from 'perfect-freehand';
import type { Stroke } from '../../../common/collab/stroke.ts';
import type { PageGeometry } from '../../ui/page-overlay.ts';
import { cssColour } from './ink-settings.ts';

/** What private ink lies on: a dashed band that no shared ink has, whatever its colour. */
const PRIVATE_BAND = 'rgb(122 61 184 / 0.5)';
const outlines = new WeakMap<Stroke, Path2D>();
const centres = new WeakMap<Stroke, Path2D>();

/** Makes a canvas ready to draw in page user space. Returns null when the canvas can't be had (out of memory). */
export function pageContext(
  canvas: HTMLCanvasElement,
  geometry: PageGeometry,
  ratio: number,
): CanvasRenderingContext2D | null {
  const context = canvas.getContext('2d');
  const [a, b, c, d, e, f] = geometry.transform;
  context?.setTransform(a * ratio, b * ratio, c * ratio, d * ratio, e * ratio, f * ratio);
  return context;
}

/** Draws a finished stroke; the context is in page user space. */
export function drawStroke(context: CanvasRenderingContext2D, stroke: Stroke, isPrivate: boolean): void {
  if (isPrivate) drawPrivateBand(context, stroke);
  // Without pressure the width is the same everywhere: a plain line looks the same and is far cheaper.
  if (stroke.tool === 'highlighter' || stroke.pressures === undefined) {
    drawLine(context, stroke);
    return;
  }
  context.fillStyle = cssColour(stroke.colour);
  context.fill(outlineOf(stroke));
}

/** The plain line of a stroke, as it looks under the pen. */
export function drawLine(context: CanvasRenderingContext2D, stroke: Stroke): void {
  context.strokeStyle = cssColour(stroke.colour);
  context.lineWidth = stroke.width;
  context.lineJoin = 'round';
  context.lineCap = stroke.tool === 'pen' ? 'round' : 'butt';
  context.setLineDash([]);
  context.stroke(centreOf(stroke));
}

function drawPrivateBand(context: CanvasRenderingContext2D, stroke: Stroke): void {
  context.strokeStyle = PRIVATE_BAND;
  context.lineWidth = stroke.width + 6;
  context.lineJoin = 'round';
  context.lineCap = 'butt';
  context.setLineDash([5, 4]);
  context.stroke(centreOf(stroke));
  context.setLineDash([]);
}

function centreOf(stroke: Stroke): Path2D {
  let path = centres.get(stroke);
  if (path === undefined) {
    const { points } = stroke;
    path = new Path2D();
    path.moveTo(points[0] as number, points[1] as number);
    // A dot is a line too short to see, which round caps turn into a dot.
    if (points.length === 2) path.lineTo((points[0] as number) + 0.01, points[1] as number);
    for (let index = 2; index < points.length - 2; index += 2) {
      const x = points[index] as number;
      const y = points[index + 1] as number;
      // Curves that pass through the middles of the segments: round where the hand was round.
      path.quadraticCurveTo(x, y, (x + (points[index + 2] as number)) / 2, (y + (points[index + 3] as number)) / 2);
    }
    if (points.length > 2) path.lineTo(points.at(-2) as number, points.at(-1) as number);
    centres.set(stroke, path);
  }
  return path;
}

function outlineOf(stroke: Stroke): Path2D {
  let path = outlines.get(stroke);
  if (path === undefined) {
    path = smoothOutline(stroke);
    outlines.set(stroke, path);
  }
  return path;
}

function smoothOutline(stroke: Stroke): Path2D {
  const { points, pressures, width } = stroke;
  const input: number[][] = [];
  for (let index = 0; index < points.length / 2; index += 1) {
    input.push([points[index * 2] as number, points[index * 2 + 1] as number, (pressures?.[index] ?? 128) / 255]);
  }
  const outline = getStroke(input, {
    size: width * 1.1,
    thinning: 0.5,
    smoothing: 0.5,
    // The line must not move away from where it was seen while drawing.
    streamline: 0.2,
    simulatePressure: false,
    last: true,
  });
  const path = new Path2D();
  const [first] = outline;
  if (first === undefined) return path;
  path.moveTo(first[0] as number, first[1] as number);
  for (let index = 1; index < outline.length; index += 1) {
    const [x, y] = outline[index] as [number, number];
    const [nextX, nextY] = (outline[index + 1] ?? first) as [number, number];
    path.quadraticCurveTo(x, y, (x + nextX) / 2, (y + nextY) / 2);
  }
  path.closePath();
  return path;
}
