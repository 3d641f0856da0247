import type { BodyRules } from './body-rules.ts';
import type { MemberId } from './ids.ts';
import type { Attendance, MeetingState, MotionState, OpeningQuorum, Quorum } from './meeting-state.ts';
import type { RosterEntry, RosterInForce } from './roster.ts';

/** Whether a person takes part now, in the room or from afar. Being represented is not being present. [ATT-4] */
export function isPresent(attendance: Attendance | undefined): boolean {
  return attendance?.status === 'in-person' || attendance?.status === 'remote';
}

/** Who is present and has not voted yet. Who is away has no ballot [VOTE-6] and is not waited for. */
export function awaitedVoters(state: Pick<MeetingState, 'attendance'>, motion: MotionState): readonly MemberId[] {
  return motion.waitingFor.filter((member) => isPresent(state.attendance[member]));
}

type AttendanceOf = Readonly<Record<MemberId, Attendance>>;

/** The quorum with its arithmetic. [QUO-1] [QUO-2] */
export function quorumOf(
  rules: BodyRules,
  roster: readonly RosterEntry[],
  attendance: AttendanceOf,
  isThere: (attendance: Attendance | undefined) => boolean = isPresent,
): Quorum {
  const voting = roster.filter((entry) => entry.voting);
  const present = voting.filter((entry) => isThere(attendance[entry.member])).length;
  const required = Math.ceil((voting.length * rules.quorum.numerator) / rules.quorum.denominator);
  return { present, total: voting.length, required, met: voting.length > 0 && present >= required };
}

/** `rosters`: in the order in which they were put into force. [QUO-3] */
export function openingQuorumOf(
  rules: BodyRules,
  rosters: readonly RosterInForce[],
  attendance: AttendanceOf,
  openedAt: string,
): OpeningQuorum {
  const quorumAt = (time: string): Quorum =>
    quorumOf(
      rules,
      (rosters.findLast(({ since }) => since <= time) ?? rosters[0])?.roster ?? [],
      attendance,
      (one) => one?.stays.some(({ from, to }) => from <= time && (to === null || time <= to)) ?? false,
    );
  const opening = quorumAt(openedAt);
  if (opening.met) return { ...opening, reached: null };
  const arrivals = Object.values(attendance).flatMap(({ stays }) => stays.map(({ from }) => from));
  const later = [...new Set([...arrivals, ...rosters.map(({ since }) => since)])]
    .filter((time) => time > openedAt)
    .sort();
  for (const at of later) {
    const quorum = quorumAt(at);
    if (quorum.met) return { ...opening, reached: { ...quorum, at } };
  }
  return { ...opening, reached: null };
}
