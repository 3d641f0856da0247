import { z } from 'zod';
import type { WindowKind } from '../common/contract/bridge.ts';
import type { EngineFrame, FramePort } from '../common/contract/port.ts';

/**
 * The engine's one way to the Electron process that started it: its parent port, spoken to by structure, so that the
 * engine never imports `electron` and runs the same under plain Node (where there is no such port).
 */

/** What the desktop tells the engine. */
export type FromDesktop =
  | { readonly t: 'window'; readonly window: number; readonly kind: WindowKind }
  | { readonly t: 'printed'; readonly id: number; readonly pdf: Uint8Array }
  | { readonly t: 'print-failed'; readonly id: number; readonly reason: string }
  /** The computer was asleep. */
  | { readonly t: 'resumed' }
  | { readonly t: 'stop' };

const fromDesktopSchema: z.ZodType<FromDesktop> = z.discriminatedUnion('t', [
  z.object({ t: z.literal('window'), window: z.number().int(), kind: z.enum(['main', 'room']) }),
  z.object({ t: z.literal('printed'), id: z.number().int(), pdf: z.instanceof(Uint8Array) }),
  z.object({ t: z.literal('print-failed'), id: z.number().int(), reason: z.string() }),
  z.object({ t: z.literal('resumed') }),
  z.object({ t: z.literal('stop') }),
]);

/** What the engine asks of the desktop. */
export type ToDesktop =
  | { readonly t: 'ready' }
  /** The data folder can't be opened (error code); it is tried again. */
  | { readonly t: 'blocked'; readonly problem: string }
  | { readonly t: 'print'; readonly id: number; readonly html: string; readonly options: PrintOptions };

/** Lengths in millimetres. The page size comes from the document's own `@page` rule, else A4. */
export interface PrintOptions {
  readonly landscape?: boolean;
  /** HTML with Chromium's classes `pageNumber`, `totalPages`, `title`; no scripts, no outside resources. */
  readonly header?: string;
  readonly footer?: string;
  readonly margins?: { readonly top: number; readonly right: number; readonly bottom: number; readonly left: number };
}

/** Prints a self-contained page (styles inline, fonts and images as `data:`) to a tagged PDF. Rejects with the reason. */
export type Print = (html: string, options?: PrintOptions) => Promise<Uint8Array>;

export interface Desktop {
  readonly print: Print;
  /** A window wants to be served. May be called for the same window number again after a reload. */
  onWindow(listener: (port: FramePort<EngineFrame>, window: number, kind: WindowKind) => void): void;
  /** The computer was asleep: connections are gone. */
  onResumed(listener: () => void): void;
  /** The application ends: whatever must be on disk is written when the returned promise resolves. */
  onStop(listener: () => Promise<void>): void;
  /** Says why there is nothing to serve yet (error code). May be said again and again. */
  blocked(problem: string): void;
  /** Says that the listeners are in place; windows are introduced from now on. */
  ready(): void;
}

interface NodePort {
  on(event: 'message', listener: (message: { data: unknown; ports: NodePort[] }) => void): unknown;
  on(event: 'close', listener: () => void): unknown;
  postMessage(message: unknown): void;
  start?(): void;
  close?(): void;
}

/** The desktop that started this process, or undefined under plain Node. */
export function connectToDesktop(): Desktop | undefined {
  const parent = (process as unknown as { parentPort?: NodePort }).parentPort;
  if (!parent) return undefined;
  const prints = new Map<number, { resolve: (pdf: Uint8Array) => void; reject: (error: Error) => void }>();
  let nextPrint = 1;
  let takeWindow: Parameters<Desktop['onWindow']>[0] = () => {};
  let stop: () => Promise<void> = () => Promise.resolve();
  let resumed: () => void = () => {};

  parent.on('message', ({ data, ports }) => {
    const message = fromDesktopSchema.parse(data);
    switch (message.t) {
      case 'window': {
        const port = ports[0];
        if (port) takeWindow(framePort(port), message.window, message.kind);
        return;
      }
      case 'printed':
        prints.get(message.id)?.resolve(message.pdf);
        prints.delete(message.id);
        return;
      case 'print-failed':
        prints.get(message.id)?.reject(new Error(message.reason));
        prints.delete(message.id);
        return;
      case 'resumed':
        resumed();
        return;
      case 'stop':
        void stop()
          .catch((error: unknown) => console.error(error))
          .finally(() => process.exit(0));
        return;
      default:
        message satisfies never;
    }
  });

  return {
    print: (html, options = {}) =>
      new Promise((resolve, reject) => {
        const id = nextPrint++;
        prints.set(id, { resolve, reject });
        parent.postMessage({ t: 'print', id, html, options } satisfies ToDesktop);
      }),
    onWindow: (listener) => void (takeWindow = listener),
    onResumed: (listener) => void (resumed = listener),
    onStop: (listener) => void (stop = listener),
    blocked: (problem) => parent.postMessage({ t: 'blocked', problem } satisfies ToDesktop),
    ready: () => parent.postMessage({ t: 'ready' } satisfies ToDesktop),
  };
}

function framePort(port: NodePort): FramePort<EngineFrame> {
  return {
    send: (frame) => port.postMessage(frame),
    onFrame: (listener) => {
      port.on('message', ({ data }) => listener(data));
      port.start?.();
    },
    onClose: (listener) => void port.on('close', listener),
    close: () => port.close?.(),
  };
}
