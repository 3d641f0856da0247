import { MAX_STREAMS_OF_AUTHOR, type Entry, type Stream, type StreamHead } from '../../common/acts/entry.ts';
import type { MemberId } from '../../common/domain/ids.ts';
import { placeOfKey, streamKey, type StreamPlace, type StreamPosition } from '../../common/wire/acknowledged.ts';
import { encodeControl, HELD_MILLISECONDS } from '../../common/wire/link.ts';

/** A linked laptop, as far as counting needs it. */
export interface Holder {
  readonly member: MemberId;
  readonly device: string | null;
  /** Authors of whom it is not known to have everything up to there. */
  lacks(upTo: (place: StreamPlace) => number): Set<MemberId>;
  /** False: it is too busy to be told now. */
  sendHeld(frame: Uint8Array): boolean;
}

/**
 * Counts on how many laptops the entries of each author are, as far as acknowledgements tell, and tells the authors'
 * laptops. What is newer than half a second to a second is not asked about yet: in a busy meeting somebody always lacks
 * the newest entry. Laptops that have left keep what they had; those of before this process started are not known of, so
 * the number may be too low. It is too high only if a laptop acknowledges what it hasn't stored.
 */
export interface HeldCount {
  /** Entries are in this laptop's log, and were offered to the links. */
  stored(entries: readonly Entry[]): void;
  /** Somebody acknowledged something, or came. */
  changed(): void;
  /** A laptop is gone; what it has counts on. */
  left(holder: Holder): void;
  stop(): void;
}

/** Laptops that have left and are still counted: in all, and of one member, who might come as ever another one. */
const MAX_GONE = 500;
const MAX_GONE_OF_MEMBER = 8;

export function createHeldCount(options: {
  readonly carrier: MemberId;
  /** What is here when counting begins. */
  readonly heads: readonly StreamPosition[];
  /** By `streamKey`: what goes further here than on this disk, and how far that has it. */
  unflushed?(): ReadonlyMap<string, StreamHead | undefined>;
  holders(): Iterable<Holder>;
  /** On so many laptops the carrier's own streams are, up to there and to what was told before. */
  onOwn(laptops: number, streams: readonly { readonly stream: Stream; readonly seq: number }[]): void;
}): HeldCount {
  const { carrier } = options;
  /** How far is asked about, of each author and stream. */
  const asked = new Map<MemberId, Map<Stream, number>>();
  let fresh = new Map<string, StreamPosition>();
  /** Streams that are asked about further than last time. */
  let moved = new Map<MemberId, Map<Stream, number>>();
  const told = new WeakMap<Holder, number>();
  let toldOwn = 0;
  const gone = new Map<string, { readonly lacked: ReadonlySet<MemberId>; readonly at: number }>();
  /** When an author's last entry was stored, counted in batches. */
  const lastStored = new Map<MemberId, number>();
  let batches = 0;
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;

  ask(options.heads);
  soon();

  function ask(positions: Iterable<StreamPosition>): void {
    for (const { author, stream, seq } of positions) {
      put(asked, author, stream, seq);
      put(moved, author, stream, seq);
    }
  }

  const upTo = ({ author, stream }: StreamPlace): number => asked.get(author)?.get(stream) ?? 0;

  function count(): void {
    timer = undefined;
    const linked = new Map<string, { readonly holder: Holder; readonly lacked: ReadonlySet<MemberId> }>();
    for (const holder of options.holders()) {
      if (holder.device !== null) linked.set(deviceKey(holder), { holder, lacked: holder.lacks(upTo) });
    }
    for (const key of linked.keys()) gone.delete(key);
    const lackedHere = new Set<MemberId>();
    for (const [key, head] of options.unflushed?.() ?? []) {
      const place = placeOfKey(key);
      if ((head?.seq ?? 0) < upTo(place)) lackedHere.add(place.author);
    }

    /** Other laptops than the carrying one that have all of that author's. */
    const having = (author: MemberId): number => {
      let number = 0;
      for (const { lacked } of linked.values()) if (!lacked.has(author)) number++;
      for (const { lacked, at } of gone.values()) {
        if (!lacked.has(author) && (lastStored.get(author) ?? 0) <= at) number++;
      }
      return number;
    };
    const counts = new Map<MemberId, number>();
    const laptopsWith = (author: MemberId): number => {
      const known = counts.get(author) ?? 1 + having(author);
      counts.set(author, known);
      return known;
    };

    for (const { holder, lacked } of linked.values()) {
      const { member } = holder;
      if (lackedHere.has(member)) {
        // All of it, once this disk has it.
        told.delete(holder);
        soon();
        continue;
      }
      // The laptop that is told has them itself, whatever was acknowledged.
      const laptops = laptopsWith(member) + (lacked.has(member) ? 1 : 0);
      const streams = (told.has(holder) ? moved : asked).get(member) ?? new Map<Stream, number>();
      if (told.get(holder) === laptops && streams.size === 0) continue;
      // Told in one message: no author has more streams than it may name.
      const named = [...streams].slice(0, MAX_STREAMS_OF_AUTHOR);
      if (holder.sendHeld(encodeControl({ type: 'held', laptops, streams: named }))) {
        told.set(holder, laptops);
      } else {
        // All of it, then.
        told.delete(holder);
        soon();
      }
    }
    const own = laptopsWith(carrier);
    const ownStreams = [...(moved.get(carrier) ?? [])].map(([stream, seq]) => ({ stream, seq }));
    if (own !== toldOwn || ownStreams.length > 0) options.onOwn(own, ownStreams);
    toldOwn = own;

    moved = new Map();
    if (fresh.size > 0) {
      ask(fresh.values());
      fresh = new Map();
      soon();
    }
  }

  function soon(): void {
    if (stopped) return;
    timer ??= setTimeout(count, HELD_MILLISECONDS);
  }

  return {
    stored(entries) {
      batches++;
      for (const { payload } of entries) {
        fresh.set(streamKey(payload), payload);
        lastStored.set(payload.author, batches);
      }
      soon();
    },
    changed: soon,
    left(holder) {
      if (holder.device === null) return;
      gone.set(deviceKey(holder), { lacked: holder.lacks(() => Infinity), at: batches });
      const same = [...gone.keys()].filter((key) => key.startsWith(`${holder.member} `));
      for (const key of same.slice(0, -MAX_GONE_OF_MEMBER)) gone.delete(key);
      for (const key of gone.keys()) {
        if (gone.size <= MAX_GONE) break;
        gone.delete(key);
      }
      soon();
    },
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
  };
}

function put(map: Map<MemberId, Map<Stream, number>>, author: MemberId, stream: Stream, seq: number): void {
  const streams = map.get(author) ?? new Map<Stream, number>();
  map.set(author, streams);
  if (seq > (streams.get(stream) ?? 0)) streams.set(stream, seq);
}

const deviceKey = ({ member, device }: Holder): string => `${member} ${device}`;
