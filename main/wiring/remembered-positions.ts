import type { MeetingId, MemberId } from '../../common/domain/ids.ts';
import { createAcknowledged, type Acknowledged } from '../../common/wire/acknowledged.ts';
import type { LinkLogger } from '../../common/wire/admission.ts';
import type { Store } from '../store/open-store.ts';

/** Remembers on disk what other laptops have acknowledged, whoever carried the meeting then. */
export interface RememberedPositions {
  of(meeting: MeetingId): Acknowledged;
  /** Something may have been acknowledged: it is written a little later. */
  changed(meeting: MeetingId): void;
  /** Writes what waits. */
  flush(meeting: MeetingId): void;
}

/** A crash within this time counts more as being only here than is; the next connection corrects it. */
const DELAY_MILLISECONDS = 1000;

export function rememberPositions(store: Store, me: MemberId, logger: LinkLogger): RememberedPositions {
  const known = new Map<MeetingId, Acknowledged>();
  const waiting = new Map<MeetingId, NodeJS.Timeout>();
  const written = new Map<MeetingId, string>();

  function of(meeting: MeetingId): Acknowledged {
    const found = known.get(meeting) ?? createAcknowledged(me, store.acknowledged.list(meeting));
    known.set(meeting, found);
    return found;
  }

  function flush(meeting: MeetingId): void {
    const timer = waiting.get(meeting);
    if (timer === undefined) return;
    clearTimeout(timer);
    waiting.delete(meeting);
    const positions = of(meeting).positions();
    const now = JSON.stringify(positions);
    if (written.get(meeting) === now) return;
    try {
      store.acknowledged.note(meeting, positions);
      written.set(meeting, now);
    } catch (error) {
      logger.warn('what others have could not be remembered', { error: String(error) });
    }
  }

  return {
    of,
    changed(meeting) {
      if (waiting.has(meeting)) return;
      waiting.set(
        meeting,
        setTimeout(() => flush(meeting), DELAY_MILLISECONDS),
      );
    },
    flush,
  };
}
