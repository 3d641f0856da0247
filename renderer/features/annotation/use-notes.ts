import { useCallback, useMemo, useSyncExternalStore } from 'react';
import type { TextNote } from '../../../common/collab/annotations.ts';
import type { OpenLayer } from './use-sessions.ts';

export interface PlacedNote {
  readonly note: TextNote;
  readonly layer: OpenLayer;
}

/** Notes of all layers, by page and from the top; the same array until one changes. */
export function useNotes(layers: readonly OpenLayer[]): readonly PlacedNote[] {
  const read = useMemo(() => notesReader(layers), [layers]);
  const subscribe = useCallback(
    (listener: () => void) => {
      const stops = layers.map((layer) => layer.view.subscribe(listener));
      return () => stops.forEach((stop) => stop());
    },
    [layers],
  );
  return useSyncExternalStore(subscribe, read);
}

function notesReader(layers: readonly OpenLayer[]): () => readonly PlacedNote[] {
  let sources: readonly (readonly TextNote[])[] = [];
  let notes: readonly PlacedNote[] = [];
  return () => {
    const now = layers.map((layer) => layer.view.notes());
    if (now.length !== sources.length || now.some((list, index) => list !== sources[index])) {
      sources = now;
      notes = layers
        .flatMap((layer) => layer.view.notes().map((note) => ({ note, layer })))
        .sort((a, b) => a.note.page - b.note.page || b.note.y - a.note.y || (a.note.id < b.note.id ? -1 : 1));
    }
    return notes;
  };
}
