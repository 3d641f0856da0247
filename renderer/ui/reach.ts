import type { Connection } from '../../common/contract/requests.ts';

/** What is younger than this is on its way, milliseconds. */
const UNDER_WAY = 2000;

/** No other laptop has acknowledged what this one's person did at `at` (RFC 3339), or is known to have done so; `now` in milliseconds. */
export function isOnlyHere({ onlyHere: { since } }: Pick<Connection, 'onlyHere'>, at: string, now: number): boolean {
  if (since === null) return false;
  const first = Date.parse(since);
  return now - first >= UNDER_WAY && Date.parse(at) >= first;
}

/** Nothing that others do arrives here now. */
export const isApart = ({ role, state, online }: Pick<Connection, 'role' | 'state' | 'online'>): boolean =>
  role === 'host' ? online.length <= 1 : state !== 'connected';
