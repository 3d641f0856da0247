import type { MeetingId } from '../../common/domain/ids.ts';
import type { StoredMeeting } from './ports.ts';

/** Places where a meeting was carried, the latest first. */
const KEPT_ADDRESSES = 8;

/** What this laptop notes of a meeting that it knew nothing of. */
export const newRow = (id: MeetingId, now: Date): StoredMeeting => ({
  id,
  convener: null,
  nonce: null,
  summary: { title: '', kind: '', start: '', place: '', phase: 'draft' },
  readOnly: false,
  carrying: false,
  addresses: [],
  createdAt: now.toISOString(),
});

/** With `address` as the first where whoever carries the meeting is looked for. */
export const withAddress = (addresses: readonly string[], address: string): readonly string[] =>
  addresses[0] === address
    ? addresses
    : [address, ...addresses.filter((one) => one !== address)].slice(0, KEPT_ADDRESSES);

/** Today's before those of weeks ago, which a laptop may still carry. */
export const nearestFirst = <One extends { readonly start: string }>(meetings: readonly One[], now: Date): One[] =>
  meetings.toSorted((a, b) => distance(a.start, now) - distance(b.start, now));

function distance(start: string, now: Date): number {
  const away = Math.abs(Date.parse(start) - now.getTime());
  return Number.isNaN(away) ? Number.MAX_VALUE : away;
}

/** Whose minutes are signed, and who had days to fetch them: nobody looks for such a meeting by itself. */
const LONG_MILLISECONDS = 14 * 24 * 60 * 60 * 1000;
export const isLongOver = ({ summary }: StoredMeeting): boolean =>
  summary.phase === 'sealed' && Date.now() - Date.parse(summary.start) > LONG_MILLISECONDS;
