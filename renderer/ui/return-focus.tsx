import { useEffect, useLayoutEffect, useRef } from 'react';

/** In the surface of a dialog: when it is gone, the focus goes back to where it was, unless it has gone elsewhere. */
export function ReturnFocus(): null {
  const before = useRef<Element | null>(null);
  // Earlier than the effect by which a dialog takes the focus.
  useLayoutEffect(() => {
    before.current = document.activeElement;
  }, []);
  useEffect(
    () => () => {
      const { current } = before;
      if (document.activeElement === document.body && current instanceof HTMLElement && current.isConnected)
        current.focus();
    },
    [],
  );
  return null;
}
