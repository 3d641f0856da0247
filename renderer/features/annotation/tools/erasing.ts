import { hitsStroke } from '../hit-stroke.ts';
import { pageScale, toPage } from '../page-transform.ts';
import type { Gesture, InkSurface, PointerSample } from './gesture.ts';

/** CSS pixels around the pointer. */
const RADIUS = 10;

/** Wiping over own strokes: they fade at once and go when the pointer lifts, all as one step to undo. */
export function erasing(surface: InkSurface, first: PointerSample): Gesture {
  const strokes = surface.ownStrokes();
  const radius = RADIUS / pageScale(surface.geometry.transform);
  const touched = new Set<string>();

  function touch(samples: readonly PointerSample[]): void {
    const before = touched.size;
    for (const sample of samples) {
      const [x, y] = toPage(surface.geometry.transform, sample.left, sample.top);
      for (const { id, stroke } of strokes) {
        if (!touched.has(id) && hitsStroke(stroke, x, y, radius)) touched.add(id);
      }
    }
    if (touched.size > before) surface.fade(touched);
  }

  touch([first]);
  return {
    move: touch,
    finish() {
      if (touched.size > 0) surface.erase(touched);
      surface.fade(new Set());
    },
    cancel: () => surface.fade(new Set()),
  };
}
