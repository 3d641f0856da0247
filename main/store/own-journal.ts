import {
  closeSync,
  fdatasyncSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Database } from './database.ts';
import { sha256 } from './hash-bytes.ts';

const recordSchema = z.discriminatedUnion('kind', [
  /** An own signed entry. */
  z.strictObject({ kind: z.literal('entry'), jws: z.string() }),
  /** A change of a private document, which no other laptop has; `changes` in base64. */
  z.strictObject({
    kind: z.literal('private'),
    id: z.number().int(),
    meeting: z.string(),
    name: z.string(),
    changes: z.string(),
  }),
  /** It goes on in that segment. */
  z.strictObject({ kind: z.literal('next'), segment: z.number().int() }),
]);
export type JournalRecord = z.infer<typeof recordSchema>;

/**
 * What nobody but this laptop may write, a second time, in plain files beside the database: its own signed entries and
 * its private changes since the backups that are kept. A database that is damaged, put back, or loses its last changes
 * gets them from here, so that no number of an own stream is ever signed twice.
 */
export interface OwnJournal {
  /**
   * On the disk when it returns. Throws when it can't be, and leaves no trace: also while what was taken back before can't
   * be removed. Returns how to take it back.
   */
  add(record: JournalRecord): () => void;
  /** Begins a segment for a backup that is about to be made; returns its number. */
  next(): number;
  /** Removes the segments that no backup needs any more. */
  forgetBefore(segment: number): void;
  close(): void;
}

const NAME = /^own-(\d+)\.log$/;
const LINE_END = 0x0a;
/** Hexadecimal digits of a line's SHA-256 before it. */
const CHECK_DIGITS = 16;

export const journalFolder = (dataDir: string): string => join(dataDir, 'journal');
const fileOf = (folder: string, segment: number): string => join(folder, `own-${segment}.log`);

/** Numbers of the segments that are there, rising. */
export function journalSegments(folder: string): number[] {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return readdirSync(folder)
    .flatMap((name) => Number(NAME.exec(name)?.[1] ?? []))
    .sort((a, b) => a - b);
}

/** Everything from `segment` on. `whole`: nothing is missing but what a crash cut off while it was being written. */
export function readJournal(
  folder: string,
  segment: number,
): { readonly records: readonly JournalRecord[]; readonly whole: boolean; readonly last: number } {
  const records: JournalRecord[] = [];
  for (let at = segment; ;) {
    let bytes: Buffer;
    try {
      bytes = readFileSync(fileOf(folder, at));
    } catch {
      return { records, whole: false, last: at };
    }
    const { records: found, rest } = readLines(bytes);
    records.push(...found.filter(({ kind }) => kind !== 'next'));
    const next = found.at(-1);
    if (rest === 'damaged') return { records, whole: false, last: at };
    if (next?.kind !== 'next') return { records, whole: true, last: at };
    // Only ever forwards, whatever a file says.
    if (next.segment <= at) return { records, whole: false, last: at };
    at = next.segment;
  }
}

function readLines(bytes: Buffer): { records: JournalRecord[]; rest: 'none' | 'torn' | 'damaged'; end: number } {
  const records: JournalRecord[] = [];
  let from = 0;
  while (from < bytes.length) {
    const to = bytes.indexOf(LINE_END, from);
    if (to < 0) return { records, rest: 'torn', end: from };
    const record = recordOf(bytes.toString('utf8', from, to));
    if (!record) return { records, rest: 'damaged', end: from };
    records.push(record);
    from = to + 1;
  }
  return { records, rest: 'none', end: from };
}

function recordOf(line: string): JournalRecord | undefined {
  const text = line.slice(CHECK_DIGITS + 1);
  if (line.slice(0, CHECK_DIGITS + 1) !== `${sha256(text).slice(0, CHECK_DIGITS)} `) return undefined;
  try {
    return recordSchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** Opens a segment to write on, and makes it when it is not there. */
export function openJournal(folder: string, segment: number): OwnJournal {
  let file = openSegment(folder, segment);
  let at = segment;
  /** The file is to end there: what is behind was taken back and is still in it. */
  let end: number | undefined;
  let closed = false;

  function cut(): void {
    if (end === undefined) return;
    ftruncateSync(file, end);
    fdatasyncSync(file);
    end = undefined;
  }

  function add(record: JournalRecord): () => void {
    // Its number may be another file's by now: a copy of the database may still be under way when all is closed.
    if (closed) throw new Error('the journal is closed');
    // Two entries of one number would put the stream in doubt.
    cut();
    const before = fstatSync(file).size;
    const takeBack = (): void => {
      end = before;
      try {
        cut();
      } catch {
        // A disk that takes nothing now: nothing is added until this is out. A process that ends before finds an entry on
        // opening that was not stored, and stores it.
      }
    };
    const text = JSON.stringify(record);
    const line = Buffer.from(`${sha256(text).slice(0, CHECK_DIGITS)} ${text}\n`);
    try {
      for (let written = 0; written < line.length;) written += writeSync(file, line, written);
      fdatasyncSync(file);
    } catch (error) {
      takeBack();
      throw error;
    }
    return takeBack;
  }

  return {
    add,
    next() {
      const segment = at + 1;
      const fresh = openSegment(folder, segment);
      try {
        add({ kind: 'next', segment });
      } catch (error) {
        closeSync(fresh);
        rmSync(fileOf(folder, segment), { force: true });
        throw error;
      }
      closeSync(file);
      file = fresh;
      at = segment;
      return segment;
    },
    forgetBefore(wanted) {
      for (const old of journalSegments(folder)) if (old < wanted && old < at) rmSync(fileOf(folder, old));
    },
    close() {
      closed = true;
      closeSync(file);
    },
  };
}

function openSegment(folder: string, segment: number): number {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const path = fileOf(folder, segment);
  const file = openSync(path, 'a+', 0o600);
  // What a crash cut off in the middle of a line would spoil the next one.
  const { end } = readLines(readFileSync(path));
  if (end < fstatSync(file).size) ftruncateSync(file, end);
  syncFolder(folder);
  return file;
}

/** Windows has no such thing, and needs none. */
function syncFolder(folder: string): void {
  if (process.platform === 'win32') return;
  const opened = openSync(folder, 'r');
  try {
    fsyncSync(opened);
  } finally {
    closeSync(opened);
  }
}

/** Runs a change of the database that goes into the journal as well: both have it or neither. */
export type Journalled = (change: () => JournalRecord) => void;

export function journalled(db: Database, journal: OwnJournal): Journalled {
  return (change) => {
    let takeBack: (() => void) | undefined;
    try {
      db.transaction(() => {
        takeBack = journal.add(change());
      }).immediate();
    } catch (error) {
      takeBack?.();
      throw error;
    }
  };
}
