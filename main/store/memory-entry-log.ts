import { chainVerdict, type Entry, type Stream, type StreamHead } from '../../common/acts/entry.ts';
import type { EntryLog } from '../../common/acts/entry-log.ts';
import type { MeetingId, MemberId } from '../../common/domain/ids.ts';

/** An entry log that forgets: for looking into packages without storing them, and for tests. */
export function memoryEntryLog(): EntryLog {
  const entries: Entry[] = [];
  const streams = new Map<string, Entry[]>();

  const keyOf = (meeting: MeetingId, author: MemberId, stream: Stream) => `${meeting} ${author} ${stream}`;
  const headOf = (last: Entry | undefined): StreamHead | undefined =>
    last && { author: last.payload.author, stream: last.payload.stream, seq: last.payload.seq, hash: last.hash };

  return {
    append(added) {
      // Nothing is kept before all of it was checked.
      const fresh = new Map<string, Entry[]>();
      for (const entry of added) {
        const { meeting, author, stream, seq } = entry.payload;
        const key = keyOf(meeting, author, stream);
        const known = streams.get(key) ?? [];
        const coming = fresh.get(key) ?? [];
        const verdict = chainVerdict(entry.payload, entry.hash, {
          head: headOf(coming.at(-1) ?? known.at(-1)),
          hashAt: (at) => (known[at - 1] ?? coming[at - 1 - known.length])?.hash,
        });
        if (verdict !== 'next') throw new Error(`entry ${seq} of ${stream} of ${author} is ${verdict}, not the next`);
        coming.push(entry);
        fresh.set(key, coming);
      }
      for (const [key, coming] of fresh) {
        const known = streams.get(key) ?? [];
        for (const entry of coming) known.push(entry);
        streams.set(key, known);
      }
      for (const entry of added) entries.push(entry);
    },
    head: (meeting, author, stream) => headOf(streams.get(keyOf(meeting, author, stream))?.at(-1)),
    heads: (meeting) =>
      [...streams.values()]
        .filter((stream) => stream[0]?.payload.meeting === meeting)
        .map((stream) => headOf(stream.at(-1)))
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
