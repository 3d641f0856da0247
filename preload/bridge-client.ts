import type { Answer, DocumentChannel, DocumentListeners } from '../common/contract/bridge.ts';
import {
  portErrors,
  portVersion,
  type EngineFrame,
  type FramePort,
  type WindowFrame,
} from '../common/contract/port.ts';

/** The window's end of the port: keeps requests, subscriptions and documents, and survives a change of ports. */
export interface BridgeClient {
  request(name: string, input: unknown): Promise<Answer>;
  subscribe(name: string, listener: (payload: unknown) => void): () => void;
  openDocument(name: string, listeners: DocumentListeners): DocumentChannel;
  /** The engine is (again) reachable through this port. */
  connect(port: FramePort<WindowFrame>): void;
  /** The engine ended. With `forGood`, waiting requests are answered with `engine-failed` instead of waiting on. */
  disconnect(forGood: boolean): void;
}

interface OpenDocument {
  readonly name: string;
  readonly listeners: DocumentListeners;
  /** Sent before there was a port. */
  readonly waiting: Uint8Array[];
}

export function createBridgeClient(): BridgeClient {
  const pending = new Map<number, (answer: Answer) => void>();
  const subscriptions = new Map<string, Set<(payload: unknown) => void>>();
  const documents = new Map<number, OpenDocument>();
  /** Requests made while there is no port; sent in order when there is one. */
  let waiting: { readonly id: number; readonly name: string; readonly input: unknown }[] = [];
  let port: FramePort<WindowFrame> | undefined;
  let failed = false;
  let next = 1;

  function take(frame: EngineFrame): void {
    switch (frame.t) {
      case 'hello':
        if (frame.version !== portVersion)
          console.error(`engine speaks port version ${frame.version}, window ${portVersion}`);
        return;
      case 'ok':
        settle(frame.id, { ok: true, output: frame.output });
        return;
      case 'err':
        settle(frame.id, { ok: false, error: { code: frame.code, ...(frame.params ? { params: frame.params } : {}) } });
        return;
      case 'event':
        for (const listener of [...(subscriptions.get(frame.name) ?? [])]) guarded(() => listener(frame.payload));
        return;
      case 'doc': {
        const document = documents.get(frame.channel);
        if (document) guarded(() => document.listeners.onMessage(frame.data));
        return;
      }
      case 'doc-close': {
        const document = documents.get(frame.channel);
        documents.delete(frame.channel);
        if (document) guarded(() => document.listeners.onClose(frame.code));
        return;
      }
      default:
        frame satisfies never;
    }
  }

  function settle(id: number, answer: Answer): void {
    pending.get(id)?.(answer);
    pending.delete(id);
  }

  function drop(forGood: boolean): void {
    const code = forGood ? portErrors.engineFailed : portErrors.engineGone;
    port = undefined;
    const unsent = new Set(waiting.map(({ id }) => id));
    for (const id of [...pending.keys()]) {
      if (forGood || !unsent.has(id)) settle(id, { ok: false, error: { code } });
    }
    if (forGood) waiting = [];
    const closing = [...documents.values()];
    documents.clear();
    for (const { listeners } of closing) guarded(() => listeners.onClose(code));
  }

  return {
    request(name, input) {
      if (failed) return Promise.resolve({ ok: false, error: { code: portErrors.engineFailed } });
      const id = next++;
      return new Promise((resolve) => {
        pending.set(id, resolve);
        if (port) port.send({ t: 'req', id, name, input });
        else waiting.push({ id, name, input });
      });
    },
    subscribe(name, listener) {
      const listeners = subscriptions.get(name) ?? new Set();
      if (listeners.size === 0) {
        subscriptions.set(name, listeners);
        port?.send({ t: 'sub', name });
      }
      // One entry per call, so that the same function subscribed twice is called twice and ended once each.
      const entry = (payload: unknown) => listener(payload);
      listeners.add(entry);
      return () => {
        if (!listeners.delete(entry) || listeners.size > 0) return;
        subscriptions.delete(name);
        port?.send({ t: 'unsub', name });
      };
    },
    openDocument(name, listeners) {
      const channel = next++;
      const document: OpenDocument = { name, listeners, waiting: [] };
      if (failed) queueMicrotask(() => listeners.onClose(portErrors.engineFailed));
      else {
        documents.set(channel, document);
        port?.send({ t: 'doc-open', channel, name });
      }
      return {
        send(data) {
          if (documents.get(channel) !== document) return;
          if (port) port.send({ t: 'doc', channel, data });
          else document.waiting.push(data);
        },
        close() {
          if (documents.get(channel) !== document) return;
          documents.delete(channel);
          port?.send({ t: 'doc-close', channel });
        },
      };
    },
    connect(fresh) {
      if (port) {
        const old = port;
        drop(false);
        old.close();
      }
      failed = false;
      port = fresh;
      fresh.onFrame((frame) => {
        if (port === fresh) take(frame as EngineFrame);
      });
      fresh.onClose(() => {
        if (port === fresh) drop(false);
      });
      for (const name of subscriptions.keys()) fresh.send({ t: 'sub', name });
      for (const [channel, { name, waiting: bytes }] of documents) {
        fresh.send({ t: 'doc-open', channel, name });
        for (const data of bytes.splice(0)) fresh.send({ t: 'doc', channel, data });
      }
      for (const { id, name, input } of waiting.splice(0)) fresh.send({ t: 'req', id, name, input });
    },
    disconnect(forGood) {
      failed = forGood;
      drop(forGood);
    },
  };
}

/** A listener that throws must not keep the others from being called; the error still shows in the console. */
function guarded(work: () => void): void {
  try {
    work();
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}
