import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/**
 * Lays the database that came with the closed-network runtime into `target` as one self-contained folder. It usually
 * searches for its binary through two more packages and nested node_modules, which packaging leaves out: here the
 * binary lies beside it.
 * @param {string} sqlite the runtime's `native` folder
 * @param {string} target
 */
export function placeRuntimeDatabase(sqlite, target) {
  const source = path.join(sqlite, 'node_modules', 'better-sqlite3');
  rmSync(target, { recursive: true, force: true });
  for (const part of ['lib', 'package.json', 'LICENSE'])
    cpSync(path.join(source, part), path.join(target, part), { recursive: true });
  cpSync(path.join(source, 'build', 'Release', 'better_sqlite3.node'), path.join(target, 'better_sqlite3.node'));

  const file = path.join(target, 'lib', 'database.js');
  const before = readFileSync(file, 'utf8');
  const after = before.replace("require('bindings')('better_sqlite3.node')", "require('../better_sqlite3.node')");
  if (after === before) throw new Error("the runtime's better-sqlite3 loads its binary in an unknown way");
  writeFileSync(file, after);
}
