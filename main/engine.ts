import { ChangeNotKept } from '../common/collab/document-connection.ts';
import { portErrors, Refusal } from '../common/contract/port.ts';
import type { RequestName } from '../common/contract/requests.ts';
import { connectToDesktop, type Desktop } from './desktop-port.ts';
import { serve, type EngineHandlers } from './engine-port.ts';
import { fileLogger } from './logging/create-logger.ts';
import { asStoreError } from './store/store-error.ts';
import { findResources, openLaptop, type OpenedLaptop } from './wiring/open-laptop.ts';
import { networkPlace } from './wiring/network.ts';

declare const __PHIEN_VERSION__: string;

/** The engine inside the desktop application (Electron `utilityProcess`): `engine.js --data DIR`. */
const dataDir = process.argv[process.argv.indexOf('--data') + 1];
const desktop = connectToDesktop();
if (!desktop || !dataDir) throw new Error('The engine is started by the desktop application, with --data DIR.');

/** How soon opening the data folder is tried again, milliseconds. */
const OPEN_AGAIN = 2000;
/** How long an engine that has to start anew may take to end. */
const END_WITHIN = 3000;

const logger = fileLogger(dataDir);
const laptop = await openWhenPossible(dataDir, desktop);

/** A full disk, one that can't be written, data of a newer version: said, and tried again until it can be opened. */
async function openWhenPossible(folder: string, { print, blocked }: Desktop): Promise<OpenedLaptop> {
  for (let last = ''; ;) {
    try {
      return openLaptop({
        ...networkPlace(process.env),
        dataDir: folder,
        version: __PHIEN_VERSION__,
        logger,
        resources: findResources(import.meta.dirname),
        print: (html) => print(html),
        onDamaged: () => {
          logger.error('engine stops: the database is damaged, the next start restores it');
          setTimeout(() => process.exit(1), END_WITHIN);
          void laptop.close().finally(() => process.exit(1));
        },
      });
    } catch (error) {
      const code = asStoreError(error)?.code;
      if (!code) throw error;
      if (code !== last) logger.error('the data folder cannot be opened', { code }, error);
      last = code;
      blocked(code);
      await new Promise((resolve) => setTimeout(resolve, OPEN_AGAIN));
    }
  }
}

const handlers: EngineHandlers = {
  request: (name, input) => laptop.request(name as RequestName, input),
  openDocument(name, document) {
    const connection = laptop.openDocument(name, (message) => document.send(message));
    document.onMessage((bytes) => {
      let code = 'document-refused';
      try {
        if (connection.receive(bytes)) return;
      } catch (error) {
        if (!(error instanceof ChangeNotKept)) throw error;
        code = asStoreError(error.cause)?.code ?? portErrors.internal;
        if (code === portErrors.internal) logger.error('defect', { what: 'storing a change' }, error.cause);
      }
      connection.close();
      document.close(code);
    });
    document.onClose(() => connection.close());
  },
  subscribe: (name, emit) => laptop.subscribe(name, emit),
  onDefect(what, error) {
    if (!(error instanceof Refusal)) laptop.logger.error('defect', { what }, error);
  },
};

process.on('uncaughtException', (error) => {
  logger.error('engine stops: unexpected error', {}, error);
  process.exit(1);
});
process.on('unhandledRejection', (error) => logger.error('unhandled rejection', {}, error));

desktop.onWindow((port, window, kind) => serve(port, { window, kind }, handlers));
desktop.onStop(() => laptop.close());
desktop.ready();
