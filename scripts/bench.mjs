// npm run bench -- [--only NAME] [--all] [--json FILE]: measures beside peers and floors, and writes docs/benchmarks.md.
import { build } from './build.mjs';
import { onProjectNode } from './setup/bootstrap.mjs';
import { ensureBenchmarkPeers } from './setup/benchmark-peers.mjs';
import { setUp } from './setup/index.mjs';
import { inRoot, projectNode } from './setup/paths.mjs';
import { run } from './setup/run.mjs';

await onProjectNode(async () => {
  await build(await setUp());
  await ensureBenchmarkPeers();
  const { electronCommand } = await import('./launch-electron.mjs');
  const { env } = await electronCommand();
  // Whoever reads the numbers should know whether a graphics card was in them.
  if (env.DISPLAY !== process.env.DISPLAY) env.PHIEN_VIRTUAL_SCREEN = 'yes';
  return await run(projectNode, [inRoot('tests', 'benchmarks', 'index.ts'), ...process.argv.slice(2)], { env });
});
