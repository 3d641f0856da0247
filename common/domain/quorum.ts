import type { BodyRules } from './body-rules.ts';
import type { MemberId } from './ids.ts';
import type { Attendance, MeetingState, MotionState, Quorum } from './meeting-state.ts';
import type { RosterEntry } from './roster.ts';

/** Whether a person takes part now, in the room or from afar. Being represented is not being present. [ATT-4] */
export function isPresent(attendance: Attendance | undefined): boolean {
  return attendance?.status === 'in-person' || attendance?.status === 'remote';
}

/** Who is present and has not voted yet. Who is away has no ballot [VOTE-6] and is not waited for. */
export function awaitedVoters(state: Pick<MeetingState, 'attendance'>, motion: MotionState): readonly MemberId[] {
  return motion.waitingFor.filter((member) => isPresent(state.attendance[member]));
}

/** The quorum with its arithmetic. [QUO-1] [QUO-2] */
export function quorumOf(
  rules: BodyRules,
  roster: readonly RosterEntry[],
  attendance: Readonly<Record<MemberId, Attendance>>,
): Quorum {
  const voting = roster.filter((entry) => entry.voting);
  const present = voting.filter((entry) => isPresent(attendance[entry.member])).length;
  const required = Math.ceil((voting.length * rules.quorum.numerator) / rules.quorum.denominator);
  return { present, total: voting.length, required, met: voting.length > 0 && present >= required };
}
