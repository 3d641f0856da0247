import type { MeetingId } from '../../common/domain/ids.ts';
import type { StreamPosition } from '../../common/wire/acknowledged.ts';
import type { LinkLogger } from '../../common/wire/admission.ts';
import type { Store } from '../store/open-store.ts';

/** Remembers on disk what other laptops have acknowledged. */
export interface RememberedPositions {
  known(meeting: MeetingId): readonly StreamPosition[];
  /** Something was acknowledged: `positions` are written a little later. */
  changed(meeting: MeetingId, positions: () => readonly StreamPosition[]): void;
  /** Writes what waits; before the positions can't be asked for any more. */
  flush(meeting: MeetingId): void;
}

/** A crash within this time counts more as being only here than is; the next connection corrects it. */
const DELAY_MILLISECONDS = 1000;

export function rememberPositions(store: Store, logger: LinkLogger): RememberedPositions {
  const waiting = new Map<MeetingId, { timer: NodeJS.Timeout; positions: () => readonly StreamPosition[] }>();
  const written = new Map<MeetingId, string>();

  function flush(meeting: MeetingId): void {
    const found = waiting.get(meeting);
    if (!found) return;
    clearTimeout(found.timer);
    waiting.delete(meeting);
    const positions = found.positions();
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
    known: (meeting) => store.acknowledged.list(meeting),
    changed(meeting, positions) {
      if (waiting.has(meeting)) return;
      waiting.set(meeting, { timer: setTimeout(() => flush(meeting), DELAY_MILLISECONDS), positions });
    },
    flush,
  };
}
