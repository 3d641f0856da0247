import * as Y from 'yjs';
import { notesOf, strokesOf } from '../../../common/collab/annotations.ts';

/** Marks this window's own changes, the only ones it may undo. */
export const OWN_CHANGE = Symbol('own annotation');

export interface OwnHistory {
  canUndo(): boolean;
  canRedo(): boolean;
  undo(): void;
  redo(): void;
  subscribe(listener: () => void): () => void;
  destroy(): void;
}

/** One order of undoing over several documents (shared and private ink): what was done last is undone first. */
export function createOwnHistory(documents: readonly Y.Doc[]): OwnHistory {
  const listeners = new Set<() => void>();
  const done: Y.UndoManager[] = [];
  const undone: Y.UndoManager[] = [];
  let travelling = false;

  const managers = documents.map((document) => {
    const manager = new Y.UndoManager([strokesOf(document), notesOf(document)], {
      trackedOrigins: new Set([OWN_CHANGE]),
      // Every stroke is a step of its own.
      captureTimeout: 0,
    });
    manager.on('stack-item-added', () => {
      if (travelling) return;
      done.push(manager);
      // Yjs empties the redo stack of the document written to; the others' must not come back out of order either.
      undone.length = 0;
      for (const other of managers) other.clear(false, true);
      announce();
    });
    return manager;
  });

  function announce(): void {
    for (const listener of listeners) listener();
  }

  function travel(from: Y.UndoManager[], to: Y.UndoManager[], step: (manager: Y.UndoManager) => unknown): void {
    travelling = true;
    try {
      // A step whose effect is gone already (null) is skipped, or the key would seem to do nothing.
      for (let manager = from.pop(); manager !== undefined; manager = from.pop()) {
        if (step(manager) !== null) {
          to.push(manager);
          break;
        }
      }
    } finally {
      travelling = false;
    }
    announce();
  }

  return {
    canUndo: () => done.length > 0,
    canRedo: () => undone.length > 0,
    undo: () => travel(done, undone, (manager) => manager.undo()),
    redo: () => travel(undone, done, (manager) => manager.redo()),
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    destroy() {
      for (const manager of managers) manager.destroy();
      listeners.clear();
    },
  };
}
