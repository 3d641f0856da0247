import type { Act, ActBody } from '../acts/acts.ts';
import { CHOICES } from './body-rules.ts';
import type { MemberId, Sha256 } from './ids.ts';
import type { Attendance, IgnoredReason, MeetingState, MotionState } from './meeting-state.ts';
import { isPresent } from './quorum.ts';
import type { RosterEntry } from './roster.ts';
import { tally } from './tally.ts';

export type BallotAct = Act & { kind: 'ballot' };
export type Counted = Pick<MotionState, 'ballots' | 'waitingFor' | 'late' | 'missing' | 'tally'>;

type Motion = ActBody<'motion-opened'>;
type IsPresent = (member: MemberId) => boolean;

/** Who is of the meeting, and who is there, at the moment of counting. */
export interface Voters {
  readonly roster: readonly RosterEntry[];
  readonly attendance: Readonly<Record<MemberId, Attendance>>;
}

const presentIn =
  ({ attendance }: Voters): IsPresent =>
  (member) =>
    isPresent(attendance[member]);

/** Why this ballot would not count even if it was in time. */
export function voteProblem(
  voters: Voters,
  motion: Motion,
  act: BallotAct,
  present: IsPresent = presentIn(voters),
): IgnoredReason | undefined {
  if (!voters.roster.some((one) => one.member === act.author && one.voting)) return 'not-voting';
  if (!present(act.author)) return 'not-checked-in';
  if (!CHOICES[motion.rule.options].includes(act.body.choice)) return 'unknown-choice';
  return undefined;
}

/** The result of these ballots, the last valid one of each member. */
export function countBallots(
  voters: Voters,
  motion: Motion,
  cast: readonly BallotAct[],
  present: IsPresent = presentIn(voters),
): Counted {
  const ballots: Record<MemberId, MotionState['ballots'][MemberId]> = {};
  for (const act of cast) {
    if (act.body.motion !== motion.motion || voteProblem(voters, motion, act, present)) continue;
    ballots[act.author] = { choice: act.body.choice, hash: act.hash, at: act.time };
  }
  const voting = voters.roster.filter((one) => one.voting);
  const chair = voters.roster.find((one) => one.role === 'chair');
  return {
    ballots,
    waitingFor: voting.filter((one) => !ballots[one.member]).map((one) => one.member),
    late: [],
    missing: 0,
    tally: tally(
      motion.rule,
      Object.values(ballots).map((ballot) => ballot.choice),
      { all: voting.length, present: voting.filter((one) => present(one.member)).length },
      chair && ballots[chair.member]?.choice,
    ),
  };
}

/** How many of the listed ballots of this motion are not here: until they are, its result is not what it will be. [VOTE-7] */
export function missingBallots(motion: Motion, cast: readonly BallotAct[], listed: ReadonlySet<Sha256>): number {
  return listed.size - cast.filter((act) => act.body.motion === motion.motion && listed.has(act.hash)).length;
}

/** Whose last ballot was not there when the motion was closed, although it would have counted. [VOTE-7] */
export function lateVoters(
  voters: Voters,
  motion: Motion,
  cast: readonly BallotAct[],
  listed: ReadonlySet<Sha256>,
  present: IsPresent = presentIn(voters),
): readonly MemberId[] {
  const late = new Set<MemberId>();
  for (const act of cast) {
    if (act.body.motion !== motion.motion || voteProblem(voters, motion, act, present)) continue;
    if (listed.has(act.hash)) late.delete(act.author);
    else late.add(act.author);
  }
  return voters.roster.filter(({ member }) => late.has(member)).map(({ member }) => member);
}

/** Those whose votes a motion counts or waits for, in roster order; who is not of the meeting any more, behind. [VOTE-7] */
export const votersOf = (
  { roster, former }: Pick<MeetingState, 'roster' | 'former'>,
  { ballots, waitingFor }: Pick<MotionState, 'ballots' | 'waitingFor'>,
): RosterEntry[] =>
  [...roster, ...former].filter(({ member }) => ballots[member] !== undefined || waitingFor.includes(member));
