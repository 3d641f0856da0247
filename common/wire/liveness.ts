import { compareEpochs, type Epoch } from './carrier.ts';
import { HEARTBEAT_MILLISECONDS, PATIENT_SILENCE_MILLISECONDS, SILENCE_MILLISECONDS } from './link.ts';

/** Whether the other side still lives, judged by the bytes that arrive. */
export interface Liveness {
  /** Call it regularly. */
  check(): 'alive' | 'dead';
  /** Milliseconds since the last byte. */
  silentFor(): number;
}

/**
 * On a thin link an answer to a ping may wait behind megabytes of papers, yet bytes keep coming: any byte counts.
 * `every`: `check` is called so often. `limit`: so long a silence is the end. Milliseconds.
 */
export function createLiveness(
  bytesReceived: () => number,
  now: () => number,
  { every = HEARTBEAT_MILLISECONDS, limit = () => SILENCE_MILLISECONDS }: { every?: number; limit?: () => number } = {},
): Liveness {
  let seen = bytesReceived();
  let last = now();
  let called = last;

  function look(time: number): number {
    const bytes = bytesReceived();
    if (bytes !== seen) {
      seen = bytes;
      last = time;
    }
    return time - last;
  }

  return {
    check() {
      const time = now();
      const gap = time - called;
      called = time;
      // After sleep or a long pause of this process, what arrived meanwhile is read only now: silence proves nothing.
      if (gap > 2 * HEARTBEAT_MILLISECONDS) last = time;
      // A busy process is late in reading as well: that part of the silence may be its own.
      else if (gap > 2 * every) last = Math.min(time, last + gap - every);
      return look(time) >= limit() ? 'dead' : 'alive';
    },
    silentFor: () => look(now()),
  };
}

/** How long a silence of the carrying laptop is borne: longer where it has proved to mean nothing. */
export interface Patience {
  limit(): number;
  /** Taken for gone after so long a silence; `epoch`: the one that it carried with. */
  gaveUp(silent: number, epoch: Epoch): void;
  joined(epoch: Epoch): void;
}

/** Lines and computers that are slow once are slow again. */
const REMEMBERED_MILLISECONDS = 600_000;

export function createPatience(now: () => number): Patience {
  let givenUp: Epoch | null = null;
  let until = -Infinity;
  return {
    limit: () => (now() < until ? PATIENT_SILENCE_MILLISECONDS : SILENCE_MILLISECONDS),
    gaveUp(silent, epoch) {
      givenUp = silent >= SILENCE_MILLISECONDS ? epoch : null;
    },
    joined(epoch) {
      // Nobody has carried it in between: it was there all the time.
      if (givenUp && compareEpochs(givenUp, epoch) === 0) until = now() + REMEMBERED_MILLISECONDS;
      givenUp = null;
    },
  };
}
