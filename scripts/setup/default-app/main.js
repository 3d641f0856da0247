// Opens the application named on the command line: `electron [-r module]… [switches] folder [arguments]`.
const { app } = require('electron');
const fs = require('node:fs');
const path = require('node:path');
const { pathToFileURL } = require('node:url');

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
  import(pathToFileURL(entry).href).catch((error) => {
    console.error(error);
    app.exit(1);
  });
}
