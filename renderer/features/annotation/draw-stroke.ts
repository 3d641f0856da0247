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
  if (stroke.tool === 'highlighter') {
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
    for (let index = 2; index < points.length; index += 2) {
      path.lineTo(points[index] as number, points[index + 1] as number);
    }
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
    const pressure = pressures === undefined ? 0.5 : (pressures[index] as number) / 255;
    input.push([points[index * 2] as number, points[index * 2 + 1] as number, pressure]);
  }
  const outline = getStroke(input, {
    size: width * 1.1,
    thinning: pressures === undefined ? 0 : 0.5,
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
