import type { MeetingState } from '../../common/domain/meeting-state.ts';
import type { MemberId } from '../../common/domain/ids.ts';

/** The name on the roster; undefined for somebody who is not on it. */
export const nameOn = (state: Pick<MeetingState, 'roster'>, member: MemberId): string | undefined =>
  state.roster.find((entry) => entry.member === member)?.name;
