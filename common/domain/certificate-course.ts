/** Days before the end of a certificate from which on people are told of it. [CERT-1] */
export const NOTICE_DAYS = 30;

const DAY_MILLISECONDS = 24 * 3_600_000;

/** First and last moment of a certificate, RFC 3339. */
export interface CertificateDates {
  readonly from: string;
  readonly until: string;
}

/** `early`: it has not begun, which only a wrong clock sees. */
export type CertificateCourse = 'early' | 'good' | 'ending' | 'ended';

/** `now`: milliseconds, by this laptop's clock. */
export function certificateCourse({ from, until }: CertificateDates, now: number): CertificateCourse {
  const end = Date.parse(until);
  if (now < Date.parse(from)) return 'early';
  if (now > end) return 'ended';
  return now >= end - NOTICE_DAYS * DAY_MILLISECONDS ? 'ending' : 'good';
}

/** Whether it counts at that moment, milliseconds. */
export const isWithin = ({ from, until }: CertificateDates, now: number): boolean =>
  now >= Date.parse(from) && now <= Date.parse(until);

/** Why nothing is signed while the own certificate is at that point; undefined where it counts. [CERT-7] */
export function whyNotSigned(own: CertificateCourse): 'own-clock-behind' | 'own-certificate-not-valid' | undefined {
  if (own === 'early') return 'own-clock-behind';
  return own === 'ended' ? 'own-certificate-not-valid' : undefined;
}

/** Problems of a connection that may come from the dates of a certificate. */
const OF_DATES: ReadonlySet<string> = new Set(['certificate-refused', 'carrier-out-of-date']);

/**
 * What is said in the place of `problem` where the own certificate explains it. By a clock that is right nobody's
 * certificate is early, and hardly ever have both ended: then it is the clock that is to be looked at. [CERT-4]
 */
export function datedProblem(problem: string, own: CertificateCourse): string {
  if (!OF_DATES.has(problem)) return problem;
  if (own === 'early') return 'own-clock-behind';
  if (own !== 'ended') return problem;
  return problem === 'carrier-out-of-date' ? 'own-clock-doubtful' : 'own-certificate-ended';
}
