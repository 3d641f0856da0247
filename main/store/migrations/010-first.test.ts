import Sqlite from 'better-sqlite3';
import { expect, it } from 'vitest';
import { first } from './010-first.ts';

it('10 makes the tables of the first version', () => {
  const db = new Sqlite(':memory:');
  db.pragma('foreign_keys = ON');
  db.exec(first);
  const tables = db.prepare(
    "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name",
  );
  expect(tables.pluck().all()).toEqual([
    'certificates',
    'document_snapshots',
    'entries',
    'forks',
    'invitations',
    'meetings',
    'organisation',
    'own_enrolment',
    'papers',
    'pending_changes',
    'people',
    'private_changes',
    'settings',
    'streams',
  ]);
  db.close();
});

it('10 holds the rules that no program may break', () => {
  const db = new Sqlite(':memory:');
  db.pragma('foreign_keys = ON');
  db.exec(first);
  const hash = (digit: string) => Buffer.from(digit.repeat(64), 'hex');
  const entry = db.prepare('INSERT INTO entries (stream, seq, hash, certificate, jws) VALUES (?, ?, ?, ?, ?)');
  expect(() => entry.run(1, 1, hash('a'), hash('c'), 'x')).toThrow(/FOREIGN KEY/);
  db.exec("INSERT INTO streams (id, meeting, stream, author) VALUES (1, 'm', 'acts', 'a')");
  entry.run(1, 1, hash('a'), hash('c'), 'x');
  expect(() => entry.run(1, 1, hash('b'), hash('c'), 'x')).toThrow(/UNIQUE.*stream, entries.seq/);
  expect(() => entry.run(1, 2, hash('a'), hash('c'), 'x')).toThrow(/UNIQUE.*hash/);
  expect(() => entry.run(1, 0, hash('b'), hash('c'), 'x')).toThrow(/CHECK/);
  expect(() => entry.run(1, 2, Buffer.from('short'), hash('c'), 'x')).toThrow(/CHECK/);
  expect(() => entry.run(1, 'two', hash('d'), hash('c'), 'x')).toThrow(/cannot store TEXT/);
  expect(() => db.exec("INSERT INTO streams (meeting, stream, author) VALUES ('m', 'acts', 'a')")).toThrow(/UNIQUE/);
  expect(() => db.exec('DELETE FROM streams')).toThrow(/FOREIGN KEY/);
  db.close();
});
