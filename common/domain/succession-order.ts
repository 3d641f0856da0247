import type { MemberId } from './ids.ts';
import type { Writers } from './write-rules.ts';

/**
 * Whose laptops take the meeting over when the one that carries it fails, the first first. [CARRY-1] First whom the plan
 * names, in its order; then relays, which everybody reaches; then secretary and chair, who have all papers; then the other
 * voting members in the order of the roster. Guests only if the plan names them.
 */
export function successionOrder(writers: Writers, named: readonly MemberId[]): readonly MemberId[] {
  const { convener, roster } = writers;
  const known = (one: MemberId) => one === convener || roster.some((entry) => entry.member === one);
  const of = (fits: (entry: Writers['roster'][number]) => boolean) => roster.filter(fits).map((one) => one.member);
  return [
    ...new Set([
      ...named.filter(known),
      ...of((one) => one.role === 'relay'),
      ...of((one) => one.role === 'secretary'),
      ...of((one) => one.role === 'chair'),
      ...(convener ? [convener] : []),
      ...of((one) => one.voting),
    ]),
  ];
}
