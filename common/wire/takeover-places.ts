import type { MemberId } from '../domain/ids.ts';
import type { KnownLaptop } from './carrier.ts';

/** Compares laptops by their place in the order of those who may take over; whoever has none comes last. */
export function placesIn(order: readonly MemberId[]): (a: Identity, b: Identity) => number {
  const places = new Map(order.map((member, place) => [member, place]));
  return (a, b) => {
    const [left, right] = [places.get(a.member) ?? Infinity, places.get(b.member) ?? Infinity];
    if (left !== right) return left - right;
    if (a.member !== b.member) return a.member < b.member ? -1 : 1;
    return a.device === b.device ? 0 : a.device < b.device ? -1 : 1;
  };
}

type Identity = Pick<KnownLaptop, 'member' | 'device'>;
