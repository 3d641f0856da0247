import type { MemberId } from './ids.ts';

/** A `relay` is a computer that carries the meeting for those who are elsewhere: in the roster, yet nobody. [CON-4] */
export type MeetingRole = 'chair' | 'secretary' | 'member' | 'guest' | 'relay';

/** One person of a meeting. The chair and the secretary are members too unless `voting` is false. */
export interface RosterEntry {
  readonly member: MemberId;
  readonly name: string;
  readonly position: string;
  readonly role: MeetingRole;
  /** Guests never vote; a secretary who is not a member of the body doesn't either. */
  readonly voting: boolean;
}

/** A roster and from when on it was in force. */
export interface RosterInForce {
  readonly since: string;
  readonly roster: readonly RosterEntry[];
}

export function withRole(roster: readonly RosterEntry[], role: MeetingRole): RosterEntry | undefined {
  return roster.find((entry) => entry.role === role);
}

/** Everybody but the relays. */
export const attendees = (roster: readonly RosterEntry[]): RosterEntry[] =>
  roster.filter((entry) => entry.role !== 'relay');

/** Whether the person runs the meeting: chair or secretary. */
export function isOffice(roster: readonly RosterEntry[], member: MemberId): boolean {
  const role = roster.find((entry) => entry.member === member)?.role;
  return role === 'chair' || role === 'secretary';
}

/** Who that is in this meeting, or was when they were last of it. */
export function personOf(
  { roster, former }: { readonly roster: readonly RosterEntry[]; readonly former: readonly RosterEntry[] },
  member: MemberId,
): RosterEntry | undefined {
  return [...roster, ...former].find((entry) => entry.member === member);
}
