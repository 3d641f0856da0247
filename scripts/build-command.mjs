// npm run build: sets up and builds into out/.
import { build } from './build.mjs';
import { onProjectNode } from './setup/bootstrap.mjs';
import { setUp } from './setup/index.mjs';

await onProjectNode(async () => build(await setUp()));
