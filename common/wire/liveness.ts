import { HEARTBEAT_MILLISECONDS, SILENCE_MILLISECONDS } from './link.ts';

/**
 * Whether the other side still lives, judged by the bytes that arrive: on a thin link an answer to a ping may wait behind
 * megabytes of papers, yet bytes keep coming. Call once per heartbeat.
 */
export function createLiveness(bytesReceived: () => number, now: () => number): () => 'alive' | 'dead' {
  let seen = bytesReceived();
  let last = now();
  let called = last;
  return () => {
    const time = now();
    const bytes = bytesReceived();
    // After sleep or a long pause of this process, what arrived meanwhile is read only now: silence proves nothing.
    const paused = time - called > 2 * HEARTBEAT_MILLISECONDS;
    called = time;
    if (bytes !== seen || paused) {
      seen = bytes;
      last = time;
    }
    return time - last >= SILENCE_MILLISECONDS ? 'dead' : 'alive';
  };
}
