import type { Act } from '../acts/acts.ts';
import { assertNever } from './assert-never.ts';
import type { MemberId, Sha256 } from './ids.ts';
import type { IgnoredReason, MeetingState, MinutesStage } from './meeting-state.ts';
import type { MeetingRole, RosterEntry } from './roster.ts';

export type MinutesAct = Extract<
  Act,
  { kind: 'minutes-frozen' | 'minutes-reopened' | 'minutes-signed' | 'minutes-sealed' }
>;

const KINDS: ReadonlySet<string> = new Set<MinutesAct['kind']>([
  'minutes-frozen',
  'minutes-reopened',
  'minutes-signed',
  'minutes-sealed',
]);
export const isMinutesAct = (act: Act): act is MinutesAct => KINDS.has(act.kind);

type FrozenMinutes = Extract<MinutesStage, { stage: 'frozen' }>;

/** What becomes of the minutes, act by act in the order in which they count. */
export interface MinutesCourse {
  /** A roster is in force from here on. */
  under(roster: readonly RosterEntry[]): void;
  /** `convener`: the author may be in no roster. */
  apply(act: MinutesAct, phase: MeetingState['phase'], convener: boolean): void;
  /** By who held the office: no later act has effect. [MIN-3] */
  isSealed(): boolean;
  /** Where they stand, and which of these acts have no effect. */
  result(): { readonly stage: MinutesStage; readonly ignored: ReadonlyMap<Sha256, IgnoredReason> };
}

/** One way to look at who held which office. */
interface Reading {
  stage: MinutesStage;
  /** Every revision that a secretary has frozen so far, also those that were opened again. */
  readonly frozen: Map<Sha256, FrozenMinutes>;
  readonly ignored: Map<Sha256, IgnoredReason>;
}

const reading = (): Reading => ({ stage: { stage: 'draft' }, frozen: new Map(), ignored: new Map() });

/**
 * Followed twice: by who holds the office, and by who has ever held it. The second counts where the first has come to no
 * signature of a chair: then those who signed did not know of the other roster. [MIN-7]
 */
export function createMinutesCourse(): MinutesCourse {
  const inForce = reading();
  const ever = reading();
  let roster: readonly RosterEntry[] = [];
  const rolesEver = new Map<MemberId, Set<MeetingRole>>();

  function follow(one: Reading, act: MinutesAct, holds: Holds, phase: MeetingState['phase']): void {
    const after = minutesAfter(one.stage, act, { holds, phase, frozen: one.frozen });
    if (typeof after === 'string') {
      one.ignored.set(act.hash, after);
      return;
    }
    one.stage = after;
    if (after.stage === 'frozen') one.frozen.set(after.revision, after);
  }

  return {
    under(changed) {
      roster = changed;
      for (const { member, role } of roster) rolesEver.set(member, (rolesEver.get(member) ?? new Set()).add(role));
      inForce.stage = minutesUnder(roster, inForce.stage);
    },
    apply(act, phase, convener) {
      const role = roster.find(({ member }) => member === act.author)?.role;
      if (role === undefined && !convener) inForce.ignored.set(act.hash, 'not-in-roster');
      else follow(inForce, act, (asked) => role === asked, phase);
      follow(ever, act, (asked) => rolesEver.get(act.author)?.has(asked) ?? false, phase);
    },
    isSealed: () => inForce.stage.stage === 'sealed',
    result() {
      const { stage, ignored } = !isSigned(inForce.stage) && isSigned(ever.stage) ? ever : inForce;
      return { stage, ignored };
    },
  };
}

const isSigned = ({ stage }: MinutesStage): boolean => stage === 'signed' || stage === 'sealed';

/** Whether who acts has that office. */
type Holds = (role: MeetingRole) => boolean;

/** Where the minutes stand after that act, or why it has no effect. [MIN-1] [MIN-2] */
function minutesAfter(
  minutes: MinutesStage,
  act: MinutesAct,
  {
    holds,
    phase,
    frozen,
  }: {
    readonly holds: Holds;
    readonly phase: MeetingState['phase'];
    readonly frozen: ReadonlyMap<Sha256, FrozenMinutes>;
  },
): MinutesStage | IgnoredReason {
  const office = holds('chair') || holds('secretary');
  switch (act.kind) {
    case 'minutes-frozen':
      if (!holds('secretary')) return 'not-allowed';
      if (phase !== 'closed' || minutes.stage !== 'draft') return 'wrong-phase';
      return { stage: 'frozen', ...act.body, frozenBy: act.author };
    case 'minutes-reopened':
      if (!office) return 'not-allowed';
      if (minutes.stage !== 'frozen' || minutes.revision !== act.body.revision) return 'wrong-phase';
      return { stage: 'draft' };
    case 'minutes-signed':
      if (!holds('chair')) return 'not-allowed';
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
function minutesUnder(roster: readonly RosterEntry[], minutes: MinutesStage): MinutesStage {
  if (minutes.stage !== 'frozen') return minutes;
  const still = roster.some(({ member, role }) => member === minutes.frozenBy && role === 'secretary');
  return still ? minutes : { stage: 'draft' };
}
