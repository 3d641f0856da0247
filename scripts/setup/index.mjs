// Sets a fresh machine up. As a program: `node scripts/setup/index.mjs` (`npm run setup`).
import { pathToFileURL } from 'node:url';

import { onProjectNode } from './bootstrap.mjs';
import { elapsed, say } from './say.mjs';

/**
 * Everything that the application needs to be built and started. Dependencies are there already (see bootstrap.mjs).
 * @returns {Promise<import('./electron-runtime.mjs').ElectronRuntime>}
 */
export async function setUp() {
  const { findElectron } = await import('./electron-runtime.mjs');
  const { ensureSystemLibraries } = await import('./system-libraries.mjs');
  const electron = await findElectron();
  await ensureSystemLibraries(electron.executable);
  return electron;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await onProjectNode(async () => {
    const electron = await setUp();
    say(
      `Ready: Node ${process.versions.node}, Electron ${electron.version} (${electron.kind}), after ${elapsed().toFixed(1)} s.`,
    );
  });
}
