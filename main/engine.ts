import { Refusal } from '../common/contract/port.ts';
import type { RequestName } from '../common/contract/requests.ts';
import { connectToDesktop } from './desktop-port.ts';
import { serve, type EngineHandlers } from './engine-port.ts';
import { fileLogger } from './logging/create-logger.ts';
import { findResources, openLaptop } from './wiring/open-laptop.ts';
import { networkPlace } from './wiring/network.ts';

declare const __PHIEN_VERSION__: string;

/** The engine inside the desktop application (Electron `utilityProcess`): `engine.js --data DIR`. */
const dataDir = process.argv[process.argv.indexOf('--data') + 1];
const desktop = connectToDesktop();
if (!desktop || !dataDir) throw new Error('The engine is started by the desktop application, with --data DIR.');

const logger = fileLogger(dataDir);
const laptop = openLaptop({
  ...networkPlace(process.env),
  dataDir,
  version: __PHIEN_VERSION__,
  logger,
  resources: findResources(import.meta.dirname),
  print: (html) => desktop.print(html),
});

const handlers: EngineHandlers = {
  request: (name, input) => laptop.request(name as RequestName, input),
  openDocument(name, document) {
    const connection = laptop.openDocument(name, (message) => document.send(message));
    document.onMessage((bytes) => {
      if (connection.receive(bytes)) return;
      connection.close();
      document.close('document-refused');
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
