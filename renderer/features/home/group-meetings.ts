import type { FoundMeeting, MeetingSummary } from '../../../common/contract/requests.ts';
import { isSameDay } from '../../ui/time.ts';

export interface MeetingGroups {
  readonly now: readonly MeetingSummary[];
  readonly upcoming: readonly MeetingSummary[];
  readonly past: readonly MeetingSummary[];
}

/** Now: running, or of today and not over. Upcoming by start, past with the latest first. */
export function groupMeetings(meetings: readonly MeetingSummary[], now: number): MeetingGroups {
  const start = (meeting: MeetingSummary): number => new Date(meeting.start).getTime() || 0;
  const over = (meeting: MeetingSummary): boolean =>
    meeting.readOnly || meeting.phase === 'closed' || meeting.phase === 'sealed';
  const isNow = (meeting: MeetingSummary): boolean =>
    !over(meeting) &&
    (meeting.phase === 'open' || (meeting.phase === 'convened' && isSameDay(meeting.start, now)) || meeting.carrying);
  const rest = meetings.filter((meeting) => !isNow(meeting));
  // A draft whose day has passed is still to be prepared; a convened meeting of another day was not held.
  const isPast = (meeting: MeetingSummary): boolean =>
    over(meeting) || (meeting.phase === 'convened' && start(meeting) < now && !isSameDay(meeting.start, now));
  return {
    now: meetings.filter(isNow).sort((a, b) => start(a) - start(b)),
    upcoming: rest.filter((meeting) => !isPast(meeting)).sort((a, b) => start(a) - start(b)),
    past: rest.filter(isPast).sort((a, b) => start(b) - start(a)),
  };
}

/**
 * What is known of how far a meeting is. `open` is claimed only of one that this laptop is in with others (a reconnection of
 * under two seconds is none): otherwise it was opened, and may be over since.
 */
export function standingOf(
  meeting: Pick<MeetingSummary, 'phase' | 'link' | 'readOnly'>,
): MeetingSummary['phase'] | 'from-package' | `opened-${'offline' | 'alone' | 'waiting' | 'refused'}` {
  const { phase, link, readOnly } = meeting;
  if (readOnly) return 'from-package';
  return phase !== 'open' || link === 'connected' || link === 'connecting' ? phase : `opened-${link}`;
}

/** This laptop is in the meeting: one only has to open it. */
export const isIn = (link: MeetingSummary['link']): boolean => link === 'connected' || link === 'alone';

/**
 * Which of the meetings on this network need a button of their own: those that this laptop is not joined to. One that
 * it knows to be sealed has nothing more to bring.
 */
export function newlyFound(found: readonly FoundMeeting[], mine: readonly MeetingSummary[]): FoundMeeting[] {
  const settled = new Set(
    mine
      .filter(({ phase, readOnly, link }) => isIn(link) || (phase === 'sealed' && !readOnly))
      .map((one) => one.meeting),
  );
  return found.filter(({ meeting, joined }) => !joined && !settled.has(meeting));
}
