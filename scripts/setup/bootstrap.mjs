// The first thing every command does. Runs on Node 20 without node_modules: nothing from npm may be imported here.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';

import { inRoot, projectNode, root } from './paths.mjs';
import { capture, run } from './run.mjs';
import { say, SetupProblem, step } from './say.mjs';

/**
 * Brings dependencies and the project's Node up, then runs `main` on that Node. When this process runs on another
 * Node, the same command line is started again on the right one and its exit code becomes ours.
 * @param {() => Promise<number | void>} main
 */
export async function onProjectNode(main) {
  try {
    await installDependencies();
    const wanted = wantedNode();
    await ensureProjectNode(wanted);
    if (process.versions.node.split('.')[0] === wanted.split('.')[0]) {
      process.exitCode = (await main()) ?? 0;
    } else {
      process.exitCode = await run(projectNode, process.argv.slice(1), { cwd: process.cwd() });
    }
  } catch (error) {
    if (!(error instanceof SetupProblem)) throw error;
    say(error.message);
    process.exitCode = 1;
  }
}

function wantedNode() {
  return JSON.parse(readFileSync(inRoot('package.json'), 'utf8')).devDependencies.node;
}

/** Packages as package-lock.json asks for them: whatever is missing or has another version is installed. */
export async function installDependencies() {
  if (dependenciesMatch()) return;
  await withInstallLock(async () => {
    if (dependenciesMatch()) return;
    const fresh = !existsSync(inRoot('node_modules', '.package-lock.json'));
    await step(fresh ? 'Installing dependencies (about a minute)' : 'Updating dependencies', async () => {
      // Install scripts stay off: the only one needed (Node itself) is run by name below.
      const quiet = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
      let last = await capture('npm', fresh ? ['ci', ...quiet] : ['install', '--no-save', ...quiet]);
      // Once more, and less strictly: a registry hiccup, or one that lacks packages of other platforms.
      if (last.code !== 0) last = await capture('npm', ['install', '--no-save', ...quiet]);
      if (last.code !== 0) {
        process.stderr.write(last.output.slice(-2000) + '\n');
        throw new SetupProblem(
          'npm could not install the dependencies: check that npm reaches its registry, then run the command again.',
        );
      }
    });
  });
}

/** Compares the lock file with what npm noted down in node_modules. Optional packages may be absent (other platforms). */
function dependenciesMatch() {
  try {
    const wanted = JSON.parse(readFileSync(inRoot('package-lock.json'), 'utf8')).packages;
    const present = JSON.parse(readFileSync(inRoot('node_modules', '.package-lock.json'), 'utf8')).packages;
    for (const [where, entry] of Object.entries(wanted)) {
      if (where === '') continue;
      const installed = present[where];
      if (!installed && (entry.optional || entry.devOptional || entry.peer)) continue;
      if (installed?.version !== entry.version) return false;
    }
    return true;
  } catch {
    return false;
  }
}

/** @param {string} wanted */
async function ensureProjectNode(wanted) {
  if (projectNodeIs(wanted)) return;
  await withInstallLock(async () => {
    if (projectNodeIs(wanted)) return;
    await step(`Fetching Node ${wanted} for this project`, async () => {
      const result = await capture('npm', [
        'rebuild',
        'node',
        '--ignore-scripts=false',
        '--foreground-scripts',
        '--loglevel=error',
      ]);
      if (!projectNodeIs(wanted)) {
        // Where npm's own settings forbid install scripts, run the one script ourselves.
        const setUp = createRequire(inRoot('package.json')).resolve('node/installArchSpecificPackage.js');
        const own = await capture(process.execPath, [setUp], { cwd: inRoot('node_modules', 'node') });
        if (own.code !== 0 || !projectNodeIs(wanted)) {
          process.stderr.write((result.output + own.output).slice(-2000) + '\n');
          throw new SetupProblem(
            `Node ${wanted} could not be installed: run "npm rebuild node" in ${root} and look at its message.`,
          );
        }
      }
    });
  });
}

/** @param {string} wanted */
function projectNodeIs(wanted) {
  if (!existsSync(projectNode)) return false;
  if (process.execPath === projectNode) return process.versions.node === wanted;
  try {
    return execFileSync(projectNode, ['--version'], { encoding: 'utf8' }).trim() === `v${wanted}`;
  } catch {
    return false;
  }
}

/** Two commands started at once must not install into the same folder at once. @param {() => Promise<void>} work */
async function withInstallLock(work) {
  const lock = inRoot('.cache', 'install.lock');
  mkdirSync(inRoot('.cache'), { recursive: true });
  for (let waited = 0; ; waited++) {
    try {
      mkdirSync(lock);
      break;
    } catch (error) {
      if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'EEXIST') throw error;
      const since = statSync(lock, { throwIfNoEntry: false })?.mtimeMs ?? Date.now();
      if (Date.now() - since > 10 * 60_000) rmSync(lock, { recursive: true, force: true });
      if (waited === 0) say('Waiting for another set-up of this checkout to finish …');
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }
  const release = () => rmSync(lock, { recursive: true, force: true });
  process.once('exit', release);
  try {
    await work();
  } finally {
    process.off('exit', release);
    release();
  }
}
