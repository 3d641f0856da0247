import type { MemberId } from './ids.ts';
import { isOffice } from './roster.ts';
import type { Writers } from './write-rules.ts';

/**
 * A person's place among those whose laptops take the meeting over when the one that carries it fails; 0 is first, null
 * takes over only when asked to. [CARRY-1] First whom the plan names, in its order; then relays, which everybody reaches;
 * then secretary and chair, who have all papers; then the other voting members in the order of the roster. Guests only if
 * the plan names them.
 */
export function successionRank(writers: Writers, member: MemberId, named: readonly MemberId[]): number | null {
  const { convener, roster } = writers;
  const known = (one: MemberId) => one === convener || roster.some((entry) => entry.member === one);
  if (!known(member)) return null;
  const relays = roster.filter((one) => one.role === 'relay').map((one) => one.member);
  const secretaries = roster.filter((one) => one.role === 'secretary').map((one) => one.member);
  const office = roster.filter((one) => isOffice(roster, one.member)).map((one) => one.member);
  const voting = roster.filter((one) => one.voting).map((one) => one.member);
  const order = [
    ...new Set([
      ...named.filter(known),
      ...relays,
      ...secretaries,
      ...office,
      ...(convener ? [convener] : []),
      ...voting,
    ]),
  ];
  const place = order.indexOf(member);
  return place < 0 ? null : place;
}
