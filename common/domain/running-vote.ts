import type { MemberId } from './ids.ts';
import type { MeetingState, MotionState } from './meeting-state.ts';
import { awaitedVoters } from './quorum.ts';

/** The vote under way. After a split there may be several [VOTE-10]: for `member` the first that waits for their ballot. */
export function runningVote(
  state: Pick<MeetingState, 'attendance' | 'motions'>,
  member?: MemberId,
): MotionState | undefined {
  const open = state.motions.filter(({ closedAt }) => closedAt === null);
  return open.find((motion) => member !== undefined && awaitedVoters(state, motion).includes(member)) ?? open[0];
}
