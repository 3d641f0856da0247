import {
  chainVerdict,
  isNext,
  type Entry,
  type EntryPayload,
  type Stream,
  type StreamHead,
} from '../../common/acts/entry.ts';
import type { EntryLog } from '../../common/acts/entry-log.ts';
import type { MeetingId, MemberId, Sha256 } from '../../common/domain/ids.ts';

/** An entry log that forgets: for looking into packages without storing them, and for tests. */
export function memoryEntryLog(): EntryLog {
  /** In order of arrival. */
  const arrived = new Map<string, Entry[]>();
  /** From the snapshot on, where there is one. */
  const streams = new Map<string, readonly Entry[]>();

  const keyOf = (meeting: MeetingId, author: MemberId, stream: Stream) => `${meeting} ${author} ${stream}`;
  const arrivedKey = ({ meeting, stream }: Pick<EntryPayload, 'meeting' | 'stream'>) => `${meeting} ${stream}`;
  const of = (meeting: MeetingId, author: MemberId, stream: Stream) =>
    streams.get(keyOf(meeting, author, stream)) ?? [];
  const headOf = (last: Entry | undefined): StreamHead | undefined =>
    last && { author: last.payload.author, stream: last.payload.stream, seq: last.payload.seq, hash: last.hash };
  const hashIn = (stream: readonly Entry[], seq: number): Sha256 | undefined => {
    const base = stream[0]?.payload;
    if (!base || seq < 1) return undefined;
    return seq === base.seq - 1 ? (base.prev ?? undefined) : stream[seq - base.seq]?.hash;
  };

  const log: EntryLog = {
    append(added) {
      // Nothing is kept before all of it was checked.
      const fresh = new Map<string, Entry[]>();
      const replaced = new Set<Entry>();
      for (const entry of added) {
        const { meeting, author, stream, seq } = entry.payload;
        const key = keyOf(meeting, author, stream);
        const known = fresh.get(key) ?? [...(streams.get(key) ?? [])];
        const verdict = chainVerdict(entry.payload, entry.hash, {
          head: headOf(known.at(-1)),
          hashAt: (at) => hashIn(known, at),
        });
        if (!isNext(entry, verdict))
          throw new Error(`entry ${seq} of ${stream} of ${author} is ${verdict}, not the next`);
        for (const old of entry.state ? known.splice(0) : []) replaced.add(old);
        known.push(entry);
        fresh.set(key, known);
      }
      for (const [key, stream] of fresh) streams.set(key, stream);
      for (const entry of added) {
        const key = arrivedKey(entry.payload);
        const before = arrived.get(key);
        if (before) before.push(entry);
        else arrived.set(key, [entry]);
      }
      for (const key of new Set([...replaced].map(({ payload }) => arrivedKey(payload))))
        arrived.set(key, arrived.get(key)?.filter((entry) => !replaced.has(entry)) ?? []);
    },
    appendSoon(added) {
      log.append(added);
      return Promise.resolve();
    },
    onDisk: () => Promise.resolve(),
    head: (meeting, author, stream) => headOf(of(meeting, author, stream).at(-1)),
    heads: (meeting) =>
      [...streams.values()]
        .filter((stream) => stream[0]?.payload.meeting === meeting)
        .map((stream) => headOf(stream.at(-1)))
        .filter((head) => head !== undefined),
    hashAt: (meeting, author, stream, seq) => hashIn(of(meeting, author, stream), seq),
    read: (meeting, author, stream, fromSeq, limit) =>
      of(meeting, author, stream)
        .filter(({ payload }) => payload.seq >= fromSeq)
        .slice(0, limit),
    readStream: (meeting, stream) => [...(arrived.get(arrivedKey({ meeting, stream })) ?? [])],
    weigh(meeting, author, stream) {
      const [first, ...rest] = of(meeting, author, stream);
      const characters = (some: readonly Entry[]) => some.reduce((sum, { jws }) => sum + jws.length, 0);
      if (first?.state) return { stateBytes: first.state.byteLength, characters: characters(rest) };
      return { stateBytes: 0, characters: characters(first ? [first, ...rest] : []) };
    },
  };
  return log;
}
