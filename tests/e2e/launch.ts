import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { _electron, type ElectronApplication, type Page } from '@playwright/test';

import type { PhienBridge } from '../../common/contract/bridge.ts';
import { electronCommand } from '../../scripts/launch-electron.mjs';

declare global {
  interface Window {
    readonly phien: PhienBridge;
  }
}

/** One running Phiên with a data folder of its own. */
export interface Phien {
  readonly app: ElectronApplication;
  /** The working window, loaded. */
  readonly page: Page;
  readonly data: string;
  /** What the application wrote to stdout and stderr so far. */
  output(): string;
  /** Ends the application as a person would; a data folder made here goes with it. */
  close(): Promise<void>;
  /** Pulls the plug: no farewell, nothing flushed. The data folder stays. */
  kill(): Promise<void>;
  /** Answers the next dialogs for choosing files (each call answers one), since no test can click in them. */
  answerOpenDialog(...paths: string[]): Promise<void>;
  answerSaveDialog(path: string): Promise<void>;
}

export interface LaunchOptions {
  /** An existing data folder is used and left; by default a new one that `close()` removes. */
  readonly data?: string;
  readonly arguments?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** A packaged application's executable instead of the checkout's build. */
  readonly executable?: string;
}

const checkout = fileURLToPath(new URL('../..', import.meta.url));

/** Starts the application that `npm run build` made, on this machine's Electron, with a virtual display where needed. */
export async function launchPhien(options: LaunchOptions = {}): Promise<Phien> {
  const { executable, switches, env } = await electronCommand();
  const data = options.data ?? (await mkdtemp(path.join(os.tmpdir(), 'phien-')));
  const app = await _electron.launch({
    executablePath: options.executable ?? executable,
    args: [...switches, ...(options.executable ? [] : [checkout]), '--data', data, ...(options.arguments ?? [])],
    env: { ...env, ...options.env },
  });
  let output = '';
  const child = app.process();
  child.stdout?.on('data', (bytes) => (output += String(bytes)));
  child.stderr?.on('data', (bytes) => (output += String(bytes)));
  const ended = new Promise<void>((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) resolve();
    child.once('exit', () => resolve());
  });
  const page = await app.firstWindow();
  await page.waitForLoadState('load');

  return {
    app,
    page,
    data,
    output: () => output,
    async close() {
      await app.close();
      await ended;
      if (options.data === undefined) await rm(data, { recursive: true, force: true, maxRetries: 5 });
    },
    async kill() {
      // The engine and the renderers would outlive the main process by a second or two.
      const others = await app.evaluate((electron) => electron.app.getAppMetrics().map(({ pid }) => pid));
      child.kill('SIGKILL');
      await ended;
      for (const pid of others) await killed(pid);
    },
    answerOpenDialog: (...paths) =>
      app.evaluate(({ dialog }, filePaths) => {
        const original = dialog.showOpenDialog;
        dialog.showOpenDialog = () => {
          dialog.showOpenDialog = original;
          return Promise.resolve({ canceled: filePaths.length === 0, filePaths });
        };
      }, paths),
    answerSaveDialog: (file) =>
      app.evaluate(({ dialog }, filePath) => {
        const original = dialog.showSaveDialog;
        dialog.showSaveDialog = () => {
          dialog.showSaveDialog = original;
          return Promise.resolve({ canceled: false, filePath });
        };
      }, file),
  };
}

async function killed(pid: number): Promise<void> {
  try {
    process.kill(pid, 'SIGKILL');
    for (;;) {
      process.kill(pid, 0);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  } catch {
    // No such process: gone.
  }
}
