import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { build, builtFrom } from '../build.mjs';
import { inRoot, projectNode } from '../setup/paths.mjs';
import { capture } from '../setup/run.mjs';
import { SetupProblem, step } from '../setup/say.mjs';

/** Where the last pack lies and what it was made from. */
const note = inRoot('.cache', 'packed.json');

/** @typedef {{ folder: string, executable: string, from: string }} Packed */

/**
 * Builds and packs, unless nothing has changed since the last time.
 * @param {import('../setup/electron-runtime.mjs').ElectronRuntime} electron
 * @returns {Promise<Packed>}
 */
export async function pack(electron) {
  await build(electron);
  const from = fingerprint();
  const known = lastPack();
  if (known?.from === from) return known;

  const closedNetwork = electron.kind === 'fallback';
  const { version } = JSON.parse(readFileSync(inRoot('package.json'), 'utf8'));
  const name = closedNetwork ? 'Phiên (closed-network build, not for distribution)' : 'Phiên';
  const output = `release/phien-${version}-${process.platform}-${process.arch}${closedNetwork ? '-closed-network' : ''}`;
  rmSync(inRoot(output), { recursive: true, force: true });
  await step(`Packing ${name}`, async () => {
    const packing = await capture(projectNode, [
      inRoot('scripts', 'pack', 'package.mjs'),
      JSON.stringify({ name, output, electron }),
    ]);
    if (packing.code === 0) return;
    process.stderr.write(packing.output.slice(-3000) + '\n');
    throw new SetupProblem('The application could not be packed: see the message above.');
  });

  const below = readdirSync(inRoot(output)).find(
    (entry) => existsSync(inRoot(output, entry, 'resources')) || entry.endsWith('.app'),
  );
  if (!below) throw new Error(`nothing was packed into ${output}`);
  const executables = { darwin: path.join('Contents', 'MacOS', name), win32: 'phien-desktop.exe' };
  const inside =
    process.platform === 'darwin' || process.platform === 'win32' ? executables[process.platform] : 'phien-desktop';
  const folder = path.join(output, below);
  const packed = { folder, executable: inRoot(folder, inside), from };
  mkdirSync(path.dirname(note), { recursive: true });
  writeFileSync(note, JSON.stringify(packed, null, 2) + '\n');
  return packed;
}

/** The last pack that is still there. @returns {Packed | undefined} */
export function lastPack() {
  try {
    const packed = JSON.parse(readFileSync(note, 'utf8'));
    return existsSync(packed.executable) ? packed : undefined;
  } catch {
    return undefined;
  }
}

function fingerprint() {
  const hash = createHash('sha256').update(builtFrom() ?? '');
  for (const file of ['electron-builder.yml', 'scripts/pack/package.mjs', 'scripts/pack/phien.sh'])
    hash.update(readFileSync(inRoot(file)));
  return hash.digest('hex');
}
