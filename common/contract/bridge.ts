import type { ErrorParams } from './port.ts';

/**
 * What a window sees of the rest of the application: `window.phien`. Names are plain strings here; `requests.ts`
 * narrows them. Errors do not survive the way through Electron's context bridge, so a refusal is a value.
 */
export interface PhienBridge {
  /**
   * Asks the engine, or the desktop when the name begins with `desktop.`. Never rejects. While the engine is being
   * started the request waits; when the engine ends meanwhile, the answer is the error `engine-gone`.
   */
  request(name: string, input: unknown): Promise<Answer>;
  /** Calls the listener with every payload until the returned function is called. Survives a restart of the engine. */
  subscribe(name: string, listener: (payload: unknown) => void): () => void;
  /**
   * Opens a channel to a document. `onClose` is called at most once, with an error code, when the engine closes it or
   * ends; the caller opens a new one. After `close()` neither listener is called again.
   */
  openDocument(name: string, listeners: DocumentListeners): DocumentChannel;
  /** Where a file that a person dropped or chose lies on disk; empty when it has no place there. The engine reads it. */
  filePath(file: unknown): string;
  readonly windowKind: WindowKind;
}

export type Answer =
  | { readonly ok: true; readonly output: unknown }
  | { readonly ok: false; readonly error: { readonly code: string; readonly params?: ErrorParams } };

export interface DocumentListeners {
  onMessage(bytes: Uint8Array): void;
  onClose(code: string): void;
}

export interface DocumentChannel {
  /** Bytes are copied; sending on a closed channel does nothing. */
  send(bytes: Uint8Array): void;
  close(): void;
}

/** `main`: the working window; `room`: what the projector shows. */
export type WindowKind = 'main' | 'room';

/** Event that the desktop itself sends to every window: how the engine is. */
export const engineStateEvent = 'desktop.engine';
export type EngineState =
  | { readonly state: 'running' | 'restarting' | 'failed' }
  /** The data folder can't be opened (an error code says why); the engine tries again by itself. */
  | { readonly state: 'blocked'; readonly problem: string };

/** Requests that the desktop answers (names and shapes; the schemas are the desktop's). */
export interface DesktopRequests {
  /** Paths that the person chose; none when cancelled. Texts come in the person's language. */
  'desktop.chooseFiles': {
    input: { title: string; filterName: string; extensions: readonly string[]; several: boolean };
    output: readonly string[];
  };
  /** The path to write to; null when cancelled. */
  'desktop.chooseSaveFile': {
    input: { title: string; suggestedName: string; filterName: string; extensions: readonly string[] };
    output: string | null;
  };
  /** Opens the room window on another screen where there is one, or brings it forward. `meeting` becomes a query parameter. */
  'desktop.openRoomWindow': { input: { meeting: string }; output: null };
  'desktop.closeRoomWindow': { input: Record<string, never>; output: null };
  /** Starts the engine again after it has failed. */
  'desktop.restartEngine': { input: Record<string, never>; output: null };
  'desktop.setFullScreen': { input: { on: boolean }; output: null };
}
export type DesktopRequestName = keyof DesktopRequests;
