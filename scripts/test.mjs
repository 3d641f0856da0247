// npm test: everything that must hold, in the order in which a mistake is found fastest. `npm test -- NAME…` runs only
// the named parts: format lint types imports unit integration chaos build pack e2e.
import { build } from './build.mjs';
import { onProjectNode } from './setup/bootstrap.mjs';
import { setUp } from './setup/index.mjs';
import { inRoot, projectNode, tool } from './setup/paths.mjs';
import { run } from './setup/run.mjs';
import { elapsed, say } from './setup/say.mjs';
import { ensureTestTools } from './setup/test-tools.mjs';

/** @typedef {{ name: string, run: () => Promise<number> }} Part */

/** @param {string} script @param {string[]} args */
const node = (script, ...args) => run(projectNode, [tool(script), ...args]);

await onProjectNode(async () => {
  const electron = await setUp();
  await ensureTestTools();
  /** @type {Part[]} */
  const parts = [
    { name: 'format', run: () => node('oxfmt/bin/oxfmt', '--check', '.') },
    { name: 'lint', run: () => node('oxlint/bin/oxlint', '--deny-warnings') },
    { name: 'types', run: () => node('typescript/bin/tsc', '-b') },
    { name: 'imports', run: importRules },
    { name: 'unit', run: () => node('vitest/vitest.mjs', 'run', '--project', 'unit') },
    { name: 'integration', run: () => node('vitest/vitest.mjs', 'run', '--project', 'integration') },
    // The same schedules every time; `npm run chaos` runs as many others as one likes.
    {
      name: 'chaos',
      run: () =>
        run(projectNode, [inRoot('tests', 'chaos', 'index.ts'), '--runs', '8', '--network', '1', '--seed', '1']),
    },
    { name: 'build', run: () => build(electron).then(() => 0) },
    { name: 'pack', run: packed },
    { name: 'e2e', run: endToEnd },
  ];
  const asked = process.argv.slice(2);
  const unknown = asked.filter((name) => !parts.some((part) => part.name === name));
  if (unknown.length > 0) {
    say(`There is no part ${unknown.join(', ')}; there are: ${parts.map((part) => part.name).join(' ')}.`);
    return 2;
  }
  for (const part of parts) {
    if (asked.length > 0 && !asked.includes(part.name)) continue;
    say(`${part.name} (${elapsed().toFixed(0)} s)`);
    const code = await part.run();
    if (code !== 0) {
      say(`${part.name} failed.`);
      return code;
    }
  }
  return 0;

  async function importRules() {
    const { onlyOneCopy } = await import('./one-copy.mjs');
    onlyOneCopy('yjs');
    return await node(
      'dependency-cruiser/bin/dependency-cruiser.mjs',
      '--config',
      '.dependency-cruiser.mjs',
      'common',
      'main',
      'preload',
      'renderer',
    );
  }

  async function packed() {
    const { pack } = await import('./pack/pack.mjs');
    await pack(electron);
    return 0;
  }

  async function endToEnd() {
    await packed();
    const { electronCommand } = await import('./launch-electron.mjs');
    const { env } = await electronCommand();
    return await run(projectNode, [tool('@playwright/test/cli.js'), 'test'], { env });
  }
});
