import { toPage } from '../page-transform.ts';
import type { Gesture, InkSurface, PointerSample } from './gesture.ts';

/** Putting a text note where the pointer lifts. */
export function placingNote(surface: InkSurface, first: PointerSample): Gesture {
  let place = first;
  return {
    move(samples) {
      place = samples.at(-1) ?? place;
    },
    finish: () => surface.placeNote(...toPage(surface.geometry.transform, place.left, place.top)),
    cancel: () => undefined,
  };
}
