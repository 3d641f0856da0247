import { expect, it } from 'vitest';
import { MAX_STROKE_POINTS, type Stroke } from '../../../../common/collab/stroke.ts';
import { drawing } from './drawing.ts';
import { erasing } from './erasing.ts';
import type { InkSurface, PointerSample } from './gesture.ts';
import { placingNote } from './placing-note.ts';

/** A page at 200 %, 842 pt high, that keeps what is done to it. */
function page(live: boolean) {
  const strokes = new Map<string, Stroke>();
  const sent: string[] = [];
  const notes: (readonly [number, number])[] = [];
  const faded: string[][] = [];
  let wet: string[] = [];
  let ids = 0;
  const surface: InkSurface = {
    geometry: { page: 7, width: 1190, height: 1684, transform: [2, 0, 0, -2, 0, 1684] },
    scroller: null,
    startWetInk: () => ({ lineTo: (x, y) => wet.push(`${x},${y}`), clear: () => (wet = []) }),
    live: live
      ? { drawing: (id, stroke) => sent.push(`${id} ${stroke().points.length / 2}`), stop: () => sent.push('stop') }
      : undefined,
    newId: () => `s-${(ids += 1)}`,
    commit: (id, stroke) => void strokes.set(id, stroke),
    ownStrokes: () => [...strokes].map(([id, stroke]) => ({ id, stroke })),
    fade: (touched) => faded.push([...touched]),
    erase: (touched) => touched.forEach((id) => strokes.delete(id)),
    placeNote: (x, y) => notes.push([x, y]),
  };
  return { surface, strokes, sent, notes, faded, wet: () => wet };
}

const at = (left: number, top: number, pressure?: number): PointerSample => ({
  left,
  top,
  clientX: left,
  clientY: top,
  pressure,
});
const pen = { tool: 'pen' as const, colour: 0xff, width: 1.5 };

it('a stroke is shown wet, sent while it grows, and kept in page coordinates when the pen lifts', () => {
  const test = page(true);
  const gesture = drawing(test.surface, pen, at(100, 1682, 10));
  gesture.move([at(100.1, 1682, 20), at(110, 1680, 30), at(120, 1676, 255)]);
  expect(test.wet()).toHaveLength(3);
  expect(test.strokes.size).toBe(0);
  gesture.finish();
  expect(test.sent).toEqual(['s-1 3', 'stop']);
  expect(test.wet()).toEqual([]);
  expect(test.strokes.get('s-1')).toEqual({
    ...pen,
    page: 7,
    points: Float64Array.of(50, 1, 55, 2, 60, 4),
    pressures: Uint8Array.of(10, 30, 255),
  });
});

it('nothing of a cancelled stroke stays, and private ink is not sent', () => {
  const test = page(true);
  const gesture = drawing(test.surface, pen, at(1, 1));
  gesture.move([at(9, 9)]);
  gesture.cancel();
  expect(test.strokes.size).toBe(0);
  expect(test.wet()).toEqual([]);
  expect(test.sent.at(-1)).toBe('stop');
  const secret = page(false);
  const quiet = drawing(secret.surface, pen, at(1, 1));
  quiet.move([at(9, 9)]);
  quiet.finish();
  expect(secret.sent).toEqual([]);
  expect(secret.strokes.size).toBe(1);
});

it('an endless line becomes several strokes that touch', () => {
  const test = page(true);
  const gesture = drawing(test.surface, pen, at(0, 0));
  for (let step = 1; step <= MAX_STROKE_POINTS; step += 1) gesture.move([at(step % 1000, step / 10)]);
  gesture.finish();
  const [first, second] = [...test.strokes.values()];
  expect(test.strokes.size).toBe(2);
  expect(first?.points.slice(-2)).toEqual(second?.points.slice(0, 2));
});

it('the eraser takes the strokes it touched, when it lifts', () => {
  const test = page(false);
  for (const top of [100, 200, 300]) {
    const gesture = drawing(test.surface, pen, at(100, top));
    gesture.move([at(200, top)]);
    gesture.finish();
  }
  const wipe = erasing(test.surface, at(150, 105));
  wipe.move([at(150, 150), at(150, 195)]);
  expect(test.faded.at(-1)).toEqual(['s-1', 's-2']);
  expect(test.strokes.size).toBe(3);
  wipe.finish();
  expect([...test.strokes.keys()]).toEqual(['s-3']);
  erasing(test.surface, at(150, 300)).cancel();
  expect(test.strokes.size).toBe(1);
  expect(test.faded.at(-1)).toEqual([]);
});

it('a note goes where the pointer lifted', () => {
  const test = page(false);
  const gesture = placingNote(test.surface, at(10, 10));
  gesture.move([at(100, 1484)]);
  gesture.finish();
  expect(test.notes).toEqual([[50, 100]]);
});
