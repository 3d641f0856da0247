import {
  ACTS_STREAM,
  documentSnapshotBodySchema,
  MAX_ACT_CHARACTERS,
  MAX_ACTS_OF_AUTHOR,
  MAX_INK_CHARACTERS,
  MAX_STREAMS_OF_AUTHOR,
  MAX_TEXT_CHARACTERS,
  type Entry,
  type EntryPayload,
  type Stream,
} from '../../common/acts/entry.ts';
import { hasSnapshots } from '../../common/collab/snapshot.ts';
import type { MeetingId, MemberId } from '../../common/domain/ids.ts';
import { streamKey } from '../../common/wire/acknowledged.ts';
import type { MeetingStore } from './ports.ts';
import { isSnapshot } from './snapshots.ts';

/** Of all streams that an author may have, those that others build on: acts, plan, floor and minutes. Ink never fills these. */
const KEPT_FOR_OTHERS = 4;

/**
 * How much each author has written in a meeting. What others build on is judged by what is before it in its stream, so
 * that all laptops judge alike. Ink is judged by all of its author's ink, and what fits beside each other fits in any order:
 * laptops differ in it only of who wrote more than fits, and only in that one's own ink.
 */
export interface WrittenSoFar {
  /**
   * Whether an entry of so many characters is more than its author may write. `begins`: the stream. To be asked before the
   * entry is stored.
   */
  isTooMuch(payload: EntryPayload, characters: number, begins: boolean): boolean;
  /** From now on it counts; it was asked about before. */
  add(entry: Entry): void;
  /** Entries that were added are not stored after all. */
  forget(): void;
}

export function countWritten(meeting: MeetingId, entries: MeetingStore['entries']): WrittenSoFar {
  /** Characters of streams (`streamKey`), from their snapshots on, and bytes of their states. */
  const weights = new Map<string, number>();
  const ink = new Map<MemberId, number>();
  /** undefined: to be read again. */
  let streams: Map<MemberId, Set<Stream>> | undefined = readStreams();

  function readStreams(): Map<MemberId, Set<Stream>> {
    const all = new Map<MemberId, Set<Stream>>();
    for (const { author, stream } of entries.heads(meeting)) setOf(all, author).add(stream);
    return all;
  }

  const streamsOf = (author: MemberId): Set<Stream> => setOf((streams ??= readStreams()), author);

  const inkStreams = (author: MemberId): Stream[] => [...streamsOf(author)].filter(hasSnapshots);

  /** Read when first asked for; from then on each entry adds its own. */
  function weightOf(author: MemberId, stream: Stream): number {
    const key = streamKey({ author, stream });
    const known = weights.get(key);
    if (known !== undefined) return known;
    // Remembered once there is something of it: who is refused might go on naming others.
    if (!streamsOf(author).has(stream)) return 0;
    const { characters, stateBytes } = entries.weigh(meeting, author, stream);
    weights.set(key, characters + stateBytes);
    return characters + stateBytes;
  }

  function inkOf(author: MemberId): number {
    let sum = ink.get(author);
    if (sum !== undefined) return sum;
    sum = 0;
    for (const stream of inkStreams(author)) sum += weightOf(author, stream);
    ink.set(author, sum);
    return sum;
  }

  return {
    isTooMuch(payload, characters, begins) {
      const { author, stream, seq } = payload;
      const weight = weightOf(author, stream);
      if (stream === ACTS_STREAM) return seq > MAX_ACTS_OF_AUTHOR || weight > MAX_ACT_CHARACTERS;
      if (!hasSnapshots(stream)) return weight > MAX_TEXT_CHARACTERS;
      if (begins && inkStreams(author).length >= MAX_STREAMS_OF_AUTHOR - KEPT_FOR_OTHERS) return true;
      const before = inkOf(author);
      const more = isSnapshot(payload) ? stateBytesOf(payload) - weight : characters;
      return more > 0 && before + more > MAX_INK_CHARACTERS;
    },
    add({ payload: { author, stream }, jws, state }) {
      const key = streamKey({ author, stream });
      const before = streamsOf(author).has(stream) ? weights.get(key) : 0;
      streamsOf(author).add(stream);
      // Forgotten since it was asked about: it is read again, from the log that has this entry by then.
      if (before === undefined) return;
      const after = state ? state.byteLength : before + jws.length;
      weights.set(key, after);
      const sum = ink.get(author);
      if (sum !== undefined && hasSnapshots(stream)) ink.set(author, sum + after - before);
    },
    forget() {
      weights.clear();
      ink.clear();
      streams = undefined;
    },
  };
}

function setOf(all: Map<MemberId, Set<Stream>>, author: MemberId): Set<Stream> {
  const known = all.get(author) ?? new Set();
  all.set(author, known);
  return known;
}

const stateBytesOf = ({ body }: EntryPayload): number => documentSnapshotBodySchema.safeParse(body).data?.bytes ?? 0;
