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
  /** Changes of documents in signed entries, with who signed them. */
  readonly changes: readonly { readonly author: string; readonly update: Uint8Array }[];
}

export function readStored(data: string): Stored {
  const files = readdirSync(data).filter((name) => name.startsWith('phien.db'));
  const copy = mkdtempSync(path.join(os.tmpdir(), 'phien-stored-'));
  for (const name of files.filter((file) => !file.endsWith('-shm')))
    cpSync(path.join(data, name), path.join(copy, name));
  const db = new DatabaseSync(path.join(copy, 'phien.db'));
  try {
    const parts: string[] = [];
    const changes: Stored['changes'][number][] = [];
    const tables = db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").all();
    for (const { name } of tables) {
      for (const row of db.prepare(`SELECT * FROM "${String(name)}"`).all()) {
        for (const value of Object.values(row)) {
          if (value instanceof Uint8Array) parts.push(Buffer.from(value).toString('latin1'));
          else if (typeof value === 'string') {
            const { json, update } = unpacked(value);
            const author = /"author":"([\w-]+)"/.exec(json)?.[1];
            if (update.length > 0 && author !== undefined) changes.push({ author, update });
            parts.push(`${asStored(json)}\n${update.toString('latin1')}`);
          }
        }
      }
    }
    const streams = db.prepare('SELECT stream FROM streams').all();
    return { streams: streams.map(({ stream }) => String(stream)), content: parts.join('\n'), changes };
  } finally {
    db.close();
    rmSync(copy, { recursive: true });
  }
}

/** `text` as it would be found in the content. */
export const asStored = (text: string): string => Buffer.from(text, 'utf8').toString('latin1');

/** A signed entry holds its payload, and that its change, in base64url; anything else is what it is. */
function unpacked(text: string): { readonly json: string; readonly update: Buffer } {
  const payload = /^[\w-]+\.([\w-]+)\.[\w-]+$/.exec(text)?.[1];
  if (payload === undefined) return { json: text, update: Buffer.alloc(0) };
  const json = Buffer.from(payload, 'base64url').toString('utf8');
  return { json, update: Buffer.from(/"update":"([\w-]*)"/.exec(json)?.[1] ?? '', 'base64url') };
}
