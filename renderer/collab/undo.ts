import { useEffect, useState } from 'react';
import * as Y from 'yjs';

export interface Undo {
  readonly canUndo: boolean;
  readonly canRedo: boolean;
  undo(): void;
  redo(): void;
}

const NOTHING: Undo = { canUndo: false, canRedo: false, undo: () => undefined, redo: () => undefined };

/** Takes back what this window wrote into a document, never what came from elsewhere. */
export function useUndo(doc: Y.Doc | null): Undo {
  const [undo, setUndo] = useState<Undo>(NOTHING);
  useEffect(() => {
    if (doc === null) return;
    const history = new Y.UndoManager(doc, { captureTimeout: 400 });
    const show = (): void =>
      setUndo({
        canUndo: history.canUndo(),
        canRedo: history.canRedo(),
        undo: () => void history.undo(),
        redo: () => void history.redo(),
      });
    history.on('stack-item-added', show);
    history.on('stack-item-popped', show);
    show();
    return () => {
      history.destroy();
      setUndo(NOTHING);
    };
  }, [doc]);
  return undo;
}
