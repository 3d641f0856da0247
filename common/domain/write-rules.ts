import type { MemberId } from './ids.ts';
import { isOffice, type RosterEntry } from './roster.ts';

/** Who a meeting's documents listen to, as far as is known: before the convening act only the convener is. */
export interface Writers {
  readonly convener: MemberId | undefined;
  readonly roster: readonly RosterEntry[];
}

/**
 * Whether a person's changes to a document count. [WRT-1] [WRT-2] [WRT-3] The same rule decides at the host, at every
 * other laptop, for signed changes and for live frames.
 */
export function mayWriteDocument(writers: Writers, member: MemberId, document: string): boolean {
  const office = member === writers.convener || isOffice(writers.roster, member);
  if (document === 'plan' || document === 'floor') return office;
  if (document === 'minutes') return office || writers.roster.some((one) => one.member === member && one.voting);
  const ink = /^ink\/[0-9a-f]{64}\/([0-9a-f-]{36})$/.exec(document);
  return ink?.[1] === member && writers.roster.some((one) => one.member === member);
}

/** Whether a person belongs to the meeting at all. */
export function mayAttend(writers: Writers, member: MemberId): boolean {
  return member === writers.convener || writers.roster.some((one) => one.member === member);
}
