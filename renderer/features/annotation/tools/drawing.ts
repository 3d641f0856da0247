import { MAX_STROKE_POINTS, type Stroke } from '../../../../common/collab/stroke.ts';
import { toPage } from '../page-transform.ts';
import type { Gesture, InkSurface, PointerSample } from './gesture.ts';

/** CSS pixels below which a movement is the trembling of a resting hand. */
const MIN_STEP = 0.5;

/** Drawing with the pen or the highlighter. */
export function drawing(
  surface: InkSurface,
  pen: { readonly tool: 'pen' | 'highlighter'; readonly colour: number; readonly width: number },
  first: PointerSample,
): Gesture {
  const wet = surface.startWetInk(pen);
  let id = surface.newId();
  let coordinates: number[] = [];
  let pressures: number[] = [];
  let last: PointerSample | undefined;
  const pressed = first.pressure !== undefined;

  function stroke(): Stroke {
    const points = Float64Array.from(coordinates);
    const head = { tool: pen.tool, colour: pen.colour, width: pen.width, page: surface.geometry.page, points };
    return pressed ? { ...head, pressures: Uint8Array.from(pressures) } : head;
  }

  function add(sample: PointerSample): void {
    if (last !== undefined && Math.hypot(sample.left - last.left, sample.top - last.top) < MIN_STEP) return;
    const [x, y] = toPage(surface.geometry.transform, sample.left, sample.top);
    coordinates.push(x, y);
    pressures.push(sample.pressure ?? 0);
    wet.lineTo(sample.left, sample.top);
    last = sample;
    if (coordinates.length === MAX_STROKE_POINTS * 2) goOnInNextStroke(sample);
  }

  /** Nobody should notice that a very long line is several strokes. */
  function goOnInNextStroke(sample: PointerSample): void {
    surface.commit(id, stroke());
    id = surface.newId();
    coordinates = [];
    pressures = [];
    last = undefined;
    add(sample);
  }

  add(first);
  return {
    move(samples) {
      for (const sample of samples) add(sample);
      surface.live?.drawing(id, stroke);
    },
    finish() {
      // Committing draws the dry ink, so the wet one goes only afterwards.
      surface.commit(id, stroke());
      surface.live?.stop();
      wet.clear();
    },
    cancel() {
      surface.live?.stop();
      wet.clear();
    },
  };
}
