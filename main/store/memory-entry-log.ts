import { chainVerdict, type Entry, type Stream, type StreamHead } from '../../common/acts/entry.ts';
import type { EntryLog } from '../../common/acts/entry-log.ts';
import type { MeetingId, MemberId } from '../../common/domain/ids.ts';

/** An entry log that forgets: for looking into packages without storing them, and for tests. */
export function memoryEntryLog(): EntryLog {
  let entries: readonly Entry[] = [];
  let streams: ReadonlyMap<string, readonly Entry[]> = new Map();

  const keyOf = (meeting: MeetingId, author: MemberId, stream: Stream) => `${meeting} ${author} ${stream}`;
  const headOf = (stream: readonly Entry[] | undefined): StreamHead | undefined => {
    const last = stream?.at(-1);
    return last && { author: last.payload.author, stream: last.payload.stream, seq: last.payload.seq, hash: last.hash };
  };

  return {
    append(added) {
      const next = new Map(streams);
      for (const entry of added) {
        const { meeting, author, stream, seq } = entry.payload;
        const key = keyOf(meeting, author, stream);
        const known = next.get(key) ?? [];
        const verdict = chainVerdict(entry.payload, entry.hash, {
          head: headOf(known),
          hashAt: (at) => known[at - 1]?.hash,
        });
        if (verdict !== 'next') throw new Error(`entry ${seq} of ${stream} of ${author} is ${verdict}, not the next`);
        next.set(key, [...known, entry]);
      }
      streams = next;
      entries = [...entries, ...added];
    },
    head: (meeting, author, stream) => headOf(streams.get(keyOf(meeting, author, stream))),
    heads: (meeting) =>
      [...streams.values()]
        .filter((stream) => stream[0]?.payload.meeting === meeting)
        .map(headOf)
        .filter((head) => head !== undefined),
    hashAt: (meeting, author, stream, seq) => streams.get(keyOf(meeting, author, stream))?.[seq - 1]?.hash,
    read(meeting, author, stream, fromSeq, limit) {
      const start = Math.max(fromSeq, 1) - 1;
      return (streams.get(keyOf(meeting, author, stream)) ?? []).slice(start, start + limit);
    },
    readStream: (meeting, stream) =>
      entries.filter(({ payload }) => payload.meeting === meeting && payload.stream === stream),
  };
}
