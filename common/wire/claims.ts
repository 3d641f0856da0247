import type { MemberId } from '../domain/ids.ts';

/**
 * Whose word to carry the meeting is taken: main/hub/SPEC.md, TAKE-12. Anybody of the meeting may carry it, so anybody may
 * say so; whether they serve shows once they are followed. All times are milliseconds of one clock that never goes back.
 */
export interface Claims {
  /** False: they were followed lately, and did not serve this laptop. */
  count(member: MemberId, now: number): boolean;
  /** This laptop leaves what it has for them, or waits for them instead of taking the meeting over. */
  followed(member: MemberId, now: number): void;
  /** It is linked to them. */
  joined(member: MemberId, now: number): void;
  /** They say that they carry the meeting, and don't let this laptop in. */
  refused(member: MemberId, now: number): void;
  /** The link is down, or was left. False: to one who was followed and has not served. */
  lost(now: number): boolean;
  /** Whether this laptop may go above them once more. */
  mayOutbid(member: MemberId, now: number): boolean;
}

/** Who is followed welcomes within this, with everybody at the door. */
export const WELCOME_MILLISECONDS = 5000;
/** Who has served for so long did not claim it only to keep others from it. */
const SERVED_MILLISECONDS = 60_000;
/** After being followed in vain once; each time more it is twice as long. */
const FIRST_WAIT_MILLISECONDS = 10_000;
const LONGEST_WAIT_MILLISECONDS = 600_000;
/** Above the longest wait, so that who goes on claiming is not forgotten in between. */
const FORGOTTEN_MILLISECONDS = 3_600_000;
/** One is gone above so often at once, and from then on once in so many milliseconds. */
const OUTBID_AT_ONCE = 10;
const OUTBID_EVERY_MILLISECONDS = 10_000;

interface Followed {
  readonly times: number;
  readonly at: number;
  /** Whether they let this laptop in is known. */
  readonly answered: boolean;
}

export function createClaims(): Claims {
  const followings = new Map<MemberId, Followed>();
  const outbids = new Map<MemberId, { readonly left: number; readonly at: number }>();
  let host: { readonly member: MemberId; readonly since: number } | undefined;

  const isUnderWay = ({ answered, at }: Followed, now: number) => !answered && now - at < WELCOME_MILLISECONDS;

  function followed(member: MemberId, now: number): void {
    for (const [other, { at }] of followings) if (now - at > FORGOTTEN_MILLISECONDS) followings.delete(other);
    const one = followings.get(member);
    if (one && isUnderWay(one, now)) return;
    followings.set(member, { times: (one?.times ?? 0) + 1, at: now, answered: false });
  }

  function answered(member: MemberId): void {
    const one = followings.get(member);
    if (one) followings.set(member, { ...one, answered: true });
  }

  return {
    count(member, now) {
      const one = followings.get(member);
      if (!one || isUnderWay(one, now)) return true;
      return now - one.at >= Math.min(LONGEST_WAIT_MILLISECONDS, FIRST_WAIT_MILLISECONDS * 2 ** one.times);
    },
    followed,
    joined(member, now) {
      host = { member, since: now };
      answered(member);
    },
    refused(member, now) {
      if (this.count(member, now)) followed(member, now);
      answered(member);
    },
    lost(now) {
      const left = host;
      host = undefined;
      if (left && now - left.since >= SERVED_MILLISECONDS) followings.delete(left.member);
      return !left || this.count(left.member, now);
    },
    mayOutbid(member, now) {
      const { left, at } = outbids.get(member) ?? { left: OUTBID_AT_ONCE, at: now };
      const more = Math.min(OUTBID_AT_ONCE, left + (now - at) / OUTBID_EVERY_MILLISECONDS);
      outbids.set(member, { left: more < 1 ? more : more - 1, at: now });
      return more >= 1;
    },
  };
}
