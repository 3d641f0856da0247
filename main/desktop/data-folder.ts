import { accessSync, constants, mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { app } from 'electron';

/**
 * The folder that holds everything this installation keeps: `--data DIR`, else `PHIEN_DATA`, else the user's own.
 * Chromium's profile goes into it as well, so that installations with different folders never touch each other and the
 * single-instance lock is one per folder. Must run before the application is ready.
 */
export function chooseDataFolder(argv: readonly string[], environment: NodeJS.ProcessEnv): string {
  const named = switchValue(argv, '--data') ?? environment['PHIEN_DATA'];
  const folder = path.resolve(named || path.join(app.getPath('appData'), 'phien'));
  const profile = profileIn(folder);
  app.setPath('userData', profile);
  app.setPath('sessionData', profile);
  return folder;
}

/** Where nothing can be written the windows must come up all the same, to say so. */
function profileIn(folder: string): string {
  const profile = path.join(folder, 'window');
  try {
    mkdirSync(profile, { recursive: true });
    accessSync(profile, constants.W_OK);
    return profile;
  } catch {
    return mkdtempSync(path.join(tmpdir(), 'phien-window-'));
  }
}

/** `--name value` and `--name=value`; the last one wins. */
export function switchValue(argv: readonly string[], name: string): string | undefined {
  let value: string | undefined;
  for (const [index, argument] of argv.entries()) {
    if (argument === name) value = argv[index + 1];
    else if (argument.startsWith(`${name}=`)) value = argument.slice(name.length + 1);
  }
  return value;
}
