import { contextBridge, ipcRenderer, webUtils } from 'electron';

import {
  engineStateEvent,
  type Answer,
  type EngineState,
  type PhienBridge,
  type WindowKind,
} from '../common/contract/bridge.ts';
import type { FramePort, WindowFrame } from '../common/contract/port.ts';
import { createBridgeClient } from './bridge-client.ts';

/** Runs sandboxed in every window and hands it exactly one object. No application work happens here. */
const client = createBridgeClient();
const engineListeners = new Set<(payload: unknown) => void>();
let engineState: EngineState | undefined;

ipcRenderer.on('phien:port', (event) => {
  const port = event.ports[0];
  if (port) client.connect(framePort(port));
});
ipcRenderer.on('phien:engine', (_event, state: EngineState) => {
  engineState = state;
  if (state.state !== 'running') client.disconnect(state.state === 'failed');
  for (const listener of [...engineListeners]) listener(state);
});

const bridge: PhienBridge = {
  request: (name, input) => {
    if (!name.startsWith('desktop.')) return client.request(name, input);
    return ipcRenderer.invoke('phien:desktop', name, input) as Promise<Answer>;
  },
  subscribe: (name, listener) => {
    if (name !== engineStateEvent) return client.subscribe(name, listener);
    engineListeners.add(listener);
    if (engineState) listener(engineState);
    return () => engineListeners.delete(listener);
  },
  openDocument: (name, listeners) => client.openDocument(name, listeners),
  filePath: (file) => webUtils.getPathForFile(file as File),
  windowKind: (new URLSearchParams(location.search).get('window') === 'room' ? 'room' : 'main') satisfies WindowKind,
};
contextBridge.exposeInMainWorld('phien', bridge);

function framePort(port: MessagePort): FramePort<WindowFrame> {
  return {
    send: (frame) => port.postMessage(frame),
    onFrame: (listener) => {
      port.addEventListener('message', (event) => listener(event.data));
      port.start();
    },
    onClose: (listener) => port.addEventListener('close', listener),
    close: () => port.close(),
  };
}
