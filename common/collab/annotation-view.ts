import type * as Y from 'yjs';
import { MAX_NOTES, MAX_STROKES, notesOf, readNote, readStroke, strokesOf, type TextNote } from './annotations.ts';
import type { Stroke } from './stroke.ts';

export interface PlacedStroke {
  readonly id: string;
  readonly stroke: Stroke;
}

/** A decoded, always current reading of one annotation document. Arrays are replaced, never changed in place. */
export interface AnnotationView {
  /** Sorted by id, that is by the time of drawing. The same array until something on that page changes. */
  strokesOn(page: number): readonly PlacedStroke[];
  hasStroke(id: string): boolean;
  /** All notes, by page, then from the top. The same array until a note changes. */
  notes(): readonly TextNote[];
  /** Entries that break the schema or the bounds, and so are not shown. */
  skipped(): number;
  /** `pages` are those whose strokes changed; empty when only notes did. */
  subscribe(listener: (pages: ReadonlySet<number>) => void): () => void;
  destroy(): void;
}

const NONE: readonly PlacedStroke[] = [];

/** Decodes a document once and afterwards only what changes. */
export function viewAnnotations(document: Y.Doc): AnnotationView {
  const strokes = strokesOf(document);
  const notes = notesOf(document);
  const byId = new Map<string, Stroke>();
  const byPage = new Map<number, Map<string, Stroke>>();
  const sorted = new Map<number, readonly PlacedStroke[]>();
  const badStrokes = new Set<string>();
  const listeners = new Set<(pages: ReadonlySet<number>) => void>();
  let noteList: readonly TextNote[] = [];
  let badNotes = 0;

  function remove(id: string, changed: Set<number>): void {
    badStrokes.delete(id);
    const old = byId.get(id);
    if (old === undefined) return;
    byId.delete(id);
    byPage.get(old.page)?.delete(id);
    changed.add(old.page);
  }

  function load(id: string, changed: Set<number>): void {
    remove(id, changed);
    if (!strokes.has(id)) return;
    const stroke = byId.size < MAX_STROKES ? readStroke(id, strokes.get(id)) : undefined;
    if (stroke === undefined) {
      badStrokes.add(id);
      return;
    }
    byId.set(id, stroke);
    const page = byPage.get(stroke.page) ?? new Map<string, Stroke>();
    page.set(id, stroke);
    byPage.set(stroke.page, page);
    changed.add(stroke.page);
  }

  function loadNotes(): void {
    const found: TextNote[] = [];
    badNotes = 0;
    for (const [id, value] of notes.entries()) {
      const note = found.length < MAX_NOTES ? readNote(id, value) : undefined;
      if (note === undefined) badNotes += 1;
      else found.push(note);
    }
    noteList = found.sort((a, b) => a.page - b.page || b.y - a.y || (a.id < b.id ? -1 : 1));
  }

  function announce(changed: ReadonlySet<number>): void {
    for (const page of changed) sorted.delete(page);
    for (const listener of listeners) listener(changed);
  }

  const onStrokes = (event: Y.YMapEvent<unknown>): void => {
    const changed = new Set<number>();
    for (const id of event.keysChanged) load(id as string, changed);
    announce(changed);
  };
  const onNotes = (): void => {
    loadNotes();
    announce(new Set());
  };

  for (const id of strokes.keys()) load(id, new Set());
  loadNotes();
  strokes.observe(onStrokes);
  notes.observeDeep(onNotes);

  return {
    strokesOn(page) {
      const entries = byPage.get(page);
      if (entries === undefined) return NONE;
      let list = sorted.get(page);
      if (list === undefined) {
        list = [...entries].map(([id, stroke]) => ({ id, stroke })).sort((a, b) => (a.id < b.id ? -1 : 1));
        sorted.set(page, list);
      }
      return list;
    },
    hasStroke: (id) => byId.has(id),
    notes: () => noteList,
    skipped: () => badStrokes.size + badNotes,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    destroy() {
      strokes.unobserve(onStrokes);
      notes.unobserveDeep(onNotes);
      listeners.clear();
    },
  };
}
