import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The checkout. */
export const root = fileURLToPath(new URL('../../', import.meta.url));

/** A path inside the checkout. @param {string[]} parts */
export const inRoot = (...parts) => path.join(root, ...parts);

/** The Node that the project brings along (devDependency `node`). */
export const projectNode = inRoot('node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');

/** Where the executable lies in a folder that holds Electron. */
export const electronExecutable =
  process.platform === 'darwin'
    ? 'Electron.app/Contents/MacOS/Electron'
    : process.platform === 'win32'
      ? 'electron.exe'
      : 'electron';

/** A devDependency's command-line script, to be run with the project's Node. @param {string} file below node_modules */
export function tool(file) {
  const full = inRoot('node_modules', file);
  if (!existsSync(full)) throw new Error(`${file} is not installed`);
  return full;
}
