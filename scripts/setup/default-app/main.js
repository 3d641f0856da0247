// Opens the application named on the command line: `electron [-r module]… [switches] folder [arguments]`.
// Awaited at the top level: Electron holds its `ready` event back until the application's own modules have run.
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

import { app } from 'electron';

const require = createRequire(import.meta.url);
const rest = process.argv.slice(1);
const preloads = [];
let target;
while (rest.length > 0 && target === undefined) {
  const next = rest.shift();
  if (next === '-r' || next === '--require') preloads.push(rest.shift());
  else if (!next.startsWith('-')) target = path.resolve(next);
}

for (const name of preloads) require(path.resolve(name));
if (target === undefined) {
  console.error('Name the application folder to open.');
  app.exit(1);
} else {
  let entry = target;
  if (fs.statSync(target).isDirectory()) {
    const about = JSON.parse(fs.readFileSync(path.join(target, 'package.json'), 'utf8'));
    if (about.productName || about.name) app.setName(about.productName ?? about.name);
    if (about.version) app.setVersion(about.version);
    app.setAppPath(target);
    entry = path.join(target, about.main ?? 'index.js');
  }
  try {
    await import(pathToFileURL(entry).href);
  } catch (error) {
    console.error(error);
    app.exit(1);
  }
}
