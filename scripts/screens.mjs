// npm run screens: makes docs/screens/ anew, from the screens that the demonstration passes and some beside it;
// npm run screens -- --beside: only the latter, over the ones that are there.
import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { build } from './build.mjs';
import { onProjectNode } from './setup/bootstrap.mjs';
import { setUp } from './setup/index.mjs';
import { inRoot, projectNode } from './setup/paths.mjs';
import { run } from './setup/run.mjs';

await onProjectNode(async () => {
  const out = mkdtempSync(path.join(tmpdir(), 'phien-screens-'));
  const screenshots = path.join(out, 'screenshots');
  const onlyBeside = process.argv.includes('--beside');
  let code = onlyBeside ? 0 : await run(process.execPath, [inRoot('scripts', 'demo.mjs'), '--out', out]);
  if (code === 0) code = await beside(screenshots);
  if (code === 0) {
    const target = inRoot('docs', 'screens');
    for (const file of onlyBeside ? [] : readdirSync(target))
      if (file.endsWith('.png')) rmSync(path.join(target, file));
    cpSync(screenshots, target, { recursive: true });
  }
  rmSync(out, { recursive: true, force: true });
  return code;
});

/** @param {string} screenshots */
async function beside(screenshots) {
  await build(await setUp());
  const { electronCommand } = await import('./launch-electron.mjs');
  const { env } = await electronCommand();
  return await run(projectNode, [inRoot('scripts', 'demo', 'beside.ts'), screenshots], { env });
}
