import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { copyOut, writeOut } from './write-out.ts';

const LARGE_BYTES = 24 * 1024 * 1024;

describe('a file that is written where somebody said', () => {
  let folder: string;
  const at = (...names: string[]) => join(folder, ...names);
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'phien-write-out-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('is there whole or not at all, whenever somebody looks', async () => {
    writeFileSync(at('kept'), Buffer.alloc(LARGE_BYTES, 7));
    const seen = new Set<number>();
    let done = false;
    const copying = copyOut(at('kept'), at('biên bản.pdf')).finally(() => (done = true));
    while (!done) {
      seen.add(statSync(at('biên bản.pdf'), { throwIfNoEntry: false })?.size ?? -1);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await copying;
    expect(seen.has(-1)).toBe(true);
    expect([...seen].filter((size) => size !== -1 && size !== LARGE_BYTES)).toEqual([]);
    expect(readdirSync(folder).sort()).toEqual(['biên bản.pdf', 'kept']);
    expect(statSync(at('biên bản.pdf')).size).toBe(LARGE_BYTES);
  });

  it('leaves what was there before when it fails, and nothing else', async () => {
    writeFileSync(at('danh sách.pdf'), 'trước');
    await expect(copyOut(at('gone'), at('danh sách.pdf'))).rejects.toThrow('cannot-write-file');
    async function* broken() {
      yield Buffer.from('một nửa');
      await Promise.reject(new Error('cut'));
    }
    await expect(writeOut(at('danh sách.pdf'), broken())).rejects.toThrow('cannot-write-file');
    expect(readFileSync(at('danh sách.pdf'), 'utf8')).toBe('trước');
    mkdirSync(at('folder'));
    await expect(writeOut(at('folder'), 'chữ')).rejects.toThrow('cannot-write-file');
    await expect(writeOut(at('nowhere', 'tệp.pdf'), 'chữ')).rejects.toThrow('cannot-write-file');
    expect(readdirSync(folder).sort()).toEqual(['danh sách.pdf', 'folder']);
  });

  it('takes the place of the one before, also under the longest name that there is', async () => {
    const name = `${'ố'.repeat(83)}.pdf`;
    await writeOut(at(name), 'một');
    await writeOut(at(name), Buffer.from('hai'));
    expect(readFileSync(at(name), 'utf8')).toBe('hai');
    if (process.platform !== 'win32') expect(statSync(at(name)).mode & 0o777).toBe(0o666 & ~process.umask());
  });
});
