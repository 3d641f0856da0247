import type { PageGeometry } from '../../ui/page-overlay.ts';
import { drawLine, drawStroke, pageContext } from './draw-stroke.ts';
import { pageScale, toScreen } from './page-transform.ts';
import type { OpenLayer } from './use-sessions.ts';

/** What is on a page's canvases now, so that one more stroke costs one stroke. */
export interface DryPainting {
  readonly key: string;
  readonly drawn: ReadonlySet<string>;
}

const MAX_CANVAS_AREA = 16_777_216;
const FADED = 0.25;

/** Draws all finished ink of a page. Pass the result to the next call. */
export function paintDry(
  canvases: { readonly dry: HTMLCanvasElement; readonly highlights: HTMLCanvasElement },
  geometry: PageGeometry,
  layers: readonly OpenLayer[],
  faded: ReadonlySet<string>,
  before: DryPainting | undefined,
): DryPainting {
  const ratio = canvasRatio(geometry);
  const key = `${geometry.transform.join(' ')} ${ratio} ${[...faded].join(' ')}`;
  const wanted = layers.flatMap(({ layer, view }) =>
    view.strokesOn(geometry.page).map(({ id, stroke }) => ({
      name: `${layer.document.doc.guid} ${id}`,
      id,
      stroke,
      isPrivate: layer.visibility === 'private',
    })),
  );
  const names = new Set(wanted.map(({ name }) => name));
  const canAdd = before?.key === key && [...before.drawn].every((name) => names.has(name));
  const contexts = { pen: canvases.dry, highlighter: canvases.highlights };
  const ready = {
    pen: prepare(
      contexts.pen,
      wanted.some(({ stroke }) => stroke.tool === 'pen'),
      canAdd,
    ),
    highlighter: prepare(
      contexts.highlighter,
      wanted.some(({ stroke }) => stroke.tool === 'highlighter'),
      canAdd,
    ),
  };
  for (const { name, id, stroke, isPrivate } of wanted) {
    const context = ready[stroke.tool];
    if (context === null || (canAdd && before.drawn.has(name))) continue;
    context.globalAlpha = faded.has(id) ? FADED : 1;
    drawStroke(context, stroke, isPrivate);
  }
  return { key, drawn: names };

  function prepare(canvas: HTMLCanvasElement, needed: boolean, keep: boolean): CanvasRenderingContext2D | null {
    if (!needed) {
      // Most pages have no ink; their canvases take no memory.
      if (canvas.width > 0) canvas.width = canvas.height = 0;
      return null;
    }
    if (!keep || canvas.width === 0) resize(canvas, geometry, ratio);
    return pageContext(canvas, geometry, ratio);
  }
}

/** Draws the strokes that others are drawing right now, with their names. */
export function paintLive(
  canvas: HTMLCanvasElement,
  geometry: PageGeometry,
  layers: readonly OpenLayer[],
  colourOf: (layer: OpenLayer) => string,
): void {
  const strokes = layers.flatMap((layer) => layer.live.strokesOn(geometry.page).map((live) => ({ layer, ...live })));
  if (strokes.length === 0) {
    if (canvas.width > 0) canvas.width = canvas.height = 0;
    return;
  }
  const ratio = canvasRatio(geometry);
  resize(canvas, geometry, ratio);
  for (const { layer, stroke, lifted } of strokes) {
    const context = pageContext(canvas, geometry, ratio);
    if (context === null) return;
    context.globalAlpha = stroke.tool === 'highlighter' ? 0.6 : 1;
    drawLine(context, stroke);
    if (!lifted) label(context, layer, stroke.points, stroke.width);
  }

  function label(context: CanvasRenderingContext2D, layer: OpenLayer, points: Float64Array, width: number): void {
    const [left, top] = toScreen(geometry.transform, points.at(-2) as number, points.at(-1) as number);
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.globalAlpha = 1;
    context.font = `600 12px ${getComputedStyle(canvas).fontFamily}`;
    const x = left + 8 + (width * pageScale(geometry.transform)) / 2;
    const textWidth = context.measureText(layer.layer.name).width;
    context.fillStyle = colourOf(layer);
    context.beginPath();
    context.roundRect(x, top - 22, textWidth + 12, 20, 4);
    context.fill();
    context.fillStyle = '#fff';
    context.fillText(layer.layer.name, x + 6, top - 8);
  }
}

function canvasRatio(geometry: PageGeometry): number {
  return Math.min(window.devicePixelRatio, Math.sqrt(MAX_CANVAS_AREA / (geometry.width * geometry.height)));
}

/** Gives the canvas its size and empties it; a new size means new memory, so the old one is kept where it fits. */
function resize(canvas: HTMLCanvasElement, geometry: PageGeometry, ratio: number): void {
  const width = Math.max(1, Math.round(geometry.width * ratio));
  const height = Math.max(1, Math.round(geometry.height * ratio));
  if (canvas.width === width && canvas.height === height) {
    const context = canvas.getContext('2d');
    context?.setTransform(1, 0, 0, 1, 0, 0);
    context?.clearRect(0, 0, width, height);
    return;
  }
  canvas.width = width;
  canvas.height = height;
}
