import { existsSync } from 'node:fs';
import { chmod, mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { constants, deflateRawSync, deflateSync } from 'node:zlib';

import { PDFDocument } from '@cantoo/pdf-lib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { PaperCheck } from './paper-check.ts';
import { checkPdf } from './paper-check.ts';

const MB = 1024 * 1024;
const limits = { maxBytes: 500 * MB };
let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'phien-paper-check-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function verdictOn(bytes: Uint8Array | string, changed: object = {}): Promise<PaperCheck> {
  const path = join(folder, 'paper.pdf');
  await writeFile(path, bytes);
  return checkPdf(path, { ...limits, ...changed });
}

async function pdfOf(pages: number): Promise<PDFDocument> {
  const document = await PDFDocument.create();
  for (let index = 0; index < pages; index += 1) document.addPage();
  return document;
}

/** A classic file from whole objects; behind the second comes a stream of `hole` bytes, never to be read. */
function fileOf(objects: readonly string[], hole = 0): { head: Buffer; tail: Buffer; at: number } {
  const offsets: number[] = [];
  const stream = hole === 0 ? '' : `9 0 obj\n<</Length ${hole}>>\nstream\n`;
  const end = hole === 0 ? '' : '\nendstream\nendobj\n';
  let offset = '%PDF-1.7\n'.length;
  const parts = objects.map((object, index) => {
    const part = `${index + 1} 0 obj\n${object}\nendobj\n`;
    offsets.push(offset);
    offset += part.length + (index === 1 ? stream.length + hole + end.length : 0);
    return part;
  });
  const rows = offsets.map((one) => `${String(one).padStart(10, '0')} 00000 n \n`).join('');
  const size = objects.length + 1;
  const trailer = `xref\n0 ${size}\n0000000000 65535 f \n${rows}trailer\n<</Size ${size}/Root 1 0 R>>\nstartxref\n${offset}\n%%EOF\n`;
  const head = Buffer.from(`%PDF-1.7\n${parts.slice(0, 2).join('')}${stream}`);
  return { head, tail: Buffer.from(end + parts.slice(2).join('') + trailer), at: head.length + hole };
}

/** Zeros of `blocks` x 16 MB, deflated twice: a few kilobytes. */
function bomb(start: string, blocks: number): Buffer {
  const flush = { finishFlush: constants.Z_FULL_FLUSH };
  const first = deflateRawSync(Buffer.from(start), flush);
  const block = deflateRawSync(Buffer.alloc(16 * MB), flush);
  return deflateSync(Buffer.concat([Buffer.from([0x78, 0x9c]), first, ...Array.from({ length: blocks }, () => block)]));
}

/** A file whose page tree is in a compressed object stream that never seems to end. */
function bombFile(): Buffer {
  const packed = bomb('2 0 ', 256);
  const catalog = `1 0 obj\n${CATALOG}\nendobj\n`;
  const at = '%PDF-1.7\n'.length;
  const streamAt = at + catalog.length;
  const stream = Buffer.concat([
    Buffer.from(
      `3 0 obj\n<</Type/ObjStm/N 1/First 4/Filter[/FlateDecode/FlateDecode]/Length ${packed.length}>>\nstream\n`,
    ),
    packed,
    Buffer.from('\nendstream\nendobj\n'),
  ]);
  const table = Buffer.alloc(5 * 6);
  [
    [0, 0, 0],
    [1, at, 0],
    [2, 3, 0],
    [1, streamAt, 0],
    [1, streamAt + stream.length, 0],
  ].forEach(([type, value, index], row) => {
    table.writeUInt8(type ?? 0, row * 6);
    table.writeUInt32BE(value ?? 0, row * 6 + 1);
    table.writeUInt8(index ?? 0, row * 6 + 5);
  });
  return Buffer.concat([
    Buffer.from(`%PDF-1.7\n${catalog}`),
    stream,
    Buffer.from(`4 0 obj\n<</Type/XRef/Size 5/W[1 4 1]/Root 1 0 R/Length ${table.length}>>\nstream\n`),
    table,
    Buffer.from(`\nendstream\nendobj\nstartxref\n${streamAt + stream.length}\n%%EOF\n`),
  ]);
}

const CATALOG = '<</Type/Catalog/Pages 2 0 R>>';
const PAGE = '<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>';

describe('a paper', () => {
  it('is accepted with its number of pages', async () => {
    const bytes = await (await pdfOf(3)).save();
    expect(await verdictOn(bytes)).toEqual({ ok: true, pages: 3, bytes: bytes.length, restricted: false });
  });
  it('may have rubbish before its header, as mail gateways add', async () => {
    expect(await verdictOn(Buffer.concat([Buffer.from('\r\n\r\n'), await (await pdfOf(1)).save()]))).toMatchObject({
      ok: true,
    });
  });
  it('is refused when empty, too large, not a PDF, gone or a folder', async () => {
    expect(await verdictOn('')).toEqual({ ok: false, reason: 'empty' });
    expect(await verdictOn(await (await pdfOf(1)).save(), { maxBytes: 100 })).toEqual({
      ok: false,
      reason: 'too-large',
    });
    expect(await verdictOn('PK\u0003\u0004 a Word file renamed to .pdf')).toEqual({ ok: false, reason: 'not-a-pdf' });
    expect(await checkPdf(join(folder, 'missing.pdf'), limits)).toEqual({ ok: false, reason: 'unreadable' });
    expect(await checkPdf(folder, limits)).toEqual({ ok: false, reason: 'unreadable' });
  });
  it.skipIf(process.getuid?.() === 0 || process.platform === 'win32')(
    'is refused when it may not be read',
    async () => {
      const path = join(folder, 'locked.pdf');
      await writeFile(path, await (await pdfOf(1)).save());
      await chmod(path, 0);
      expect(await checkPdf(path, limits)).toEqual({ ok: false, reason: 'unreadable' });
    },
  );
  it('is refused when it was cut off or filled with noise', async () => {
    const bytes = await (await pdfOf(40)).save({ useObjectStreams: false });
    expect(await verdictOn(bytes.subarray(0, 200))).toEqual({ ok: false, reason: 'broken' });
    expect(await verdictOn('%PDF-1.7\nnothing of the kind follows')).toEqual({ ok: false, reason: 'broken' });
  });
  it('is refused when it has no page', async () => {
    const { head, tail } = fileOf([CATALOG, '<</Type/Pages/Kids[]/Count 0>>']);
    expect(await verdictOn(Buffer.concat([head, tail]))).toMatchObject({ ok: false });
  });
  it('is refused when it asks for a password, and accepted when it only forbids printing', async () => {
    const [closed, open_] = [await pdfOf(2), await pdfOf(2)];
    closed.encrypt({ userPassword: 'mật khẩu', ownerPassword: 'owner' });
    open_.encrypt({ userPassword: '', ownerPassword: 'owner', permissions: { printing: false } as never });
    expect(await verdictOn(await closed.save())).toEqual({ ok: false, reason: 'encrypted' });
    expect(await verdictOn(await open_.save())).toMatchObject({ ok: true, pages: 2, restricted: true });
  });
});

describe('a crafted file', () => {
  it('that claims a billion pages is believed only as far as its page tree goes', async () => {
    const { head, tail } = fileOf([CATALOG, '<</Type/Pages/Kids[3 0 R]/Count 1000000000>>', PAGE]);
    const verdict = await verdictOn(Buffer.concat([head, tail]));
    expect(verdict).toSatisfy((one: PaperCheck) => !one.ok || one.pages === 1);
  });
  it('whose page tree is a circle is refused', async () => {
    const { head, tail } = fileOf([CATALOG, '<</Type/Pages/Kids[2 0 R]/Count 5/Parent 2 0 R>>']);
    expect(await verdictOn(Buffer.concat([head, tail]))).toEqual({ ok: false, reason: 'broken' });
  });
  it('with a good first page and a circle where its last one should be is refused: nobody would see that one', async () => {
    const { head, tail } = fileOf([
      CATALOG,
      '<</Type/Pages/Kids[3 0 R 4 0 R]/Count 2>>',
      PAGE,
      '<</Type/Pages/Kids[5 0 R]/Count 1/Parent 2 0 R>>',
      '<</Type/Pages/Kids[4 0 R]/Count 1/Parent 4 0 R>>',
    ]);
    expect(await verdictOn(Buffer.concat([head, tail]))).toEqual({ ok: false, reason: 'broken' });
  });
  it('that unpacks to gigabytes ends within its bounds', { timeout: 40_000 }, async () => {
    const bytes = bombFile();
    expect(bytes.length).toBeLessThan(MB);
    const start = performance.now();
    const verdict = await verdictOn(bytes, { timeoutMs: 5000 });
    const took = performance.now() - start;
    expect(verdict.ok).toBe(false);
    // It did get to unpack something: a file refused at once would prove nothing.
    expect(took).toBeGreaterThan(800);
    expect(took).toBeLessThan(8000);
  });
  it('nested deeper than any stack is refused', async () => {
    const { head, tail } = fileOf([CATALOG, `<</Type/Pages/Kids ${'['.repeat(200_000)}/Count 1>>`]);
    expect((await verdictOn(Buffer.concat([head, tail]))).ok).toBe(false);
  });
  it('that takes too long is given up', async () => {
    expect(await verdictOn(await (await pdfOf(1)).save(), { timeoutMs: 1 })).toEqual({ ok: false, reason: 'too-slow' });
  });
  it('with too many pages is refused', async () => {
    expect(await verdictOn(await (await pdfOf(12)).save(), { maxPages: 11 })).toEqual({
      ok: false,
      reason: 'too-many-pages',
    });
  });
});

it('a file of 480 MB is checked without reading it all', { timeout: 20_000 }, async () => {
  const { head, tail, at } = fileOf([CATALOG, '<</Type/Pages/Kids[3 0 R]/Count 1>>', PAGE], 480 * MB);
  const path = join(folder, 'large.pdf');
  const file = await open(path, 'w');
  await file.write(head, 0, head.length, 0);
  await file.write(tail, 0, tail.length, at);
  await file.close();
  const [before, start] = [process.memoryUsage.rss(), performance.now()];
  expect(await checkPdf(path, limits)).toMatchObject({ ok: true, pages: 1 });
  expect(performance.now() - start).toBeLessThan(5000);
  expect(process.memoryUsage.rss() - before).toBeLessThan(250 * MB);
});

const real = fileURLToPath(new URL('../../../shared/pdfs/', import.meta.url));
if (!existsSync(real)) console.warn('No ../shared/pdfs: papers from the wild are not tested.');

describe.skipIf(!existsSync(real))('papers from the wild', () => {
  const expected: Record<string, number | string> = {
    '160F-2019.pdf': 1,
    '90ms_rksj_h_sample.pdf': 1,
    'ArabicCIDTrueType.pdf': 1,
    'SimFang-variant.pdf': 1,
    'TAMReview.pdf': 23,
    'comments.pdf': 14,
    'freeculture.pdf': 352,
    'highlights.pdf': 14,
    'images.pdf': 1,
    'install.vi.pdf': 118,
    'issue19971.pdf': 6,
    'issue5567.pdf': 1,
    'issue7229.pdf': 2,
    'refcard-vi-a4.pdf': 2,
    'tracemonkey.pdf': 14,
    'issue3371.pdf': 'encrypted',
    'bug1782186.pdf': 'encrypted',
    'REDHAT-1531897-0.pdf': 'broken',
    'bug1020226.pdf': 'broken',
    'poppler-742-0-fuzzed.pdf': 'broken',
    // The first page can be shown; where the second should be, the page tree runs in a circle.
    'Pages-tree-refs.pdf': 'broken',
    // Damaged, with a page that can still be shown.
    'GHOSTSCRIPT-698804-1-fuzzed.pdf': 1,
    'PDFBOX-4352-0.pdf': 1,
  };
  it.each(Object.entries(expected))('%s: %s', async (name, result) => {
    const verdict = await checkPdf(join(real, name), limits);
    expect(verdict.ok ? verdict.pages : verdict.reason).toBe(result);
  });
});
