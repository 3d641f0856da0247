import { create } from 'zustand';
import type { MeetingView } from '../../common/contract/requests.ts';

/** What the laptop that carries a meeting last said of its clock: still worth knowing when that one is not reached any more. */
const useTold = create<{ readonly ahead: number | null }>(() => ({ ahead: null }));

/** Seconds by which another laptop's clock was ahead of this one when they last met; null: not known since the start. */
export const useClockAhead = (): number | null => useTold(({ ahead }) => ahead);

export function followClockAhead({ connection }: MeetingView): void {
  if (connection.clockAhead !== null) useTold.setState({ ahead: connection.clockAhead });
}
