import { useEffect, useState } from 'react';
import type { AgendaItemId, MeetingId, MotionId, Sha256 } from '../../common/domain/ids.ts';
import { askDesktop, request } from '../bridge/phien.ts';
import type { Acting } from '../bridge/use-act.ts';
import type { ConsoleWish } from '../features/meetings/console.tsx';
import type { PanelName } from '../features/meetings/meeting-frame.tsx';
import type { NextStep } from '../features/meetings/next-step.ts';
import type { AskedVote } from '../features/votes/asked-vote.ts';
import { notifyFailure } from '../ui/notify.ts';
import { go } from './router.ts';

export type ConsoleDialog =
  | { readonly kind: 'open-without-quorum' }
  | { readonly kind: 'open-vote'; readonly asked: AskedVote }
  | { readonly kind: 'close-vote'; readonly motion: MotionId }
  | { readonly kind: 'conclude'; readonly item: AgendaItemId | null }
  | { readonly kind: 'close-meeting' };

/** Seconds a speaker gets from the console's button; the queue offers other times. */
const SPEAKING_SECONDS = 300;

/** Turns what the console asks for into acts, dialogs and movements of this window. */
export function useConsole(parts: {
  readonly meeting: MeetingId;
  readonly acting: Acting;
  readonly show: (paper: Sha256) => void;
  readonly stopShowing: () => void;
  readonly openPanel: (panel: PanelName) => void;
  /** To be read, written and signed. */
  readonly openMinutes: () => void;
  readonly currentItem: AgendaItemId | null;
  /** A paper of that item is being shown, by whomever. */
  readonly itemIsShown: boolean;
}) {
  const [dialog, setDialog] = useState<ConsoleDialog | null>(null);
  const [shown, setShown] = useState<ReadonlySet<AgendaItemId>>(new Set());
  const { meeting, acting } = parts;
  const { act } = acting;

  function passPaper(): void {
    const item = parts.currentItem;
    if (item !== null) setShown((known) => new Set([...known, item]));
  }

  function askVote(text: string): void {
    setDialog({ kind: 'open-vote', asked: { item: parts.currentItem, text } });
  }

  // What the other one of the chair's office shows need not be shown again.
  useEffect(() => {
    if (parts.itemIsShown) passPaper();
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [parts.itemIsShown, parts.currentItem]);

  async function take(step: NextStep): Promise<void> {
    switch (step.step) {
      case 'carry':
        await request('meetings.carry', { meeting }).catch(notifyFailure);
        return;
      case 'call-quorum':
        parts.openPanel('people');
        return;
      case 'open-meeting':
        await act('meeting-opened', {});
        return;
      case 'open-item':
        parts.stopShowing();
        await act('item-opened', { item: step.item, ordinal: step.ordinal, title: step.title });
        return;
      case 'show-paper':
        passPaper();
        parts.show(step.paper);
        return;
      case 'give-floor':
        await act('floor-given', {
          member: step.request.member,
          request: step.request.request,
          limitSeconds: SPEAKING_SECONDS,
        });
        return;
      case 'end-floor':
        await act('floor-ended', { member: step.member });
        return;
      case 'open-vote':
        askVote(step.text);
        return;
      case 'close-vote':
        parts.openPanel('votes');
        setDialog({ kind: 'close-vote', motion: step.motion });
        return;
      case 'conclude-item':
        setDialog({ kind: 'conclude', item: step.item });
        return;
      case 'conclude-meeting':
        setDialog({ kind: 'conclude', item: null });
        return;
      case 'close-meeting':
        setDialog({ kind: 'close-meeting' });
        return;
      case 'freeze-minutes':
      case 'sign-minutes':
        parts.openMinutes();
        return;
      case 'wait-for-secretary':
      case 'wait-for-chair':
      case 'wait-for-sealing':
      case 'done':
    }
  }

  function wish(wanted: ConsoleWish): void {
    switch (wanted.wish) {
      case 'step':
        void take(wanted.step);
        return;
      case 'open-without-quorum':
        setDialog({ kind: 'open-without-quorum' });
        return;
      case 'open-vote':
        askVote(wanted.text);
        return;
      case 'close-vote':
        setDialog({ kind: 'close-vote', motion: wanted.motion });
        return;
      case 'conclude':
        setDialog({ kind: 'conclude', item: wanted.item });
        return;
      case 'close-meeting':
        setDialog({ kind: 'close-meeting' });
        return;
      case 'stop-showing':
        parts.stopShowing();
        return;
      case 'skip-paper':
        passPaper();
        return;
      case 'room-screen':
        askDesktop('desktop.openRoomWindow', { meeting }).catch(notifyFailure);
        return;
      case 'prepare':
        go({ screen: 'prepare', meeting });
        return;
    }
  }

  return { dialog, shown, wish, closeDialog: () => setDialog(null) };
}
