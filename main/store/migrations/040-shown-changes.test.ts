import Sqlite from 'better-sqlite3';
import { expect, it } from 'vitest';
import { first } from './010-first.ts';
import { acknowledged } from './020-acknowledged.ts';
import { snapshots } from './030-snapshots.ts';
import { shownChanges } from './040-shown-changes.ts';

it('40 adds an update per document and author and leaves the rest as it was', () => {
  const db = new Sqlite(':memory:');
  db.pragma('foreign_keys = ON');
  for (const sql of [first, acknowledged, snapshots]) db.exec(sql);
  const others = db.prepare("SELECT name, sql FROM sqlite_schema WHERE tbl_name <> 'shown_changes' ORDER BY name");
  const before = others.all();
  db.exec("INSERT INTO pending_changes (meeting, document, changes) VALUES ('m', 'plan', x'01')");
  db.exec(shownChanges);
  expect(others.all()).toEqual(before);
  expect(db.prepare('SELECT meeting, document FROM pending_changes').all()).toEqual([
    { meeting: 'm', document: 'plan' },
  ]);

  const insert = db.prepare('INSERT INTO shown_changes (meeting, document, tag, changes) VALUES (?, ?, ?, ?)');
  insert.run('m', 'plan', -1, Buffer.of(0, 0));
  insert.run('m', 'plan', 1_048_575, Buffer.of(0, 0));
  expect(() => insert.run('m', 'plan', -1, Buffer.of(0, 0))).toThrow(/UNIQUE/);
  expect(() => insert.run('m', 'plan', 1_048_576, Buffer.of(0, 0))).toThrow(/CHECK/);
  expect(() => insert.run('m', 'plan', 5, 'words')).toThrow(/cannot store TEXT/);
  db.close();
});
