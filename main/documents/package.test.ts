import { createHash } from 'node:crypto';
import { mkdtemp, open, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32, deflateRawSync } from 'node:zlib';

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { MAX_ENTRY_CHARACTERS, MAX_STATE_BYTES } from '../../common/acts/entry.ts';

import type { OpenPackage } from './read-package.ts';
import { readPackage } from './read-package.ts';
import type { PackageContents } from './write-package.ts';
import { writePackage } from './write-package.ts';

const MB = 1024 * 1024;
const sha256 = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex');
const member = '0f2b6f0e-5b7e-4a52-9c43-4a5f1d6f2c11';
const paper = Buffer.from('%PDF-1.7 tờ trình '.repeat(5000));
const ink = `ink/${sha256(paper)}/${member}`;
let root = '';
let folder = '';
let file = '';
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'phien-package-'));
});
afterAll(() => rm(root, { recursive: true, force: true }));
beforeEach(async () => {
  folder = await mkdtemp(join(root, 'one-'));
  file = join(folder, 'họp.phien');
});

async function contents(papers: readonly Buffer[] = [paper]): Promise<PackageContents> {
  const listed = await Promise.all(
    papers.map(async (bytes, index) => {
      const path = join(folder, `paper-${index}`);
      await writeFile(path, bytes);
      return { sha256: sha256(bytes), path };
    }),
  );
  return {
    meeting: 'meeting-1',
    createdAt: new Date('2026-11-22T04:00:00Z'),
    facts: { title: 'Cuộc họp thường kỳ' },
    acts: Array.from({ length: 300 }, (_, index) => ({
      jws: `header.${index}.signature`,
      cert: '-----BEGIN CERTIFICATE-----',
    })),
    documents: [
      { name: 'plan', entries: [{ jws: 'a.b.c' }] },
      { name: ink, entries: [{ jws: 'd.e.f' }, { jws: 'g.h.i' }] },
    ],
    certificates: [{ sha256: sha256('certificate'), pem: 'pem' }],
    authority: 'root pem',
    papers: listed,
    missingPapers: [sha256('missing')],
    minutes: Buffer.from('%PDF-1.7 biên bản'),
  };
}

async function opened(path = file): Promise<OpenPackage> {
  const result = await readPackage(path);
  if (!result.ok) throw new Error(`${result.problem} ${result.file ?? ''}`);
  return result.value;
}

async function problemOf(bytes: Uint8Array, limits = {}): Promise<string> {
  const path = join(folder, 'made.phien');
  await writeFile(path, bytes);
  const result = await readPackage(path, limits);
  if (!result.ok) return result.problem;
  result.value.close();
  return 'none';
}

async function all<T>(list: AsyncIterable<T>): Promise<T[]> {
  const result: T[] = [];
  for await (const one of list) result.push(one);
  return result;
}

describe('a package', () => {
  it('gives back what was put in', async () => {
    const given = await contents();
    expect(await writePackage(file, given)).toMatchObject({
      ok: true,
      value: { papers: 1, bytes: (await stat(file)).size },
    });
    const read = await opened();
    expect(read.manifest).toMatchObject({
      meeting: 'meeting-1',
      createdAt: '2026-11-22T04:00:00.000Z',
      missingPapers: [sha256('missing')],
    });
    expect(read.facts).toEqual(given.facts);
    expect(read.authority).toBe('root pem');
    expect(await all(read.acts())).toEqual(given.acts);
    expect(read.documents).toEqual(['plan', ink]);
    expect(await all(read.entries(ink))).toEqual([{ jws: 'd.e.f' }, { jws: 'g.h.i' }]);
    expect(read.certificates).toEqual([{ sha256: sha256('certificate'), pem: 'pem' }]);
    expect(Buffer.from((await read.minutes()) ?? []).toString()).toBe('%PDF-1.7 biên bản');
    expect(read.papers).toEqual([{ sha256: sha256(paper), bytes: paper.length }]);
    expect(await read.extractPaper(sha256(paper), join(folder, 'out.pdf'))).toEqual({ ok: true, value: undefined });
    expect(Buffer.compare(await readFile(join(folder, 'out.pdf')), paper)).toBe(0);
    read.close();
  });
  it('is the same file for the same contents', async () => {
    const given = await contents();
    await writePackage(file, given);
    await writePackage(join(folder, 'again.phien'), given);
    expect(Buffer.compare(await readFile(file), await readFile(join(folder, 'again.phien')))).toBe(0);
  });
  it('works without minutes and papers', async () => {
    const { minutes: _, ...rest } = await contents([]);
    await writePackage(file, rest);
    const read = await opened();
    expect([await read.minutes(), read.papers]).toEqual([undefined, []]);
    read.close();
  });
  it('gives back an entry as long as entries may be, and a snapshot with its state', async () => {
    const longest = [
      { jws: 'a'.repeat(MAX_ENTRY_CHARACTERS) },
      { jws: `a.b.c~${'d'.repeat((MAX_STATE_BYTES * 4) / 3)}` },
    ];
    await writePackage(file, { ...(await contents([])), documents: [{ name: ink, entries: longest }] });
    const read = await opened();
    const found = await all(read.entries(ink));
    read.close();
    expect(found.map(({ jws }) => jws.length)).toEqual(longest.map(({ jws }) => jws.length));
  });
  it('never overwrites a file when it hands out a paper', async () => {
    await writePackage(file, await contents());
    const read = await opened();
    await writeFile(join(folder, 'mine.pdf'), 'mine');
    expect(await read.extractPaper(sha256(paper), join(folder, 'mine.pdf'))).toMatchObject({ ok: false });
    expect(await readFile(join(folder, 'mine.pdf'), 'utf8')).toBe('mine');
    expect(await read.extractPaper(sha256('none'), join(folder, 'none.pdf'))).toMatchObject({
      ok: false,
      problem: 'missing-file',
    });
    read.close();
  });
});

describe('writing', () => {
  it('refuses a paper that is not what its name says, and leaves nothing behind', async () => {
    const given = await contents();
    await writeFile(given.papers[0]?.path ?? '', `${paper.toString().slice(0, -1)}!`);
    const before = await readdir(folder);
    expect(await writePackage(file, given)).toEqual({
      ok: false,
      problem: 'paper-changed',
      file: `papers/${sha256(paper)}.pdf`,
    });
    expect(await readdir(folder)).toEqual(before);
  });
  it('keeps the earlier package when it fails', async () => {
    await writeFile(file, 'earlier');
    const given = await contents();
    await rm(given.papers[0]?.path ?? '');
    expect(await writePackage(file, given)).toMatchObject({ ok: false, problem: 'unreadable' });
    expect(await readFile(file, 'utf8')).toBe('earlier');
  });
  it('takes the longest name that there is', async () => {
    const long = join(folder, `${'ố'.repeat(82)}.phien`);
    expect(await writePackage(long, await contents())).toMatchObject({ ok: true });
    const read = await readPackage(long);
    if (!read.ok) expect.fail(read.problem);
    read.value.close();
  });
  it('refuses names of documents that could leave a folder', async () => {
    const given = { ...(await contents()), documents: [{ name: '../../autostart', entries: [] }] };
    expect(await writePackage(file, given)).toMatchObject({ ok: false, problem: 'unsafe-name' });
  });
  it('says when the folder is not there', async () => {
    expect(await writePackage(join(folder, 'no', 'folder.phien'), await contents())).toMatchObject({
      ok: false,
      problem: 'unreadable',
    });
  });
  it('can be cancelled', async () => {
    const given = await contents([Buffer.alloc(32 * MB, 7)]);
    const controller = new AbortController();
    const result = await writePackage(file, given, { signal: controller.signal, onProgress: () => controller.abort() });
    expect(result).toEqual({ ok: false, problem: 'cancelled' });
    expect(await readdir(folder)).toEqual(['paper-0']);
  });
  it('streams large papers', { timeout: 60_000 }, async () => {
    const path = join(folder, 'large');
    const handle = await open(path, 'w');
    await handle.truncate(160 * MB);
    await handle.close();
    const zeros = createHash('sha256');
    for (let index = 0; index < 160; index += 1) zeros.update(Buffer.alloc(MB));
    const large = { sha256: zeros.digest('hex'), path };
    const before = process.memoryUsage.rss();
    let peak = 0;
    const watch = setInterval(() => (peak = Math.max(peak, process.memoryUsage.rss() - before)), 20);
    const fractions: number[] = [];
    expect(
      await writePackage(
        file,
        { ...(await contents([])), papers: [large] },
        { onProgress: (one) => fractions.push(one) },
      ),
    ).toMatchObject({ ok: true });
    const read = await opened();
    clearInterval(watch);
    expect(read.papers).toEqual([{ sha256: large.sha256, bytes: 160 * MB }]);
    expect(fractions.at(-1)).toBe(1);
    expect(peak).toBeLessThan(120 * MB);
    read.close();
  });
});

type RawEntry = { name: string; data: Uint8Array; stored?: Buffer; method?: number; size?: number; offset?: number };

/** A ZIP byte by byte, so that it can say what no library would write. */
function rawZip(list: readonly RawEntry[]): Buffer {
  const locals: Buffer[] = [];
  const central: Buffer[] = [];
  let at = 0;
  for (const { name, data, stored = Buffer.from(data), method = 0, size = data.length, offset = at } of list) {
    const fields = Buffer.alloc(26);
    fields.writeUInt16LE(20, 0);
    fields.writeUInt16LE(0x0800, 2);
    fields.writeUInt16LE(method, 4);
    fields.writeUInt32LE(crc32(data), 10);
    fields.writeUInt32LE(stored.length, 14);
    fields.writeUInt32LE(size, 18);
    fields.writeUInt16LE(Buffer.byteLength(name), 22);
    const local = Buffer.concat([Buffer.from('PK\u0003\u0004'), fields, Buffer.from(name), stored]);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(offset, 10);
    central.push(Buffer.concat([Buffer.from('PK\u0001\u0002'), Buffer.from([20, 0]), fields, tail, Buffer.from(name)]));
    locals.push(local);
    at += local.length;
  }
  const directory = Buffer.concat(central);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(list.length, 4);
  end.writeUInt16LE(list.length, 6);
  end.writeUInt32LE(directory.length, 8);
  end.writeUInt32LE(at, 12);
  return Buffer.concat([...locals, directory, Buffer.from('PK\u0005\u0006'), end]);
}

function package_(files: Record<string, string | Uint8Array> = {}, changed: object = {}): RawEntry[] {
  const every: Record<string, string | Uint8Array> = {
    'meeting.json': '{}',
    'acts.jsonl': '',
    'authority.pem': '',
    ...files,
  };
  const listed = Object.entries(every).map(([name, data]) => ({ name, data: Buffer.from(data as string) }));
  const manifest = {
    format: 1,
    meeting: 'm',
    createdAt: '2026-11-22T04:00:00Z',
    missingPapers: [],
    files: listed.map(({ name, data }) => ({ name, bytes: data.length, sha256: sha256(data) })),
    ...changed,
  };
  return [{ name: 'manifest.json', data: Buffer.from(JSON.stringify(manifest)) }, ...listed];
}

describe('reading what others made', () => {
  it('takes a plain package', async () => {
    expect(await problemOf(rawZip(package_()))).toBe('none');
  });
  it('tells what is none', async () => {
    expect(await problemOf(Buffer.from('%PDF-1.7'))).toBe('not-a-package');
    expect(await problemOf(Buffer.alloc(0))).toBe('not-a-package');
    expect(await problemOf(rawZip([{ name: 'meeting.json', data: Buffer.from('{}') }]))).toBe('not-a-package');
    expect(await readPackage(join(folder, 'none.phien'))).toEqual({ ok: false, problem: 'unreadable' });
    expect(await readPackage(folder)).toEqual({ ok: false, problem: 'unreadable' });
  });
  it('tells one from the future', async () => {
    expect(await problemOf(rawZip(package_({}, { format: 3, unheardOf: true })))).toBe('newer-format');
  });
  it.each([
    '../evil',
    '/etc/passwd',
    'papers/../../evil.pdf',
    'C:\\evil',
    'papers\\x.pdf',
    'documents/plan.jsonl/../x',
    'PAPERS/X.PDF',
    'minutes.exe',
    'papers/',
  ])('refuses the name %s', async (name) => {
    expect(await problemOf(rawZip([...package_(), { name, data: Buffer.from('x') }]))).toBe('unsafe-name');
  });
  it('refuses names twice, in the ZIP or in the manifest', async () => {
    const [manifest, ...rest] = package_();
    expect(await problemOf(rawZip([...package_(), ...rest.slice(0, 1)]))).toBe('duplicate-name');
    const value = JSON.parse(Buffer.from(manifest?.data ?? []).toString()) as { files: object[] };
    value.files.push(value.files[0] ?? {});
    expect(
      await problemOf(rawZip([{ name: 'manifest.json', data: Buffer.from(JSON.stringify(value)) }, ...rest])),
    ).toBe('duplicate-name');
  });
  it('refuses files that are missing or that nobody listed', async () => {
    expect(await problemOf(rawZip(package_().slice(0, -1)))).toBe('missing-file');
    expect(await problemOf(rawZip([...package_(), { name: 'minutes.pdf', data: Buffer.from('x') }]))).toBe(
      'unexpected-file',
    );
    expect(await problemOf(rawZip(package_({}, { files: [] })))).toBe('missing-file');
  });
  it('refuses what unpacks to more than it says or than is allowed', async () => {
    const zeros = Buffer.alloc(8 * MB);
    const [name, packed] = [`papers/${sha256(zeros)}.pdf`, deflateRawSync(zeros)];
    const bomb = (size: number): RawEntry[] =>
      package_({ [name]: zeros }).map((one) => (one.name === name ? { ...one, stored: packed, method: 8, size } : one));
    expect(await problemOf(rawZip(bomb(zeros.length)))).toBe('none');
    expect(await problemOf(rawZip(bomb(zeros.length)), { maxPaperBytes: 8 * MB - 1 })).toBe('too-large');
    expect(await problemOf(rawZip(bomb(zeros.length)), { maxTotalBytes: 8 * MB })).toBe('too-large');
    expect(await problemOf(rawZip(bomb(1000)))).toBe('damaged');
    const lying = package_({ [name]: 'x' }).map((one) =>
      one.name === name ? { ...one, stored: packed, method: 8, size: 1 } : one,
    );
    expect(await problemOf(rawZip(lying))).not.toBe('none');
  });
  it('refuses entries that share bytes', async () => {
    const list = package_({ 'minutes.pdf': 'same', [`certificates/${sha256('x')}.pem`]: 'same' });
    expect(await problemOf(rawZip(list))).toBe('none');
    const first = list.slice(0, 4).reduce((sum, one) => sum + 30 + Buffer.byteLength(one.name) + one.data.length, 0);
    expect(await problemOf(rawZip(list.map((one, index) => (index === 5 ? { ...one, offset: first } : one))))).toBe(
      'damaged',
    );
  });
  it('refuses more files than are allowed', async () => {
    expect(await problemOf(rawZip(package_()), { maxFiles: 3 })).toBe('too-many-files');
  });
  it('refuses lines that are no entries, and endless ones', async () => {
    for (const line of ['{"jws": 1}\n', 'nonsense\n', '{"jws":"a","extra":1}\n', `"${'x'.repeat(5 * MB)}`]) {
      await writeFile(file, rawZip(package_({ 'documents/plan.jsonl': line })));
      const read = await opened();
      await expect(all(read.entries('plan'))).rejects.toThrow(/damaged|too-large/u);
      read.close();
    }
  });
  it('keeps the rest usable when only a paper is damaged, and says which', async () => {
    const wrong = sha256('another paper');
    const list = package_({ [`papers/${wrong}.pdf`]: 'this paper' });
    const manifest = JSON.parse(Buffer.from(list[0]?.data ?? []).toString()) as {
      files: { name: string; sha256: string }[];
    };
    for (const one of manifest.files) if (one.name.startsWith('papers/')) one.sha256 = wrong;
    await writeFile(
      file,
      rawZip([{ name: 'manifest.json', data: Buffer.from(JSON.stringify(manifest)) }, ...list.slice(1)]),
    );
    const read = await opened();
    expect([read.damagedPapers, read.papers]).toEqual([[wrong], []]);
    expect(await read.extractPaper(wrong, join(folder, 'out.pdf'))).toMatchObject({ ok: false, problem: 'damaged' });
    expect(await readdir(folder)).not.toContain('out.pdf');
    read.close();
  });
  it('survives every cut and flipped byte with an answer', { timeout: 60_000 }, async () => {
    await writePackage(file, {
      ...(await contents([Buffer.from('%PDF-1.7 small')])),
      acts: [{ jws: 'a.b.c', cert: 'x' }],
    });
    const whole = await readFile(file);
    const unnoticed: number[] = [];
    for (let at = 0; at < whole.length; at += 7) {
      const changed = Buffer.from(whole);
      changed[at] = (changed[at] ?? 0) ^ 0x41;
      const path = join(folder, 'changed.phien');
      await writeFile(path, changed);
      const result = await readPackage(path);
      if (!result.ok) continue;
      // What passed unnoticed was no content: times, attributes, fields of local headers.
      if (result.value.damagedPapers.length === 0) {
        unnoticed.push(at);
        expect(await all(result.value.acts())).toEqual([{ jws: 'a.b.c', cert: 'x' }]);
        expect(Buffer.from((await result.value.minutes()) ?? []).toString()).toBe('%PDF-1.7 biên bản');
      }
      result.value.close();
    }
    expect(unnoticed.length).toBeLessThan(whole.length / 7 / 2);
    for (let length = 0; length < whole.length; length += 37) {
      expect(await problemOf(whole.subarray(0, length))).not.toBe('none');
    }
  });
});
