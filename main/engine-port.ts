import {
  portErrors,
  portVersion,
  Refusal,
  type EngineFrame,
  type ErrorParams,
  type FramePort,
  type WindowFrame,
} from '../common/contract/port.ts';
import { maxChannels, windowFrameSchema } from '../common/contract/port-schema.ts';
import type { WindowKind } from '../common/contract/bridge.ts';

/** One window, as the engine's handlers see it. */
export interface WindowContext {
  /** The same number for as long as the window lives and the engine is not started again. */
  readonly window: number;
  readonly kind: WindowKind;
}

/** The engine's end of one open document. */
export interface ServedDocument {
  readonly name: string;
  send(bytes: Uint8Array): void;
  /** Tells the window why and forgets the channel; `onClose` listeners are not called for it. */
  close(code: string): void;
  onMessage(listener: (bytes: Uint8Array) => void): void;
  /** The window closed it, or is gone. Called at most once. */
  onClose(listener: () => void): void;
}

/** What the engine does for windows. */
export interface EngineHandlers {
  /** Resolves with the output; throws a `Refusal` (or an error with a lower-case `code`) for expected failures. */
  request(name: string, input: unknown, context: WindowContext): Promise<unknown>;
  /** Takes the document up or throws a `Refusal`; listeners must be registered before it returns. */
  openDocument(name: string, document: ServedDocument, context: WindowContext): void;
  /** Called once per window and event name; the returned function ends it. Unknown names may simply never emit. */
  subscribe(name: string, emit: (payload: unknown) => void, context: WindowContext): () => void;
  /** A defect: a handler threw something unexpected, or a window sent a malformed frame. */
  onDefect(what: string, error: unknown): void;
}

/** Serves one window over its port until the port closes. */
export function serve(port: FramePort<EngineFrame>, context: WindowContext, handlers: EngineHandlers): void {
  const documents = new Map<number, { message?: (bytes: Uint8Array) => void; closed?: () => void }>();
  const subscriptions = new Map<string, () => void>();
  let open = true;

  port.onFrame((raw) => {
    if (!open) return;
    const parsed = windowFrameSchema.safeParse(raw);
    if (parsed.success) take(parsed.data);
    else handlers.onDefect('malformed frame from a window', parsed.error);
  });
  port.onClose(() => {
    open = false;
    for (const end of subscriptions.values()) guarded('ending a subscription', end);
    for (const { closed } of documents.values()) if (closed) guarded('closing a document', closed);
    subscriptions.clear();
    documents.clear();
  });
  send({ t: 'hello', version: portVersion });

  function send(frame: EngineFrame): void {
    if (open) port.send(frame);
  }

  function take(frame: WindowFrame): void {
    switch (frame.t) {
      case 'req':
        void answer(frame.id, frame.name, frame.input);
        return;
      case 'sub':
        if (subscriptions.has(frame.name)) return;
        guarded(`subscribing to ${frame.name}`, () => {
          subscriptions.set(
            frame.name,
            handlers.subscribe(frame.name, (payload) => send({ t: 'event', name: frame.name, payload }), context),
          );
        });
        return;
      case 'unsub': {
        const end = subscriptions.get(frame.name);
        subscriptions.delete(frame.name);
        if (end) guarded(`ending ${frame.name}`, end);
        return;
      }
      case 'doc-open':
        openDocument(frame.channel, frame.name);
        return;
      case 'doc': {
        const listener = documents.get(frame.channel)?.message;
        if (listener) guarded('a document message', () => listener(frame.data));
        return;
      }
      case 'doc-close': {
        const entry = documents.get(frame.channel);
        documents.delete(frame.channel);
        if (entry?.closed) guarded('closing a document', entry.closed);
        return;
      }
      default:
        frame satisfies never;
    }
  }

  async function answer(id: number, name: string, input: unknown): Promise<void> {
    try {
      send({ t: 'ok', id, output: await handlers.request(name, input, context) });
    } catch (error) {
      const { code, params } = toAnswer(error, `request ${name}`);
      send({ t: 'err', id, code, ...(params ? { params } : {}) });
    }
  }

  function openDocument(channel: number, name: string): void {
    if (documents.has(channel) || documents.size >= maxChannels) {
      send({ t: 'doc-close', channel, code: portErrors.internal });
      return;
    }
    const entry: { message?: (bytes: Uint8Array) => void; closed?: () => void } = {};
    documents.set(channel, entry);
    try {
      handlers.openDocument(
        name,
        {
          name,
          send: (data) => {
            if (documents.get(channel) === entry) send({ t: 'doc', channel, data });
          },
          close: (code) => {
            if (documents.get(channel) !== entry) return;
            documents.delete(channel);
            send({ t: 'doc-close', channel, code });
          },
          onMessage: (listener) => void (entry.message = listener),
          onClose: (listener) => void (entry.closed = listener),
        },
        context,
      );
    } catch (error) {
      documents.delete(channel);
      send({ t: 'doc-close', channel, code: toAnswer(error, `document ${name}`).code });
    }
  }

  function guarded(what: string, work: () => void): void {
    try {
      work();
    } catch (error) {
      handlers.onDefect(what, error);
    }
  }

  function toAnswer(error: unknown, what: string): { code: string; params?: ErrorParams } {
    const expected = asExpected(error);
    if (expected) return expected;
    handlers.onDefect(what, error);
    return { code: portErrors.internal };
  }
}

/** Our own codes are lower-case words with hyphens; those of Node (`ENOENT`, `ERR_…`) are not meant for people. */
function asExpected(error: unknown): { code: string; params?: ErrorParams } | undefined {
  if (error instanceof Refusal) return { code: error.code, ...(error.params ? { params: error.params } : {}) };
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return undefined;
  return /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(error.code) ? { code: error.code } : undefined;
}
