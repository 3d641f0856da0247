import { open, stat } from 'node:fs/promises';
import { Refusal } from '../../common/contract/port.ts';

/**
 * A whole file that a window named: a regular one (reading a device or a pipe may never end), of at most `limit` bytes.
 * Refuses with `unreadable-file`, or with `tooLarge`.
 */
export async function readNamedFile(path: string, limit: number, tooLarge: Refusal): Promise<Uint8Array<ArrayBuffer>> {
  try {
    // Before it is opened: opening a pipe waits for its other end.
    const facts = await stat(path);
    if (!facts.isFile()) throw new Refusal('unreadable-file', { path });
    if (facts.size > limit) throw tooLarge;
    const file = await open(path, 'r');
    try {
      const bytes = Buffer.alloc(facts.size);
      let at = 0;
      while (at < bytes.length) {
        const { bytesRead } = await file.read(bytes, at, bytes.length - at, at);
        if (bytesRead === 0) break;
        at += bytesRead;
      }
      return bytes.subarray(0, at);
    } finally {
      await file.close();
    }
  } catch (error) {
    throw error instanceof Refusal ? error : new Refusal('unreadable-file', { path });
  }
}

/** Refuses what is no regular file, before anything opens it. */
export async function mustBeFile(path: string): Promise<void> {
  const facts = await stat(path).catch(() => undefined);
  if (!facts?.isFile()) throw new Refusal('unreadable-file', { path });
}
