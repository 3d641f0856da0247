import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createReadStream, createWriteStream } from 'node:fs';
import { open, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { PassThrough, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';

import { ZipFile } from 'yazl';

import type { ActLine, EntryLine, PackageManifest, PackageResult } from './package-format.ts';
import {
  certificateName,
  documentFileName,
  isPackageName,
  PACKAGE_FORMAT,
  PackageError,
  packageFailure,
  paperName,
} from './package-format.ts';

export type PackageContents = {
  readonly meeting: string;
  readonly createdAt: Date;
  /** Becomes `meeting.json`. */
  readonly facts: unknown;
  readonly acts: Iterable<ActLine>;
  /** By document name, as in the entries: `plan`, `ink/<paper>/<member>`. */
  readonly documents: Iterable<{ readonly name: string; readonly entries: Iterable<EntryLine> }>;
  /** PEM, by the SHA-256 of the DER. */
  readonly certificates: Iterable<{ readonly sha256: string; readonly pem: string }>;
  readonly authority: string;
  readonly papers: readonly { readonly sha256: string; readonly path: string }[];
  readonly missingPapers: readonly string[];
  readonly minutes?: Uint8Array;
};

export type PackageProgress = {
  readonly signal?: AbortSignal;
  /** 0..1, by bytes of papers; may repeat a value. */
  readonly onProgress?: (fraction: number) => void;
};

type PlannedFile = {
  readonly name: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly content: Buffer | { path: string };
};

/**
 * Writes a package. Papers are streamed and checked against their names on the way. The file appears under its name
 * only when it is complete and on disk; a file of that name is replaced then.
 */
export async function writePackage(
  target: string,
  contents: PackageContents,
  progress: PackageProgress = {},
): Promise<PackageResult<{ readonly bytes: number; readonly papers: number }>> {
  // Not the name and something more: that may be too long for a name.
  const partial = join(dirname(target), `${randomUUID()}.part`);
  try {
    await writeZip(partial, await plan(contents), contents, progress);
    const { size: bytes } = await stat(partial);
    await toDisk(partial);
    await rename(partial, target);
    return { ok: true, value: { bytes, papers: contents.papers.length } };
  } catch (error) {
    await rm(partial, { force: true });
    return packageFailure(error);
  }
}

async function plan(contents: PackageContents): Promise<PlannedFile[]> {
  const texts: [string, Buffer][] = [
    ['meeting.json', Buffer.from(JSON.stringify(contents.facts, undefined, 2))],
    ['acts.jsonl', lines(contents.acts, ({ jws, cert }) => ({ jws, cert }))],
    ['authority.pem', Buffer.from(contents.authority)],
  ];
  if (contents.minutes !== undefined) texts.push(['minutes.pdf', Buffer.from(contents.minutes)]);
  for (const { name, entries } of contents.documents)
    texts.push([documentFileName(name), lines(entries, ({ jws }) => ({ jws }))]);
  for (const { sha256, pem } of contents.certificates) texts.push([certificateName(sha256), Buffer.from(pem)]);
  const files: PlannedFile[] = texts.map(([name, content]) => ({
    name,
    bytes: content.length,
    sha256: createHash('sha256').update(content).digest('hex'),
    content,
  }));
  for (const { sha256, path } of contents.papers) {
    files.push({ name: paperName(sha256), bytes: (await stat(path)).size, sha256, content: { path } });
  }
  const names = files.map(({ name }) => name);
  const wrong = names.find((name) => !isPackageName(name));
  if (wrong !== undefined) throw new PackageError('unsafe-name', wrong);
  const seen = new Set<string>();
  const twice = names.find((name) => seen.size === seen.add(name).size);
  if (twice !== undefined) throw new PackageError('duplicate-name', twice);
  return files;
}

function lines<Line>(list: Iterable<Line>, pick: (line: Line) => object): Buffer {
  return Buffer.from(Array.from(list, (line) => `${JSON.stringify(pick(line))}\n`).join(''));
}

async function writeZip(
  path: string,
  files: readonly PlannedFile[],
  contents: PackageContents,
  progress: PackageProgress,
): Promise<void> {
  const zip = new ZipFile();
  // Failures of its inputs reach us from the inputs themselves; without a listener they would end the process.
  zip.on('error', () => undefined);
  const controller = new AbortController();
  const signal = AbortSignal.any([controller.signal, ...(progress.signal === undefined ? [] : [progress.signal])]);
  const output = zip.outputStream as unknown as NodeJS.ReadableStream;
  const writing = pipeline(output, createWriteStream(path, { flags: 'wx' }), { signal });
  // Awaited below, after the files have been handed over: until then a failure must not count as unhandled.
  writing.catch(() => undefined);
  try {
    const mtime = contents.createdAt;
    const manifest: PackageManifest = {
      format: PACKAGE_FORMAT,
      meeting: contents.meeting,
      createdAt: mtime.toISOString(),
      missingPapers: [...contents.missingPapers],
      files: files.map(({ name, bytes, sha256 }) => ({ name, bytes, sha256 })),
    };
    zip.addBuffer(Buffer.from(JSON.stringify(manifest, undefined, 2)), 'manifest.json', { mtime });
    const total = files.reduce((sum, { bytes, content }) => sum + (Buffer.isBuffer(content) ? 0 : bytes), 0);
    let done = 0;
    const advance = (bytes: number): void => progress.onProgress?.(total === 0 ? 1 : (done += bytes) / total);
    for (const { name, bytes, sha256, content } of files) {
      if (Buffer.isBuffer(content)) zip.addBuffer(content, name, { mtime });
      else await addPaper(zip, { name, bytes, sha256, path: content.path, mtime }, signal, advance, writing);
    }
    zip.end();
    await writing;
  } catch (error) {
    controller.abort();
    await writing.catch(() => undefined);
    throw error;
  }
}

/** One paper at a time, so that only one file is open; resolves when it has passed. */
async function addPaper(
  zip: ZipFile,
  paper: { name: string; bytes: number; sha256: string; path: string; mtime: Date },
  signal: AbortSignal,
  advance: (bytes: number) => void,
  writing: Promise<void>,
): Promise<void> {
  const hash = createHash('sha256');
  const check = new Transform({
    transform(chunk: Buffer, _encoding, next) {
      hash.update(chunk);
      advance(chunk.length);
      next(null, chunk);
    },
    flush(next) {
      next(hash.digest('hex') === paper.sha256 ? null : new PackageError('paper-changed', paper.name));
    },
  });
  const passed = new PassThrough();
  zip.addReadStream(passed, paper.name, { mtime: paper.mtime, compress: false, size: paper.bytes });
  const ended = once(passed, 'end', { signal });
  // A full disk ends the writing, and with it the wait for a reader that will not come.
  await Promise.race([
    Promise.all([pipeline(createReadStream(paper.path), check, passed, { signal }), ended]),
    writing.then(() => undefined),
  ]);
}

async function toDisk(path: string): Promise<void> {
  const file = await open(path, 'r+');
  await file.sync().finally(() => file.close());
  // The name itself, where the system lets a folder be synced.
  const folder = await open(dirname(path), 'r').catch(() => undefined);
  await folder?.sync().catch(() => undefined);
  await folder?.close();
}
