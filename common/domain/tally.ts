import { CHOICES, type Choice, type Threshold, type VoteRule } from './body-rules.ts';
import type { Tally } from './meeting-state.ts';

/** The least number of approvals out of `base` that passes. [VOTE-1] [VOTE-2] */
export function approvalsNeeded(base: number, threshold: Threshold): number {
  return threshold === 'more-than-half' ? Math.floor(base / 2) + 1 : Math.ceil((base * 2) / 3);
}

/**
 * Counts a motion. `sizes` are the numbers of voting members in all and present; `chairChoice` is the chair's own
 * ballot, needed where the chair's side decides a tie.
 */
export function tally(
  rule: VoteRule,
  choices: readonly Choice[],
  sizes: { readonly all: number; readonly present: number },
  chairChoice: Choice | undefined,
): Tally {
  const counts: Record<Choice, number> = { approve: 0, reject: 0, abstain: 0, other: 0 };
  const allowed = CHOICES[rule.options];
  let voted = 0;
  for (const choice of choices) {
    if (!allowed.includes(choice)) continue;
    counts[choice] += 1;
    voted += 1;
  }
  const base = rule.base === 'all' ? sizes.all : rule.base === 'present' ? sizes.present : voted;
  const needed = approvalsNeeded(base, rule.threshold);
  const approve = counts.approve;
  const tie = rule.threshold === 'more-than-half' && base > 0 && approve * 2 === base;
  const decidedByChair = tie && rule.chairDecidesTie && chairChoice !== undefined;
  return {
    counts,
    voted,
    base,
    needed,
    approve,
    passed: base > 0 && (approve >= needed || (decidedByChair && chairChoice === 'approve')),
    decidedByChair,
  };
}
