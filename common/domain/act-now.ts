import type { ActKind } from '../acts/acts.ts';
import type { IgnoredReason, MeetingState } from './meeting-state.ts';

/**
 * Why a laptop that knows this state makes no such act, although one that somebody made without knowing would count.
 * [MTG-4] [VOTE-5] [MIN-3]
 */
export function refusedNow({ phase, motions, minutes }: MeetingState, kind: ActKind): IgnoredReason | undefined {
  if (minutes.stage === 'sealed' && kind !== 'paper-received' && kind !== 'minutes-sealed') return 'wrong-phase';
  switch (kind) {
    case 'item-opened':
    case 'item-closed':
    case 'floor-given':
    case 'motion-closed':
      return phase === 'open' ? undefined : 'wrong-phase';
    case 'motion-opened':
    case 'meeting-closed': {
      const voting = motions.some(({ closedAt }) => closedAt === null);
      return phase === 'open' && !voting ? undefined : 'wrong-phase';
    }
    default:
      return undefined;
  }
}
