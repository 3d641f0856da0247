import type { StreamHead } from '../../common/acts/entry.ts';
import type { EntryBatch, MeetingLog } from '../../common/collab/carried-meeting.ts';

/**
 * A meeting's log as the links of a host read it. Laptops that come at one time lack the same, so what was read for one is
 * kept for the others for some seconds: entries never change once they are there.
 */
export interface SharedReads {
  readonly log: MeetingLog;
  /** Once a heartbeat: forgets what nobody asks for any more. */
  beat(): void;
  close(): void;
}

/** Beyond this all of it is forgotten. Characters of entries. */
const MAX_KEPT = 32 * 1024 * 1024;
const KEPT_MILLISECONDS = 5000;

export function shareReads(log: MeetingLog): SharedReads {
  const batches = new Map<string, EntryBatch>();
  let kept = 0;
  let asked = 0;
  let heads: readonly StreamHead[] | undefined;

  const stopListening = log.onStored(() => (heads = undefined));

  function forget(): void {
    batches.clear();
    kept = 0;
  }

  return {
    log: {
      ...log,
      heads() {
        heads ??= log.heads();
        return [...heads];
      },
      readAfter(author, stream, seq, limit) {
        const key = `${author} ${stream} ${seq} ${limit}`;
        asked = performance.now();
        const known = batches.get(key);
        if (known) return known;
        const batch = log.readAfter(author, stream, seq, limit);
        // Of one that isn't full there may be more the next time.
        if (batch.entries.length < limit) return batch;
        kept += batch.entries.reduce((sum, entry) => sum + entry.length, 0);
        if (kept > MAX_KEPT) forget();
        batches.set(key, batch);
        return batch;
      },
    },
    beat() {
      if (performance.now() - asked > KEPT_MILLISECONDS) forget();
    },
    close() {
      stopListening();
      forget();
    },
  };
}
