import type { Connection, HeldBack } from '../../../common/contract/requests.ts';
import { PATIENCE } from './settled.ts';

/** What one line says of the connection: who carries the meeting, and who has this laptop's changes. */
export interface ConnectionLine {
  readonly state: 'carrying' | 'connected' | 'reconnecting' | 'alone' | 'refused';
  readonly carriedBy: string | null;
  /** People whose laptops are connected. */
  readonly people: number;
  readonly saved: Saved;
}

export type Saved =
  | { readonly where: 'nothing-own' }
  | { readonly where: 'laptops'; readonly count: number }
  /** Acknowledged by another laptop, without a count. */
  | { readonly where: 'elsewhere' }
  | { readonly where: 'only-here'; readonly since: string }
  /** Only here, and it stays so until something is done about it. */
  | { readonly where: 'held-back'; readonly since: string; readonly why: HeldBack };

/** `now` in milliseconds: what is only here for a moment is on its way. */
export function connectionLine(connection: Connection, now: number): ConnectionLine {
  const { carriedBy, online } = connection;
  return { state: stateOf(connection), carriedBy, people: online.length, saved: savedOf(connection, now) };
}

function stateOf({ role, state }: Connection): ConnectionLine['state'] {
  if (role === 'host') return 'carrying';
  if (role === 'alone' || state === 'offline') return 'alone';
  if (state === 'refused') return 'refused';
  return state === 'connected' ? 'connected' : 'reconnecting';
}

function savedOf({ onlyHere, heldBack, savedOn, hasOwn }: Connection, now: number): Saved {
  const { since } = onlyHere;
  if (since !== null && now - new Date(since).getTime() >= PATIENCE)
    return heldBack === null ? { where: 'only-here', since } : { where: 'held-back', since, why: heldBack };
  if (!hasOwn) return { where: 'nothing-own' };
  return savedOn === null ? { where: 'elsewhere' } : { where: 'laptops', count: savedOn };
}

export const sameLine = (a: ConnectionLine, b: ConnectionLine): boolean => JSON.stringify(a) === JSON.stringify(b);

/** Since when, in milliseconds, the line is another than the shown one, as far as the engine knows; null: since just now. */
export function differsSince(
  line: ConnectionLine,
  shown: ConnectionLine | null,
  connection: Connection,
): number | null {
  if (shown === null || shown.state !== line.state)
    return connection.since === null ? null : Date.parse(connection.since);
  if ('since' in line.saved && line.saved.where !== shown.saved.where) return Date.parse(line.saved.since);
  return null;
}
