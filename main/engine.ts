import { Refusal, portErrors } from '../common/contract/port.ts';
import { connectToDesktop } from './desktop-port.ts';
import { serve, type EngineHandlers } from './engine-port.ts';

/** The engine inside the desktop application (Electron `utilityProcess`): `engine.js --data DIR`. */
const handlers: EngineHandlers = {
  request(name) {
    if (name === 'version') return Promise.resolve({ node: process.versions.node });
    return Promise.reject(new Refusal(portErrors.unknownRequest, { name }));
  },
  openDocument(name) {
    throw new Refusal(portErrors.unknownDocument, { name });
  },
  subscribe() {
    return () => {};
  },
  onDefect(what, error) {
    console.error(what, error);
  },
};

const desktop = connectToDesktop();
if (!desktop) throw new Error('The engine is started by the desktop application.');
desktop.onWindow((port, window, kind) => serve(port, { window, kind }, handlers));
desktop.ready();
