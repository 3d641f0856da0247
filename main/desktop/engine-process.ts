import { MessageChannelMain, utilityProcess, type UtilityProcess, type WebContents } from 'electron';

import type { EngineState, WindowKind } from '../../common/contract/bridge.ts';
import type { FromDesktop, Print, ToDesktop } from '../desktop-port.ts';
import { ENGINE_HEAP_FLAGS } from './engine-heap.ts';

/** The engine's process: started, watched, started again, and introduced to windows. */
export interface EngineProcess {
  /** Gives a freshly loaded window its port, now or as soon as the engine is ready. */
  introduce(contents: WebContents, kind: WindowKind): void;
  /** After it has failed for good: tries anew. */
  restart(): void;
  /** Tells the engine that the computer was asleep. */
  resumed(): void;
  /** Lets the engine write what it must and ends it; kills it after `graceMilliseconds`. */
  stop(graceMilliseconds?: number): Promise<void>;
}

/** Waiting times before it is started again, milliseconds; when they are used up it has failed. */
const backoff = [200, 500, 1500, 4000, 10_000];
/** An engine that lived this long has not failed at starting. */
const healthyAfter = 60_000;

export function startEngine(
  file: string,
  args: readonly string[],
  print: Print,
  onState: (state: EngineState) => void,
): EngineProcess {
  const windows = new Map<WebContents, WindowKind>();
  let child: UtilityProcess | undefined;
  let ready = false;
  let stopping = false;
  let attempts = 0;
  let retry: NodeJS.Timeout | undefined;

  function start(): void {
    const began = Date.now();
    const engine = utilityProcess.fork(file, [...args], {
      serviceName: 'phien-engine',
      stdio: 'inherit',
      execArgv: [`--js-flags=${ENGINE_HEAP_FLAGS.join(' ')}`],
    });
    child = engine;
    ready = false;
    engine.on('message', (message: ToDesktop) => {
      if (message.t === 'ready') {
        ready = true;
        onState({ state: 'running' });
        for (const [contents, kind] of windows) connect(contents, kind);
        return;
      }
      if (message.t === 'blocked') {
        onState({ state: 'blocked', problem: message.problem });
        return;
      }
      void print(message.html, message.options).then(
        (pdf) => post(engine, { t: 'printed', id: message.id, pdf }),
        (error: unknown) => post(engine, { t: 'print-failed', id: message.id, reason: String(error) }),
      );
    });
    engine.once('exit', (code) => {
      if (child !== engine) return;
      child = undefined;
      ready = false;
      if (stopping) return;
      console.error(`engine ended with code ${code}`);
      if (Date.now() - began > healthyAfter) attempts = 0;
      const wait = backoff[attempts++];
      onState({ state: wait === undefined ? 'failed' : 'restarting' });
      if (wait !== undefined) retry = setTimeout(start, wait);
    });
  }

  function post(engine: UtilityProcess, message: FromDesktop): void {
    if (child === engine) engine.postMessage(message);
  }

  /** Main keeps neither end: from here on window and engine talk without it. */
  function connect(contents: WebContents, kind: WindowKind): void {
    if (!child || !ready || contents.isDestroyed()) return;
    const { port1, port2 } = new MessageChannelMain();
    child.postMessage({ t: 'window', window: contents.id, kind } satisfies FromDesktop, [port1]);
    contents.postMessage('phien:port', null, [port2]);
  }

  start();
  return {
    introduce(contents, kind) {
      if (!windows.has(contents)) contents.once('destroyed', () => windows.delete(contents));
      windows.set(contents, kind);
      connect(contents, kind);
    },
    restart() {
      if (child || stopping) return;
      clearTimeout(retry);
      attempts = 0;
      onState({ state: 'restarting' });
      start();
    },
    resumed() {
      if (child && ready) post(child, { t: 'resumed' });
    },
    stop(graceMilliseconds = 5000) {
      stopping = true;
      clearTimeout(retry);
      const engine = child;
      if (!engine) return Promise.resolve();
      return new Promise((resolve) => {
        const timer = setTimeout(() => engine.kill(), graceMilliseconds);
        engine.once('exit', () => {
          clearTimeout(timer);
          resolve();
        });
        engine.postMessage({ t: 'stop' } satisfies FromDesktop);
      });
    },
  };
}
