import type { AgendaItem } from '../../../common/collab/plan.ts';
import type { MeetingView } from '../../../common/contract/requests.ts';
import type { AgendaItemId, MemberId, MotionId, Sha256 } from '../../../common/domain/ids.ts';
import type { MeetingState, SpeakRequest } from '../../../common/domain/meeting-state.ts';
import { awaitedVoters } from '../../../common/domain/quorum.ts';
import { runningVote } from '../../../common/domain/running-vote.ts';

/** What the chair's office naturally does next; the console has one button for it. */
export type NextStep =
  | { readonly step: 'carry' }
  | { readonly step: 'call-quorum'; readonly missing: number }
  | { readonly step: 'open-meeting' }
  | { readonly step: 'open-item'; readonly item: AgendaItemId; readonly ordinal: number; readonly title: string }
  | { readonly step: 'show-paper'; readonly paper: Sha256 }
  | { readonly step: 'give-floor'; readonly request: SpeakRequest }
  | { readonly step: 'end-floor'; readonly member: MemberId }
  | { readonly step: 'open-vote'; readonly text: string }
  | { readonly step: 'close-vote'; readonly motion: MotionId; readonly waiting: number }
  | { readonly step: 'conclude-item'; readonly item: AgendaItemId }
  | { readonly step: 'conclude-meeting' }
  | { readonly step: 'close-meeting' }
  | { readonly step: 'freeze-minutes' }
  | { readonly step: 'wait-for-secretary' }
  | { readonly step: 'sign-minutes' }
  | { readonly step: 'wait-for-chair' }
  | { readonly step: 'wait-for-sealing' }
  | { readonly step: 'done' };

/** `shown`: items of which a paper has been shown in this window, or skipped. */
export function nextStep(
  view: Pick<MeetingView, 'state' | 'me' | 'connection'>,
  agenda: readonly AgendaItem[],
  shown: ReadonlySet<AgendaItemId>,
): NextStep | null {
  const { state, me } = view;
  if (state === null) return null;
  switch (state.phase) {
    case 'convened':
      if (view.connection.role === 'alone') return { step: 'carry' };
      return state.quorum.met
        ? { step: 'open-meeting' }
        : { step: 'call-quorum', missing: state.quorum.required - state.quorum.present };
    case 'open':
      return duringMeeting(state, agenda, shown);
    case 'closed':
      return afterMeeting(state, me.roles);
  }
}

function duringMeeting(state: MeetingState, agenda: readonly AgendaItem[], shown: ReadonlySet<AgendaItemId>): NextStep {
  const vote = runningVote(state);
  if (vote) return { step: 'close-vote', motion: vote.motion, waiting: awaitedVoters(state, vote).length };
  const item = agenda.find(({ id }) => id === state.currentItem);
  if (state.currentItem !== null) {
    const begun =
      state.speeches.some((speech) => speech.item === state.currentItem) ||
      state.motions.some((motion) => motion.item === state.currentItem);
    const paper = item?.papers[0];
    if (paper !== undefined && !begun && !shown.has(state.currentItem)) return { step: 'show-paper', paper };
    if (state.floor !== null) return { step: 'end-floor', member: state.floor.member };
    const request = state.queue[0];
    if (request) return { step: 'give-floor', request };
    const text = item?.motions.find((motion) => motion.trim() !== '' && !wasOpened(state, state.currentItem, motion));
    if (text !== undefined) return { step: 'open-vote', text };
    if (state.items[state.currentItem]?.conclusion == null) return { step: 'conclude-item', item: state.currentItem };
  }
  const next = agenda.findIndex(({ id }) => state.items[id] === undefined);
  const nextItem = agenda[next];
  if (nextItem) return { step: 'open-item', item: nextItem.id, ordinal: next + 1, title: nextItem.title };
  if (state.conclusion === null) return { step: 'conclude-meeting' };
  return { step: 'close-meeting' };
}

const wasOpened = (state: MeetingState, item: AgendaItemId | null, text: string): boolean =>
  state.motions.some((motion) => motion.item === item && motion.text.trim() === text.trim());

function afterMeeting(state: MeetingState, roles: MeetingView['me']['roles']): NextStep {
  switch (state.minutes.stage) {
    case 'draft':
      return roles.secretary ? { step: 'freeze-minutes' } : { step: 'wait-for-secretary' };
    case 'frozen':
      return roles.chair ? { step: 'sign-minutes' } : { step: 'wait-for-chair' };
    case 'signed':
      return { step: 'wait-for-sealing' };
    case 'sealed':
      return { step: 'done' };
  }
}
