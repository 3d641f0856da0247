import { useCallback, useEffect, useMemo, useRef, useSyncExternalStore } from 'react';
import { presentingSchema, type Presenting } from '../../common/collab/floor.ts';
import { asMemberId, type MeetingId, type MemberId } from '../../common/domain/ids.ts';
import { useDocument } from './open-document.ts';

export interface FloorView {
  /** What somebody else shows now; null while nobody does. */
  readonly shown: Presenting | null;
  /** Who shows it, as the carrying laptop says; null for its own windows, which nobody signs for. */
  readonly shownBy: MemberId | null;
  /** What this laptop shows. */
  readonly mine: Presenting | null;
  show(presenting: Presenting | null): void;
}

type Read = Omit<FloorView, 'show'>;

/**
 * The live side of a meeting: which page is being shown. Never stored. `mayShow`: whether this window's person may; who
 * can't any more shows nothing, also when they can again.
 */
export function useFloor(meeting: MeetingId, mayShow: boolean): FloorView {
  const document = useDocument(`${meeting}/floor`);
  const cache = useRef<Read>({ shown: null, shownBy: null, mine: null });

  const read = useCallback((): Read => {
    let shown: Presenting | null = null;
    let shownBy: MemberId | null = null;
    let mine: Presenting | null = null;
    if (document !== null) {
      for (const [client, state] of document.awareness.getStates()) {
        const parsed = presentingSchema.safeParse((state as Record<string, unknown>)['presenting']);
        if (!parsed.success) continue;
        if (client === document.doc.clientID) mine = parsed.data;
        else {
          shown = parsed.data;
          const { member } = state as { member?: unknown };
          shownBy = typeof member === 'string' ? asMemberId(member) : null;
        }
      }
    }
    const same = (a: Presenting | null, b: Presenting | null): boolean => a?.paper === b?.paper && a?.page === b?.page;
    // The same object until something changes: other awareness traffic must not draw the screen anew.
    const before = cache.current;
    if (!same(before.shown, shown) || before.shownBy !== shownBy || !same(before.mine, mine))
      cache.current = { shown, shownBy, mine };
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
  useEffect(() => {
    if (!mayShow && document?.awareness.getLocalState()) document.awareness.setLocalState(null);
  }, [document, mayShow]);
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
