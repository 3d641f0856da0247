import type { BodyRules, Choice, VoteRule } from './body-rules.ts';
import type { AgendaItemId, MeetingId, MemberId, MotionId, Sha256 } from './ids.ts';
import type { RosterEntry } from './roster.ts';

/** What a meeting is, according to its valid acts alone; the same on every laptop. Times are RFC 3339. */
export interface MeetingState {
  readonly meeting: MeetingId;
  readonly convener: MemberId;
  readonly title: string;
  readonly kind: string;
  readonly start: string;
  readonly place: string;
  readonly organisation: { readonly name: string; readonly parent: string; readonly symbol: string };
  readonly rules: BodyRules;
  readonly roster: readonly RosterEntry[];
  /** The act that put the roster into force. */
  readonly rosterAct: Sha256;
  /** Who was of the meeting and isn't any more: their votes and speeches stay theirs. */
  readonly former: readonly RosterEntry[];
  readonly phase: 'convened' | 'open' | 'closed';
  readonly openedAt: string | null;
  readonly closedAt: string | null;
  readonly attendance: Readonly<Record<MemberId, Attendance>>;
  /** Of those who are here now. */
  readonly quorum: Quorum;
  /** Null until the meeting is opened. */
  readonly openingQuorum: OpeningQuorum | null;
  readonly items: Readonly<Record<AgendaItemId, ItemState>>;
  readonly currentItem: AgendaItemId | null;
  readonly queue: readonly SpeakRequest[];
  readonly floor: Floor | null;
  readonly speeches: readonly Speech[];
  readonly motions: readonly MotionState[];
  readonly conclusion: string | null;
  /** Who has which paper, by their signed receipts. */
  readonly receipts: Readonly<Record<Sha256, readonly MemberId[]>>;
  readonly minutes: MinutesStage;
  /** Acts that are validly signed but break a rule: kept, shown, without effect. */
  readonly ignored: readonly { readonly hash: Sha256; readonly author: MemberId; readonly reason: IgnoredReason }[];
}

export type IgnoredReason =
  | 'not-in-roster'
  | 'not-allowed'
  | 'not-voting'
  | 'not-checked-in'
  | 'motion-not-open'
  | 'unknown-motion'
  | 'unknown-choice'
  | 'wrong-phase'
  | 'unknown-request'
  | 'unknown-revision'
  | 'not-the-convener';

export type AttendanceStatus = 'in-person' | 'remote' | 'absent' | 'represented' | 'left';

/** From when until when somebody was there; `to` null: they are. */
export interface Stay {
  readonly how: 'in-person' | 'remote';
  readonly from: string;
  readonly to: string | null;
}

export interface Attendance {
  readonly status: AttendanceStatus;
  readonly since: string;
  readonly reason: string;
  /** In order. Empty for who is absent or represented, whatever was said before: they were not there. */
  readonly stays: readonly Stay[];
  /** Who said so: the person, or chair/secretary for them. */
  readonly recordedBy: MemberId;
}

export interface Quorum {
  /** Voting members in person or remote. */
  readonly present: number;
  /** All voting members. */
  readonly total: number;
  readonly required: number;
  readonly met: boolean;
}

/** What the minutes say: as it was at the opening; where that was short, when it was first `reached`, if ever. */
export interface OpeningQuorum extends Quorum {
  readonly reached: (Quorum & { readonly at: string }) | null;
}

export interface ItemState {
  readonly item: AgendaItemId;
  readonly ordinal: number;
  readonly title: string;
  readonly openedAt: string;
  readonly closedAt: string | null;
  readonly conclusion: string | null;
}

export interface SpeakRequest {
  readonly request: string;
  readonly member: MemberId;
  readonly item: AgendaItemId | null;
  readonly queue: 'speech' | 'interpellation';
  readonly note: string;
  readonly at: string;
}

export interface Floor {
  readonly member: MemberId;
  readonly since: string;
  /** 0: no limit. */
  readonly limitSeconds: number;
}

export interface Speech {
  readonly member: MemberId;
  readonly item: AgendaItemId | null;
  readonly from: string;
  readonly to: string | null;
}

export interface MotionState {
  readonly motion: MotionId;
  readonly item: AgendaItemId | null;
  readonly text: string;
  readonly rule: VoteRule;
  readonly openedAt: string;
  readonly closedAt: string | null;
  /** The last valid ballot of each member; after closing only those that the closing act lists. */
  readonly ballots: Readonly<Record<MemberId, { readonly choice: Choice; readonly hash: Sha256; readonly at: string }>>;
  /** Voting members who have not voted yet, in roster order. */
  readonly waitingFor: readonly MemberId[];
  /** Whose last ballot came after the closing and does not count, in roster order; an earlier one of theirs may. */
  readonly late: readonly MemberId[];
  /** What the closing act names, ballots and the roster, and is not among the acts. */
  readonly missing: number;
  readonly tally: Tally;
}

/** A result with its arithmetic: everything a reader needs to check it by hand. */
export interface Tally {
  readonly counts: Readonly<Record<Choice, number>>;
  readonly voted: number;
  /** Size of the base the rule counts from. */
  readonly base: number;
  /** The least number of approvals that passes. */
  readonly needed: number;
  readonly approve: number;
  readonly passed: boolean;
  /** True where exactly half approved and the chair's side decided. */
  readonly decidedByChair: boolean;
}

/** A PDF of the minutes as it can be fetched: size in bytes, SHA-256 of each 1 MiB chunk. */
export interface MinutesRevision {
  readonly revision: Sha256;
  readonly size: number;
  readonly chunks: readonly Sha256[];
}

/** Whose signatures are in minutes; it stays whoever holds the office later. */
interface FrozenBy {
  readonly frozenBy: MemberId;
}
interface SignedBy extends FrozenBy {
  readonly signedBy: MemberId;
}

export type MinutesStage =
  | { readonly stage: 'draft' }
  | ({ readonly stage: 'frozen' } & MinutesRevision & FrozenBy)
  | ({ readonly stage: 'signed'; readonly increment: string } & MinutesRevision & SignedBy)
  | ({
      readonly stage: 'sealed';
      readonly paper: Sha256;
      readonly size: number;
      readonly chunks: readonly Sha256[];
    } & SignedBy);
