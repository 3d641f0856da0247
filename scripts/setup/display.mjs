// A screen to draw on, where there is none.
import { spawn } from 'node:child_process';

import { say } from './say.mjs';

/** @type {Promise<Record<string, string>> | undefined} */
let started;

/**
 * The variables that give a child process a display: none where there is one, else those of a virtual display (Xvfb),
 * started once and ended with this process.
 * @returns {Promise<Record<string, string>>}
 */
export function displayVariables() {
  if (process.platform !== 'linux' || process.env.DISPLAY || process.env.WAYLAND_DISPLAY) return Promise.resolve({});
  started ??= startVirtualDisplay();
  return started;
}

/** @returns {Promise<Record<string, string>>} */
function startVirtualDisplay() {
  return new Promise((resolve, reject) => {
    // -displayfd: the server picks a free number itself and tells it once it accepts connections.
    const server = spawn('Xvfb', ['-displayfd', '3', '-screen', '0', '1920x1200x24', '-nolisten', 'tcp', '-noreset'], {
      stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
    });
    server.unref();
    const channel = /** @type {import('node:stream').Readable & { unref?: () => void }} */ (server.stdio[3]);
    let text = '';
    channel.on('data', (bytes) => {
      text += bytes;
      if (!text.includes('\n')) return;
      channel.unref?.();
      say(`No display here: using a virtual one (:${text.trim()})`);
      resolve({ DISPLAY: `:${text.trim()}` });
    });
    server.once('error', reject);
    server.once('exit', (code) => reject(new Error(`Xvfb ended with code ${code} before it had a display`)));
    process.once('exit', () => server.kill());
    for (const signal of /** @type {const} */ (['SIGTERM', 'SIGHUP'])) {
      process.once(signal, () => {
        server.kill();
        process.kill(process.pid, signal);
      });
    }
  });
}
