import { useEffect, useLayoutEffect, useRef } from 'react';

const DIALOG = '[role="dialog"], [role="alertdialog"]';

/** What had the focus last outside of dialogs, and what it lies in, innermost first; of a menu whatever opened it. */
let last: readonly Element[] = [];

document.addEventListener('focusin', ({ target }) => notice(target));

function notice(focused: EventTarget | null): void {
  if (!(focused instanceof Element) || focused.closest(DIALOG)) return;
  const opener = document.getElementById(focused.closest('[role="menu"]')?.getAttribute('aria-labelledby') ?? '');
  const lineage: Element[] = [];
  for (let at: Element | null = opener ?? focused; at && !at.matches('main, body'); at = at.parentElement)
    lineage.push(at);
  if (lineage.length > 0) last = lineage;
}

/**
 * In the surface of a dialog: when it is gone, the focus goes back to where it was, or where that is no longer there to the
 * first that can have it beside; unless it has gone elsewhere.
 */
export function ReturnFocus(): null {
  const before = useRef(last);
  // Earlier than the effect by which a dialog takes the focus; a window in the background hears of none.
  useLayoutEffect(() => {
    notice(document.activeElement);
    before.current = last;
  }, []);
  useEffect(() => {
    let left = false;
    const pressed = ({ target }: PointerEvent): void => {
      if (target instanceof Element && !target.closest(`${DIALOG}, .fui-DialogSurface__backdrop`)) left = true;
    };
    document.addEventListener('pointerdown', pressed, true);
    return () => {
      document.removeEventListener('pointerdown', pressed, true);
      const lost = document.activeElement === document.body;
      const [opener] = before.current;
      const place = before.current.find(({ isConnected }) => isConnected);
      // Fluent UI gives it to the last of its own openers, be it far away; whoever has pressed something else since is there.
      if (place === opener ? left && !lost : !lost) return;
      const to = place === opener ? place : place?.querySelector('button:enabled, input:enabled');
      if (to instanceof HTMLElement) to.focus();
    };
  }, []);
  return null;
}
