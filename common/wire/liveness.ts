import { HEARTBEAT_MILLISECONDS, SILENCE_MILLISECONDS } from './link.ts';

/** Whether the other side still lives, judged by the bytes that arrive. */
export interface Liveness {
  /** Call once per heartbeat. */
  check(): 'alive' | 'dead';
  /** Milliseconds since the last byte. */
  silentFor(): number;
}

/**
 * On a thin link an answer to a ping may wait behind megabytes of papers, yet bytes keep coming: any byte counts.
 */
export function createLiveness(bytesReceived: () => number, now: () => number): Liveness {
  let seen = bytesReceived();
  let last = now();
  let called = last;

  function look(time: number, paused: boolean): number {
    const bytes = bytesReceived();
    if (bytes !== seen || paused) {
      seen = bytes;
      last = time;
    }
    return time - last;
  }

  return {
    check() {
      const time = now();
      // After sleep or a long pause of this process, what arrived meanwhile is read only now: silence proves nothing.
      const paused = time - called > 2 * HEARTBEAT_MILLISECONDS;
      called = time;
      return look(time, paused) >= SILENCE_MILLISECONDS ? 'dead' : 'alive';
    },
    silentFor: () => look(now(), false),
  };
}
