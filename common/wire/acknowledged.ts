import type { Stream, StreamHead } from '../acts/entry.ts';
import type { MemberId } from '../domain/ids.ts';

export interface StreamPosition {
  readonly author: MemberId;
  readonly stream: Stream;
  readonly seq: number;
}

export const streamKey = (at: { readonly author: MemberId; readonly stream: Stream }): string =>
  `${at.author} ${at.stream}`;

/** Which entries of this laptop's member are known to be on another laptop's disk. */
export interface Acknowledged {
  /** Someone else has these streams up to there. */
  note(positions: readonly StreamPosition[]): void;
  /** How many of the member's entries nobody else has acknowledged. */
  onlyHere(heads: readonly StreamHead[]): number;
  positions(): StreamPosition[];
}

/** `known`: what was acknowledged before a restart, as `positions` gave it. */
export function createAcknowledged(self: MemberId, known: readonly StreamPosition[] = []): Acknowledged {
  const furthest = new Map<string, StreamPosition>();
  const acknowledged: Acknowledged = {
    note(positions) {
      for (const position of positions) {
        if (position.author !== self) continue;
        const { author, stream, seq } = position;
        if (seq > (furthest.get(streamKey(position))?.seq ?? 0))
          furthest.set(streamKey(position), { author, stream, seq });
      }
    },
    onlyHere(heads) {
      let count = 0;
      for (const head of heads) {
        if (head.author === self) count += Math.max(0, head.seq - (furthest.get(streamKey(head))?.seq ?? 0));
      }
      return count;
    },
    positions: () => [...furthest.values()],
  };
  acknowledged.note(known);
  return acknowledged;
}
