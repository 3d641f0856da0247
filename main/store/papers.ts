import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { PAPER_CHUNK_BYTES } from '../../common/collab/plan.ts';
import type { Sha256 } from '../../common/domain/ids.ts';
import type { Database } from './database.ts';
import { sha256 as hashBytes } from './hash-bytes.ts';
import type { PaperRoom } from './health.ts';
import {
  importBytes,
  importFile,
  IMPORT_PREFIX,
  syncFolder,
  type ImportOptions,
  type ImportRefusal,
} from './import-paper.ts';
import { hashFile, readFully, type HashedBytes } from './paper-hashing.ts';
import {
  chunkCount,
  chunkLength,
  paperRecords,
  type PaperManifest,
  type PaperRecords,
  type StoredPaper,
} from './paper-records.ts';
import { openPartialPaper, type PartialPaper } from './partial-paper.ts';
import { fail, succeed, type Result } from './result.ts';

export interface PaperFile {
  readonly path: string;
  readonly size: number;
}

/** What of a paper lies verified on this disk, for handing it on. */
export interface HeldPaper {
  readonly path: string;
  has(chunk: number): boolean;
}

export interface ImportedPaper extends PaperManifest {
  /** The same bytes were here before. */
  readonly existed: boolean;
}

/** Papers: immutable files named by their SHA-256, `papers/<sha256>` when whole and `<sha256>.part` until then. */
export interface PaperStore {
  get(sha256: Sha256): StoredPaper | undefined;
  list(): StoredPaper[];
  /** Where the whole, verified paper lies; undefined when it isn't (any more) there. */
  file(sha256: Sha256): PaperFile | undefined;
  /** The whole paper or its verified chunks; undefined: nothing of it is here. */
  held(sha256: Sha256): HeldPaper | undefined;
  /** Verified bytes on this disk. */
  have(sha256: Sha256): number;
  describe(sha256: Sha256, title: string, pages: number): void;
  importPaper(path: string, options?: ImportOptions): Promise<Result<ImportedPaper, ImportRefusal>>;
  /** For papers made here, such as the sealed minutes. */
  importBytes(bytes: Uint8Array): Promise<Result<ImportedPaper, 'empty' | 'disk-full' | 'unwritable'>>;
  /**
   * Reads a chunk and checks it against the manifest again, since a crash may have spoilt what was written. `not-here`: it
   * isn't, or not any more, and will be fetched. `damaged`: the paper is whole and yet has other bytes there.
   */
  readChunk(manifest: PaperManifest, index: number): Promise<Uint8Array | 'not-here' | 'damaged'>;
  /** More of a paper lies here than before. May fire for what was there already. */
  onArrival(listener: (sha256: Sha256) => void): () => void;
  /** For fetching. While it is open, opening it again gives the same one. `wrong-manifest`: sizes don't fit. */
  openPart(manifest: PaperManifest): Promise<Result<PartialPaper, 'already-complete' | 'wrong-manifest'>>;
  /** Reads the whole file again; a paper that isn't its hash is set aside and counts as missing. */
  verify(sha256: Sha256): Promise<'sound' | 'damaged' | 'missing'>;
  remove(sha256: Sha256): Promise<void>;
  closeParts(): Promise<void>;
}

export function paperStore(db: Database, dataDir: string, room: PaperRoom): PaperStore {
  const folder = join(dataDir, 'papers');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  removeLeftovers(folder);
  const records = paperRecords(db);
  const parts = new Map<Sha256, Promise<PartialPaper>>();
  const opened = new Map<Sha256, PartialPaper>();
  const arrivals = new Set<(sha256: Sha256) => void>();
  const tellArrival = (sha256: Sha256) => {
    for (const listener of arrivals) listener(sha256);
  };
  const wholePath = (sha256: Sha256) => join(folder, sha256);
  const partPath = (sha256: Sha256) => join(folder, `${sha256}.part`);

  const file = (sha256: Sha256): PaperFile | undefined => {
    const record = records.get(sha256);
    if (!record?.complete) return undefined;
    const path = wholePath(sha256);
    const stat = statSync(path, { throwIfNoEntry: false });
    if (stat?.isFile() && stat.size === record.size) return { path, size: record.size };
    records.setComplete(sha256, false);
    return undefined;
  };

  const open = (manifest: PaperManifest): Promise<PartialPaper> => {
    const { sha256 } = manifest;
    const finish = async () => {
      await rename(partPath(sha256), wholePath(sha256));
      await syncFolder(folder);
      records.setComplete(sha256, true);
    };
    return openPartialPaper(
      manifest,
      partPath(sha256),
      records,
      room,
      finish,
      () => tellArrival(sha256),
      () => {
        parts.delete(sha256);
        opened.delete(sha256);
      },
    );
  };

  const held = (sha256: Sha256): HeldPaper | undefined => {
    const whole = file(sha256);
    if (whole) return { path: whole.path, has: () => true };
    const path = partPath(sha256);
    const part = opened.get(sha256);
    if (part) return { path, has: (chunk) => part.has(chunk) };
    const bits = records.verified(sha256);
    return bits && { path, has: (chunk) => bitOf(bits, chunk) };
  };

  const lose = async (sha256: Sha256, index: number): Promise<void> => {
    const part = opened.get(sha256);
    if (part) return await part.lose(index);
    const bits = records.verified(sha256)?.slice();
    if (!bits || !bitOf(bits, index)) return;
    bits[index >> 3] = (bits[index >> 3] ?? 0) & ~(1 << (index & 7));
    records.setVerified(sha256, bits);
  };

  /** The whole file lies in its place: notes it and drops what was fetched of it. */
  const keep = async (manifest: PaperManifest): Promise<ImportedPaper> => {
    const existed = records.get(manifest.sha256)?.complete ?? false;
    db.transaction(() => {
      records.add(manifest);
      records.replace(manifest);
      records.setComplete(manifest.sha256, true);
    }).immediate();
    if (!parts.has(manifest.sha256)) await rm(partPath(manifest.sha256), { force: true });
    tellArrival(manifest.sha256);
    return { ...manifest, existed };
  };

  /** A crash between moving a whole file to its place and noting it leaves it there: it need not be fetched again. */
  const adopted = async (manifest: PaperManifest): Promise<boolean> => {
    const path = wholePath(manifest.sha256);
    if (!statSync(path, { throwIfNoEntry: false })?.isFile()) return false;
    const found = await hashOf(path);
    if (found.sha256 !== manifest.sha256) {
      await rm(path, { force: true });
      return false;
    }
    await keep(found);
    return true;
  };

  return {
    get: records.get,
    list: records.list,
    file,
    held,
    async readChunk({ sha256, size, chunks }, index) {
      const expected = chunks[index];
      // What was verified here was verified against the manifest that came first.
      if (expected === undefined || records.get(sha256)?.chunks[index] !== expected) return 'not-here';
      // Twice: the file moves to its place when the paper becomes whole.
      for (let attempt = 0; attempt < 2; attempt++) {
        const there = held(sha256);
        if (!there?.has(index)) return 'not-here';
        const bytes = await readPart(there.path, index * PAPER_CHUNK_BYTES, chunkLength(size, index));
        if (!bytes) continue;
        if (hashBytes(bytes) === expected) return bytes;
        if (file(sha256)) return 'damaged';
        await lose(sha256, index);
      }
      return 'not-here';
    },
    onArrival(listener) {
      arrivals.add(listener);
      return () => arrivals.delete(listener);
    },
    have(sha256) {
      const record = records.get(sha256);
      if (!record) return 0;
      return (
        opened.get(sha256)?.have() ?? (record.complete ? (file(sha256)?.size ?? 0) : verifiedBytes(records, record))
      );
    },
    describe: records.describe,
    async importPaper(path, options) {
      const imported = await importFile(path, folder, room, options);
      return imported.ok ? succeed(await keep(imported.value)) : imported;
    },
    async importBytes(bytes) {
      const imported = await importBytes(bytes, folder);
      return imported.ok ? succeed(await keep(imported.value)) : imported;
    },
    async openPart(manifest) {
      const { sha256, size, chunks } = manifest;
      if (size < 1 || chunks.length !== chunkCount(size)) return fail('wrong-manifest');
      if (file(sha256) || (await adopted(manifest))) return fail('already-complete');
      const known = records.get(sha256);
      const fits = known?.size === size && known.chunks.every((chunk, index) => chunk === chunks[index]);
      if (parts.has(sha256) && !fits) return fail('wrong-manifest');
      records.add(manifest);
      if (known && !fits) records.replace(manifest);
      const opening = parts.get(sha256) ?? open(manifest);
      parts.set(sha256, opening);
      try {
        const part = await opening;
        if (parts.get(sha256) === opening) opened.set(sha256, part);
        return succeed(part);
      } catch (error) {
        parts.delete(sha256);
        throw error;
      }
    },
    async verify(sha256) {
      const found = file(sha256);
      if (!found) return 'missing';
      if ((await hashOf(found.path)).sha256 === sha256) return 'sound';
      await rm(found.path, { force: true });
      records.setComplete(sha256, false);
      return 'damaged';
    },
    async remove(sha256) {
      await (await parts.get(sha256))?.close();
      // Files first: on a full disk they make room for the change of the database.
      await rm(wholePath(sha256), { force: true });
      await rm(partPath(sha256), { force: true });
      records.remove(sha256);
    },
    async closeParts() {
      for (const part of [...parts.values()]) await (await part).close();
    },
  };
}

/** Fewer bytes than asked for where the file is shorter; undefined: there is no file. */
async function readPart(path: string, from: number, length: number): Promise<Uint8Array | undefined> {
  const handle = await open(path, 'r').catch(() => undefined);
  if (!handle) return undefined;
  try {
    const bytes = new Uint8Array(length);
    return bytes.subarray(0, await readFully(handle, bytes, from));
  } finally {
    await handle.close();
  }
}

async function hashOf(path: string): Promise<HashedBytes> {
  const handle = await open(path, 'r');
  try {
    return await hashFile(handle);
  } finally {
    await handle.close();
  }
}

function verifiedBytes(records: PaperRecords, { sha256, size, chunks }: PaperManifest): number {
  const bits = records.verified(sha256);
  if (!bits) return 0;
  return chunks.reduce((sum, _, index) => {
    return sum + (bitOf(bits, index) ? chunkLength(size, index) : 0);
  }, 0);
}

const bitOf = (bits: Uint8Array, index: number): boolean => ((bits[index >> 3] ?? 0) & (1 << (index & 7))) !== 0;

/** Copies that a crash cut short. */
function removeLeftovers(folder: string): void {
  for (const name of readdirSync(folder)) {
    if (name.startsWith(IMPORT_PREFIX)) rmSync(join(folder, name), { force: true });
  }
}
