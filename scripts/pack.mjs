// npm run pack: the application as it is installed, below release/. Where nothing can be downloaded: as a folder.
import { onProjectNode } from './setup/bootstrap.mjs';
import { setUp } from './setup/index.mjs';
import { say } from './setup/say.mjs';

await onProjectNode(async () => {
  const { pack } = await import('./pack/pack.mjs');
  const electron = await setUp();
  const { folder } = await pack(electron);
  say(`The application is in ${folder}.`);
  if (electron.kind === 'fallback')
    say('It is made with the closed-network Electron: for testing here, not for users.');
});
