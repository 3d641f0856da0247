// npm run -s phien -- verify FILE …, hub …: the application without windows, on plain Node.
import { onProjectNode } from './setup/bootstrap.mjs';
import { inRoot, projectNode } from './setup/paths.mjs';
import { run } from './setup/run.mjs';

await onProjectNode(() =>
  run(projectNode, ['--disable-warning=ExperimentalWarning', inRoot('main', 'cli.ts'), ...process.argv.slice(2)], {
    // npm changes into the checkout; paths on the command line are meant from where the person stands.
    cwd: process.env.INIT_CWD ?? process.cwd(),
  }),
);
