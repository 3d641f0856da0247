import { useCallback, useMemo, useRef, useSyncExternalStore } from 'react';
import { presentingSchema, type Presenting } from '../../common/collab/floor.ts';
import type { MeetingId } from '../../common/domain/ids.ts';
import { useDocument } from './open-document.ts';

export interface FloorView {
  /** What somebody else shows now; null while nobody does. */
  readonly shown: Presenting | null;
  /** What this laptop shows. */
  readonly mine: Presenting | null;
  show(presenting: Presenting | null): void;
}

/** The live side of a meeting: which page is being shown. Never stored. */
export function useFloor(meeting: MeetingId): FloorView {
  const document = useDocument(`${meeting}/floor`);
  const cache = useRef<{ shown: Presenting | null; mine: Presenting | null }>({ shown: null, mine: null });

  const read = useCallback((): { shown: Presenting | null; mine: Presenting | null } => {
    let shown: Presenting | null = null;
    let mine: Presenting | null = null;
    if (document !== null) {
      for (const [client, state] of document.awareness.getStates()) {
        const parsed = presentingSchema.safeParse((state as Record<string, unknown>)['presenting']);
        if (!parsed.success) continue;
        if (client === document.doc.clientID) mine = parsed.data;
        else shown = parsed.data;
      }
    }
    const same = (a: Presenting | null, b: Presenting | null): boolean => a?.paper === b?.paper && a?.page === b?.page;
    // The same object until something changes: other awareness traffic must not draw the screen anew.
    if (!same(cache.current.shown, shown) || !same(cache.current.mine, mine)) cache.current = { shown, mine };
    return cache.current;
  }, [document]);

  const subscribe = useCallback(
    (listener: () => void) => {
      if (document === null) return () => undefined;
      document.awareness.on('change', listener);
      return () => document.awareness.off('change', listener);
    },
    [document],
  );
  const view = useSyncExternalStore(subscribe, read);
  const show = useCallback(
    (presenting: Presenting | null) => {
      if (document === null) return;
      if (presenting === null) document.awareness.setLocalState(null);
      else document.awareness.setLocalState({ presenting });
    },
    [document],
  );
  return useMemo(() => ({ ...view, show }), [view, show]);
}
