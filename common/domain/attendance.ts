import type { ActBody } from '../acts/acts.ts';
import type { MemberId } from './ids.ts';
import type { Attendance, IgnoredReason, Stay } from './meeting-state.ts';
import { isPresent } from './quorum.ts';

/** An act that says something of somebody's attendance: when, and whose it is. */
interface Said {
  readonly time: string;
  readonly author: MemberId;
}

/** What a statement of attendance makes of the ones before it. [ATT-3] [ATT-5] */
export function attendanceAfter(
  before: Attendance | undefined,
  { status, reason }: Pick<ActBody<'attendance-recorded'>, 'status' | 'reason'>,
  said: Said,
): Attendance {
  const now = { status, since: said.time, reason, recordedBy: said.author };
  if (status === 'absent' || status === 'represented') return { ...now, stays: [] };
  const stays = before?.stays ?? [];
  const last = stays.at(-1);
  if (last?.to === null) return { ...now, stays: [...stays.slice(0, -1), { ...last, how: status }] };
  return { ...now, stays: [...stays, { how: status, from: said.time, to: null }] };
}

/** What leaving early makes of it, or taking that back (`at` null). [ATT-6] */
export function attendanceAfterLeaving(
  before: Attendance | undefined,
  at: string | null,
  said: Said,
  openedAt: string,
): Attendance | IgnoredReason {
  const last = before?.stays.at(-1);
  if (!before || !last) return 'not-checked-in';
  const staying = (stay: Stay): Pick<Attendance, 'recordedBy' | 'stays' | 'reason'> => ({
    recordedBy: said.author,
    reason: '',
    stays: [...before.stays.slice(0, -1), stay],
  });
  if (at === null) {
    if (isPresent(before)) return before;
    return { ...staying({ ...last, to: null }), status: last.how, since: said.time };
  }
  const earliest = last.from > openedAt ? last.from : openedAt;
  const stated = at < said.time ? at : said.time;
  const to = stated > earliest ? stated : earliest;
  return { ...staying({ ...last, to }), status: 'left', since: to };
}
