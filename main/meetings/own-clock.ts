import type { Connection, OwnClockTimes } from '../../common/contract/requests.ts';
import type { MemberId } from '../../common/domain/ids.ts';
import type { MeetingState } from '../../common/domain/meeting-state.ts';

/** Clocks that differ by less are taken for the same, so that all laptops show the same second; milliseconds. */
const AGREEING = 2000;
/** What comes no sooner than this after a connection came about, or after somebody came, was not done apart from it; milliseconds. */
const CAUGHT_UP = 5000;

type How = Pick<Connection, 'role' | 'state' | 'since' | 'clockAhead' | 'online'>;

/**
 * When what windows count from began, by this laptop's own clock. Acts have the times of their authors' clocks, and one of
 * these, or the own one, may be off by minutes. So what this laptop saw happen began when it arrived; anything else when its
 * act says, by the clock of the laptop that carries the meeting, and no later than it was first seen. Who comes brings what
 * happened where they were, after a split, too: for a moment what is older by its act is taken for older.
 */
export function followOwnClock(now: () => Date): (state: MeetingState | null, how: How) => OwnClockTimes {
  const known = new Map<string, { readonly said: string; readonly at: string }>();
  let first = true;
  let there: ReadonlySet<MemberId> = new Set();
  let cameAt = -Infinity;
  return (state, how) => {
    const present = now().getTime();
    const witnessed = !first && isUpToDate(how, present);
    first = false;
    if (how.online.some((member) => !there.has(member))) cameAt = present;
    there = new Set(how.online);
    const brought = present - cameAt < CAUGHT_UP;

    function began(what: string, said: string): string {
      const before = known.get(what);
      if (before?.said === said) return before.at;
      const time = new Date(said).getTime();
      const agrees = Math.abs(present - time) < AGREEING;
      const byCarrier = time - (how.clockAhead ?? 0) * 1000;
      const seen = witnessed && !(brought && byCarrier < present);
      const by = seen ? (agrees ? time : present) : byCarrier;
      // Whatever a carrying laptop says its clock shows.
      const at = new Date(Math.max(0, Math.min(by, present))).toISOString();
      known.set(what, { said, at });
      return at;
    }

    if (state === null) return { floor: null, item: null, result: null };
    // Of all, so that what is opened again is known to have begun long ago.
    for (const { item, openedAt } of Object.values(state.items)) began(`item ${item}`, openedAt);
    for (const { motion, closedAt } of state.motions) if (closedAt !== null) began(`result ${motion}`, closedAt);
    const item = state.currentItem === null ? undefined : state.items[state.currentItem];
    const last = state.motions.at(-1);
    return {
      floor: state.floor && began('floor', state.floor.since),
      item: item ? began(`item ${item.item}`, item.openedAt) : null,
      result: last?.closedAt == null ? null : began(`result ${last.motion}`, last.closedAt),
    };
  };
}

/** Whatever arrives now is done now. */
function isUpToDate({ role, state, since }: How, present: number): boolean {
  if (role === 'host') return true;
  return state === 'connected' && since !== null && present - new Date(since).getTime() >= CAUGHT_UP;
}
