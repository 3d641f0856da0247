import { cutText } from '../../../common/collab/cut-text.ts';
import { MAX_MOTION_TEXT } from '../../../common/collab/plan.ts';
import { asMotionId, type AgendaItemId } from '../../../common/domain/ids.ts';
import type { MeetingState } from '../../../common/domain/meeting-state.ts';
import { newLocalId } from '../../bridge/use-act.ts';

/** A vote that somebody asked for: of the item that was open then, also when the meeting has gone on since. */
export interface AskedVote {
  readonly item: AgendaItemId | null;
  readonly text: string;
}

/** `text`: as it reads by now. */
export function actOf(asked: AskedVote, text: string, state: MeetingState) {
  return {
    motion: asMotionId(newLocalId()),
    item: asked.item,
    text: cutText(text.trim(), MAX_MOTION_TEXT),
    secret: false as const,
    rule: state.rules.vote,
  };
}

/** The item that the vote is of, and the one that is open now where that is another: null, none. */
export function itemsOf({ item }: AskedVote, { items, currentItem }: MeetingState) {
  const known = (id: AgendaItemId | null) => (id === null ? null : (items[id] ?? null));
  return { of: known(item), now: currentItem === item ? undefined : known(currentItem) };
}
