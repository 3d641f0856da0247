import { PAPER_CHUNK_BYTES } from '../../common/collab/plan.ts';
import type { Sha256 } from '../../common/domain/ids.ts';
import type { Database } from './database.ts';
import { hashBytes, hashFrom } from './hash-bytes.ts';

/** What names the bytes of a paper: whole, and in chunks of `PAPER_CHUNK_BYTES`. */
export interface PaperManifest {
  readonly sha256: Sha256;
  /** Bytes. */
  readonly size: number;
  readonly chunks: readonly Sha256[];
}

export interface StoredPaper extends PaperManifest {
  /** The whole file is here and was verified. */
  readonly complete: boolean;
  readonly title: string | null;
  readonly pages: number | null;
}

/** Rows about papers; the bytes are files. */
export interface PaperRecords {
  get(sha256: Sha256): StoredPaper | undefined;
  list(): StoredPaper[];
  /** Does nothing when the paper is known. */
  add(manifest: PaperManifest): void;
  /** Replaces the manifest of a paper that is not complete, and forgets its verified chunks. */
  replace(manifest: PaperManifest): void;
  describe(sha256: Sha256, title: string, pages: number): void;
  /** A bit for each chunk, lowest bit first; undefined when none was verified. */
  verified(sha256: Sha256): Uint8Array | undefined;
  setVerified(sha256: Sha256, bits: Uint8Array | null): void;
  setComplete(sha256: Sha256, complete: boolean): void;
  remove(sha256: Sha256): void;
}

interface PaperRow {
  readonly sha256: Uint8Array;
  readonly size: number;
  readonly chunks: Uint8Array;
  readonly complete: number;
  readonly title: string | null;
  readonly pages: number | null;
}

export const chunkCount = (size: number): number => Math.ceil(size / PAPER_CHUNK_BYTES);
export const chunkLength = (size: number, index: number): number =>
  Math.min(PAPER_CHUNK_BYTES, size - index * PAPER_CHUNK_BYTES);

export function paperRecords(db: Database): PaperRecords {
  const columns = 'sha256, size, chunks, complete, title, pages';
  const one = db.prepare<[Uint8Array], PaperRow>(`SELECT ${columns} FROM papers WHERE sha256 = ?`);
  const all = db.prepare<[], PaperRow>(`SELECT ${columns} FROM papers ORDER BY sha256`);
  const add = db.prepare<[Uint8Array, number, Uint8Array]>(
    'INSERT INTO papers (sha256, size, chunks, complete) VALUES (?, ?, ?, 0) ON CONFLICT DO NOTHING',
  );
  const replace = db.prepare<[number, Uint8Array, Uint8Array]>(
    'UPDATE papers SET size = ?, chunks = ?, verified = NULL WHERE sha256 = ? AND complete = 0',
  );
  const describe = db.prepare<[string, number, Uint8Array]>('UPDATE papers SET title = ?, pages = ? WHERE sha256 = ?');
  const verified = db.prepare<[Uint8Array], Uint8Array | null>('SELECT verified FROM papers WHERE sha256 = ?').pluck();
  const setVerified = db.prepare<[Uint8Array | null, Uint8Array]>('UPDATE papers SET verified = ? WHERE sha256 = ?');
  const setComplete = db.prepare<[number, Uint8Array]>(
    'UPDATE papers SET complete = ?, verified = NULL WHERE sha256 = ?',
  );
  const remove = db.prepare<[Uint8Array]>('DELETE FROM papers WHERE sha256 = ?');
  return {
    get(sha256) {
      const row = one.get(hashBytes(sha256));
      return row && paperFrom(row);
    },
    list: () => all.all().map(paperFrom),
    add: ({ sha256, size, chunks }) => void add.run(hashBytes(sha256), size, joined(chunks)),
    replace: ({ sha256, size, chunks }) => void replace.run(size, joined(chunks), hashBytes(sha256)),
    describe: (sha256, title, pages) => void describe.run(title, pages, hashBytes(sha256)),
    verified: (sha256) => verified.get(hashBytes(sha256)) ?? undefined,
    setVerified: (sha256, bits) => void setVerified.run(bits, hashBytes(sha256)),
    setComplete: (sha256, complete) => void setComplete.run(complete ? 1 : 0, hashBytes(sha256)),
    remove: (sha256) => void remove.run(hashBytes(sha256)),
  };
}

const joined = (chunks: readonly Sha256[]): Uint8Array => Buffer.concat(chunks.map(hashBytes));

function paperFrom(row: PaperRow): StoredPaper {
  const chunks: Sha256[] = [];
  for (let at = 0; at < row.chunks.length; at += 32) chunks.push(hashFrom(row.chunks.subarray(at, at + 32)));
  return {
    sha256: hashFrom(row.sha256),
    size: row.size,
    chunks,
    complete: row.complete === 1,
    title: row.title,
    pages: row.pages,
  };
}
