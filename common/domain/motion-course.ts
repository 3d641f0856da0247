import type { Act, ActBody } from '../acts/acts.ts';
import {
  countBallots,
  lateVoters,
  missingBallots,
  voteProblem,
  type BallotAct,
  type Counted,
  type Voters,
} from './count-ballots.ts';
import type { MemberId, MotionId, Sha256 } from './ids.ts';
import type { IgnoredReason, MotionState } from './meeting-state.ts';
import { isPresent } from './quorum.ts';
import type { RosterInForce } from './roster.ts';

interface Motion {
  readonly body: ActBody<'motion-opened'>;
  /** Of the act that opened it. */
  readonly act: Sha256;
  readonly openedAt: string;
  closedAt: string | null;
  /** Who had voted when they left, while it was open. [VOTE-6] */
  readonly votedAndLeft: Set<MemberId>;
  /** Set at closing. */
  closed: Counted | null;
}

/** What becomes of the motions, act by act in the order in which they count. */
export interface MotionCourse {
  open(act: Act & { kind: 'motion-opened' }): IgnoredReason | undefined;
  /** `rosters`: by the act that put each into force. */
  close(
    act: Act & { kind: 'motion-closed' },
    voters: Voters,
    rosters: ReadonlyMap<Sha256, RosterInForce>,
  ): IgnoredReason | undefined;
  /** Somebody who is here leaves early, which is said at that time. `voters`: as it was before. */
  leave(member: MemberId, time: string, voters: Voters): void;
  /** The acts that opened a motion which nobody closed before the meeting was: there is no result. [VOTE-10] */
  dropOpen(): readonly Sha256[];
  /** Why a ballot does not count; undefined also for one that a later ballot of the same member replaced. */
  ballotProblem(act: BallotAct, voters: Voters): IgnoredReason | undefined;
  /** As counted at closing, and those that are open as of now. */
  result(voters: Voters): MotionState[];
}

/** `ballots`: all that there are, since they belong to their motion by its id, not by their time. [VOTE-9] */
export function createMotionCourse(ballots: readonly BallotAct[]): MotionCourse {
  const motions = new Map<MotionId, Motion>();

  /** Who may have a ballot in an open motion: who is present, and who had voted before leaving. [VOTE-6] */
  const mayVote =
    ({ votedAndLeft }: Motion, { attendance }: Voters) =>
    (member: MemberId): boolean =>
      isPresent(attendance[member]) || (attendance[member]?.status === 'left' && votedAndLeft.has(member));

  return {
    open(act) {
      if (motions.has(act.body.motion)) return 'wrong-phase';
      motions.set(act.body.motion, {
        body: act.body,
        act: act.hash,
        openedAt: act.time,
        closedAt: null,
        votedAndLeft: new Set(),
        closed: null,
      });
      return undefined;
    },
    close(act, voters, rosters) {
      const motion = motions.get(act.body.motion);
      if (!motion) return 'unknown-motion';
      if (motion.closedAt !== null) return 'motion-not-open';
      motion.closedAt = act.time;
      const named = act.body.roster && rosters.get(act.body.roster);
      const counting = named ? { ...voters, roster: named.roster } : voters;
      const listed = new Set(act.body.ballots);
      const counted = ballots.filter((ballot) => listed.has(ballot.hash));
      const there = act.body.present && new Set(act.body.present);
      const wasThere = there ? (member: MemberId) => there.has(member) : mayVote(motion, voters);
      motion.closed = {
        ...countBallots(counting, motion.body, counted, wasThere),
        late: lateVoters(counting, motion.body, ballots, listed, wasThere),
        missing: missingBallots(motion.body, ballots, listed) + (act.body.roster && !named ? 1 : 0),
      };
      return undefined;
    },
    leave(member, time, voters) {
      for (const motion of motions.values()) {
        if (motion.closedAt !== null) continue;
        const may = mayVote(motion, voters);
        const voted = ballots.some(
          (act) =>
            act.author === member &&
            act.body.motion === motion.body.motion &&
            act.time <= time &&
            !voteProblem(voters, motion.body, act, may),
        );
        if (voted) motion.votedAndLeft.add(member);
      }
    },
    dropOpen() {
      const dropped = [...motions.values()].filter(({ closedAt }) => closedAt === null);
      for (const { body } of dropped) motions.delete(body.motion);
      return dropped.map(({ act }) => act);
    },
    ballotProblem(act, voters) {
      const motion = motions.get(act.body.motion);
      // What a closed motion has counted stays counted, wherever its author is now.
      if (motion?.closed?.ballots[act.author]) return undefined;
      if (!voters.roster.some(({ member }) => member === act.author)) return 'not-in-roster';
      if (!motion) return 'unknown-motion';
      const reason = voteProblem(voters, motion.body, act, mayVote(motion, voters));
      if (reason) return reason;
      return motion.closedAt === null ? undefined : 'motion-not-open';
    },
    result: (voters) =>
      [...motions.values()].map((motion) => ({
        motion: motion.body.motion,
        item: motion.body.item,
        text: motion.body.text,
        rule: motion.body.rule,
        openedAt: motion.openedAt,
        closedAt: motion.closedAt,
        ...(motion.closed ?? countBallots(voters, motion.body, ballots, mayVote(motion, voters))),
      })),
  };
}
