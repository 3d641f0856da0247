import type { MemberId } from '../domain/ids.ts';
import type { Epoch } from './carrier.ts';
import { again, isLate, isRepeated, type Repeated } from './repeated.ts';

/**
 * How a relay that the meeting was given to holds on to it: main/hub/SPEC.md, TAKE-11. It reaches whom it tells of itself;
 * whether these reach it shows in what they do next. All times are milliseconds of one clock that never goes back.
 */
export interface Keeping {
  /** That laptop carries the meeting with a higher epoch. True: this one goes above it, once more. */
  standsFirm(epoch: Epoch, now: number): boolean;
  /** Somebody came to join while this one is with another laptop. True: nobody else can serve them. */
  came(member: MemberId, now: number): void;
  needed(now: number): boolean;
  /** Carries again because it is needed: then it leaves the meeting to nobody until it has joined somebody. */
  tookBack(): void;
  joined(): void;
}

/** Who has come so often and for so long after it was told of the other one doesn't reach it, or doesn't find it. */
const TIMES = 3;
const MILLISECONDS = 5000;

export function createKeeping(): Keeping {
  let outbid = new Map<string, Repeated>();
  let visits = new Map<string, Repeated>();
  let firm = false;

  const isSure = (one: Repeated) => isRepeated(one, TIMES, MILLISECONDS);

  return {
    standsFirm({ member, device }, now) {
      if (firm) return true;
      outbid = once(outbid, `${member} ${device}`, now);
      return !isSure(outbid.get(`${member} ${device}`) as Repeated);
    },
    came(member, now) {
      visits = once(visits, member, now);
    },
    needed: (now) => [...visits.values()].some((visit) => isSure(visit) && !isLate(visit, now)),
    tookBack() {
      firm = true;
    },
    joined() {
      firm = false;
      outbid = new Map();
      visits = new Map();
    },
  };
}

/** One more of that one; those that stopped are forgotten, so that there are never more than people of the meeting. */
function once(all: ReadonlyMap<string, Repeated>, who: string, now: number): Map<string, Repeated> {
  const lately = new Map([...all].filter(([, one]) => !isLate(one, now)));
  return lately.set(who, again(lately.get(who), now));
}
