import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { entryLogSuite } from '../../common/acts/entry-log.contract.ts';
import { openDatabase, type Database } from './database.ts';
import { sqliteEntryLog } from './entries.ts';
import { memoryEntryLog } from './memory-entry-log.ts';
import { asStoreError } from './store-error.ts';
import { LAN, MEETING, MINH, sealed, sealedChain } from './store.fixtures.ts';

describe('entry log in memory', () => {
  for (const { name, check } of entryLogSuite(memoryEntryLog, sealed)) it(name, check);
});

describe('entry log in SQLite', () => {
  const open: Database[] = [];
  const create = () => {
    const db = openDatabase(':memory:');
    open.push(db);
    return sqliteEntryLog(db);
  };
  afterEach(() => open.splice(0).forEach((db) => db.close()));
  for (const { name, check } of entryLogSuite(create, sealed)) it(name, check);
});

describe('stored entries', () => {
  let db: Database;
  beforeEach(() => {
    db = openDatabase(':memory:');
  });
  afterEach(() => db.close());

  it('are read from a place on, counted and found by hash', () => {
    const log = sqliteEntryLog(db);
    const lan = sealedChain(3);
    const minh = sealedChain(2, { author: MINH });
    log.append([...lan, ...minh]);
    expect(log.countStream(MEETING, 'acts')).toBe(5);
    expect(log.countStream(MEETING, 'doc/plan')).toBe(0);
    expect(log.readStreamAfter(MEETING, 'acts', 2)).toEqual([lan[2], ...minh]);
    expect(log.readStreamAfter(MEETING, 'acts', 5)).toEqual([]);
    expect(log.byHash(minh[1]!.hash)).toEqual(minh[1]);
    expect(log.byHash(sealedChain(1, { meeting: MEETING, kind: 'other-kind' })[0]!.hash)).toBeUndefined();
  });

  it('are refused as damaged when the disk gives back other characters', () => {
    const log = sqliteEntryLog(db);
    const [entry] = sealedChain(1);
    log.append([entry!]);
    const changed = entry!.jws.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A'));
    db.prepare('UPDATE entries SET jws = ?').run(changed);
    expect(() => log.read(MEETING, LAN, 'acts', 1, 1)).toThrow(expect.objectContaining({ code: 'store-damaged' }));
    expect(() => log.readStream(MEETING, 'acts')).toThrow(expect.objectContaining({ code: 'store-damaged' }));
  });

  it('are refused as a whole when the disk is full, and taken when there is room again', () => {
    const log = sqliteEntryLog(db);
    const entries = sealedChain(40, { body: { reason: 'x'.repeat(2000) } });
    log.append(entries.slice(0, 1));
    const pages = Number(db.pragma('page_count', { simple: true }));
    db.pragma(`max_page_count = ${pages + 5}`);
    let caught: unknown;
    try {
      log.append(entries.slice(1));
    } catch (error) {
      caught = error;
    }
    expect(asStoreError(caught)?.code).toBe('disk-full');
    expect(log.readStream(MEETING, 'acts')).toEqual(entries.slice(0, 1));
    db.pragma(`max_page_count = ${pages + 1000}`);
    log.append(entries.slice(1));
    expect(log.readStream(MEETING, 'acts')).toEqual(entries);
  });

  it('are found by index, however many there are: no statement reads a whole table or sorts entries', () => {
    const prepare = vi.spyOn(db, 'prepare');
    sqliteEntryLog(db);
    const statements = prepare.mock.calls.map(([sql]) => sql);
    prepare.mockRestore();
    expect(statements.length).toBeGreaterThan(5);
    for (const sql of statements) {
      const parameters = Array.from(sql.matchAll(/\?/g), () => null);
      const plan = db.prepare(`EXPLAIN QUERY PLAN ${sql}`).all(...parameters) as { detail: string }[];
      const costly = plan.filter(({ detail }) => detail.startsWith('SCAN '));
      expect(costly).toEqual([]);
    }
  });
});
