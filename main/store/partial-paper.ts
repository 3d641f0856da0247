import { open, type FileHandle } from 'node:fs/promises';
import { PAPER_CHUNK_BYTES } from '../../common/collab/plan.ts';
import { sha256 } from './hash-bytes.ts';
import type { PaperRoom } from './health.ts';
import { hashFile, readFully, writeFully } from './paper-hashing.ts';
import { chunkLength, type PaperManifest, type PaperRecords } from './paper-records.ts';
import { fail, succeed, type Result } from './result.ts';
import { asStoreError } from './store-error.ts';

export type ChunkRefusal =
  /** Not the bytes that the manifest names: fetch this chunk again, from somebody else. */
  | 'wrong-bytes'
  | 'no-such-chunk'
  /** All chunks are as the manifest says and yet are not the paper: the manifest lies. Everything was thrown away. */
  | 'wrong-manifest'
  /** The disk lost chunks written before; `missing()` lists them again. */
  | 'damaged-on-disk'
  | 'disk-full'
  | 'unwritable'
  | 'closed';

/** A paper of which only some chunks are here. */
export interface PartialPaper {
  readonly manifest: PaperManifest;
  /** Verified bytes on this disk. */
  have(): number;
  has(index: number): boolean;
  missing(): number[];
  /** Checks `bytes` against the manifest, then writes them. `complete`: that was the last, and the paper is whole. */
  write(index: number, bytes: Uint8Array): Promise<Result<'stored' | 'already-there' | 'complete', ChunkRefusal>>;
  /** The disk doesn't give back what was written: the chunk is missing again. */
  lose(index: number): Promise<void>;
  /** What was verified is remembered for the next time, if the disk allows. Idempotent. */
  close(): Promise<void>;
}

/** Chunks written between two marks on the disk: what a crash makes be fetched again. */
const CHUNKS_BETWEEN_MARKS = 16;

export async function openPartialPaper(
  manifest: PaperManifest,
  path: string,
  records: PaperRecords,
  room: PaperRoom,
  /** Gets the verified file; moves it to its place. */
  finish: () => Promise<void>,
  /** Another chunk lies there, the last one perhaps. */
  onStored: () => void,
  onClosed: () => void,
): Promise<PartialPaper> {
  const file = await openReadWrite(path);
  const count = manifest.chunks.length;
  const bits = new Uint8Array(Math.ceil(count / 8));
  const remembered = records.verified(manifest.sha256);
  const onDisk = (await file.stat()).size;
  if (remembered?.length === bits.length && onDisk > 0) bits.set(remembered);
  if (onDisk > manifest.size) await file.truncate(manifest.size);
  const writing = new Set<number>();
  let unmarked = 0;
  let open = true;

  const has = (index: number) => ((bits[index >> 3] ?? 0) & (1 << (index & 7))) !== 0;
  const set = (index: number) => void (bits[index >> 3] = (bits[index >> 3] ?? 0) | (1 << (index & 7)));
  const unset = (index: number) => void (bits[index >> 3] = (bits[index >> 3] ?? 0) & ~(1 << (index & 7)));
  const missing = () => manifest.chunks.flatMap((_, index) => (has(index) ? [] : [index]));

  // All chunks there but no whole paper: the last step failed. Fetching one chunk again runs it again.
  if (missing().length === 0) unset(count - 1);

  const mark = async () => {
    if (unmarked === 0) return;
    unmarked = 0;
    const now = bits.slice();
    await file.datasync();
    records.setVerified(manifest.sha256, now);
  };

  const close = async () => {
    if (!open) return;
    open = false;
    try {
      await mark();
    } catch (error) {
      // A full or failing disk: what is not marked is fetched again.
      if (!asStoreError(error)) throw error;
    } finally {
      await file.close();
      onClosed();
    }
  };

  const complete = async (): Promise<Result<'complete', ChunkRefusal>> => {
    await file.datasync();
    const whole = await hashFile(file);
    if (whole.sha256 === manifest.sha256 && whole.size === manifest.size) {
      open = false;
      try {
        await file.close();
        await finish();
      } finally {
        onClosed();
      }
      onStored();
      return succeed('complete');
    }
    const lost = await lostChunks(file, manifest);
    if (lost.length === 0) {
      bits.fill(0);
      unmarked = 0;
      await file.truncate(0);
      records.setVerified(manifest.sha256, null);
      await close();
      return fail('wrong-manifest');
    }
    for (const index of lost) unset(index);
    await file.truncate(manifest.size);
    unmarked = lost.length;
    await mark();
    return fail('damaged-on-disk');
  };

  return {
    manifest,
    have: () =>
      manifest.chunks.reduce((sum, _, index) => sum + (has(index) ? chunkLength(manifest.size, index) : 0), 0),
    has,
    missing,
    async write(index, bytes) {
      if (!open) return fail('closed');
      const expected = manifest.chunks[index];
      if (expected === undefined) return fail('no-such-chunk');
      if (bytes.length !== chunkLength(manifest.size, index) || sha256(bytes) !== expected) return fail('wrong-bytes');
      if (has(index) || writing.has(index)) return succeed('already-there');
      if (!room.hasRoomFor(bytes.length)) return fail('disk-full');
      writing.add(index);
      try {
        await writeFully(file, bytes, index * PAPER_CHUNK_BYTES);
        set(index);
        unmarked++;
        if (missing().length === 0) return await complete();
        if (unmarked >= CHUNKS_BETWEEN_MARKS) await mark();
        onStored();
        return succeed('stored');
      } catch (error) {
        const known = asStoreError(error);
        unset(index);
        if (!known && !open) return fail('closed');
        if (!known) throw error;
        room.note(known);
        return fail(known.code === 'disk-full' ? 'disk-full' : 'unwritable');
      } finally {
        writing.delete(index);
      }
    },
    async lose(index) {
      if (!open || !has(index)) return;
      unset(index);
      unmarked++;
      await mark();
    },
    close,
  };
}

async function openReadWrite(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'r+');
  } catch {
    return await open(path, 'wx+', 0o600);
  }
}

async function lostChunks(file: FileHandle, manifest: PaperManifest): Promise<number[]> {
  const buffer = Buffer.allocUnsafe(PAPER_CHUNK_BYTES);
  const lost: number[] = [];
  for (const [index, expected] of manifest.chunks.entries()) {
    const chunk = buffer.subarray(0, chunkLength(manifest.size, index));
    const read = await readFully(file, chunk, index * PAPER_CHUNK_BYTES);
    if (read !== chunk.length || sha256(chunk) !== expected) lost.push(index);
  }
  return lost;
}
