// Builds the application into out/. Skipped when nothing that goes into it has changed since.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { inRoot, projectNode, root, tool } from './setup/paths.mjs';
import { capture } from './setup/run.mjs';
import { SetupProblem, step } from './setup/say.mjs';

const sources = ['common', 'main', 'preload', 'renderer', 'resources'];
const files = ['electron.vite.config.ts', 'package.json', 'package-lock.json'];

/** @param {import('./setup/electron-runtime.mjs').ElectronRuntime} electron */
export async function build(electron) {
  const stamp = inRoot('out', 'build-of');
  const now = buildFingerprint(electron);
  if (builtFrom() === now) return;
  // A build that fails half-way must not pass for the one before it.
  rmSync(stamp, { force: true });
  await step('Building the application', async () => {
    const result = await capture(projectNode, [
      tool('electron-vite/bin/electron-vite.js'),
      'build',
      '--logLevel',
      'warn',
    ]);
    if (result.code !== 0) {
      process.stderr.write(result.output);
      throw new SetupProblem('The application could not be built: see the message above.');
    }
    writeFileSync(stamp, now);
  });
}

/**
 * Names, sizes and times of everything that is built, and the runtime it is built for.
 * @param {import('./setup/electron-runtime.mjs').ElectronRuntime} electron
 */
function buildFingerprint(electron) {
  const hash = createHash('sha256');
  hash.update(`${electron.kind} ${electron.version} ${electron.sqlite ?? ''}\n`);
  for (const name of files) note(inRoot(name));
  for (const name of sources) walk(inRoot(name));
  return hash.digest('hex');

  /** @param {string} folder */
  function walk(folder) {
    for (const entry of readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const full = path.join(folder, entry.name);
      if (entry.isDirectory()) walk(full);
      else if (!/\.test\.tsx?$/.test(entry.name)) note(full);
    }
  }
  /** @param {string} file */
  function note(file) {
    const { size, mtimeMs } = statSync(file);
    hash.update(`${path.relative(root, file)} ${size} ${mtimeMs}\n`);
  }
}

/** The fingerprint of what was built last; undefined when there is no build. */
export function builtFrom() {
  try {
    return readFileSync(inRoot('out', 'build-of'), 'utf8');
  } catch {
    return undefined;
  }
}
