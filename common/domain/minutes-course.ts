import type { Act } from '../acts/acts.ts';
import { assertNever } from './assert-never.ts';
import type { Sha256 } from './ids.ts';
import type { IgnoredReason, MeetingState, MinutesStage } from './meeting-state.ts';
import type { MeetingRole, RosterEntry } from './roster.ts';

export type MinutesAct = Extract<
  Act,
  { kind: 'minutes-frozen' | 'minutes-reopened' | 'minutes-signed' | 'minutes-sealed' }
>;

export type FrozenMinutes = Extract<MinutesStage, { stage: 'frozen' }>;

/**
 * Where the minutes stand after that act, or why it has no effect. [MIN-1] [MIN-2] `frozen`: every revision that a secretary
 * has frozen so far, also those that were opened again.
 */
export function minutesAfter(
  minutes: MinutesStage,
  act: MinutesAct,
  {
    role,
    phase,
    frozen,
  }: {
    readonly role: MeetingRole | undefined;
    readonly phase: MeetingState['phase'];
    readonly frozen: ReadonlyMap<Sha256, FrozenMinutes>;
  },
): MinutesStage | IgnoredReason {
  const office = role === 'chair' || role === 'secretary';
  switch (act.kind) {
    case 'minutes-frozen':
      if (role !== 'secretary') return 'not-allowed';
      if (phase !== 'closed' || minutes.stage !== 'draft') return 'wrong-phase';
      return { stage: 'frozen', ...act.body, frozenBy: act.author };
    case 'minutes-reopened':
      if (!office) return 'not-allowed';
      if (minutes.stage !== 'frozen' || minutes.revision !== act.body.revision) return 'wrong-phase';
      return { stage: 'draft' };
    case 'minutes-signed':
      if (role !== 'chair') return 'not-allowed';
      return minutesSigned(minutes, act, frozen.get(act.body.revision));
    case 'minutes-sealed': {
      if (!office) return 'not-allowed';
      // Both may have done it, each not knowing of the other.
      if (minutes.stage === 'sealed' && minutes.paper === act.body.paper) return minutes;
      if (minutes.stage !== 'signed') return 'wrong-phase';
      const { frozenBy, signedBy } = minutes;
      return { stage: 'sealed', ...act.body, frozenBy, signedBy };
    }
    default:
      return assertNever(act);
  }
}

/** The chair did not know of what happened elsewhere meanwhile, and it does not undo what both have signed. [MIN-5] */
function minutesSigned(
  { stage }: MinutesStage,
  { author, body }: MinutesAct & { kind: 'minutes-signed' },
  revision: FrozenMinutes | undefined,
): MinutesStage | IgnoredReason {
  if (stage !== 'frozen' && (stage !== 'draft' || !revision)) return 'wrong-phase';
  if (!revision) return 'unknown-revision';
  return { ...revision, stage: 'signed', increment: body.increment, signedBy: author };
}

/** What a former secretary froze and the chair has not signed is a draft again, however late it arrives. [MIN-4] */
export function minutesUnder(roster: readonly RosterEntry[], minutes: MinutesStage): MinutesStage {
  if (minutes.stage !== 'frozen') return minutes;
  const still = roster.some(({ member, role }) => member === minutes.frozenBy && role === 'secretary');
  return still ? minutes : { stage: 'draft' };
}
