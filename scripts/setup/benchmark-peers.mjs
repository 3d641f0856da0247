// What the benchmarks compare with: other people's servers, in a tree of their own, and nginx.
import { readFileSync } from 'node:fs';

import { inRoot } from './paths.mjs';
import { capture } from './run.mjs';
import { say, SetupProblem, step } from './say.mjs';
import { onPath } from './system-libraries.mjs';

const folder = inRoot('tests', 'benchmarks', 'baselines');

/** Installs what is missing. Without nginx its row is left out; without the servers there is nothing to stand beside. */
export async function ensureBenchmarkPeers() {
  if (!serversAreHere()) {
    await step('Installing the servers that are compared with, into a folder of their own', async () => {
      const options = ['--ignore-scripts', '--no-audit', '--no-fund'];
      const { code, output } = await capture('npm', ['ci', ...options], { cwd: folder });
      if (code !== 0)
        throw new SetupProblem(`npm could not install the servers that are compared with: ${output.slice(-500)}`);
    });
  }
  if (process.platform === 'linux' && !onPath('nginx')) await installNginx();
}

function serversAreHere() {
  try {
    const wanted = JSON.parse(readFileSync(`${folder}/package.json`, 'utf8')).dependencies;
    const { packages } = JSON.parse(readFileSync(`${folder}/node_modules/.package-lock.json`, 'utf8'));
    return Object.entries(wanted).every(([name, version]) => packages[`node_modules/${name}`]?.version === version);
  } catch {
    return false;
  }
}

async function installNginx() {
  if (process.getuid?.() !== 0 || !onPath('apt-get'))
    return say('nginx is not installed: papers are not compared with it.');
  await step('Installing nginx to compare with', async () => {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    await capture('apt-get', ['update', '-qq'], { env });
    const { code } = await capture('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'nginx-light'], {
      env,
    });
    if (code !== 0) say('apt-get could not install nginx: papers are not compared with it.');
  });
}
