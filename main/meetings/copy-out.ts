import { createReadStream, createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { Refusal } from '../../common/contract/port.ts';

/** Hands out a file that is kept here, to where a window said. */
export async function copyOut(from: string, to: string): Promise<void> {
  try {
    // Not a copy of the file: what is kept here for its owner's eyes only is handed out as any document is.
    await pipeline(createReadStream(from), createWriteStream(to));
  } catch {
    throw new Refusal('cannot-write-file', { path: to });
  }
}
