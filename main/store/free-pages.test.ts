import { statSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openDatabase } from './database.ts';
import { sha256 } from './hash-bytes.ts';
import { MIGRATIONS } from './migrations/migrations.ts';
import { DATABASE_FILE, openStore } from './open-store.ts';
import { INK, LAN, MEETING, sealedAct, sealedChain, temporaryFolder } from './store.fixtures.ts';

let folder: ReturnType<typeof temporaryFolder>;
beforeEach(() => void (folder = temporaryFolder()));
afterEach(() => folder.remove());

it('[LOG-12] what a snapshot replaced is given back to the disk while work goes on', async () => {
  const stream = INK;
  const path = join(folder.path, DATABASE_FILE);
  const entries = sealedChain(300, { stream, body: { update: 'A'.repeat(20_000) } });
  const store = openStore(folder.path);
  store.entries.append(entries);
  const state = Buffer.of(0, 0);
  const body = { sha256: sha256(state), bytes: 2 };
  store.entries.append([
    { ...sealedAct(301, entries.at(-1)!.hash, { stream, kind: 'document-snapshot', body }), state },
  ]);
  await store.close();
  const before = statSync(path).size;
  expect(before).toBeGreaterThan(6_000_000);

  for (let open = openStore(folder.path), tries = 0; ; open = openStore(folder.path), tries++) {
    await new Promise((resolve) => setTimeout(resolve, 500));
    open.settings.set('port', tries);
    expect(open.entries.head(MEETING, LAN, stream)?.seq).toBe(301);
    await open.close();
    if (statSync(path).size < 2_500_000) break;
    expect(tries).toBeLessThan(40);
  }
});

it('a database of an earlier version is written anew once, and keeps what is in it', () => {
  const path = join(folder.path, DATABASE_FILE);
  const old = openDatabase(path, MIGRATIONS.slice(0, 2));
  old.exec("INSERT INTO settings VALUES ('port', '7443')");
  old.close();
  const plain = new Sqlite(path);
  plain.pragma('journal_mode = DELETE');
  plain.pragma('auto_vacuum = NONE');
  plain.exec('VACUUM');
  expect(plain.pragma('auto_vacuum', { simple: true })).toBe(0);
  plain.close();
  for (let time = 0; time < 2; time++) {
    const db = openDatabase(path);
    expect(db.pragma('auto_vacuum', { simple: true })).toBe(2);
    expect(db.pragma('quick_check', { simple: true })).toBe('ok');
    expect(db.prepare('SELECT value FROM settings').pluck().get()).toBe('7443');
    db.close();
  }
});
