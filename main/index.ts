import path from 'node:path';
import { app, Menu, powerMonitor, session } from 'electron';

import { applicationMenu } from './desktop/application-menu.ts';
import { chooseDataFolder } from './desktop/data-folder.ts';
import { answerDesktopRequests } from './desktop/desktop-requests.ts';
import { startEngine } from './desktop/engine-process.ts';
import { createPrinter } from './desktop/print.ts';
import { registerScheme, serveScheme } from './desktop/scheme.ts';
import { createWindows, lockDown } from './desktop/windows.ts';

/** The Electron process: opens windows, starts the engine, introduces them to each other. */
const dataFolder = chooseDataFolder(process.argv, process.env);
const built = (...parts: string[]) => path.join(import.meta.dirname, '..', ...parts);

// Chromium's own parts (date and time fields) speak the customer's language, not that of the computer.
app.commandLine.appendSwitch('lang', 'vi');

if (!app.requestSingleInstanceLock()) {
  // The running instance of this data folder has been told to come forward.
  app.exit(0);
} else {
  registerScheme();
  lockDown();
  void app.whenReady().then(open);
}

function open(): void {
  Menu.setApplicationMenu(applicationMenu());
  // The application's name is in it, and Electron refuses requests of pages whose headers are not plain ASCII.
  app.userAgentFallback = app.userAgentFallback.replaceAll(/[^\x20-\x7e]/g, '');
  serveScheme(session.defaultSession, built('renderer'), dataFolder);

  const windows = createWindows(built('preload', 'index.cjs'));
  const engine = startEngine(built('main', 'engine.js'), ['--data', dataFolder], createPrinter(), (state) => {
    for (const { contents } of windows.all()) contents.send('phien:engine', state);
  });
  windows.onLoaded((contents, kind) => engine.introduce(contents, kind));
  answerDesktopRequests(windows, () => engine.restart());
  powerMonitor.on('resume', () => engine.resumed());
  windows.openMain();

  app.on('second-instance', () => windows.focus());
  app.on('activate', () => windows.openMain());
  app.on('window-all-closed', () => app.quit());

  let stopped = false;
  app.on('before-quit', (event) => {
    if (stopped) return;
    event.preventDefault();
    // A window may still have something to save, or to ask; when the last one has closed, this is asked for again.
    if (windows.close()) return;
    void engine.stop().then(() => {
      stopped = true;
      app.quit();
    });
  });
}
