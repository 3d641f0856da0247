import { closeSync, fsyncSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { asStoreError, type StoreError, type StoreErrorCode } from './store-error.ts';

/**
 * What is wrong with the disk now. `disk-low`: papers are not taken any more, everything else is. `disk-own-only`: nor is
 * what others write, so that there is room for what is written here.
 */
export type Trouble =
  | Extract<StoreErrorCode, 'disk-full' | 'store-unwritable' | 'store-damaged'>
  | 'disk-low'
  | 'disk-own-only';

/** How well the disk takes what it is given. Failing writes are noticed at once; that it is well again, by trying. */
export interface Health {
  trouble(): Trouble | undefined;
  onChange(listener: () => void): () => void;
  /** Whether a paper may take this much: the last room on the disk is for acts and changes. */
  hasRoomFor(bytes: number): boolean;
  /** Whether entries of others may take this much: the very last room is for what this laptop's person does. */
  hasRoomForOthers(bytes: number): boolean;
}

export interface WatchedHealth extends Health {
  /** A failure of a write. */
  note(error: StoreError): void;
  /** `repository` with every failure of its methods noted, and thrown as a `StoreError`. */
  watched<T extends object>(repository: T): T;
  close(): void;
}

/** The disk, as far as papers ask it. */
export type PaperRoom = Pick<WatchedHealth, 'hasRoomFor' | 'note'>;

/** Room kept free of papers: this much, bytes, or a twentieth of a smaller disk. */
const RESERVE = 64 * 1024 * 1024;
const RESERVE_PART = 20;
/** Of that, kept free of what others write. */
const OWN_PART = 1 / 4;
/** An entry is in the write-ahead log and then in the database. */
const TIMES_WRITTEN = 2;
const LOOK_MILLISECONDS = 5000;
const TRY_MILLISECONDS = 1000;
/** Room for some acts. Bytes. */
const TRIAL_BYTES = 128 * 1024;

/** `tryWrite` writes something into log and file of the database; it throws while that fails. */
export function watchHealth(dataDir: string, tryWrite: () => void): WatchedHealth {
  const listeners = new Set<() => void>();
  /** Bytes that others' entries wait for. */
  let waitedFor = 0;
  let trouble: Trouble | undefined = lack();
  let timer = setTimeout(look, LOOK_MILLISECONDS).unref();

  /** Bytes beyond the reserve, for papers and for what others write. */
  function freeRoom(): { readonly papers: number; readonly others: number } {
    try {
      const { bavail, bsize, blocks } = statfsSync(dataDir);
      const reserve = Math.min(RESERVE, (blocks * bsize) / RESERVE_PART);
      return { papers: bavail * bsize - reserve, others: bavail * bsize - reserve * OWN_PART };
    } catch {
      return { papers: 0, others: Infinity };
    }
  }

  function lack(): Trouble | undefined {
    const { papers, others } = freeRoom();
    if (others < waitedFor) return 'disk-own-only';
    return papers < 0 ? 'disk-low' : undefined;
  }

  function set(now: Trouble | undefined): void {
    const changed = now !== trouble;
    trouble = now;
    clearTimeout(timer);
    const well = now === undefined || now === 'disk-low';
    timer = setTimeout(look, well ? LOOK_MILLISECONDS : TRY_MILLISECONDS).unref();
    if (changed) for (const listener of listeners) listener();
  }

  function look(): void {
    if (trouble === 'store-damaged') return;
    if (trouble === 'disk-full' || trouble === 'store-unwritable') {
      const failure = trial();
      if (failure) return set(failure);
    }
    set(lack());
  }

  /** Whether files and database can be written again. */
  function trial(): Trouble | undefined {
    const path = join(dataDir, 'trial.tmp');
    try {
      const file = openSync(path, 'w', 0o600);
      try {
        const bytes = Buffer.alloc(TRIAL_BYTES, 1);
        for (let written = 0; written < bytes.length;) written += writeSync(file, bytes, written);
        fsyncSync(file);
      } finally {
        closeSync(file);
      }
      tryWrite();
      return undefined;
    } catch (error) {
      return troubleOf(asStoreError(error)) ?? 'store-unwritable';
    } finally {
      try {
        rmSync(path, { force: true });
      } catch {
        // As the failure itself says.
      }
    }
  }

  function note(error: StoreError): void {
    const found = troubleOf(error);
    if (found && trouble !== 'store-damaged') set(found);
  }

  function failed(error: unknown): never {
    const known = asStoreError(error);
    if (!known) throw error;
    note(known);
    throw known;
  }

  return {
    trouble: () => trouble,
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    hasRoomFor(bytes) {
      if (freeRoom().papers >= bytes) return true;
      if (trouble === undefined) set('disk-low');
      return false;
    },
    hasRoomForOthers(bytes) {
      const wanted = bytes * TIMES_WRITTEN;
      const enough = freeRoom().others >= wanted;
      waitedFor = enough ? 0 : wanted;
      if (!enough && (trouble === undefined || trouble === 'disk-low')) set('disk-own-only');
      return enough;
    },
    note,
    watched<T extends object>(repository: T): T {
      const methods = Object.entries(repository).map(([name, member]: [string, unknown]) => {
        if (typeof member !== 'function') return [name, member];
        return [
          name,
          (...input: unknown[]): unknown => {
            try {
              const output: unknown = member(...input);
              if (output instanceof Promise) return output.catch(failed);
              // A list that is read as it goes can fail on its way.
              return isIterable(output) ? failingWell(output, failed) : output;
            } catch (error) {
              return failed(error);
            }
          },
        ];
      });
      return Object.fromEntries(methods) as T;
    },
    close() {
      clearTimeout(timer);
      listeners.clear();
    },
  };
}

const isIterable = (output: unknown): output is Iterable<unknown> =>
  typeof output === 'object' && output !== null && 'next' in output && Symbol.iterator in output;

function* failingWell(items: Iterable<unknown>, failed: (error: unknown) => never) {
  try {
    yield* items;
  } catch (error) {
    failed(error);
  }
}

function troubleOf(error: StoreError | undefined): Trouble | undefined {
  const code = error?.code;
  return code === 'disk-full' || code === 'store-unwritable' || code === 'store-damaged' ? code : undefined;
}
