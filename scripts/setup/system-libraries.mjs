// What Electron needs from the operating system. Only Linux leaves something to install.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';

import { capture } from './run.mjs';
import { SetupProblem, step } from './say.mjs';

const packages = [
  'xauth',
  'libgtk-3-0',
  'libnss3',
  'libasound2',
  'libgbm1',
  'libxss1',
  'libatk-bridge2.0-0',
  'libcups2',
];

/** Installs what is missing where we may, else says in one sentence what to install. @param {string} executable */
export async function ensureSystemLibraries(executable) {
  if (process.platform !== 'linux') return;
  const missing = missingLibraries(executable);
  const display = !process.env.DISPLAY && !process.env.WAYLAND_DISPLAY && !onPath('Xvfb');
  if (missing.length === 0 && !display) return;

  const wanted = [...(missing.length > 0 ? packages : []), ...(display ? ['xvfb'] : [])];
  const named = missing.length > 4 ? [...missing.slice(0, 3), `${missing.length - 3} more libraries`] : missing;
  const why = [...named, ...(display ? ['a virtual display (Xvfb)'] : [])].join(', ');
  if (process.getuid?.() !== 0 || !onPath('apt-get')) {
    const how = onPath('apt-get')
      ? `run "sudo apt-get install ${wanted.join(' ')}"`
      : `install what provides them (on Debian: ${wanted.join(' ')})`;
    throw new SetupProblem(`This system lacks ${why}: ${how}, then run the command again.`);
  }
  await step(`Installing system packages for ${why}`, async () => {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    await capture('apt-get', ['update', '-qq'], { env });
    const names = wanted.map(nameHere);
    const result = await capture('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...names], { env });
    if (result.code !== 0) {
      process.stderr.write(result.output.slice(-1500) + '\n');
      throw new SetupProblem(
        `apt-get could not install ${names.join(' ')}: install them by hand, then run the command again.`,
      );
    }
  });
  const still = missingLibraries(executable);
  if (still.length > 0)
    throw new SetupProblem(
      `This system still lacks ${still.join(', ')}: install the packages that provide them, then run the command again.`,
    );
}

/** @param {string} executable */
function missingLibraries(executable) {
  try {
    const listing = execFileSync('ldd', [executable], {
      encoding: 'utf8',
      env: { ...process.env, LD_LIBRARY_PATH: path.dirname(executable), LC_ALL: 'C' },
    });
    return [...listing.matchAll(/^\s*(\S+) => not found/gm)].map((match) => /** @type {string} */ (match[1]));
  } catch {
    // No ldd (musl, NixOS): Electron's own message will have to do.
    return [];
  }
}

/** Newer Debian and Ubuntu renamed some libraries (64-bit time). @param {string} name */
function nameHere(name) {
  try {
    return execFileSync('apt-cache', ['show', '--no-all-versions', `${name}t64`], {
      stdio: ['ignore', 'pipe', 'ignore'],
    }).length > 0
      ? `${name}t64`
      : name;
  } catch {
    return name;
  }
}

/** @param {string} program */
export function onPath(program) {
  return (process.env.PATH ?? '')
    .split(path.delimiter)
    .some((folder) => folder && existsSync(path.join(folder, program)));
}
