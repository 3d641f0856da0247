import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** What a laptop keeps, read from a copy of its database: the running application lets nobody else read its own. */
export interface Stored {
  /** Names of the documents and act streams that this laptop holds signed entries of. */
  readonly streams: readonly string[];
  /** All bytes of all rows, entries unpacked down to the changes in them, one character a byte. */
  readonly content: string;
}

export function readStored(data: string): Stored {
  const files = readdirSync(data).filter((name) => name.startsWith('phien.db'));
  const copy = mkdtempSync(path.join(os.tmpdir(), 'phien-stored-'));
  for (const name of files.filter((file) => !file.endsWith('-shm')))
    cpSync(path.join(data, name), path.join(copy, name));
  const db = new DatabaseSync(path.join(copy, 'phien.db'));
  try {
    const parts: string[] = [];
    const tables = db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").all();
    for (const { name } of tables) {
      for (const row of db.prepare(`SELECT * FROM "${String(name)}"`).all()) {
        for (const value of Object.values(row)) {
          if (value instanceof Uint8Array) parts.push(Buffer.from(value).toString('latin1'));
          else if (typeof value === 'string') parts.push(unpacked(value));
        }
      }
    }
    const streams = db.prepare('SELECT stream FROM streams').all();
    return { streams: streams.map(({ stream }) => String(stream)), content: parts.join('\n') };
  } finally {
    db.close();
    rmSync(copy, { recursive: true });
  }
}

/** `text` as it would be found in the content. */
export const asStored = (text: string): string => Buffer.from(text, 'utf8').toString('latin1');

/** A signed entry holds its payload, and that its change, in base64url. */
function unpacked(text: string): string {
  const payload = /^[\w-]+\.([\w-]+)\.[\w-]+$/.exec(text)?.[1];
  if (payload === undefined) return asStored(text);
  const json = Buffer.from(payload, 'base64url').toString('utf8');
  const update = /"update":"([\w-]*)"/.exec(json)?.[1] ?? '';
  return `${asStored(json)}\n${Buffer.from(update, 'base64url').toString('latin1')}`;
}
