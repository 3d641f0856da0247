import type { Act } from '../../common/acts/acts.ts';
import { Refusal } from '../../common/contract/port.ts';
import { whyNotSigned } from '../../common/domain/certificate-course.ts';
import type { MemberId } from '../../common/domain/ids.ts';
import type { EntryAuthentication } from './ports.ts';
import { timeOfAct } from './time-of-act.ts';

/**
 * Times of own entries that are signed now. Both refuse where the own certificate doesn't count then: everybody else would refuse
 * the entry for good, and with it all own entries behind it. [CERT-7]
 */
export interface TimesOfEntries {
  ofAct(): string;
  ofChange(): string;
  /** Nothing is refused now for its time. */
  timely(): boolean;
}

export function timesOfEntries(options: {
  readonly acts: readonly Act[];
  readonly now: () => Date;
  readonly leads: (member: MemberId) => boolean;
  readonly course: EntryAuthentication['course'];
}): TimesOfEntries {
  const { acts, now, leads, course } = options;
  const problem = (time: string) => whyNotSigned(course(new Date(time)));

  function ofChange(): string {
    const time = now().toISOString();
    const why = problem(time);
    if (why) throw new Refusal(why);
    return time;
  }

  return {
    ofAct() {
      const time = timeOfAct(acts, { now: now(), leads });
      // Nobody is followed beyond the end of the own certificate.
      return problem(time) ? ofChange() : time;
    },
    ofChange,
    timely: () => problem(now().toISOString()) === undefined,
  };
}
