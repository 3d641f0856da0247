// npm run chaos -- [--runs N] [--seed S] [--only K] [--lose]: kills laptops of a meeting at any moment and looks what was lost.
import { onProjectNode } from './setup/bootstrap.mjs';
import { inRoot, projectNode } from './setup/paths.mjs';
import { run } from './setup/run.mjs';
import { ensureTestTools } from './setup/test-tools.mjs';

await onProjectNode(async () => {
  await ensureTestTools();
  return await run(projectNode, [inRoot('tests', 'chaos', 'index.ts'), ...process.argv.slice(2)]);
});
