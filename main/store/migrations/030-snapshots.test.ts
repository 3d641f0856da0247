import Sqlite from 'better-sqlite3';
import { expect, it } from 'vitest';
import { first } from './010-first.ts';
import { acknowledged } from './020-acknowledged.ts';
import { snapshots } from './030-snapshots.ts';

it('30 adds a state per stream, takes the unused cache away and leaves the rest as it was', () => {
  const db = new Sqlite(':memory:');
  db.pragma('foreign_keys = ON');
  db.exec(first);
  db.exec(acknowledged);
  const others = db.prepare(
    `SELECT name, sql FROM sqlite_schema WHERE name NOT IN ('snapshots', 'document_snapshots')
     AND tbl_name <> 'document_snapshots' ORDER BY name`,
  );
  const before = others.all();
  db.exec("INSERT INTO streams (id, meeting, stream, author) VALUES (1, 'm', 'doc/ink', 'a')");
  db.exec("INSERT INTO document_snapshots (meeting, document, entries, state) VALUES ('m', 'plan', 1, x'00')");
  db.exec(snapshots);
  expect(others.all()).toEqual(before);
  expect(db.prepare("SELECT name FROM sqlite_schema WHERE name = 'document_snapshots'").all()).toEqual([]);

  const insert = db.prepare('INSERT INTO snapshots (stream, seq, state) VALUES (?, ?, ?)');
  insert.run(1, 7, Buffer.of(0, 0));
  expect(() => insert.run(1, 8, Buffer.of(0, 0))).toThrow(/UNIQUE/);
  expect(() => insert.run(2, 1, Buffer.of(0, 0))).toThrow(/FOREIGN KEY/);
  db.close();
});
