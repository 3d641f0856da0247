import type { MeetingState } from '../domain/meeting-state.ts';
import type { RosterEntry } from '../domain/roster.ts';
import type { PlanMeta } from './plan.ts';

export interface Summons {
  readonly meta: PlanMeta | undefined;
  readonly people: readonly RosterEntry[];
}

/** What of the plan of a convened meeting is not official yet. [CON-2] [CON-5] */
export function notYetSummoned(
  { meta, people }: Summons,
  state: MeetingState,
): { readonly details: boolean; readonly people: boolean } {
  return {
    details:
      meta !== undefined &&
      state.phase !== 'closed' &&
      (['title', 'kind', 'start', 'place'] as const).some((name) => meta[name] !== state[name]),
    people: inOrder(people) !== inOrder(state.roster),
  };
}

/** The order in which people stand means nothing. */
const inOrder = (roster: readonly RosterEntry[]): string =>
  JSON.stringify(
    roster.map(({ member, name, position, role, voting }) => [member, name, position, role, voting]).sort(),
  );

/** Whether a meeting can begin then: in no year that was typed by halves or with a digit too many. */
export function isPossibleStart(start: string): boolean {
  const year = new Date(start).getUTCFullYear();
  return year >= 2000 && year < 2100;
}
