import { readdirSync, statSync } from 'node:fs';
import { copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDatabase } from './database.ts';
import { DATABASE_FILE, openStore, type Store } from './open-store.ts';
import { LAN, MEETING, sealedAct, sealedChain, temporaryFolder } from './store.fixtures.ts';

describe('backups', () => {
  let folder: ReturnType<typeof temporaryFolder>;
  let store: Store;
  beforeEach(() => {
    folder = temporaryFolder();
    store = openStore(folder.path);
  });
  afterEach(async () => {
    await store.close();
    folder.remove();
  });
  const names = () => readdirSync(join(folder.path, 'backup')).sort();

  it('are whole stores while work goes on', async () => {
    const entries = sealedChain(300);
    store.entries.append(entries);
    const making = store.backups.make(new Date('2026-03-02T05:00:00Z'));
    store.entries.append([sealedAct(301, entries[299]!.hash)]);
    const path = await making;
    if (process.platform !== 'win32') expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(names()).toEqual(['phien-2026-03-02.db']);

    const restored = join(folder.path, 'restored');
    await mkdir(restored);
    await copyFile(path, join(restored, DATABASE_FILE));
    const copy = openStore(restored);
    copy.checkIntegrity();
    expect(copy.entries.read(MEETING, LAN, 'acts', 1, 300)).toEqual(entries);
    await copy.close();
  });

  it('replace the one of the same day, and the newest three days are kept', async () => {
    for (const day of ['01', '02', '03', '04', '05']) {
      await store.backups.make(new Date(`2026-03-${day}T05:00:00Z`));
      await store.backups.make(new Date(`2026-03-${day}T06:00:00Z`));
    }
    expect(names()).toEqual(['phien-2026-03-03.db', 'phien-2026-03-04.db', 'phien-2026-03-05.db']);
    expect(store.backups.list().map(({ day }) => day)).toEqual(['2026-03-05', '2026-03-04', '2026-03-03']);
    store.entries.append(sealedChain(1));
    await store.backups.make(new Date('2026-03-05T07:00:00Z'));
    expect(names()).toHaveLength(3);
  });

  it('of a clock that was ahead for days keep none of those after it out', async () => {
    for (const day of ['01', '02', '03']) await store.backups.make(new Date(`2031-03-${day}T05:00:00Z`));
    store.entries.append(sealedChain(1));
    const path = await store.backups.make(new Date('2026-03-02T05:00:00Z'));
    expect(store.backups.list()[0]?.path).toBe(path);
    const copy = join(folder.path, 'copy.db');
    await copyFile(path, copy);
    const db = openDatabase(copy);
    expect(db.prepare('SELECT count(*) FROM entries').pluck().get()).toBe(1);
    db.close();
    expect(names()).toHaveLength(3);
  });

  it('asked for twice at once are made once', async () => {
    const now = new Date('2026-03-02T05:00:00Z');
    const [first, second] = await Promise.all([store.backups.make(now), store.backups.make(now)]);
    expect(first).toBe(second);
  });
});
