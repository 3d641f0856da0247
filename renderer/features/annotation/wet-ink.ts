import type { PageGeometry } from '../../ui/page-overlay.ts';
import { cssColour } from './ink-settings.ts';
import { pageScale } from './page-transform.ts';

/** The ink under the pen: drawn segment by segment as the events come, on a canvas that skips the compositor's queue. */
export interface WetInk {
  /** CSS pixels on the page. */
  lineTo(left: number, top: number): void;
  /** Empties the canvas and gives its memory back. */
  clear(): void;
}

/**
 * Covers only the part of the page that is in sight: a page at 400 % would need a canvas of fifty megabytes. `frame` is
 * the element that scrolls.
 */
export function startWetInk(
  canvas: HTMLCanvasElement,
  geometry: PageGeometry,
  frame: Element | null,
  pen: { readonly tool: 'pen' | 'highlighter'; readonly colour: number; readonly width: number },
): WetInk {
  const page = (canvas.parentElement as Element).getBoundingClientRect();
  const view = frame?.getBoundingClientRect() ?? page;
  const left = Math.max(0, Math.floor(view.left - page.left));
  const top = Math.max(0, Math.floor(view.top - page.top));
  const width = Math.max(1, Math.ceil(Math.min(page.width, view.right - page.left)) - left);
  const height = Math.max(1, Math.ceil(Math.min(page.height, view.bottom - page.top)) - top);
  const ratio = window.devicePixelRatio;
  canvas.style.display = '';
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  canvas.style.left = `${left}px`;
  canvas.style.top = `${top}px`;
  canvas.style.width = `${width}px`;
  canvas.style.height = `${height}px`;
  // Opaque colours that darken only what is below: overlapping segments of a highlighter leave no seams.
  canvas.style.mixBlendMode = pen.tool === 'highlighter' ? 'multiply' : 'normal';
  const context = canvas.getContext('2d', { desynchronized: true });
  if (context !== null) {
    context.setTransform(ratio, 0, 0, ratio, -left * ratio, -top * ratio);
    context.strokeStyle = cssColour(pen.colour);
    context.lineWidth = pen.width * pageScale(geometry.transform);
    context.lineJoin = 'round';
    context.lineCap = 'round';
  }
  let last: readonly [number, number] | undefined;
  return {
    lineTo(x, y) {
      if (context === null) return;
      context.beginPath();
      context.moveTo(...(last ?? [x - 0.01, y]));
      context.lineTo(x, y);
      context.stroke();
      last = [x, y];
    },
    clear() {
      // What skips the compositor's queue may stay on the screen although the canvas has no size any more.
      canvas.style.display = 'none';
      canvas.width = 0;
      canvas.height = 0;
    },
  };
}
