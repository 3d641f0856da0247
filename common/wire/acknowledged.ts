import type { Stream, StreamHead } from '../acts/entry.ts';
import type { MemberId } from '../domain/ids.ts';

export interface StreamPosition {
  readonly author: MemberId;
  readonly stream: Stream;
  readonly seq: number;
}

/** An author's stream. */
export type StreamPlace = Pick<StreamPosition, 'author' | 'stream'>;

export const streamKey = (at: StreamPlace): string => `${at.author} ${at.stream}`;

export function placeOfKey(key: string): StreamPlace {
  const at = key.indexOf(' ');
  return { author: key.slice(0, at) as MemberId, stream: key.slice(at + 1) as Stream };
}

/** Which entries of this laptop's member are known to be on other laptops' disks. One for each meeting, whoever carries it. */
export interface Acknowledged {
  /** Someone else has these streams up to there. */
  note(positions: readonly StreamPosition[]): void;
  /** How far somebody else is known to have that stream of the member; 0: not at all. */
  upTo(stream: Stream): number;
  /** How many of the member's entries nobody else has acknowledged. */
  onlyHere(heads: readonly StreamHead[]): number;
  positions(): StreamPosition[];
  /**
   * So many laptops, this one included, have the member's streams up to there, and up to what was noted before; whoever
   * carries the meeting counts them.
   */
  noteHeld(laptops: number, positions: readonly { readonly stream: Stream; readonly seq: number }[]): void;
  /**
   * The same, as another laptop tells it. One that spoke of more than was written (`heads`) would be believed about what is
   * yet to come, also with the next one.
   */
  hearHeld(
    laptops: number,
    positions: readonly { readonly stream: Stream; readonly seq: number }[],
    heads: readonly StreamHead[],
  ): void;
  /** How many laptops, this one included, have the member's streams this far; null when nobody has told. */
  laptops(upTo: ReadonlyMap<Stream, number>): number | null;
}

/** `known`: what was acknowledged before a restart, as `positions` gave it. */
export function createAcknowledged(self: MemberId, known: readonly StreamPosition[] = []): Acknowledged {
  const furthest = new Map<Stream, StreamPosition>();
  const held = new Map<Stream, number>();
  let holders: number | null = null;
  const upTo = (stream: Stream): number => furthest.get(stream)?.seq ?? 0;
  const acknowledged: Acknowledged = {
    note(positions) {
      for (const position of positions) {
        if (position.author !== self) continue;
        const { author, stream, seq } = position;
        if (seq > upTo(stream)) furthest.set(stream, { author, stream, seq });
      }
    },
    upTo,
    onlyHere(heads) {
      let count = 0;
      for (const head of heads) if (head.author === self) count += Math.max(0, head.seq - upTo(head.stream));
      return count;
    },
    positions: () => [...furthest.values()],
    noteHeld(laptops, positions) {
      const further = positions.filter(({ stream, seq }) => seq > (held.get(stream) ?? 0));
      for (const { stream, seq } of further) held.set(stream, seq);
      // What somebody has once, stays there: a host that has just begun to count knows of fewer.
      holders = further.length > 0 ? laptops : Math.max(laptops, holders ?? 0);
    },
    hearHeld(laptops, positions, heads) {
      const written = new Map(heads.flatMap((head) => (head.author === self ? [[head.stream, head.seq]] : [])));
      acknowledged.noteHeld(
        laptops,
        positions.map(({ stream, seq }) => ({ stream, seq: Math.min(seq, written.get(stream) ?? 0) })),
      );
    },
    laptops(wanted) {
      for (const [stream, seq] of wanted) if (seq > (held.get(stream) ?? 0)) return null;
      return holders;
    },
  };
  acknowledged.note(known);
  return acknowledged;
}
