import type { AgendaItemId } from './ids.ts';
import type { MeetingState } from './meeting-state.ts';

/**
 * The items that minutes list: the agenda, and what was opened and is on it no longer, where it stood. [MIN-8]
 */
export function minutesItems(agenda: readonly AgendaItemId[], items: MeetingState['items']): AgendaItemId[] {
  const listed = [...agenda];
  const taken = Object.values(items).filter(({ item }) => !agenda.includes(item));
  taken.sort((a, b) => a.ordinal - b.ordinal || (a.openedAt < b.openedAt ? -1 : 1));
  for (const { item, ordinal } of taken) listed.splice(ordinal - 1, 0, item);
  return listed;
}
