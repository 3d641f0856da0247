import type { Act } from '../../common/acts/acts.ts';
import type { MemberId } from '../../common/domain/ids.ts';

/** A member's clock that is no further ahead than this is followed: a wrong time zone, a wrong day. */
const FOLLOWED_MILLISECONDS = 24 * 60 * 60 * 1000;

/**
 * The time of the next own act: later than what it may answer, however slow this laptop's clock is, since of two acts at the
 * same time the author's id would decide which counts first. A member whose clock is far ahead of it moves nobody else's. [ORD-2]
 */
export function timeOfAct(
  known: readonly Pick<Act, 'author' | 'time'>[],
  { now, leads }: { readonly now: Date; readonly leads: (member: MemberId) => boolean },
): string {
  const near = new Date(now.getTime() + FOLLOWED_MILLISECONDS).toISOString();
  let time = now.toISOString();
  for (const act of known) {
    if (act.time >= time && (act.time <= near || leads(act.author))) time = justAfter(act.time);
  }
  return time;
}

const justAfter = (time: string): string => new Date(new Date(time).getTime() + 1).toISOString();
