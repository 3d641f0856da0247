import { createHash } from 'node:crypto';
import { open, rm } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { Transform, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

import type { Entry, ZipFile } from 'yauzl';
import { openPromise } from 'yauzl';
import { z } from 'zod';

import type { ActLine, EntryLine, PackageLimits, PackageManifest, PackageResult } from './package-format.ts';
import {
  documentFileName,
  isPackageName,
  manifestSchema,
  MAX_FACTS_BYTES,
  MAX_LINE_BYTES,
  MAX_MANIFEST_BYTES,
  MAX_MINUTES_BYTES,
  MAX_PEM_BYTES,
  PACKAGE_FORMAT,
  PACKAGE_LIMITS,
  PackageError,
  packageFailure,
  paperName,
  REQUIRED_FILES,
} from './package-format.ts';
import type { PackageProgress } from './write-package.ts';

/** A package whose form and hashes were checked. Who signed what in it is for others to check. Close it after use. */
export type OpenPackage = {
  readonly manifest: PackageManifest;
  /** `meeting.json`, unvalidated. */
  readonly facts: unknown;
  /** PEM. */
  readonly authority: string;
  readonly certificates: readonly { readonly sha256: string; readonly pem: string }[];
  readonly documents: readonly string[];
  readonly papers: readonly { readonly sha256: string; readonly bytes: number }[];
  /** Papers whose bytes are not what their names say; not among `papers`. */
  readonly damagedPapers: readonly string[];
  /** These throw `PackageError` for lines that are no entries, and when the file was changed after it was opened. */
  acts(): AsyncGenerator<ActLine>;
  entries(document: string): AsyncGenerator<EntryLine>;
  minutes(): Promise<Uint8Array | undefined>;
  /** Writes one paper to a file and checks it again; nothing is left behind when it fails. */
  extractPaper(sha256: string, path: string): Promise<PackageResult<undefined>>;
  close(): void;
};

const actLine = z.strictObject({ jws: z.string(), cert: z.string().max(MAX_PEM_BYTES) });
const entryLine = z.strictObject({ jws: z.string() });

/**
 * Opens a package from anybody: every name is one of the format's, listed once in the manifest with its true size;
 * entries don't overlap; sizes and numbers are bounded before anything is unpacked; every file is then read once and
 * compared with its hash. Nothing is written.
 */
export async function readPackage(
  path: string,
  limits: Partial<PackageLimits> = {},
  progress: PackageProgress = {},
): Promise<PackageResult<OpenPackage>> {
  let zip: ZipFile | undefined;
  try {
    zip = await openZip(path);
    const opened = await checked(zip, { ...PACKAGE_LIMITS, ...limits }, progress);
    return { ok: true, value: opened };
  } catch (error) {
    zip?.close();
    return packageFailure(error);
  }
}

async function openZip(path: string): Promise<ZipFile> {
  try {
    return await openPromise(path, { autoClose: false, strictFileNames: true, validateEntrySizes: true });
  } catch (error) {
    if (error instanceof Error && 'code' in error) throw error;
    throw new PackageError('not-a-package', undefined, { cause: error });
  }
}

async function checked(zip: ZipFile, limits: PackageLimits, progress: PackageProgress): Promise<OpenPackage> {
  const entries = await entriesOf(zip, limits);
  const manifest = await readManifest(zip, entries);
  compareWithManifest(entries, manifest, limits);
  const total = manifest.files.reduce((sum, { bytes }) => sum + bytes, 0);
  let done = 0;
  const damaged: string[] = [];
  for (const file of manifest.files) {
    const hash = createHash('sha256');
    const stream = await streamOf(zip, entries, file.name);
    const sink = new Writable({
      write(chunk: Buffer, _encoding, next) {
        hash.update(chunk);
        progress.onProgress?.((done += chunk.length) / total);
        next();
      },
    });
    const whole = await unpack(stream, file.name, [sink], progress.signal).catch((error: unknown) => {
      if (error instanceof PackageError && file.name.startsWith('papers/')) return false;
      throw error;
    });
    if (whole !== false && hash.digest('hex') === file.sha256) continue;
    if (!file.name.startsWith('papers/')) throw new PackageError('damaged', file.name);
    damaged.push(hashIn(file.name));
  }
  return contentsOf(zip, entries, manifest, damaged);
}

async function entriesOf(zip: ZipFile, limits: PackageLimits): Promise<Map<string, Entry>> {
  if (zip.entryCount > limits.maxFiles) throw new PackageError('too-many-files');
  const entries = new Map<string, Entry>();
  try {
    for await (const entry of zip.eachEntry()) {
      const name = entry.fileName;
      if (entries.has(name)) throw new PackageError('duplicate-name', name);
      if (name !== 'manifest.json' && !isPackageName(name)) throw new PackageError('unsafe-name', name.slice(0, 200));
      if (entry.isEncrypted()) throw new PackageError('damaged', name);
      if (entries.size >= limits.maxFiles) throw new PackageError('too-many-files');
      entries.set(name, entry);
    }
  } catch (error) {
    if (error instanceof PackageError) throw error;
    const unsafe = error instanceof Error && /invalid (?:characters|relative path)|absolute path/u.test(error.message);
    throw new PackageError(unsafe ? 'unsafe-name' : 'damaged', undefined, { cause: error });
  }
  // Entries that share bytes are how a small file unpacks to petabytes.
  const sorted = [...entries.values()].toSorted(
    (a, b) => a.relativeOffsetOfLocalHeader - b.relativeOffsetOfLocalHeader,
  );
  sorted.reduce((end, entry) => {
    if (entry.relativeOffsetOfLocalHeader < end) throw new PackageError('damaged', entry.fileName);
    return entry.relativeOffsetOfLocalHeader + LOCAL_HEADER_BYTES + entry.fileNameLength + entry.compressedSize;
  }, 0);
  return entries;
}

const LOCAL_HEADER_BYTES = 30;

async function readManifest(zip: ZipFile, entries: ReadonlyMap<string, Entry>): Promise<PackageManifest> {
  const entry = entries.get('manifest.json');
  if (entry === undefined) throw new PackageError('not-a-package');
  if (entry.uncompressedSize > MAX_MANIFEST_BYTES) throw new PackageError('too-large', 'manifest.json');
  const value = json(await bytesOf(zip, entries, 'manifest.json'), 'manifest.json');
  const format = z.looseObject({ format: z.int().positive() }).safeParse(value);
  if (!format.success) throw new PackageError('not-a-package');
  if (format.data.format > PACKAGE_FORMAT) throw new PackageError('newer-format');
  const manifest = manifestSchema.safeParse(value);
  if (!manifest.success) throw new PackageError('damaged', 'manifest.json', { cause: manifest.error });
  return manifest.data;
}

function compareWithManifest(
  entries: ReadonlyMap<string, Entry>,
  { files }: PackageManifest,
  limits: PackageLimits,
): void {
  const listed = new Set<string>();
  let [text, total] = [0, 0];
  for (const { name, bytes, sha256 } of files) {
    if (listed.has(name)) throw new PackageError('duplicate-name', name);
    listed.add(name);
    const entry = entries.get(name);
    if (entry === undefined) throw new PackageError('missing-file', name);
    const isPaper = name.startsWith('papers/');
    if (entry.uncompressedSize !== bytes || (isPaper && hashIn(name) !== sha256))
      throw new PackageError('damaged', name);
    if (bytes > largest(name, limits)) throw new PackageError('too-large', name);
    total += bytes;
    text += isPaper ? 0 : bytes;
  }
  if (text > limits.maxTextBytes || total > limits.maxTotalBytes) throw new PackageError('too-large');
  const missing = REQUIRED_FILES.find((name) => !listed.has(name));
  if (missing !== undefined) throw new PackageError('missing-file', missing);
  const extra = [...entries.keys()].find((name) => name !== 'manifest.json' && !listed.has(name));
  if (extra !== undefined) throw new PackageError('unexpected-file', extra);
}

function largest(name: string, limits: PackageLimits): number {
  if (name.startsWith('papers/')) return limits.maxPaperBytes;
  if (name.endsWith('.pem')) return MAX_PEM_BYTES;
  if (name === 'meeting.json') return MAX_FACTS_BYTES;
  return name === 'minutes.pdf' ? MAX_MINUTES_BYTES : limits.maxTextBytes;
}

async function contentsOf(
  zip: ZipFile,
  entries: ReadonlyMap<string, Entry>,
  manifest: PackageManifest,
  damagedPapers: readonly string[],
): Promise<OpenPackage> {
  const named = (prefix: string): string[] => [...entries.keys()].filter((name) => name.startsWith(prefix));
  const text = async (name: string): Promise<string> => (await bytesOf(zip, entries, name)).toString('utf8');
  const certificates: { sha256: string; pem: string }[] = [];
  for (const name of named('certificates/')) certificates.push({ sha256: hashIn(name), pem: await text(name) });
  return {
    manifest,
    facts: json(await bytesOf(zip, entries, 'meeting.json'), 'meeting.json'),
    authority: await text('authority.pem'),
    certificates,
    documents: named('documents/').map((name) => name.slice('documents/'.length, -'.jsonl'.length)),
    papers: manifest.files
      .filter(({ name, sha256 }) => name.startsWith('papers/') && !damagedPapers.includes(sha256))
      .map(({ sha256, bytes }) => ({ sha256, bytes })),
    damagedPapers,
    acts: () => linesOf(zip, entries, 'acts.jsonl', actLine),
    entries: (document) => linesOf(zip, entries, documentFileName(document), entryLine),
    minutes: async () =>
      entries.has('minutes.pdf') ? new Uint8Array(await bytesOf(zip, entries, 'minutes.pdf')) : undefined,
    extractPaper: (sha256, path) => extract(zip, entries, sha256, path),
    close: () => zip.close(),
  };
}

async function extract(
  zip: ZipFile,
  entries: ReadonlyMap<string, Entry>,
  sha256: string,
  path: string,
): Promise<PackageResult<undefined>> {
  let created = false;
  try {
    const hash = createHash('sha256');
    const name = paperName(sha256);
    const through = new Transform({
      transform(chunk: Buffer, _encoding, next) {
        hash.update(chunk);
        next(null, chunk);
      },
      flush: (next) => next(hash.digest('hex') === sha256 ? null : new PackageError('damaged', name)),
    });
    const stream = await streamOf(zip, entries, name);
    // Opened here and not by the stream: its failure would come before anybody listens.
    const file = await open(path, 'wx');
    created = true;
    await unpack(stream, name, [through, file.createWriteStream()]);
    return { ok: true, value: undefined };
  } catch (error) {
    // Only what was made here: a file that was there before stays.
    if (created) await rm(path, { force: true });
    return packageFailure(error);
  }
}

const LINE_END = 0x0a;

async function* linesOf<Line>(
  zip: ZipFile,
  entries: ReadonlyMap<string, Entry>,
  name: string,
  schema: z.ZodType<Line>,
): AsyncGenerator<Line> {
  // Of the line that is being read; joined once, when it is whole.
  let parts: Buffer[] = [];
  let length = 0;
  const stream = await streamOf(zip, entries, name);
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      let from = 0;
      for (let end = chunk.indexOf(LINE_END); end !== -1; end = chunk.indexOf(LINE_END, from)) {
        yield parsed(Buffer.concat([...parts, chunk.subarray(from, end)]), name, schema);
        parts = [];
        length = 0;
        from = end + 1;
      }
      parts.push(chunk.subarray(from));
      length += chunk.length - from;
      if (length > MAX_LINE_BYTES) throw new PackageError('too-large', name);
    }
  } catch (error) {
    if (error instanceof PackageError) throw error;
    throw new PackageError('damaged', name, { cause: error });
  }
  if (length > 0) yield parsed(Buffer.concat(parts), name, schema);
}

function parsed<Line>(line: Buffer, name: string, schema: z.ZodType<Line>): Line {
  if (line.length > MAX_LINE_BYTES) throw new PackageError('too-large', name);
  const result = schema.safeParse(json(line, name));
  if (!result.success) throw new PackageError('damaged', name, { cause: result.error });
  return result.data;
}

function json(bytes: Buffer, name: string): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    throw new PackageError('damaged', name, { cause: error });
  }
}

async function streamOf(zip: ZipFile, entries: ReadonlyMap<string, Entry>, name: string): Promise<Readable> {
  const entry = entries.get(name);
  if (entry === undefined) throw new PackageError('missing-file', name);
  try {
    return await zip.openReadStreamPromise(entry);
  } catch (error) {
    throw new PackageError('damaged', name, { cause: error });
  }
}

/** Whole, in memory: only for files whose size was bounded before. */
async function bytesOf(zip: ZipFile, entries: ReadonlyMap<string, Entry>, name: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  const collect = new Writable({
    write(chunk: Buffer, _encoding, next) {
      chunks.push(chunk);
      next();
    },
  });
  await unpack(await streamOf(zip, entries, name), name, [collect]);
  return Buffer.concat(chunks);
}

/** yauzl and zlib report damage as plain errors; errors of the target file keep their codes. */
async function unpack(
  stream: Readable,
  name: string,
  targets: readonly (Transform | Writable)[],
  signal?: AbortSignal,
): Promise<void> {
  let fromPackage: unknown;
  stream.once('error', (error) => (fromPackage = error));
  try {
    await pipeline([stream, ...targets], signal === undefined ? {} : { signal });
  } catch (error) {
    if (error === fromPackage && !(error instanceof Error && error.name === 'AbortError')) {
      throw new PackageError('damaged', name, { cause: error });
    }
    throw error;
  }
}

const hashIn = (name: string): string => name.slice(name.indexOf('/') + 1, name.lastIndexOf('.'));
