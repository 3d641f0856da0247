/**
 * Whether nobody new reaches the laptop that carries the meeting, though those who are linked to it notice nothing:
 * main/hub/SPEC.md, TAKE-10. Kept by a laptop that is linked. All times are milliseconds of one clock that never goes back.
 */
export interface Doubt {
  /**
   * Others don't get in where this laptop is linked. `sure`: nobody new does, and this laptop `may` take over; `ask`: the host is
   * to be dialled anew.
   */
  knocked(now: number, may: boolean): 'sure' | 'ask' | 'no';
  /** The link itself is silent: what is asked then shows nothing. */
  silent(): void;
  /** The host was asked on a new connection; `heard`: something came. */
  asked(heard: boolean, now: number): void;
  /** Linked anew. */
  forget(): void;
}

/**
 * When others don't reach the laptop that carries it, one that is linked to it tries to, so often; when nothing is heard of it
 * so many times in a row and for so long, nobody new reaches it.
 */
const AGAIN_MILLISECONDS = 2000;
const TRIES = 3;
const MILLISECONDS = 5000;
/** Nobody has knocked for so long: what was found out before may be over. Who tells many of its carrying comes round within this. */
const FORGOTTEN_MILLISECONDS = 60_000;

export function createDoubt(): Doubt {
  let since = 0;
  let tries = 0;
  let askedAt = -Infinity;
  /** A new connection was asked for because of a knock. */
  let open = false;

  function forget(): void {
    since = 0;
    tries = 0;
    askedAt = -Infinity;
    open = false;
  }

  return {
    forget,
    silent() {
      tries = 0;
    },
    knocked(now, may) {
      if (now - askedAt > FORGOTTEN_MILLISECONDS) forget();
      if (may && tries >= TRIES && now - since >= MILLISECONDS) return 'sure';
      if (now - askedAt < AGAIN_MILLISECONDS) return 'no';
      // Who comes once has only lost its way.
      open = askedAt > -Infinity;
      askedAt = now;
      return open ? 'ask' : 'no';
    },
    asked(heard, now) {
      // For another reason: the link was silent, so it shows nothing that a new connection isn't answered.
      const inVain = open && !heard;
      open = false;
      if (tries === 0) since = now;
      tries = inVain ? tries + 1 : 0;
    },
  };
}
