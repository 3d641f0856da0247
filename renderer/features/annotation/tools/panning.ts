import type { Gesture, InkSurface, PointerSample } from './gesture.ts';

/** Moving the paper with a finger while the pen writes. */
export function panning(surface: InkSurface, first: PointerSample): Gesture {
  let last = first;
  return {
    move(samples) {
      const next = samples.at(-1);
      if (next === undefined) return;
      surface.scroller?.scrollBy(last.clientX - next.clientX, last.clientY - next.clientY);
      last = next;
    },
    finish: () => undefined,
    cancel: () => undefined,
  };
}
