// Run as a program of its own, so that a download that hangs can be given up: `official-download.mjs SECONDS`.
// Fetches the official Electron and unpacks it where the `electron` package looks for it.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

import { electronExecutable, inRoot } from './paths.mjs';
import { say } from './say.mjs';

const patience = Number(process.argv[2] ?? 8);
const fromElectron = createRequire(inRoot('node_modules', 'electron', 'package.json'));
const load = (/** @type {string} */ name) => import(pathToFileURL(fromElectron.resolve(name)).href);
const { initializeProxy, downloadArtifact } = await load('@electron/get');
const { extract } = await load('@electron-internal/extract-zip');
const { version } = JSON.parse(readFileSync(inRoot('node_modules', 'electron', 'package.json'), 'utf8'));

// Silence counts, not duration: a slow line may take as long as it needs.
let silence = setTimeout(giveUp, patience * 1000);
function giveUp() {
  process.exit(2);
}
let told = 0;
/** @param {{ transferred: number, percent: number }} progress */
function onProgress({ transferred, percent }) {
  clearTimeout(silence);
  silence = setTimeout(giveUp, 30_000);
  if (percent >= told + 0.2 && transferred > 0) {
    told = Math.floor(percent * 5) / 5;
    say(`  ${Math.round(percent * 100)} %`);
  }
}

try {
  initializeProxy?.();
  const zip = await downloadArtifact({
    version,
    artifactName: 'electron',
    platform: process.platform,
    arch: process.arch,
    checksums: JSON.parse(readFileSync(inRoot('node_modules', 'electron', 'checksums.json'), 'utf8')),
    downloadOptions: { quiet: true, getProgressCallback: onProgress },
  });
  clearTimeout(silence);
  const dist = inRoot('node_modules', 'electron', 'dist');
  rmSync(dist, { recursive: true, force: true });
  await extract(zip, { dir: dist });
  writeFileSync(inRoot('node_modules', 'electron', 'path.txt'), electronExecutable);
} catch {
  process.exit(2);
}
