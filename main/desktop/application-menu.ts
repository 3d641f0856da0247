import { Menu } from 'electron';

/**
 * The menu bar: none, except on a Mac, where copying, pasting and quitting by keyboard come from the menu. Undo is left
 * out: the windows have their own, which a menu's would be in the way of. The system names the entries.
 */
export function applicationMenu(): Menu | null {
  if (process.platform !== 'darwin') return null;
  return Menu.buildFromTemplate([
    { role: 'appMenu' },
    { role: 'editMenu', submenu: [{ role: 'cut' }, { role: 'copy' }, { role: 'paste' }, { role: 'selectAll' }] },
    { role: 'windowMenu' },
  ]);
}
