import { connectToDesktop, type Desktop } from './desktop-port.ts';
import { engineHandlers } from './engine-handlers.ts';
import { serve } from './engine-port.ts';
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
          setImmediate(() => void laptop.close().finally(() => process.exit(1)));
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

const handlers = engineHandlers(laptop, laptop.logger);

process.on('uncaughtException', (error) => {
  logger.error('engine stops: unexpected error', {}, error);
  process.exit(1);
});
process.on('unhandledRejection', (error) => logger.error('unhandled rejection', {}, error));

desktop.onWindow((port, window, kind) => serve(port, { window, kind }, handlers));
desktop.onResumed(() => {
  logger.info('the computer was asleep');
  laptop.wake();
});
desktop.onStop(() => laptop.close());
desktop.ready();
