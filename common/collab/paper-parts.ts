import type { Sha256 } from '../domain/ids.ts';

/** A paper as the plan or the minutes name it; a `PaperRecord` is one. */
export interface WantedPaper {
  readonly sha256: Sha256;
  /** Bytes. */
  readonly size: number;
  /** SHA-256 of each `PAPER_CHUNK_BYTES`. */
  readonly chunks: readonly Sha256[];
}

type Outcome<Value, Failure> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly error: Failure };

export type ChunkProblem =
  | 'wrong-bytes'
  | 'no-such-chunk'
  | 'wrong-manifest'
  | 'damaged-on-disk'
  | 'disk-full'
  | 'unwritable'
  | 'closed';

/** A paper being put together on disk. `write` checks a chunk against the manifest before it writes. */
export interface PaperPart {
  /** Verified bytes on this disk. */
  have(): number;
  missing(): number[];
  write(index: number, bytes: Uint8Array): Promise<Outcome<'stored' | 'already-there' | 'complete', ChunkProblem>>;
  close(): Promise<void>;
}

/** What of a paper lies on this disk, for handing it on. */
export interface HeldPaper {
  /** The file; chunks that are not there may be holes in it. */
  readonly path: string;
  has(chunk: number): boolean;
}

/** Where papers are put together; the store's `PaperStore` has it. While a part is open, opening it again gives the same. */
export interface PaperParts {
  /** What of a paper lies verified on this disk, whole or not; undefined: nothing. */
  held(paper: Sha256): HeldPaper | undefined;
  openPart(paper: WantedPaper): Promise<Outcome<PaperPart, 'already-complete' | 'wrong-manifest'>>;
}
