import { closeSync, fstatSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

export interface RotatingFile {
  /** Never throws: a full disk loses lines, not the meeting. */
  write(line: string): void;
  close(): void;
}

/**
 * Appends lines to `path`; past `maxBytes` it becomes `path.1`, that one `path.2`, up to `keep`. At most
 * `maxBytes * (keep + 1)` bytes in all, and a line.
 */
export function rotatingFile(path: string, maxBytes: number, keep: number): RotatingFile {
  let file: number | undefined;
  let size = 0;

  const open = () => {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    file = openSync(path, 'a', 0o600);
    size = fstatSync(file).size;
  };
  const close = () => {
    if (file === undefined) return;
    const closing = file;
    file = undefined;
    closeSync(closing);
  };
  const rotate = () => {
    close();
    rmSync(`${path}.${keep}`, { force: true });
    for (let number = keep; number >= 1; number--)
      move(number === 1 ? path : `${path}.${number - 1}`, `${path}.${number}`);
  };

  return {
    write(line) {
      try {
        if (file === undefined) open();
        if (size > 0 && size + Buffer.byteLength(line) > maxBytes) {
          rotate();
          open();
        }
        if (file !== undefined) size += writeSync(file, line);
      } catch {
        // Nowhere left to tell.
      }
    },
    close() {
      try {
        close();
      } catch {
        // As above.
      }
    },
  };
}

function move(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
  }
}
