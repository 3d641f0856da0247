import { useEffect, useRef } from 'react';
import type { MeetingView } from '../../common/contract/requests.ts';
import type { MotionId } from '../../common/domain/ids.ts';
import { notify } from '../ui/notify.ts';
import { clockTime } from '../ui/time.ts';

/** Tells who was about to vote that the vote was closed meanwhile: its card goes without a word. */
export function useMissedVote(awaited: MotionId | null, view: MeetingView, onMissed: () => void): void {
  const before = useRef<MotionId | null>(null);
  useEffect(() => {
    const motion = view.state?.motions.find((one) => one.motion === before.current);
    before.current = awaited;
    if (motion?.closedAt == null || motion.ballots[view.me.member]) return;
    notify('info', 'votes.missed', { time: clockTime(motion.closedAt) });
    onMissed();
  }, [awaited, view, onMissed]);
}
