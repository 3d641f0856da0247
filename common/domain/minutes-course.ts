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
  /** A roster is in force from here on, by that act. */
  under(act: Pick<Act, 'hash' | 'author'>, roster: readonly RosterEntry[]): void;
  /** `convener`: the author may be in no roster. */
  apply(act: MinutesAct, phase: MeetingState['phase'], convener: boolean): void;
  /** By who held the office: no later act has effect. [MIN-3] */
  isSealed(): boolean;
  /** Where they stand, and which of these acts have no effect. */
  result(): { readonly stage: MinutesStage; readonly ignored: ReadonlyMap<Sha256, IgnoredReason> };
}

/** One way to look at who holds which office. */
interface Reading {
  stage: MinutesStage;
  /** Every revision that a secretary has frozen so far, also those that were opened again. */
  readonly frozen: Map<Sha256, FrozenMinutes>;
  readonly ignored: Map<Sha256, IgnoredReason>;
}

const reading = (): Reading => ({ stage: { stage: 'draft' }, frozen: new Map(), ignored: new Map() });

interface PastRoster {
  readonly place: number;
  readonly roster: readonly RosterEntry[];
}

/**
 * Followed twice: by the roster in force, and by the one that the secretary knew when freezing. The second counts where the
 * first has come to no signature of a chair: then those who signed did not know of the other roster. [MIN-7]
 */
export function createMinutesCourse(): MinutesCourse {
  const inForce = reading();
  const asFrozen = reading();
  let roster: readonly RosterEntry[] = [];
  const rosters = new Map<Sha256, PastRoster>();
  /** The place of the last roster that is the person's own act: that one they know. */
  const ownRoster = new Map<MemberId, number>();
  /** By the revision that was frozen under it. */
  const known = new Map<Sha256, PastRoster>();

  function follow(one: Reading, act: MinutesAct, role: MeetingRole | undefined, phase: MeetingState['phase']): void {
    const after = minutesAfter(one.stage, act, { role, phase, frozen: one.frozen });
    if (typeof after === 'string') {
      one.ignored.set(act.hash, after);
      return;
    }
    one.stage = after;
    if (after.stage === 'frozen') one.frozen.set(after.revision, after);
  }

  /** Under which roster the act is looked at the second time. */
  function rosterKnown(act: MinutesAct): PastRoster | undefined {
    if (act.kind === 'minutes-frozen') return act.body.roster && rosters.get(act.body.roster);
    if (act.kind !== 'minutes-sealed') return known.get(act.body.revision);
    return asFrozen.stage.stage === 'signed' ? known.get(asFrozen.stage.revision) : undefined;
  }

  function roleKnown(act: MinutesAct): MeetingRole | undefined {
    const under = rosterKnown(act);
    if (!under || (ownRoster.get(act.author) ?? 0) > under.place) return undefined;
    return roleIn(under.roster, act.author);
  }

  return {
    under({ hash, author }, changed) {
      roster = changed;
      rosters.set(hash, { place: rosters.size, roster });
      ownRoster.set(author, rosters.size - 1);
      inForce.stage = minutesUnder(roster, inForce.stage);
    },
    apply(act, phase, convener) {
      const role = roleIn(roster, act.author);
      if (role === undefined && !convener) inForce.ignored.set(act.hash, 'not-in-roster');
      else follow(inForce, act, role, phase);
      follow(asFrozen, act, roleKnown(act), phase);
      const under = rosterKnown(act);
      if (act.kind === 'minutes-frozen' && under && !asFrozen.ignored.has(act.hash))
        known.set(act.body.revision, under);
    },
    isSealed: () => inForce.stage.stage === 'sealed',
    result() {
      const { stage, ignored } = !isSigned(inForce.stage) && isSigned(asFrozen.stage) ? asFrozen : inForce;
      return { stage, ignored };
    },
  };
}

const roleIn = (roster: readonly RosterEntry[], author: MemberId): MeetingRole | undefined =>
  roster.find(({ member }) => member === author)?.role;

const isSigned = ({ stage }: MinutesStage): boolean => stage === 'signed' || stage === 'sealed';

/** Where the minutes stand after that act, or why it has no effect. [MIN-1] [MIN-2] */
function minutesAfter(
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
    case 'minutes-frozen': {
      if (role !== 'secretary') return 'not-allowed';
      if (phase !== 'closed' || minutes.stage !== 'draft') return 'wrong-phase';
      const { revision, size, chunks } = act.body;
      return { stage: 'frozen', revision, size, chunks, frozenBy: act.author };
    }
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
function minutesUnder(roster: readonly RosterEntry[], minutes: MinutesStage): MinutesStage {
  if (minutes.stage !== 'frozen') return minutes;
  const still = roster.some(({ member, role }) => member === minutes.frozenBy && role === 'secretary');
  return still ? minutes : { stage: 'draft' };
}
