// npm run bench -- [--only NAME] [--json FILE]
import { existsSync } from 'node:fs';

import { build } from './build.mjs';
import { onProjectNode } from './setup/bootstrap.mjs';
import { setUp } from './setup/index.mjs';
import { inRoot, projectNode } from './setup/paths.mjs';
import { run } from './setup/run.mjs';
import { SetupProblem } from './setup/say.mjs';

await onProjectNode(async () => {
  const program = inRoot('tests', 'benchmarks', 'index.ts');
  if (!existsSync(program)) throw new SetupProblem('There are no benchmarks yet.');
  await build(await setUp());
  const { electronCommand } = await import('./launch-electron.mjs');
  const { env } = await electronCommand();
  return await run(projectNode, [program, ...process.argv.slice(2)], { env });
});
