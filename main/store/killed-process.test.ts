import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openStore } from './open-store.ts';
import { INK, LAN, MEETING, MINH, temporaryFolder } from './store.fixtures.ts';

const script = join(import.meta.dirname, 'append-until-killed.fixtures.ts');

/** Lets the process work for `milliseconds` after its first line, kills it, and returns the lines it got out. */
async function workUntilKilled(dataDir: string, lastChange: number, milliseconds: number): Promise<string[]> {
  const child = spawn(process.execPath, [script, dataDir, String(lastChange)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  await once(child.stdout, 'data');
  await new Promise((resolve) => setTimeout(resolve, milliseconds));
  child.kill('SIGKILL');
  await once(child, 'close');
  const text = Buffer.concat(chunks).toString();
  return text.slice(0, text.lastIndexOf('\n')).split('\n');
}

it('a killed process loses nothing that it was told is stored, and doubles nothing', { timeout: 60_000 }, async () => {
  const folder = temporaryFolder();
  try {
    let acts = 0;
    let changes = 0;
    let ink = 0;
    for (const milliseconds of [5, 40, 90, 130, 170]) {
      const lines = await workUntilKilled(folder.path, changes, milliseconds);
      const last = (what: string, before: number) =>
        Math.max(before, ...lines.filter((line) => line.startsWith(what)).map((line) => Number(line.split(' ')[1])));
      const toldActs = last('act ', acts);
      const toldChanges = last('change ', changes);
      expect(toldActs).toBeGreaterThan(acts);

      const store = openStore(folder.path);
      store.checkIntegrity();
      const stored = store.entries.read(MEETING, LAN, 'acts', 1, 1_000_000);
      expect(stored.length).toBeGreaterThanOrEqual(toldActs);
      stored.forEach(({ payload, hash }, index) => {
        expect(payload.seq).toBe(index + 1);
        expect(payload.prev).toBe(stored[index - 1]?.hash ?? null);
        expect(store.entries.hashAt(MEETING, LAN, 'acts', payload.seq)).toBe(hash);
      });
      const heard = store.entries.read(MEETING, MINH, 'acts', 1, 1_000_000);
      expect(heard.length).toBeGreaterThanOrEqual(last('heard ', 0));

      const kept = store.entries.read(MEETING, LAN, INK, 1, 1_000_000);
      expect(kept.at(-1)?.payload.seq ?? 0).toBeGreaterThanOrEqual(last('ink ', ink));
      // From the last snapshot on, and nothing twice or missing.
      expect(kept.filter(({ state }) => state)).toHaveLength((kept[0]?.payload.seq ?? 1) > 1 ? 1 : 0);
      kept.forEach(({ payload, hash }, index) => {
        expect(payload.seq).toBe((kept[0]?.payload.seq ?? 0) + index);
        if (index > 0) expect(payload.prev).toBe(kept[index - 1]?.hash);
        expect(store.entries.hashAt(MEETING, LAN, INK, payload.seq)).toBe(hash);
      });
      ink = kept.at(-1)?.payload.seq ?? 0;
      const signed = [...store.entries.readStream(MEETING, 'doc/plan')].flatMap(
        ({ payload }) => payload.body['changes'] as number[],
      );
      const pending = store.pending.read(MEETING, 'plan')?.updates.map((update) => Number(Buffer.from(update))) ?? [];
      const all = [...signed, ...pending];
      expect(all.length).toBeGreaterThanOrEqual(toldChanges);
      // Every change once and in order, be it signed or pending.
      expect(all).toEqual(all.map((_, index) => index + 1));
      acts = stored.length;
      changes = all.length;
      await store.close();
    }
  } finally {
    folder.remove();
  }
});
