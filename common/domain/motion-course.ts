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
import type { MotionId, Sha256 } from './ids.ts';
import type { IgnoredReason, MotionState } from './meeting-state.ts';
import type { RosterEntry } from './roster.ts';

interface Motion {
  readonly body: ActBody<'motion-opened'>;
  /** Of the act that opened it. */
  readonly act: Sha256;
  readonly openedAt: string;
  closedAt: string | null;
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
    rosters: ReadonlyMap<Sha256, readonly RosterEntry[]>,
  ): IgnoredReason | undefined;
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
  return {
    open(act) {
      if (motions.has(act.body.motion)) return 'wrong-phase';
      motions.set(act.body.motion, {
        body: act.body,
        act: act.hash,
        openedAt: act.time,
        closedAt: null,
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
      const counting = named ? { ...voters, roster: named } : voters;
      const listed = new Set(act.body.ballots);
      const counted = ballots.filter((ballot) => listed.has(ballot.hash));
      const there = act.body.present && new Set(act.body.present);
      const wasThere = there && ((member: BallotAct['author']) => there.has(member));
      motion.closed = {
        ...countBallots(counting, motion.body, counted, wasThere),
        late: lateVoters(counting, motion.body, ballots, listed, wasThere),
        missing: missingBallots(motion.body, ballots, listed) + (act.body.roster && !named ? 1 : 0),
      };
      return undefined;
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
      const reason = voteProblem(voters, motion.body, act);
      if (reason) return reason;
      return motion.closedAt === null ? undefined : 'motion-not-open';
    },
    result: (voters) =>
      [...motions.values()].map(({ body, openedAt, closedAt, closed }) => ({
        motion: body.motion,
        item: body.item,
        text: body.text,
        rule: body.rule,
        openedAt,
        closedAt,
        ...(closed ?? countBallots(voters, body, ballots)),
      })),
  };
}
