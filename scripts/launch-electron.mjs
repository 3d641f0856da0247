// How an Electron is started on this machine: used by `npm start`, the end-to-end tests and the demo.
import { displayVariables } from './setup/display.mjs';
import { knownElectron } from './setup/electron-runtime.mjs';
import { say, SetupProblem } from './setup/say.mjs';

/**
 * @returns {Promise<{ executable: string, switches: string[], env: Record<string, string> }>} `switches` come before
 * the application's folder; `env` holds everything for the child, with a display.
 */
export async function electronCommand() {
  const electron = knownElectron();
  if (!electron) throw new SetupProblem('Electron is not set up: run "npm run setup" first.');
  const root = process.platform === 'linux' && process.getuid?.() === 0;
  // Said once, also when a child of this process starts further ones.
  if (root && !process.env.PHIEN_SAID_NO_SANDBOX) {
    process.env.PHIEN_SAID_NO_SANDBOX = '1';
    say("Running as root: Electron is started with --no-sandbox, since Chromium's sandbox does not run as root.");
  }
  const env = { .../** @type {Record<string, string>} */ (process.env), ...(await displayVariables()) };
  // Set by tools that run Node inside Electron; the application would not start with it.
  delete env.ELECTRON_RUN_AS_NODE;
  return { executable: electron.executable, switches: root ? ['--no-sandbox'] : [], env };
}
