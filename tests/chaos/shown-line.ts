import type { MeetingView } from '../../common/contract/requests.ts';
import type { MeetingId } from '../../common/domain/ids.ts';
import type { OpenedLaptop } from '../../main/wiring/open-laptop.ts';
import {
  connectionLine,
  differsSince,
  sameLine,
  type ConnectionLine,
} from '../../renderer/features/meetings/connection-line.ts';
import { settle, unsettled, type Settled } from '../../renderer/features/meetings/settled.ts';

/** Between two looks, as windows look. Milliseconds. */
const LOOK = 200;

/** Notes what the line of a window would say of the connection. Returns the states that were shown, and stops. */
export function watchLine(engine: OpenedLaptop, meeting: MeetingId): () => ConnectionLine['state'][] {
  const states = new Set<ConnectionLine['state']>();
  let view: MeetingView | undefined;
  let settled: Settled<ConnectionLine> = unsettled;
  const take = (next: MeetingView): void => void (next.summary.meeting === meeting && (view = next));
  const unsubscribe = engine.subscribe('meeting.view', (payload) => take(payload as MeetingView));
  void engine.request('meetings.state', { meeting }).then(take);
  const timer = setInterval(() => {
    if (!view) return;
    const now = Date.now();
    const line = connectionLine(view.connection, now);
    const since = differsSince(line, settled.shown, view.connection);
    settled = settle(settled, line, { now, since, same: sameLine, calm: ({ state }) => state !== 'reconnecting' });
    if (settled.shown) states.add(settled.shown.state);
  }, LOOK);
  return () => {
    clearInterval(timer);
    unsubscribe();
    return [...states];
  };
}
