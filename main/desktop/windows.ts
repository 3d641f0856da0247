import { app, BrowserWindow, screen, type Session, type WebContents } from 'electron';

import type { WindowKind } from '../../common/contract/bridge.ts';
import { appOrigin } from './scheme.ts';

/** Two crashes of a window within this time are one that it cannot get over, milliseconds. */
const CRASHES_AGAIN_WITHIN = 60_000;

/** The windows of this application, and whether a sender is one of them. */
export interface Windows {
  openMain(): BrowserWindow;
  /** Opens or brings forward the room window; on another screen, full screen, where there is one. */
  openRoom(query: Readonly<Record<string, string>>): BrowserWindow;
  closeRoom(): void;
  focus(): void;
  /** Closes them unless a page holds its own open; false when none was open. */
  close(): boolean;
  all(): readonly { readonly contents: WebContents; readonly kind: WindowKind }[];
  kindOf(contents: WebContents): WindowKind | undefined;
  /** Called for every page load, first or again: the window needs a port to the engine. */
  onLoaded(listener: (contents: WebContents, kind: WindowKind) => void): void;
}

export function createWindows(preloadFile: string): Windows {
  const open = new Map<WindowKind, BrowserWindow>();
  let loaded: (contents: WebContents, kind: WindowKind) => void = () => {};

  function create(
    kind: WindowKind,
    query: Readonly<Record<string, string>>,
    place: Electron.BrowserWindowConstructorOptions,
  ): BrowserWindow {
    const window = new BrowserWindow({
      width: 1366,
      height: 768,
      minWidth: 800,
      minHeight: 560,
      show: false,
      title: app.name,
      backgroundColor: '#ffffff',
      ...place,
      webPreferences: {
        preload: preloadFile,
        sandbox: true,
        contextIsolation: true,
        nodeIntegration: false,
        webSecurity: true,
        spellcheck: false,
        devTools: !app.isPackaged,
        // A host's window goes on working while it is covered by another application.
        backgroundThrottling: false,
      },
    });
    open.set(kind, window);
    let lastCrash = -Infinity;
    window.once('ready-to-show', () => window.show());
    let closing = false;
    window.on('close', () => (closing = true));
    // The page holds its window open, until it or the person closes it again.
    window.webContents.on('will-prevent-unload', () => (closing = false));
    // A page that does not even answer the wish to close will save nothing more.
    window.on('unresponsive', () => closing && window.destroy());
    window.once('closed', () => {
      if (open.get(kind) === window) open.delete(kind);
      // The projector's window makes no sense without the one that steers it.
      if (kind === 'main') open.get('room')?.close();
    });
    window.webContents.on('did-finish-load', () => loaded(window.webContents, kind));
    window.webContents.on('render-process-gone', (_event, { reason }) => {
      if (reason === 'clean-exit' || window.isDestroyed()) return;
      console.error(`window ${kind}: renderer gone (${reason})`);
      // The page finds back to what was being looked at, but not when that is what it crashes on. Not at once: a loop of
      // crashes must not keep the processor busy.
      const again = performance.now() - lastCrash < CRASHES_AGAIN_WITHIN;
      lastCrash = performance.now();
      setTimeout(() => {
        if (window.isDestroyed()) return;
        if (again && kind === 'main') void window.loadURL(`${appOrigin}/index.html?fresh`);
        else window.webContents.reload();
      }, 500);
    });
    const search = new URLSearchParams(kind === 'room' ? { window: 'room', ...query } : query).toString();
    void window.loadURL(`${appOrigin}/index.html${search ? `?${search}` : ''}`);
    return window;
  }

  return {
    openMain() {
      return open.get('main') ?? create('main', {}, {});
    },
    openRoom(query) {
      const existing = open.get('room');
      if (existing) {
        const search = new URLSearchParams({ window: 'room', ...query }).toString();
        void existing.loadURL(`${appOrigin}/index.html?${search}`);
        existing.show();
        return existing;
      }
      const main = open.get('main');
      const here = main ? screen.getDisplayMatching(main.getBounds()) : screen.getPrimaryDisplay();
      const other = screen.getAllDisplays().find((display) => display.id !== here.id);
      return create('room', query, other ? { x: other.bounds.x, y: other.bounds.y, fullscreen: true } : {});
    },
    closeRoom: () => open.get('room')?.close(),
    focus() {
      const window = open.get('main');
      if (!window) return;
      if (window.isMinimized()) window.restore();
      window.focus();
    },
    close() {
      const window = open.get('main') ?? open.get('room');
      window?.close();
      return window !== undefined;
    },
    all: () => [...open].map(([kind, window]) => ({ contents: window.webContents, kind })),
    kindOf: (contents) => [...open].find(([, window]) => window.webContents === contents)?.[0],
    onLoaded: (listener) => void (loaded = listener),
  };
}

/** No page may lead anywhere, open anything, or ask for a permission; no session may reach a network. */
export function lockDown(): void {
  app.on('web-contents-created', (_event, contents) => {
    contents.on('will-navigate', (event) => event.preventDefault());
    contents.on('will-redirect', (event) => event.preventDefault());
    contents.on('will-attach-webview', (event) => event.preventDefault());
    contents.setWindowOpenHandler(() => ({ action: 'deny' }));
  });
  app.on('session-created', (session) => lockSession(session));
}

function lockSession(session: Session): void {
  // Copying an invitation's code is the one thing that a page may do with the system by itself.
  const allowed = (permission: string, address: string) =>
    permission === 'clipboard-sanitized-write' && (address === appOrigin || address.startsWith(`${appOrigin}/`));
  session.setPermissionRequestHandler((contents, permission, answer) => answer(allowed(permission, contents.getURL())));
  session.setPermissionCheckHandler((_contents, permission, origin) => allowed(permission, origin));
  session.setDevicePermissionHandler(() => false);
  session.on('will-download', (event) => event.preventDefault());
  session.webRequest.onBeforeRequest(
    { urls: ['http://*/*', 'https://*/*', 'ws://*/*', 'wss://*/*', 'ftp://*/*', 'file:///*'] },
    (_details, answer) => answer({ cancel: true }),
  );
}
