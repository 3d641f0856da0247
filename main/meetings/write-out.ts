import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Refusal } from '../../common/contract/port.ts';

/** Hands out a file that is kept here, to where a window said. */
export function copyOut(from: string, to: string): Promise<void> {
  // Not a copy of the file: what is kept here for its owner's eyes only is handed out as any document is.
  return writeOut(to, bytesOf(from));
}

/**
 * Writes a file where a window said. Under its name is what was there before or all of the new one, on the disk, whoever
 * looks and whatever fails.
 */
export async function writeOut(to: string, content: string | Uint8Array | AsyncIterable<Uint8Array>): Promise<void> {
  // Not the name and something more: that may be too long for a name.
  const unfinished = join(dirname(to), `${randomUUID()}.part`);
  try {
    await writeFile(unfinished, content, { flag: 'wx', flush: true });
    await rename(unfinished, to);
    await flushFolder(dirname(to));
  } catch {
    await rm(unfinished, { force: true }).catch(() => undefined);
    throw new Refusal('cannot-write-file', { path: to });
  }
}

/** Opened when it is read: until then nobody would hear of a failure. */
async function* bytesOf(path: string): AsyncGenerator<Uint8Array> {
  for await (const bytes of createReadStream(path)) yield bytes as Uint8Array;
}

/** The name itself, where the system lets a folder be flushed. */
async function flushFolder(path: string): Promise<void> {
  const folder = await open(path, 'r').catch(() => undefined);
  await folder?.sync().catch(() => undefined);
  await folder?.close();
}
