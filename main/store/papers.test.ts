import { createHash, randomBytes } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PAPER_CHUNK_BYTES } from '../../common/collab/plan.ts';
import { asSha256, type Sha256 } from '../../common/domain/ids.ts';
import { sha256 } from './hash-bytes.ts';
import { openStore, type Store } from './open-store.ts';
import type { PaperManifest } from './paper-records.ts';
import type { PartialPaper } from './partial-paper.ts';
import { temporaryFolder } from './store.fixtures.ts';

let folder: ReturnType<typeof temporaryFolder>;
let store: Store;
beforeEach(() => {
  folder = temporaryFolder();
  store = openStore(join(folder.path, 'data'));
});
afterEach(async () => {
  await store.close();
  folder.remove();
});
async function restart() {
  await store.close();
  store = openStore(join(folder.path, 'data'));
}

const paperFiles = () => readdirSync(join(folder.path, 'data', 'papers')).sort();
const stored = (hash: Sha256) => join(folder.path, 'data', 'papers', hash);
function source(bytes: Uint8Array): string {
  const path = join(folder.path, `tài liệu ${bytes.length}.pdf`);
  writeFileSync(path, bytes);
  return path;
}
const chunkOf = (bytes: Uint8Array, index: number) =>
  bytes.subarray(index * PAPER_CHUNK_BYTES, (index + 1) * PAPER_CHUNK_BYTES);
function manifestOf(bytes: Uint8Array): PaperManifest {
  const count = Math.ceil(bytes.length / PAPER_CHUNK_BYTES);
  const chunks = Array.from({ length: count }, (_, index) => sha256(chunkOf(bytes, index)));
  return { sha256: asSha256(createHash('sha256').update(bytes).digest('hex')), size: bytes.length, chunks };
}
async function part(manifest: PaperManifest): Promise<PartialPaper> {
  const opened = await store.papers.openPart(manifest);
  if (!opened.ok) throw new Error(opened.error);
  return opened.value;
}
const outcome = (result: { ok: true; value: string } | { ok: false; error: string }) =>
  result.ok ? result.value : result.error;

describe('importing a paper', () => {
  it.each([1, PAPER_CHUNK_BYTES - 1, PAPER_CHUNK_BYTES, PAPER_CHUNK_BYTES + 1, 3 * PAPER_CHUNK_BYTES + 77])(
    'of %i bytes copies it under its hash with the hashes of its chunks',
    async (size) => {
      const bytes = randomBytes(size);
      const progress: [number, number][] = [];
      const imported = await store.papers.importPaper(source(bytes), { onProgress: (...at) => progress.push(at) });
      const manifest = manifestOf(bytes);
      expect(imported).toEqual({ ok: true, value: { ...manifest, existed: false } });
      expect(readFileSync(stored(manifest.sha256)).equals(bytes)).toBe(true);
      expect(progress.at(-1)).toEqual([size, size]);
      expect(progress).toHaveLength(manifest.chunks.length);
      await restart();
      expect(store.papers.file(manifest.sha256)).toEqual({ path: stored(manifest.sha256), size });
      expect(store.papers.get(manifest.sha256)).toEqual({ ...manifest, complete: true, title: null, pages: null });
      expect(store.papers.have(manifest.sha256)).toBe(size);
      expect(await store.papers.verify(manifest.sha256)).toBe('sound');
    },
  );

  it('from bytes made here is the same as from a file', async () => {
    for (const size of [1, PAPER_CHUNK_BYTES, 2 * PAPER_CHUNK_BYTES + 5]) {
      const bytes = randomBytes(size);
      const value = { ...manifestOf(bytes), existed: false };
      expect(await store.papers.importBytes(bytes)).toEqual({ ok: true, value });
      expect(await store.papers.importPaper(source(bytes))).toEqual({ ok: true, value: { ...value, existed: true } });
      expect(await store.papers.verify(value.sha256)).toBe('sound');
    }
    expect(await store.papers.importBytes(new Uint8Array(0))).toEqual({ ok: false, error: 'empty' });
    expect(paperFiles()).toHaveLength(3);
  });

  it('twice keeps it once', async () => {
    const path = source(randomBytes(5000));
    await store.papers.importPaper(path);
    expect(await store.papers.importPaper(path)).toMatchObject({ ok: true, value: { existed: true } });
    expect(paperFiles()).toHaveLength(1);
  });

  it('is refused with a reason and leaves nothing behind', async () => {
    const big = source(randomBytes(3 * PAPER_CHUNK_BYTES));
    const stop = new AbortController();
    const refusals = [
      await store.papers.importPaper(join(folder.path, 'none.pdf')),
      await store.papers.importPaper(folder.path),
      await store.papers.importPaper(source(new Uint8Array(0))),
      await store.papers.importPaper(big, { limit: PAPER_CHUNK_BYTES }),
      await store.papers.importPaper(big, { signal: stop.signal, onProgress: () => stop.abort() }),
    ];
    expect(refusals.map(outcome as never)).toEqual(['unreadable', 'unreadable', 'empty', 'too-large', 'aborted']);
    expect(paperFiles()).toEqual([]);
    expect(store.papers.list()).toEqual([]);
  });

  it.skipIf(process.getuid?.() === 0 || process.platform === 'win32')('without leave to write is refused', async () => {
    chmodSync(join(folder.path, 'data', 'papers'), 0o500);
    expect(outcome((await store.papers.importPaper(source(randomBytes(10)))) as never)).toBe('unwritable');
    chmodSync(join(folder.path, 'data', 'papers'), 0o700);
  });

  it('cut short by a crash leaves nothing after the next start', async () => {
    writeFileSync(join(folder.path, 'data', 'papers', 'importing-1234'), 'half');
    await restart();
    expect(paperFiles()).toEqual([]);
  });

  it('completes one that was being fetched', async () => {
    const bytes = randomBytes(2 * PAPER_CHUNK_BYTES);
    const manifest = manifestOf(bytes);
    const partial = await part(manifest);
    await partial.write(0, chunkOf(bytes, 0));
    await partial.close();
    expect(await store.papers.importPaper(source(bytes))).toMatchObject({ ok: true, value: { existed: false } });
    expect(store.papers.file(manifest.sha256)?.size).toBe(bytes.length);
    expect(paperFiles()).toEqual([manifest.sha256]);
  });

  it('remembers title and pages', async () => {
    const imported = await store.papers.importPaper(source(randomBytes(10)));
    if (!imported.ok) throw new Error(imported.error);
    store.papers.describe(imported.value.sha256, 'Báo cáo kinh tế – xã hội', 12);
    await restart();
    expect(store.papers.get(imported.value.sha256)).toMatchObject({ title: 'Báo cáo kinh tế – xã hội', pages: 12 });
  });
});

describe('a paper fetched in parts', () => {
  const bytes = randomBytes(20 * PAPER_CHUNK_BYTES + 123);
  const manifest = manifestOf(bytes);

  it('is whole when its last chunk is there, in any order and at once', async () => {
    const partial = await part(manifest);
    const order = manifest.chunks.map((_, index) => index).sort((a, b) => ((a * 7) % 21) - ((b * 7) % 21));
    const results = await Promise.all(order.map((index) => partial.write(index, chunkOf(bytes, index))));
    expect(results.map(outcome).sort()).toEqual(['complete', ...Array<string>(20).fill('stored')]);
    expect(readFileSync(stored(manifest.sha256)).equals(bytes)).toBe(true);
    expect(paperFiles()).toEqual([manifest.sha256]);
    expect(outcome(await partial.write(0, chunkOf(bytes, 0)))).toBe('closed');
    expect(await store.papers.openPart(manifest)).toEqual({ ok: false, error: 'already-complete' });
    await restart();
    expect(store.papers.file(manifest.sha256)?.size).toBe(bytes.length);
  });

  it('refuses wrong bytes, keeps what is right, and takes the right ones later', async () => {
    const partial = await part(manifest);
    const wrong = Buffer.from(chunkOf(bytes, 3));
    wrong[500] = (wrong[500] ?? 0) ^ 1;
    expect(outcome(await partial.write(3, wrong))).toBe('wrong-bytes');
    expect(outcome(await partial.write(3, chunkOf(bytes, 3).subarray(1)))).toBe('wrong-bytes');
    expect(outcome(await partial.write(3, new Uint8Array(0)))).toBe('wrong-bytes');
    expect(outcome(await partial.write(20, chunkOf(bytes, 3)))).toBe('wrong-bytes');
    for (const index of [-1, 21, 1.5, NaN]) expect(outcome(await partial.write(index, wrong))).toBe('no-such-chunk');
    expect(partial.have()).toBe(0);
    expect(outcome(await partial.write(3, chunkOf(bytes, 3)))).toBe('stored');
    expect(outcome(await partial.write(3, chunkOf(bytes, 3)))).toBe('already-there');
    expect(partial.have()).toBe(PAPER_CHUNK_BYTES);
    expect(partial.missing()).not.toContain(3);
    expect(partial.missing()).toHaveLength(20);
  });

  it('goes on after a restart where it was', async () => {
    const partial = await part(manifest);
    for (const index of [0, 5, 20]) await partial.write(index, chunkOf(bytes, index));
    expect(store.papers.file(manifest.sha256)).toBeUndefined();
    await restart();
    expect(store.papers.have(manifest.sha256)).toBe(2 * PAPER_CHUNK_BYTES + 123);
    const again = await part(manifest);
    expect(again.missing()).toHaveLength(18);
    for (const index of again.missing().slice(1)) await again.write(index, chunkOf(bytes, index));
    expect(outcome(await again.write(1, chunkOf(bytes, 1)))).toBe('complete');
    expect(await store.papers.verify(manifest.sha256)).toBe('sound');
  });

  it('opened twice is the same one', async () => {
    const [first, second] = await Promise.all([part(manifest), part(manifest)]);
    expect(second).toBe(first);
    await first.close();
    await first.close();
    expect(await part(manifest)).not.toBe(first);
  });

  it('whose file was damaged meanwhile says which chunks to fetch again', async () => {
    const partial = await part(manifest);
    for (const index of manifest.chunks.keys()) if (index !== 9) await partial.write(index, chunkOf(bytes, index));
    await partial.close();
    const handle = await open(`${stored(manifest.sha256)}.part`, 'r+');
    await handle.write(Buffer.from('damage'), 0, 6, 4 * PAPER_CHUNK_BYTES + 10);
    await handle.close();
    truncateSync(`${stored(manifest.sha256)}.part`, 20 * PAPER_CHUNK_BYTES);
    const again = await part(manifest);
    expect(again.missing()).toEqual([9]);
    expect(outcome(await again.write(9, chunkOf(bytes, 9)))).toBe('damaged-on-disk');
    expect(again.missing()).toEqual([4, 20]);
    expect(outcome(await again.write(4, chunkOf(bytes, 4)))).toBe('stored');
    expect(outcome(await again.write(20, chunkOf(bytes, 20)))).toBe('complete');
    expect(readFileSync(stored(manifest.sha256)).equals(bytes)).toBe(true);
  });

  it('whose file was deleted meanwhile starts again', async () => {
    const partial = await part(manifest);
    await partial.write(0, chunkOf(bytes, 0));
    await store.papers.closeParts();
    rmSync(`${stored(manifest.sha256)}.part`);
    expect((await part(manifest)).missing()).toHaveLength(21);
  });

  it('with chunks that are not the paper is thrown away: the manifest lies', async () => {
    const other = randomBytes(2 * PAPER_CHUNK_BYTES);
    const lying = { ...manifestOf(other), sha256: manifest.sha256 };
    const partial = await part(lying);
    await partial.write(0, chunkOf(other, 0));
    expect(outcome(await partial.write(1, chunkOf(other, 1)))).toBe('wrong-manifest');
    expect(store.papers.file(manifest.sha256)).toBeUndefined();
    // The right manifest, from somebody else, then works.
    const right = await part(manifest);
    expect(right.missing()).toHaveLength(21);
    for (const index of manifest.chunks.keys()) await right.write(index, chunkOf(bytes, index));
    expect(await store.papers.verify(manifest.sha256)).toBe('sound');
  });

  it('with another manifest than before starts again', async () => {
    const longer = randomBytes(23 * PAPER_CHUNK_BYTES);
    const first = await part({ ...manifestOf(longer), sha256: manifest.sha256 });
    await first.write(22, chunkOf(longer, 22));
    expect(await store.papers.openPart(manifest)).toEqual({ ok: false, error: 'wrong-manifest' });
    await first.close();
    const right = await part(manifest);
    expect(right.missing()).toHaveLength(21);
    for (const index of manifest.chunks.keys()) await right.write(index, chunkOf(bytes, index));
    expect(store.papers.file(manifest.sha256)?.size).toBe(bytes.length);
  });

  it('is read chunk by chunk while it comes, and tells that more of it is there', async () => {
    const bytes = randomBytes(2 * PAPER_CHUNK_BYTES + 100);
    const manifest = manifestOf(bytes);
    const arrived: Sha256[] = [];
    const stop = store.papers.onArrival((paper) => arrived.push(paper));
    expect(await store.papers.readChunk(manifest, 0)).toBe('not-here');
    const paper = await part(manifest);
    await paper.write(2, chunkOf(bytes, 2));
    expect(arrived).toEqual([manifest.sha256]);
    expect(await store.papers.readChunk(manifest, 2)).toEqual(new Uint8Array(chunkOf(bytes, 2)));
    for (const index of [0, 1, 3]) expect(await store.papers.readChunk(manifest, index)).toBe('not-here');
    await restart();
    expect(await store.papers.readChunk(manifest, 2)).toEqual(new Uint8Array(chunkOf(bytes, 2)));
    stop();
    const again = await part(manifest);
    await Promise.all([0, 1].map((index) => again.write(index, chunkOf(bytes, index))));
    expect(await store.papers.readChunk(manifest, 1)).toEqual(new Uint8Array(chunkOf(bytes, 1)));
    expect(arrived).toHaveLength(1);
  });

  it.each([true, false])('gives no byte that a crash has spoilt: it is fetched again (open: %s)', async (open) => {
    const bytes = randomBytes(3 * PAPER_CHUNK_BYTES);
    const manifest = manifestOf(bytes);
    let paper = await part(manifest);
    for (const index of [0, 1]) await paper.write(index, chunkOf(bytes, index));
    if (!open) await paper.close();
    const file = `${stored(manifest.sha256)}.part`;
    const content = readFileSync(file);
    content.fill(0, PAPER_CHUNK_BYTES + 10, PAPER_CHUNK_BYTES + 20);
    writeFileSync(file, content);
    expect(await store.papers.readChunk(manifest, 1)).toBe('not-here');
    paper = await part(manifest);
    expect(paper.missing()).toEqual([1, 2]);
    await paper.write(1, chunkOf(bytes, 1));
    expect(await store.papers.readChunk(manifest, 1)).toEqual(new Uint8Array(chunkOf(bytes, 1)));
    expect(await store.papers.readChunk(manifest, 0)).toEqual(new Uint8Array(chunkOf(bytes, 0)));
    await paper.write(2, chunkOf(bytes, 2));
    expect(store.papers.file(manifest.sha256)).toBeDefined();
    // Whole and other bytes: nobody fetches it again, so it is said.
    writeFileSync(stored(manifest.sha256), Buffer.alloc(bytes.length));
    expect(await store.papers.readChunk(manifest, 0)).toBe('damaged');
  });

  it('that lies whole in its place though a crash kept that from being noted is not fetched again', async () => {
    writeFileSync(stored(manifest.sha256), bytes);
    expect(store.papers.file(manifest.sha256)).toBeUndefined();
    expect(await store.papers.openPart(manifest)).toEqual({ ok: false, error: 'already-complete' });
    expect(store.papers.file(manifest.sha256)?.size).toBe(bytes.length);
  });

  it('is not believed to be whole because of a name', async () => {
    writeFileSync(stored(manifest.sha256), 'something else');
    expect((await part(manifest)).missing()).toHaveLength(21);
    expect(existsSync(stored(manifest.sha256))).toBe(false);
  });

  it('needs a manifest whose sizes fit', async () => {
    for (const wrong of [
      { ...manifest, size: 0 },
      { ...manifest, size: manifest.size + PAPER_CHUNK_BYTES },
      { ...manifest, chunks: [] },
    ]) {
      expect(await store.papers.openPart(wrong)).toEqual({ ok: false, error: 'wrong-manifest' });
    }
  });
});

describe('a whole paper', () => {
  it('that is gone, cut or changed counts as missing', async () => {
    const bytes = randomBytes(3000);
    const { sha256: hash } = manifestOf(bytes);
    await store.papers.importPaper(source(bytes));
    truncateSync(stored(hash), 100);
    expect(store.papers.file(hash)).toBeUndefined();
    expect(store.papers.have(hash)).toBe(0);

    await store.papers.importPaper(source(bytes));
    const changed = Buffer.from(bytes);
    changed[7] = (changed[7] ?? 0) ^ 1;
    writeFileSync(stored(hash), changed);
    expect(store.papers.file(hash)).toBeDefined();
    expect(await store.papers.verify(hash)).toBe('damaged');
    expect(await store.papers.verify(hash)).toBe('missing');
    expect(existsSync(stored(hash))).toBe(false);
  });

  it('is removed with its row', async () => {
    const bytes = randomBytes(3000);
    const { sha256: hash } = manifestOf(bytes);
    await store.papers.importPaper(source(bytes));
    await store.papers.remove(hash);
    expect(store.papers.get(hash)).toBeUndefined();
    expect(paperFiles()).toEqual([]);
  });

  it('is only looked for under its hash: nothing else lies in the folder', () => {
    mkdirSync(stored('x' as Sha256));
    expect(store.papers.file('x' as Sha256)).toBeUndefined();
  });
});
