// npm run screens: makes docs/screens/ anew, from the screens that the demonstration passes.
import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { inRoot } from './setup/paths.mjs';
import { run } from './setup/run.mjs';

const out = mkdtempSync(path.join(tmpdir(), 'phien-screens-'));
const code = await run(process.execPath, [inRoot('scripts', 'demo.mjs'), '--out', out]);
if (code === 0) {
  const target = inRoot('docs', 'screens');
  for (const file of readdirSync(target)) if (file.endsWith('.png')) rmSync(path.join(target, file));
  cpSync(path.join(out, 'screenshots'), target, { recursive: true });
}
rmSync(out, { recursive: true, force: true });
process.exitCode = code;
