/**
 * What the minutes of one meeting say, as plain data: facts computed from the acts (attendance, votes, times) and the
 * free text of the secretary. Whoever prints or shows minutes needs nothing else. All times are ISO 8601; printing
 * shows them in Vietnamese time (+07:00) whatever the clock of the laptop is set to.
 */

export type TextRun = { readonly text: string; readonly bold?: boolean; readonly italic?: boolean };

export type MinutesBlock =
  | { readonly type: 'paragraph'; readonly runs: readonly TextRun[] }
  /** Of a list; `level` counts the lists that it is in. `continued`: it belongs to the item before, after a break. */
  | { readonly type: 'item'; readonly runs: readonly TextRun[]; readonly level: number; readonly continued?: true };

/** A People's Committee holds meetings of members, a People's Council sittings of deputies: the wording differs. */
export type MeetingKind = 'committee-meeting' | 'council-sitting';

export type MinutesOrganisation = {
  readonly name: string;
  /** The agency above, printed over the name; a commune's People's Committee may have none. */
  readonly parent?: string;
  /** As in the symbol of its documents: `UBND`, `HĐND`. */
  readonly symbol: string;
};

export type MinutesPerson = { readonly name: string; readonly position: string };

/** More than the fraction (`exceed`: 1/2) or at least it (`reach`: 2/3). */
export type Threshold = {
  readonly kind: 'exceed' | 'reach';
  readonly numerator: number;
  readonly denominator: number;
};

/** `count` of `base` people; `required` is the smallest count that satisfies the threshold. */
export type Arithmetic = {
  readonly count: number;
  readonly base: number;
  readonly threshold: Threshold;
  readonly required: number;
};

export type MinutesStay = { readonly how: 'in-person' | 'remote'; readonly from: string; readonly to?: string };

export type MinutesAttendee = MinutesPerson &
  /** `presence`: how they took part last. The last of `stays` has an end where they left before the meeting's. */
  (
    | { readonly presence: 'in-person' | 'remote'; readonly stays?: readonly MinutesStay[] }
    | { readonly presence: 'absent-with-reason'; readonly reason: string }
    /** `notYet`: the meeting is not over and the person may still come. */
    | { readonly presence: 'absent'; readonly notYet?: true }
    | { readonly presence: 'represented'; readonly by: MinutesPerson }
  );

export type MinutesAttendance = {
  /** Everyone entitled to take part, guests not included: the base of the quorum. */
  readonly members: readonly MinutesAttendee[];
  readonly guests: readonly (MinutesPerson & {
    readonly presence?: 'in-person' | 'remote';
    readonly leftAt?: string;
  })[];
  readonly quorum: MinutesQuorum;
};

export type MinutesQuorum = Arithmetic & {
  readonly met: boolean;
  /** Counted when the meeting was opened; otherwise as of now. */
  readonly atOpening?: true;
  /** When it was met later, and how. */
  readonly reached?: Pick<Arithmetic, 'count' | 'base' | 'required'> & { readonly at: string };
};

export type MinutesSpeaker = MinutesPerson & { readonly from: string; readonly to?: string };

/** Which people the threshold is a share of: all entitled, those present, those who cast a vote. */
export type VoteBase = 'all' | 'present' | 'voting';

export type MinutesMotion = {
  readonly text: string;
  readonly secrecy: 'open' | 'secret';
  readonly openedAt: string;
  readonly closedAt?: string;
  /** In the order of the ballot; labels as people saw them (`Tán thành`). */
  readonly options: readonly { readonly label: string; readonly count: number }[];
  /** People entitled to vote who cast nothing. */
  readonly notVoted: number;
  /** Who of these voted after the closing. */
  readonly votedLate?: number;
  readonly voteBase: VoteBase;
  /** Index in `options` of the one whose share decides, normally 0. */
  readonly deciding: number;
  readonly arithmetic: Arithmetic;
  readonly result: 'passed' | 'failed';
  /** On a tie where the body's rule lets the chair's side decide. */
  readonly decidedByChair?: boolean;
};

export type MinutesItem = {
  readonly ordinal: number;
  readonly title: string;
  readonly presenter?: MinutesPerson;
  readonly papers: readonly { readonly title: string }[];
  readonly openedAt?: string;
  readonly closedAt?: string;
  readonly speakers: readonly MinutesSpeaker[];
  readonly text: readonly MinutesBlock[];
  readonly motions: readonly MinutesMotion[];
  readonly conclusion?: readonly MinutesBlock[];
};

export type MinutesContent = {
  readonly organisation: MinutesOrganisation;
  /** Given by the records register; without it `Số: …/BB-…` is printed. Laptops never make one up. */
  readonly number?: string;
  /** After the number: `BB-UBND`. */
  readonly symbol: string;
  readonly title: string;
  readonly kind: MeetingKind;
  readonly start: string;
  /** Unknown while the meeting is running. */
  readonly end?: string;
  readonly place: string;
  readonly attendance: MinutesAttendance;
  readonly chair: MinutesPerson;
  readonly secretary: MinutesPerson;
  /** Free text before the items. */
  readonly opening?: readonly MinutesBlock[];
  readonly items: readonly MinutesItem[];
  /** What was said and decided while no item was open. */
  readonly general?: Pick<MinutesItem, 'speakers' | 'motions'>;
  readonly closing: readonly MinutesBlock[];
  /** The chair's conclusion of the whole meeting, where there is one. */
  readonly conclusion?: readonly MinutesBlock[];
  /** Nơi nhận, without the last line `Lưu: VT, Hồ sơ`, which the form adds. */
  readonly recipients: readonly string[];
};

/** Form 1.7. */
export type InvitationContent = {
  readonly organisation: MinutesOrganisation;
  readonly number?: string;
  readonly symbol: string;
  /** Place and date of the letter; the date is left open until it is sent. */
  readonly issuedAt?: string;
  readonly issuedPlace: string;
  /** Whom it is addressed to; empty: blank line to be filled in. */
  readonly invited: readonly string[];
  readonly title: string;
  readonly kind: MeetingKind;
  readonly chair: MinutesPerson;
  readonly start: string;
  readonly place: string;
  readonly agenda: readonly { readonly ordinal: number; readonly title: string; readonly presenter?: MinutesPerson }[];
  /** Such as: papers come through the application. */
  readonly notes: readonly MinutesBlock[];
  readonly recipients: readonly string[];
  /** `position` is printed in capitals over the name: `CHỦ TỊCH`; `onBehalfOf` as `TM. ỦY BAN NHÂN DÂN`. */
  readonly signer: MinutesPerson & { readonly onBehalfOf?: string };
};

/** One vote as a list to hang up or file. In a secret vote nobody's choice is known, only who voted. */
export type VoteListContent = {
  readonly organisation: MinutesOrganisation;
  readonly title: string;
  readonly kind: MeetingKind;
  readonly start: string;
  readonly place: string;
  readonly motion: MinutesMotion;
  readonly voters: readonly (MinutesPerson & {
    readonly castAt?: string;
    readonly choice?: string;
    readonly late?: true;
  })[];
  readonly printedAt: string;
};

export type AttendanceListContent = {
  readonly organisation: MinutesOrganisation;
  readonly title: string;
  readonly kind: MeetingKind;
  readonly start: string;
  readonly place: string;
  readonly attendance: MinutesAttendance;
  readonly printedAt: string;
};
