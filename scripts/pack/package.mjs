// The packing itself, as a program of its own: the packer writes pages of its own to the screen.
import { chmodSync, cpSync, rmSync } from 'node:fs';
import path from 'node:path';
import { build, Platform } from 'electron-builder';

import { inRoot, root } from '../setup/paths.mjs';

/** @type {{ name: string, output: string, electron: import('../setup/electron-runtime.mjs').ElectronRuntime }} */
const { name, output, electron } = JSON.parse(process.argv[2] ?? '');
const closedNetwork = electron.kind === 'fallback';
const platform = `${process.platform}-${process.arch}`;

await build({
  projectDir: root,
  targets: Platform.current().createTarget('dir'),
  config: {
    extends: './electron-builder.yml',
    productName: name,
    directories: { output },
    electronVersion: electron.version,
    electronDist: electron.dist,
    // The database: the installed one with this platform's binary, or the one that came with the runtime (out/native).
    files: closedNetwork
      ? []
      : [
          'node_modules/better-sqlite3/package.json',
          'node_modules/better-sqlite3/lib/**',
          `node_modules/better-sqlite3/prebuilds/${platform}.node`,
        ],
    // The closed-network build stays open to test tools.
    ...(closedNetwork
      ? {}
      : {
          electronFuses: {
            enableNodeCliInspectArguments: false,
            enableNodeOptionsEnvironmentVariable: false,
            onlyLoadAppFromAsar: true,
          },
        }),
    afterPack: async ({ appOutDir }) => {
      // What a runtime opens by default has no place in an application.
      rmSync(path.join(appOutDir, 'resources', 'app'), { recursive: true, force: true });
      if (process.platform !== 'linux') return;
      cpSync(inRoot('scripts', 'pack', 'phien.sh'), path.join(appOutDir, 'phien'));
      chmodSync(path.join(appOutDir, 'phien'), 0o755);
    },
  },
});
