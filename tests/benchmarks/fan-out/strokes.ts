import * as Y from 'yjs';
import { addStroke, annotationId, packLiveInk } from '../../../common/collab/annotations.ts';
import type { Stroke } from '../../../common/collab/stroke.ts';
import { awarenessMessage } from './dialects.ts';

/** Frames of live ink a second of each who draws. */
export const FRAMES_PER_SECOND = 20;
/** A stroke a second: so many frames, then the pen is lifted and the stroke becomes part of the document. */
export const FRAMES_PER_STROKE = 20;
const POINTS_PER_FRAME = 2;

/** What one who draws sends, in order. */
export interface Drawn {
  /** Awareness messages with the clocks `firstClock`, `firstClock + 1`, …: as the application packs live ink. */
  readonly frames: readonly Uint8Array[];
  readonly firstClock: number;
  /** The change of each stroke, and the clock of its only struct. */
  readonly strokes: readonly { readonly update: Uint8Array; readonly clock: number }[];
}

/** Makes what a person draws in so many seconds; continues `doc` and the awareness clocks. */
export function draw(doc: Y.Doc, firstClock: number, seconds: number, seed: number): Drawn {
  const frames: Uint8Array[] = [];
  const strokes: { update: Uint8Array; clock: number }[] = [];
  const collect = (update: Uint8Array): void => {
    const clock = Y.decodeUpdate(update).structs[0]?.id.clock;
    if (clock === undefined) throw new Error('a stroke is one struct');
    strokes.push({ update, clock });
  };
  doc.on('update', collect);
  for (let second = 0; second < seconds; second++) {
    const id = annotationId(Date.now() + second, Math.random);
    for (let frame = 1; frame <= FRAMES_PER_STROKE; frame++) {
      const ink = packLiveInk(id, handwriting(frame * POINTS_PER_FRAME, seed + second));
      frames.push(awarenessMessage(doc.clientID, firstClock + frames.length, { ink }));
    }
    addStroke(doc, id, handwriting(FRAMES_PER_STROKE * POINTS_PER_FRAME, seed + second), 'pen');
  }
  doc.off('update', collect);
  return { frames, firstClock, strokes };
}

/** The first points of a loopy line across the page. */
export function handwriting(points: number, seed: number): Stroke {
  const coordinates = Float64Array.from({ length: points * 2 }, (_, at) => {
    const along = Math.floor(at / 2);
    const phase = along / 4 + seed;
    return at % 2 === 0 ? 80 + along * 3 + 4 * Math.cos(phase) : 700 - (seed % 40) * 15 + 6 * Math.sin(phase);
  });
  return { tool: 'pen', colour: 0x0b4fb3, width: 1.5, page: 1 + (seed % 3), points: coordinates };
}
