/** Whether somebody draws or types: what nobody waits for lets that pass. */
export interface LiveSign {
  /** Somebody does. */
  note(): void;
  isLive(): boolean;
}

/** Nobody has drawn or typed for so long: nobody is held up. */
const QUIET_MILLISECONDS = 100;

export function createLiveSign(now: () => number = () => performance.now()): LiveSign {
  let last = -Infinity;
  return { note: () => void (last = now()), isLive: () => now() - last < QUIET_MILLISECONDS };
}
