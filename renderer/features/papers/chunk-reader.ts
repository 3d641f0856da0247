import { PAPER_CHUNK_BYTES as CHUNK_BYTES } from '../../../common/collab/plan.ts';
import { cutOut } from './block-reader.ts';

/** Asked for at a time. What is wanted beyond them is asked for as soon as one is answered, the newest wish first. */
const AT_ONCE = 4;
/** Chunks kept: pdf.js reads one in many small pieces. */
const KEPT = 8;

/** Whether bytes of a paper that is still coming are being waited for: such time counts against nobody. */
export interface Arriving {
  waits(): boolean;
  /** Resolves once they are, at once if they are now. */
  waiting(): Promise<void>;
}

export interface ChunkReader extends Arriving {
  read(begin: number, end: number): Promise<Uint8Array>;
}

interface Wish {
  readonly come: Promise<Uint8Array>;
  resolve(bytes: Uint8Array): void;
  reject(error: unknown): void;
}

/**
 * Reads a paper of `total` bytes that is still coming. `ask` gives a chunk, or null when it isn't here yet and has to be
 * asked for again; when it throws, reading has failed for good. Asks until `signal` is aborted.
 */
export function createChunkReader(
  total: number,
  ask: (chunk: number) => Promise<Uint8Array | null>,
  signal: AbortSignal,
): ChunkReader {
  /** In the order in which they were wanted last. */
  const wishes = new Map<number, Wish>();
  const asking = new Set<number>();
  const kept = new Map<number, Uint8Array>();
  /** Resolves with the next wish. */
  let nextWish: Promise<void> | undefined;
  let tellWish: () => void = () => undefined;
  let failure: { readonly error: unknown } | undefined;

  function chunk(index: number): Promise<Uint8Array> {
    const bytes = kept.get(index);
    if (bytes) {
      keep(index, bytes);
      return Promise.resolve(bytes);
    }
    const wish = wishes.get(index) ?? newWish();
    wishes.delete(index);
    wishes.set(index, wish);
    askNext();
    return wish.come;
  }

  function askNext(): void {
    if (failure) return fail(failure.error);
    for (const index of [...wishes.keys()].reverse()) {
      if (asking.size >= AT_ONCE || signal.aborted) break;
      if (!asking.has(index)) void askFor(index);
    }
    if (wishes.size === 0) return;
    nextWish = undefined;
    tellWish();
  }

  async function askFor(index: number): Promise<void> {
    asking.add(index);
    try {
      const bytes = await ask(index);
      if (bytes) {
        if (bytes.length !== Math.min(CHUNK_BYTES, total - index * CHUNK_BYTES)) throw new Error('a chunk too short');
        keep(index, bytes);
        wishes.get(index)?.resolve(bytes);
        wishes.delete(index);
      }
    } catch (error) {
      failure ??= { error };
    } finally {
      asking.delete(index);
    }
    askNext();
  }

  function keep(index: number, bytes: Uint8Array): void {
    kept.delete(index);
    kept.set(index, bytes);
    const [oldest] = kept.keys();
    if (kept.size > KEPT && oldest !== undefined) kept.delete(oldest);
  }

  function fail(error: unknown): void {
    for (const wish of wishes.values()) wish.reject(error);
    wishes.clear();
  }

  return {
    async read(begin, end) {
      const first = Math.floor(begin / CHUNK_BYTES);
      const last = Math.floor((end - 1) / CHUNK_BYTES);
      const parts = await Promise.all(Array.from({ length: last - first + 1 }, (_, at) => chunk(first + at)));
      return cutOut(parts, first * CHUNK_BYTES, begin, end);
    },
    waits: () => wishes.size > 0,
    waiting: () =>
      wishes.size > 0 ? Promise.resolve() : (nextWish ??= new Promise((resolve) => (tellWish = resolve))),
  };
}

function newWish(): Wish {
  let resolve: Wish['resolve'] = () => undefined;
  let reject: Wish['reject'] = () => undefined;
  const come = new Promise<Uint8Array>((fulfil, refuse) => {
    resolve = fulfil;
    reject = refuse;
  });
  // Whoever reads hears of it; that several do is no failure of its own.
  come.catch(() => undefined);
  return { come, resolve, reject };
}
