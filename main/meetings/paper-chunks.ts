import type { WantedPaper } from '../../common/collab/paper-parts.ts';
import { Refusal } from '../../common/contract/port.ts';
import type { Sha256 } from '../../common/domain/ids.ts';
import type { PaperShelf } from './ports.ts';

/** Windows that read papers while these are still coming. */
export interface ChunkDesk {
  /** The chunk's verified bytes once they are here; null: not within `LEASE`. */
  wait(paper: WantedPaper, chunk: number, urgent: boolean): Promise<Uint8Array | null>;
  /** What is waited for urgently, what was asked for last first. */
  urgent(paper: Sha256): readonly number[];
  /** Nobody waits any longer. */
  close(): void;
}

/** Who still wants a chunk then asks again: what a closed window waited for is urgent no longer than this. Milliseconds. */
const LEASE = 5000;
/** Requests that wait at a time, of all windows together; readers have a handful each. */
export const MOST_WAITING = 64;

interface Waiting {
  readonly paper: Sha256;
  readonly chunk: number;
  readonly urgent: boolean;
  /** More of the paper has come, or nobody waits any longer. */
  wake(): void;
}

export function createChunkDesk(shelf: Pick<PaperShelf, 'readChunk' | 'onArrival'>, lease = LEASE): ChunkDesk {
  const waiting = new Set<Waiting>();
  let closed = false;
  const stopArrivals = shelf.onArrival((paper) => {
    for (const one of waiting) if (one.paper === paper) one.wake();
  });

  async function read(paper: WantedPaper, chunk: number): Promise<Uint8Array | null> {
    const bytes = await shelf.readChunk(paper, chunk);
    if (bytes === 'damaged') throw new Refusal('paper-damaged');
    return bytes === 'not-here' ? null : bytes;
  }

  return {
    async wait(paper, chunk, urgent) {
      if (chunk >= paper.chunks.length) throw new Refusal('no-such-chunk');
      if (waiting.size >= MOST_WAITING) throw new Refusal('too-many-waiting');
      let over = false;
      let wake: () => void = () => undefined;
      const one: Waiting = { paper: paper.sha256, chunk, urgent, wake: () => wake() };
      const end = setTimeout(() => {
        over = true;
        wake();
      }, lease);
      waiting.add(one);
      try {
        for (;;) {
          // Listens before it looks, so that nothing comes unseen.
          const woken = new Promise<void>((resolve) => (wake = resolve));
          const bytes = await read(paper, chunk);
          if (bytes || over || closed) return bytes;
          await woken;
        }
      } finally {
        clearTimeout(end);
        waiting.delete(one);
      }
    },
    urgent: (paper) => [
      ...new Set(
        [...waiting]
          .filter((one) => one.urgent && one.paper === paper)
          .map(({ chunk }) => chunk)
          .reverse(),
      ),
    ],
    close() {
      closed = true;
      stopArrivals();
      for (const one of waiting) one.wake();
    },
  };
}
