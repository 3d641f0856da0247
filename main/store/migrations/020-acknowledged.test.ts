import Sqlite from 'better-sqlite3';
import { expect, it } from 'vitest';
import { first } from './010-first.ts';
import { acknowledged } from './020-acknowledged.ts';

it('20 adds a number per meeting, author and stream and leaves the rest as it was', () => {
  const db = new Sqlite(':memory:');
  db.exec(first);
  const tables = db.prepare("SELECT name, sql FROM sqlite_schema WHERE name <> 'acknowledged' ORDER BY name");
  const before = tables.all();
  db.exec("INSERT INTO settings VALUES ('port', '7443')");
  db.exec(acknowledged);
  expect(tables.all()).toEqual(before);
  expect(db.prepare('SELECT key, value FROM settings').all()).toEqual([{ key: 'port', value: '7443' }]);

  const insert = db.prepare('INSERT INTO acknowledged (meeting, author, stream, seq) VALUES (?, ?, ?, ?)');
  insert.run('m', 'a', 'acts', 1);
  insert.run('m', 'a', 'doc/plan', 7);
  expect(() => insert.run('m', 'a', 'acts', 2)).toThrow(/UNIQUE/);
  expect(() => insert.run('m', 'a', 'doc/floor', 0)).toThrow(/CHECK/);
  expect(() => insert.run('m', 'a', null, 1)).toThrow(/NOT NULL/);
  db.close();
});
