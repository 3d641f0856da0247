import * as Y from 'yjs';
import { describe, expect, it } from 'vitest';
import { addStroke, annotationId, strokesOf } from './annotations.ts';
import { applyUpdate } from './apply-update.ts';

function drawn(strokes: number): Uint8Array {
  const doc = new Y.Doc();
  for (let at = 0; at < strokes; at++) {
    const points = Float64Array.from({ length: 80 }, (_, index) => 100 + ((index * (at + 3)) % 97));
    addStroke(doc, annotationId(at, Math.random), { tool: 'pen', colour: 1, width: 2, page: 1, points }, 'pen');
  }
  return Y.encodeStateAsUpdate(doc);
}

const contentsOf = (doc: Y.Doc): Uint8Array[] => [...strokesOf(doc).values()] as Uint8Array[];

describe('an update applied', () => {
  it('comes to the document that Yjs makes of it', () => {
    const update = drawn(30);
    const [ours, theirs] = [new Y.Doc(), new Y.Doc()];
    const origins: unknown[] = [];
    ours.on('update', (_: Uint8Array, origin: unknown) => origins.push(origin));
    applyUpdate(ours, update, 'log');
    Y.applyUpdate(theirs, update);
    expect(strokesOf(ours).toJSON()).toEqual(strokesOf(theirs).toJSON());
    expect(Y.encodeStateAsUpdate(ours)).toEqual(Y.encodeStateAsUpdate(theirs));
    expect(origins).toEqual(['log']);
  });

  it('shares its bytes with the document, but not with what it was a small part of', () => {
    const update = drawn(3);
    const whole = new Y.Doc();
    applyUpdate(whole, update);
    for (const content of contentsOf(whole)) expect(content.buffer).toBe(update.buffer);

    const frame = new Uint8Array(update.byteLength * 10);
    frame.set(update, 7);
    const part = new Y.Doc();
    applyUpdate(part, frame.subarray(7, 7 + update.byteLength));
    frame.fill(0);
    expect(contentsOf(part)).toEqual(contentsOf(whole));
    for (const content of contentsOf(part)) expect(content.buffer.byteLength).toBe(update.byteLength);
  });
});
