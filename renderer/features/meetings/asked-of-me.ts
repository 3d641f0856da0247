import type { AgendaItem } from '../../../common/collab/plan.ts';
import type { MeetingView } from '../../../common/contract/requests.ts';
import type { AgendaItemId, MotionId, Sha256 } from '../../../common/domain/ids.ts';
import { awaitedVoters } from '../../../common/domain/quorum.ts';
import { runningVote } from '../../../common/domain/running-vote.ts';

/** The one thing that a person is asked for now. */
export type Asked =
  | { readonly what: 'look' }
  /** Nothing: I am not among the people of the meeting, or no longer. */
  | { readonly what: 'outside' }
  | { readonly what: 'check-in' }
  /** Nothing; but I may come after all. */
  | { readonly what: 'away' }
  /** Nothing: I am noted to have left, at that time. But I may be back. */
  | { readonly what: 'left'; readonly at: string }
  | { readonly what: 'vote'; readonly motion: MotionId }
  /** `at`: when I voted, RFC 3339. */
  | { readonly what: 'wait-for-result'; readonly at: string }
  | { readonly what: 'speak' }
  | { readonly what: 'sign-minutes' }
  | { readonly what: 'freeze-minutes' }
  | { readonly what: 'read'; readonly item: AgendaItemId; readonly paper: Sha256 | null }
  | { readonly what: 'wait-for-opening' }
  | { readonly what: 'wait-for-item' }
  | { readonly what: 'wait-for-minutes' }
  | { readonly what: 'read-minutes'; readonly paper: Sha256 };

export function askedOfMe(
  view: Pick<MeetingView, 'state' | 'me' | 'summary'>,
  agenda: readonly AgendaItem[],
): Asked | null {
  const { state, me } = view;
  if (state === null) return null;
  if (view.summary.readOnly) return { what: 'look' };
  if (state.phase === 'closed') {
    if (state.minutes.stage === 'draft' && me.roles.secretary) return { what: 'freeze-minutes' };
    if (state.minutes.stage === 'frozen' && me.roles.chair) return { what: 'sign-minutes' };
    if (state.minutes.stage === 'sealed') return { what: 'read-minutes', paper: state.minutes.paper };
    return { what: 'wait-for-minutes' };
  }
  if (!state.roster.some(({ member }) => member === me.member)) return { what: 'outside' };
  const attendance = state.attendance[me.member];
  const status = attendance?.status;
  if (status === undefined) return { what: 'check-in' };
  // Whoever comes in place of somebody follows on their laptop.
  if (status === 'absent' || (status === 'represented' && state.phase === 'convened')) return { what: 'away' };
  if (status === 'left') return { what: 'left', at: attendance?.since ?? '' };
  const vote = runningVote(state, me.member);
  if (vote && awaitedVoters(state, vote).includes(me.member)) return { what: 'vote', motion: vote.motion };
  const ballot = vote?.ballots[me.member];
  if (ballot !== undefined) return { what: 'wait-for-result', at: ballot.at };
  if (state.floor?.member === me.member) return { what: 'speak' };
  if (state.phase === 'convened') return { what: 'wait-for-opening' };
  if (state.currentItem === null) return { what: 'wait-for-item' };
  const item = agenda.find(({ id }) => id === state.currentItem);
  return { what: 'read', item: state.currentItem, paper: item?.papers[0] ?? null };
}

/** Which sentence says it. Where others wait for the chair, whoever chairs (`leads`) is told to go on. */
export function wordsFor(asked: Asked, leads: boolean): string {
  if (leads && (asked.what === 'wait-for-opening' || asked.what === 'wait-for-item')) return `${asked.what}-leading`;
  return asked.what === 'read' && asked.paper === null ? 'follow' : asked.what;
}
