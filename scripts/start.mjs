// npm start [-- --data DIR]: sets a fresh machine up, builds what has changed, opens the application.
import { build } from './build.mjs';
import { onProjectNode } from './setup/bootstrap.mjs';
import { setUp } from './setup/index.mjs';
import { root } from './setup/paths.mjs';
import { run } from './setup/run.mjs';

await onProjectNode(async () => {
  await build(await setUp());
  const { electronCommand } = await import('./launch-electron.mjs');
  const { executable, switches, env } = await electronCommand();
  return await run(executable, [...switches, root, ...process.argv.slice(2)], { env });
});
