import type { Act } from '../acts/acts.ts';
import type { MemberId } from './ids.ts';
import type { MeetingState } from './meeting-state.ts';
import { inOrder } from './reduce-acts.ts';
import { isOffice, type RosterEntry } from './roster.ts';

/** Who a meeting's documents listen to, as far as is known: before the convening act only the convener is. */
export interface Writers {
  readonly convener: MemberId | undefined;
  readonly roster: readonly RosterEntry[];
}

/**
 * Whether a person may change a document now. [WRT-1] [WRT-2] [WRT-3] The same rule decides at the host and at every other
 * laptop, for live frames and for own changes.
 */
export function mayWriteDocument({ convener, roster }: Writers, member: MemberId, document: string): boolean {
  // Asked for every frame of live ink.
  if (document.startsWith('ink/')) {
    const author = /^ink\/[0-9a-f]{64}\/([0-9a-f-]{36})$/.exec(document)?.[1];
    return author === member && roster.some((one) => one.member === member && one.role !== 'relay');
  }
  const office = member === convener || isOffice(roster, member);
  if (document === 'plan' || document === 'floor') return office;
  return document === 'minutes' && (office || roster.some((one) => one.member === member && one.voting));
}

/** Who could write from a moment on (RFC 3339), until the next of a history. */
export interface WritersSince extends Writers {
  readonly since: string;
}

/** Everyone who could write in the course of a meeting, the first first; the last are the writers of now. */
export function writersOverTime(state: MeetingState, acts: readonly Act[]): WritersSince[] {
  const ignored = new Set(state.ignored.map((one) => one.hash));
  const history: WritersSince[] = [];
  for (const act of inOrder(acts)) {
    if (act.kind !== 'meeting-convened' && act.kind !== 'roster-changed') continue;
    if (ignored.has(act.hash)) continue;
    const before = history.at(-1)?.since ?? '';
    history.push({
      since: act.time > before ? act.time : before,
      convener: state.convener,
      roster: act.body.roster,
    });
  }
  return history;
}

/**
 * Whether a signed change of a document counts. [WRT-4] Brought by its author: if the right was there at the time that
 * the change names, or is there now. Passed on by somebody else: if it ever was, since then they accepted it.
 */
export function mayHaveWritten(
  history: readonly WritersSince[],
  change: { readonly author: MemberId; readonly document: string; readonly time: string; readonly from: MemberId },
): boolean {
  const then = history.findLast((one) => one.since <= change.time);
  const now = history.at(-1);
  const counted = change.from === change.author ? [then, now] : history;
  return counted.some((writers) => writers && mayWriteDocument(writers, change.author, change.document));
}

/** Everybody who could write that document at some time. */
export function writersEver(history: readonly WritersSince[], document: string): Set<MemberId> {
  const ever = new Set<MemberId>();
  for (const writers of history) {
    for (const member of [writers.convener, ...writers.roster.map((one) => one.member)]) {
      if (member !== undefined && mayWriteDocument(writers, member, document)) ever.add(member);
    }
  }
  return ever;
}

/** Whether a person belongs to the meeting at all. */
export function mayAttend(writers: Writers, member: MemberId): boolean {
  return member === writers.convener || writers.roster.some((one) => one.member === member);
}
