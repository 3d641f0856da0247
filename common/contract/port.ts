/**
 * The frames between one window and the engine, over one MessagePort. Requests and events carry names from
 * `requests.ts`; documents are channels of opaque bytes. A window that gets a new port (the engine was started again)
 * begins anew: nothing pending on the old port is ever answered on the new one.
 */

/** Raised with every incompatible change; both sides come out of one build, so it only guards against mix-ups. */
export const portVersion = 1;

/** What a window sends. Input is checked by the request's own schema, frames by `port-schema.ts`. */
export type WindowFrame =
  | { readonly t: 'req'; readonly id: number; readonly name: string; readonly input?: unknown }
  | { readonly t: 'sub'; readonly name: string }
  | { readonly t: 'unsub'; readonly name: string }
  | { readonly t: 'doc-open'; readonly channel: number; readonly name: string }
  | { readonly t: 'doc'; readonly channel: number; readonly data: Uint8Array }
  | { readonly t: 'doc-close'; readonly channel: number };

/** Values that fill the sentence of an error code. */
export type ErrorParams = Readonly<Record<string, string | number>>;

/** What the engine sends. */
export type EngineFrame =
  | { readonly t: 'hello'; readonly version: number }
  | { readonly t: 'ok'; readonly id: number; readonly output: unknown }
  | { readonly t: 'err'; readonly id: number; readonly code: string; readonly params?: ErrorParams }
  | { readonly t: 'event'; readonly name: string; readonly payload: unknown }
  | { readonly t: 'doc'; readonly channel: number; readonly data: Uint8Array }
  | { readonly t: 'doc-close'; readonly channel: number; readonly code: string };

/** One end of a port, whatever carries it (Electron's port, the browser's, a pair in memory). */
export interface FramePort<Out> {
  send(frame: Out): void;
  /** Called once, before the first frame may arrive. */
  onFrame(listener: (frame: unknown) => void): void;
  onClose(listener: () => void): void;
  close(): void;
}

/** Codes that the transport itself answers with; the others come from the requests. */
export const portErrors = {
  /** The engine ended before it answered. What was asked may or may not have happened. */
  engineGone: 'engine-gone',
  /** The engine cannot be started. */
  engineFailed: 'engine-failed',
  /** A defect: the log has the details. */
  internal: 'internal',
  /** The input does not fit the request's schema. */
  badInput: 'bad-input',
  unknownRequest: 'unknown-request',
  unknownDocument: 'unknown-document',
} as const;

/**
 * An expected failure on its way to a window: a code with a sentence in i18n (`errors.<code>`) and values for it.
 * Anything else that is thrown reaches the window as `internal`.
 */
export class Refusal extends Error {
  readonly code: string;
  readonly params: ErrorParams | undefined;
  constructor(code: string, params?: ErrorParams) {
    super(code);
    this.name = 'Refusal';
    this.code = code;
    this.params = params;
  }
}
