import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { viewAnnotations } from './annotation-view.ts';
import {
  addNote,
  addStroke,
  annotationId,
  LIVE_INK_POINTS,
  MAX_NOTE_LENGTH,
  notesOf,
  packLiveInk,
  readLiveInk,
  removeAnnotations,
  setNoteText,
  strokesOf,
} from './annotations.ts';
import { encodeStroke, type Stroke } from './stroke.ts';

const line = (page: number, count = 3): Stroke => ({
  tool: 'pen',
  colour: 0xff0000,
  width: 2,
  page,
  points: Float64Array.from({ length: count * 2 }, (_, index) => index * 1.25),
});

describe('annotation document', () => {
  it('shows strokes page by page, in the order of their ids, and follows changes', () => {
    const document = new Y.Doc();
    const view = viewAnnotations(document);
    const changes: number[][] = [];
    view.subscribe((pages) => changes.push([...pages]));
    addStroke(document, 'b-2', line(3), 'me');
    addStroke(document, 'a-1', line(3), 'me');
    addStroke(document, 'c-3', line(4), 'me');
    expect(view.strokesOn(3).map(({ id }) => id)).toEqual(['a-1', 'b-2']);
    const before = view.strokesOn(3);
    expect(view.strokesOn(3)).toBe(before);
    removeAnnotations(document, ['a-1', 'nothing-0'], 'me');
    expect(view.strokesOn(3).map(({ id }) => id)).toEqual(['b-2']);
    expect(changes).toEqual([[3], [3], [4], [3]]);
    expect(view.hasStroke('c-3')).toBe(true);
    expect(view.strokesOn(99)).toEqual([]);
  });

  it('leaves out and counts what breaks the schema, and never throws', () => {
    fc.assert(
      fc.property(
        fc.dictionary(
          fc.string(),
          fc.oneof(fc.uint8Array({ maxLength: 30 }), fc.string(), fc.integer(), fc.constant(null)),
        ),
        (values) => {
          const document = new Y.Doc();
          addStroke(document, 'good-1', line(1), 'me');
          const view = viewAnnotations(document);
          for (const [key, value] of Object.entries(values)) {
            strokesOf(document).set(`bad ${key}`, value);
            notesOf(document).set(`bad ${key}`, value);
          }
          expect(view.strokesOn(1)).toHaveLength(1);
          expect(view.notes()).toEqual([]);
          expect(view.skipped()).toBe(Object.keys(values).length * 2);
          view.destroy();
        },
      ),
    );
    const document = new Y.Doc();
    const view = viewAnnotations(document);
    strokesOf(document).set('a-1', encodeStroke(line(1)).slice(0, 9));
    const note = new Y.Map();
    note.set('page', 1);
    notesOf(document).set('a-2', note);
    expect(view.skipped()).toBe(2);
    strokesOf(document).set('a-1', encodeStroke(line(1)));
    expect(view.skipped()).toBe(1);
  });

  it('changes only the part of a note that differs, and keeps surrogate pairs whole', () => {
    const text = fc.string({ unit: 'binary', maxLength: 40 }).filter((value) => value.isWellFormed());
    fc.assert(
      fc.property(text, text, (before, after) => {
        const document = new Y.Doc();
        const other = new Y.Doc();
        addNote(document, { id: 'a-1', page: 1, x: 10, y: 20, at: 0, text: before }, 'me');
        setNoteText(document, 'a-1', after, 'me');
        Y.applyUpdate(other, Y.encodeStateAsUpdate(document));
        expect(viewAnnotations(other).notes()[0]?.text).toBe(after);
      }),
    );
    const document = new Y.Doc();
    addNote(document, { id: 'a-1', page: 1, x: 10, y: 20, at: 0, text: 'Đề nghị làm rõ khoản 3' }, 'me');
    let size = 0;
    document.on('update', (update: Uint8Array) => (size += update.length));
    setNoteText(document, 'a-1', 'Đề nghị làm rõ khoản 34', 'me');
    expect(size).toBeLessThan(40);
    setNoteText(document, 'a-1', 'x'.repeat(MAX_NOTE_LENGTH + 5), 'me');
    expect(viewAnnotations(document).notes()[0]?.text).toHaveLength(MAX_NOTE_LENGTH);
  });

  it('can be undone for its author alone', () => {
    const document = new Y.Doc();
    const mine = new Y.UndoManager([strokesOf(document), notesOf(document)], {
      trackedOrigins: new Set(['me']),
      captureTimeout: 0,
    });
    addStroke(document, 'a-1', line(1), 'me');
    addStroke(document, 'a-2', line(1), 'remote');
    removeAnnotations(document, ['a-1'], 'me');
    const view = viewAnnotations(document);
    mine.undo();
    expect(view.strokesOn(1).map(({ id }) => id)).toEqual(['a-1', 'a-2']);
    mine.undo();
    expect(view.strokesOn(1).map(({ id }) => id)).toEqual(['a-2']);
    mine.redo();
    expect(view.strokesOn(1).map(({ id }) => id)).toEqual(['a-1', 'a-2']);
  });

  it('makes ids that sort by time', () => {
    const early = annotationId(1_700_000_000_000, () => 0.99);
    const late = annotationId(1_700_000_000_001, () => 0.01);
    expect(early < late).toBe(true);
    expect(early).toMatch(/^[0-9a-z]{9}-[0-9a-z]+$/);
  });
});

describe('ink in progress', () => {
  it('travels as its newest points, in a bounded frame', () => {
    const frame = packLiveInk('a-1', line(2, 1000));
    expect(JSON.stringify(frame).length).toBeLessThan(1000);
    const read = readLiveInk(JSON.parse(JSON.stringify(frame)));
    expect(read?.from).toBe(1000 - LIVE_INK_POINTS);
    expect(read?.stroke.points).toEqual(line(2, 1000).points.slice(-LIVE_INK_POINTS * 2));
    expect(readLiveInk(packLiveInk('a-1', line(2, 1)))?.stroke).toEqual(line(2, 1));
  });

  it('is refused when it is anything else', () => {
    expect(readLiveInk(null)).toBeUndefined();
    expect(readLiveInk({ ...packLiveInk('a-1', line(1)), from: -1 })).toBeUndefined();
    expect(readLiveInk({ ...packLiveInk('a-1', line(1)), id: '../x' })).toBeUndefined();
    expect(readLiveInk({ ...packLiveInk('a-1', line(1)), data: 'A'.repeat(5000) })).toBeUndefined();
    fc.assert(fc.property(fc.anything(), (value) => void readLiveInk(value)));
    fc.assert(fc.property(fc.string(), (data) => void readLiveInk({ id: 'a-1', from: 0, data })));
  });
});
