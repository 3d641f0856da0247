import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { PAPER_CHUNK_BYTES } from '../../common/collab/plan.ts';
import { asSha256, type Sha256 } from '../../common/domain/ids.ts';
import { sha256 } from './hash-bytes.ts';

export interface HashedBytes {
  readonly sha256: Sha256;
  readonly size: number;
  readonly chunks: readonly Sha256[];
}

/**
 * Reads an open file from its start, a chunk at a time, and hashes it whole and by chunks. `onChunk` gets each chunk
 * (valid until its promise settles) and may throw to stop.
 */
export async function hashFile(
  file: FileHandle,
  onChunk: (bytes: Uint8Array, size: number) => void | Promise<void> = () => {},
): Promise<HashedBytes> {
  const whole = createHash('sha256');
  const chunks: Sha256[] = [];
  const buffer = Buffer.allocUnsafe(PAPER_CHUNK_BYTES);
  let size = 0;
  for (;;) {
    const chunk = buffer.subarray(0, await readFully(file, buffer, size));
    if (chunk.length === 0) break;
    size += chunk.length;
    // Hashed here while another thread writes.
    const taken = onChunk(chunk, size);
    whole.update(chunk);
    chunks.push(sha256(chunk));
    await taken;
  }
  return { sha256: asSha256(whole.digest('hex')), size, chunks };
}

export function hashBytesInChunks(bytes: Uint8Array): HashedBytes {
  const chunks: Sha256[] = [];
  for (let at = 0; at < bytes.length; at += PAPER_CHUNK_BYTES) {
    chunks.push(sha256(bytes.subarray(at, at + PAPER_CHUNK_BYTES)));
  }
  return { sha256: sha256(bytes), size: bytes.length, chunks };
}

/** Fills `buffer` from `position` on; fewer bytes only at the end of the file. */
export async function readFully(file: FileHandle, buffer: Uint8Array, position: number): Promise<number> {
  let filled = 0;
  while (filled < buffer.length) {
    const { bytesRead } = await file.read(buffer, filled, buffer.length - filled, position + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return filled;
}

export async function writeFully(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  let written = 0;
  while (written < bytes.length) {
    written += (await file.write(bytes, written, bytes.length - written, position + written)).bytesWritten;
  }
}
