import { randomUUID } from 'node:crypto';
import { open, rename, rm, writeFile, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import type { PaperRoom } from './health.ts';
import { hashBytesInChunks, hashFile, writeFully, type HashedBytes } from './paper-hashing.ts';
import { fail, succeed, type Result } from './result.ts';
import { asStoreError } from './store-error.ts';

export type ImportRefusal = 'unreadable' | 'empty' | 'too-large' | 'aborted' | 'disk-full' | 'unwritable';

export interface ImportOptions {
  /** Bytes; larger files are refused. */
  readonly limit?: number;
  /** Bytes copied so far, of how many. */
  readonly onProgress?: (done: number, total: number) => void;
  readonly signal?: AbortSignal;
}

export const IMPORT_PREFIX = 'importing-';

/**
 * Copies a file into `folder` under the name of its SHA-256, hashing on the way; on disk when it returns. The source
 * is read once, so what was hashed is what was copied. Leaves nothing behind when refused.
 */
export async function importFile(
  source: string,
  folder: string,
  room: Pick<PaperRoom, 'hasRoomFor'>,
  options: ImportOptions = {},
): Promise<Result<HashedBytes, ImportRefusal>> {
  let input: FileHandle;
  try {
    input = await open(source, 'r');
  } catch {
    return fail('unreadable');
  }
  const temporary = join(folder, IMPORT_PREFIX + randomUUID());
  try {
    const stat = await input.stat();
    if (!stat.isFile()) return fail('unreadable');
    if (!room.hasRoomFor(stat.size)) return fail('disk-full');
    return await copy(input, stat.size, temporary, folder, options);
  } finally {
    await input.close();
    await rm(temporary, { force: true });
  }
}

/** As `importFile`, for what was made here. */
export async function importBytes(
  bytes: Uint8Array,
  folder: string,
): Promise<Result<HashedBytes, 'empty' | 'disk-full' | 'unwritable'>> {
  if (bytes.length === 0) return fail('empty');
  const hashed = hashBytesInChunks(bytes);
  const temporary = join(folder, IMPORT_PREFIX + randomUUID());
  try {
    await stopOnFailure(async () => {
      await writeFile(temporary, bytes, { mode: 0o600, flush: true });
      await rename(temporary, join(folder, hashed.sha256));
      await syncFolder(folder);
    });
    return succeed(hashed);
  } catch (error) {
    if (error instanceof Stop) return fail(error.reason === 'disk-full' ? 'disk-full' : 'unwritable');
    throw error;
  } finally {
    await rm(temporary, { force: true });
  }
}

/** Stops the copy from within; never leaves this file. */
class Stop extends Error {
  readonly reason: ImportRefusal;
  constructor(reason: ImportRefusal) {
    super(reason);
    this.reason = reason;
  }
}

async function copy(
  input: FileHandle,
  expected: number,
  temporary: string,
  folder: string,
  { limit = Infinity, onProgress, signal }: ImportOptions,
): Promise<Result<HashedBytes, ImportRefusal>> {
  try {
    if (expected > limit) return fail('too-large');
    const output = await openOrStop(temporary);
    let hashed: HashedBytes;
    try {
      let at = 0;
      hashed = await hashFile(input, async (bytes, size) => {
        if (signal?.aborted) throw new Stop('aborted');
        if (size > limit) throw new Stop('too-large');
        await writeOrStop(output, bytes, at);
        at = size;
        onProgress?.(size, Math.max(size, expected));
      });
      await output.sync();
    } finally {
      await output.close();
    }
    if (hashed.size === 0) return fail('empty');
    if (signal?.aborted) return fail('aborted');
    await rename(temporary, join(folder, hashed.sha256));
    await syncFolder(folder);
    return succeed(hashed);
  } catch (error) {
    if (error instanceof Stop) return fail(error.reason);
    // What is left are failures of reading the source and of the last steps of writing.
    const known = asStoreError(error);
    if (known?.code === 'disk-full') return fail('disk-full');
    if (error instanceof Error && 'syscall' in error) {
      return fail(error.syscall === 'read' ? 'unreadable' : 'unwritable');
    }
    throw error;
  }
}

async function openOrStop(path: string): Promise<FileHandle> {
  return stopOnFailure(() => open(path, 'wx', 0o600));
}

async function writeOrStop(file: FileHandle, bytes: Uint8Array, at: number): Promise<void> {
  return stopOnFailure(() => writeFully(file, bytes, at));
}

async function stopOnFailure<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const known = asStoreError(error);
    if (!known) throw error;
    throw new Stop(known.code === 'disk-full' ? 'disk-full' : 'unwritable');
  }
}

/** Makes a rename last through a power cut; Windows has no such call and needs none. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
