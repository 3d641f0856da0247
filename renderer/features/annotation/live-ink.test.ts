import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { applyAwarenessUpdate, Awareness, encodeAwarenessUpdate } from 'y-protocols/awareness';
import * as Y from 'yjs';
import { viewAnnotations } from '../../../common/collab/annotation-view.ts';
import { addStroke } from '../../../common/collab/annotations.ts';
import type { Stroke } from '../../../common/collab/stroke.ts';
import { sendLiveInk, viewLiveInk } from './live-ink.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function pair() {
  const author = new Y.Doc();
  const reader = new Y.Doc();
  const from = new Awareness(author);
  const to = new Awareness(reader);
  from.setLocalState(null);
  let frames = 0;
  let bytes = 0;
  from.on('update', () => {
    const update = encodeAwarenessUpdate(from, [from.clientID]);
    frames += 1;
    bytes += update.length;
    applyAwarenessUpdate(to, update, 'wire');
  });
  author.on('update', (update: Uint8Array) => Y.applyUpdate(reader, update));
  return { author, reader, from, to, frames: () => frames, bytes: () => bytes };
}

const line = (count: number): Stroke => ({
  tool: 'pen',
  colour: 0xff,
  width: 1.5,
  page: 2,
  points: Float64Array.from({ length: count * 2 }, (_, index) => (index % 2 === 0 ? 50 + index / 2 : 100)),
});

it('a stroke grows on the other laptop, then becomes part of the document without a gap', () => {
  const { author, reader, from, to, frames, bytes } = pair();
  const document = viewAnnotations(reader);
  const live = viewLiveInk(to, document);
  const sender = sendLiveInk(from);
  // Two seconds of drawing at 240 points a second.
  for (let count = 1; count <= 480; count += 1) {
    sender.drawing('a-1', () => line(count));
    vi.advanceTimersByTime(1000 / 240);
  }
  vi.advanceTimersByTime(40);
  expect(frames()).toBeLessThanOrEqual(63);
  expect(bytes() / frames()).toBeLessThan(500);
  expect(live.strokesOn(2)[0]?.stroke.points).toEqual(line(480).points);
  expect(live.strokesOn(1)).toEqual([]);
  sender.stop();
  expect(live.strokesOn(2)).toHaveLength(1);
  addStroke(author, 'a-1', line(480), 'me');
  expect(live.strokesOn(2)).toEqual([]);
  expect(document.strokesOn(2)).toHaveLength(1);
});

it('a stroke that was given up, or whose author vanished, disappears', () => {
  const { reader, from, to } = pair();
  const live = viewLiveInk(to, viewAnnotations(reader));
  const sender = sendLiveInk(from);
  sender.drawing('a-1', () => line(5));
  vi.advanceTimersByTime(40);
  expect(live.strokesOn(2)).toHaveLength(1);
  sender.stop();
  vi.advanceTimersByTime(2000);
  expect(live.strokesOn(2)).toEqual([]);
  sender.drawing('a-2', () => line(5));
  vi.advanceTimersByTime(40);
  from.setLocalState(null);
  vi.advanceTimersByTime(2000);
  expect(live.strokesOn(2)).toEqual([]);
});

it('nonsense from another laptop is not drawn', () => {
  const { reader, from, to } = pair();
  const live = viewLiveInk(to, viewAnnotations(reader));
  for (const ink of [1, 'x', {}, { id: 'a-1', from: 0, data: '####' }, { id: 'a-1', from: 1e9, data: 'AQ' }]) {
    from.setLocalState({ ink });
  }
  expect(live.strokesOn(1)).toEqual([]);
});
