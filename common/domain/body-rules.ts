/** Of whom a majority is counted: all voting members, those present, or those who voted. */
export type VoteBase = 'all' | 'present' | 'voting';

export type Threshold = 'more-than-half' | 'two-thirds';

/** Options in the order they are shown. `approve` counts for the motion; the others do not. */
export type OptionSet = 'approve-reject-abstain' | 'agree-disagree-other';

export type Choice = 'approve' | 'reject' | 'abstain' | 'other';

export const CHOICES: Readonly<Record<OptionSet, readonly Choice[]>> = {
  'approve-reject-abstain': ['approve', 'reject', 'abstain'],
  'agree-disagree-other': ['approve', 'reject', 'other'],
};

export interface VoteRule {
  readonly base: VoteBase;
  readonly threshold: Threshold;
  readonly options: OptionSet;
  /** On an exact half the side of the chair decides (Law 72/2025, art. 40). */
  readonly chairDecidesTie: boolean;
}

export interface BodyRules {
  readonly preset: 'peoples-committee' | 'peoples-council' | 'custom';
  /** Quorum: the least share of voting members that must be present, as a fraction. */
  readonly quorum: { readonly numerator: number; readonly denominator: number };
  readonly vote: VoteRule;
}

export const BODY_PRESETS: Readonly<Record<'peoples-committee' | 'peoples-council', BodyRules>> = {
  'peoples-committee': {
    preset: 'peoples-committee',
    quorum: { numerator: 2, denominator: 3 },
    vote: { base: 'all', threshold: 'more-than-half', options: 'agree-disagree-other', chairDecidesTie: true },
  },
  'peoples-council': {
    preset: 'peoples-council',
    quorum: { numerator: 2, denominator: 3 },
    vote: { base: 'all', threshold: 'more-than-half', options: 'approve-reject-abstain', chairDecidesTie: false },
  },
};
