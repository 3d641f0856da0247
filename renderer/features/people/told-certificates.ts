import type { AppStatus, PeopleList } from '../../../common/contract/requests.ts';
import { certificateCourse } from '../../../common/domain/certificate-course.ts';

type Certificate = NonNullable<AppStatus['certificate']>;

export interface ToldOfOwn {
  readonly what: 'early' | 'ending' | 'ended' | 'renewing' | 'renewed';
  /** The date that goes with it. */
  readonly date: string;
  /** What is said of this laptop's clock, which all this is judged by; `clockOff`: another laptop's shows another day. */
  readonly clock: 'clock' | 'clockOff' | null;
}

const DAY_SECONDS = 24 * 3600;

/** What a person is told of the own certificate; null: nothing. [CERT-1] [CERT-3] [CERT-4] */
export function ownCertificate(
  certificate: Certificate,
  here: { readonly now: number; readonly clockAhead: number | null; readonly renewing: boolean },
): ToldOfOwn | null {
  const { until, renewedUntil } = certificate;
  if (renewedUntil !== null) return { what: 'renewed', date: renewedUntil, clock: null };
  const course = certificateCourse(certificate, here.now);
  if (course === 'good') return null;
  const off = here.clockAhead !== null && Math.abs(here.clockAhead) > DAY_SECONDS;
  const clock = off ? 'clockOff' : course === 'ending' ? null : 'clock';
  if (here.renewing && course !== 'early') return { what: 'renewing', date: until, clock: off ? clock : null };
  return { what: course, date: until, clock };
}

type Members = PeopleList['members'];

/** Whose certificate ends soon or has ended; the own one is told apart. [CERT-2] */
export const certificatesEnding = (members: Members, now: number): Members =>
  members.filter(({ me, certificate }) => {
    const course = certificate === null || me ? 'good' : certificateCourse(certificate, now);
    return course === 'ending' || course === 'ended';
  });
