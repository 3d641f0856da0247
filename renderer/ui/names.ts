import type { MeetingState } from '../../common/domain/meeting-state.ts';
import type { MemberId } from '../../common/domain/ids.ts';
import { personOf } from '../../common/domain/roster.ts';

/** The name on the roster, or the last one on it of who was; undefined for somebody who never was. */
export const nameOn = (state: Pick<MeetingState, 'roster' | 'former'>, member: MemberId): string | undefined =>
  personOf(state, member)?.name;
