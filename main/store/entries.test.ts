import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { entryLogSuite } from '../../common/acts/entry-log.contract.ts';
import { openDatabase, type Database } from './database.ts';
import { deferredSync } from './deferred-sync.ts';
import { removeBrokenEntries, sqliteEntryLog } from './entries.ts';
import { sha256 } from './hash-bytes.ts';
import { memoryEntryLog } from './memory-entry-log.ts';
import { asStoreError } from './store-error.ts';
import { INK, LAN, MEETING, sealed, sealedAct, sealedChain } from './store.fixtures.ts';

describe('entry log in memory', () => {
  for (const { name, check } of entryLogSuite(memoryEntryLog, sealed)) it(name, check);
});

describe('entry log in SQLite', () => {
  const open: Database[] = [];
  const create = () => {
    const db = openDatabase(':memory:');
    open.push(db);
    return sqliteEntryLog(db, deferredSync(db));
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

  it('are refused as damaged when the disk gives back other characters', () => {
    const log = sqliteEntryLog(db, deferredSync(db));
    const [entry] = sealedChain(1);
    log.append([entry!]);
    const changed = entry!.jws.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A'));
    db.prepare('UPDATE entries SET jws = ?').run(changed);
    expect(() => log.read(MEETING, LAN, 'acts', 1, 1)).toThrow(expect.objectContaining({ code: 'store-damaged' }));
    expect(() => [...log.readStream(MEETING, 'acts')]).toThrow(expect.objectContaining({ code: 'store-damaged' }));
  });

  it('are gone with all after them when the state of their snapshot differs from its hash', () => {
    const log = sqliteEntryLog(db, deferredSync(db));
    const stream = INK;
    const state = Buffer.of(0, 0);
    const [first, second] = sealedChain(2, { stream });
    const body = { sha256: sha256(state), bytes: 2 };
    const snapshot = { ...sealedAct(3, second!.hash, { stream, kind: 'document-snapshot', body }), state };
    log.append([first!, second!, snapshot, sealedAct(4, snapshot.hash, { stream }), ...sealedChain(2)]);
    expect(removeBrokenEntries(db)).toEqual([]);
    db.prepare('UPDATE snapshots SET state = ?').run(Buffer.of(0, 1));
    expect(() => [...log.readStream(MEETING, stream)]).toThrow(expect.objectContaining({ code: 'store-damaged' }));
    expect(removeBrokenEntries(db)).toEqual([{ meeting: MEETING, author: LAN, stream, seq: 4 }]);
    expect(log.heads(MEETING).map((head) => head.stream)).toEqual(['acts']);
    // It can come again from whoever has it.
    log.append([snapshot]);
    expect([...log.readStream(MEETING, stream)]).toEqual([snapshot]);
  });

  it('are refused as a whole when the disk is full, and taken when there is room again', () => {
    const log = sqliteEntryLog(db, deferredSync(db));
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
    expect([...log.readStream(MEETING, 'acts')]).toEqual(entries.slice(0, 1));
    db.pragma(`max_page_count = ${pages + 1000}`);
    log.append(entries.slice(1));
    expect([...log.readStream(MEETING, 'acts')]).toEqual(entries);
  });

  it('are found by index, however many there are: no statement reads a whole table or sorts entries', () => {
    const prepare = vi.spyOn(db, 'prepare');
    sqliteEntryLog(db, deferredSync(db));
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
