import { readFileSync } from 'node:fs';

import { inRoot } from './setup/paths.mjs';
import { SetupProblem } from './setup/say.mjs';

/**
 * Two copies of some packages break what they share (yjs checks its own classes): says where the second one comes from.
 * @param {string} name
 */
export function onlyOneCopy(name) {
  const { packages } = JSON.parse(readFileSync(inRoot('node_modules', '.package-lock.json'), 'utf8'));
  const places = Object.keys(packages).filter(
    (place) => place === `node_modules/${name}` || place.endsWith(`/node_modules/${name}`),
  );
  if (places.length !== 1)
    throw new SetupProblem(
      `There must be exactly one copy of ${name}, but there are ${places.length}: ${places.join(', ')}. Align the versions (npm ls ${name}).`,
    );
}
