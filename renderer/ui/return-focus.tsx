import { useEffect, useState } from 'react';

/** What had the focus last outside of dialogs, and what it lies in, innermost first; of a menu whatever opened it. */
let last: readonly Element[] = [];

document.addEventListener('focusin', ({ target }) => {
  if (!(target instanceof Element) || target.closest('[role="dialog"], [role="alertdialog"]')) return;
  const opener = document.getElementById(target.closest('[role="menu"]')?.getAttribute('aria-labelledby') ?? '');
  last = lineage(opener ?? target);
});

function lineage(from: Element): Element[] {
  const found: Element[] = [];
  for (let at: Element | null = from; at && !at.matches('main, body'); at = at.parentElement) found.push(at);
  return found;
}

/**
 * In the surface of a dialog: when it is gone, the focus goes back to where it was, or where that is no longer there to the
 * first that can have it beside; unless it has gone elsewhere.
 */
export function ReturnFocus(): null {
  const [before] = useState(last);
  useEffect(
    () => () => {
      if (document.activeElement !== document.body) return;
      const place = before.find(({ isConnected }) => isConnected);
      const to = place === before[0] ? place : place?.querySelector('button:enabled, input:enabled');
      if (to instanceof HTMLElement) to.focus();
    },
    [before],
  );
  return null;
}
