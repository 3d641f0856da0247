import type { Stream, StreamHead } from '../../common/acts/entry.ts';
import type { MeetingLog } from '../../common/collab/carried-meeting.ts';
import type { MemberId } from '../../common/domain/ids.ts';
import { streamKey } from '../../common/wire/acknowledged.ts';
import { ENTRY_BATCH_CHARACTERS } from '../../common/wire/link.ts';
import { isWorthPacking } from '../../common/wire/packed-control.ts';
import type { FrameKind } from './client-socket.ts';
import { deflatedEnd, packedStart } from './packing.ts';

/**
 * A meeting's log as the links of a host read it. Laptops that come at one time lack the same, so what was read for one is
 * kept for the others for some seconds: entries never change once they are there.
 */
export interface SharedReads {
  readonly log: MeetingLog;
  /** The `entries` message with that number, in parts: all but the first are the same bytes for all who lack the same. */
  entriesMessage(
    batch: number,
    entries: readonly string[],
  ): { readonly parts: readonly Uint8Array[]; readonly kind: FrameKind };
  /** Once a heartbeat: forgets all once the first of it was kept for long enough, also while others keep asking. */
  beat(): void;
  close(): void;
}

/** Beyond this all of it is forgotten. Characters of entries, and bytes of messages. */
const MAX_KEPT = 32 * 1024 * 1024;
const KEPT_MILLISECONDS = 5000;
/** What stands before the entries of a message. Bytes. */
const MAX_START = 64;

interface Read {
  readonly entry: string;
  readonly seq: number;
  /** Those of the entries that were read together, this one's among them. */
  readonly certificates: readonly Uint8Array[];
}

interface Encoded {
  readonly entries: readonly string[];
  readonly bytes: Uint8Array;
  readonly packed: boolean;
}

const isSame = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((entry, index) => entry === b[index]);

export function shareReads(log: MeetingLog, now: () => number = () => performance.now()): SharedReads {
  /** By the number after which they come: a snapshot comes after all that it stands for. */
  const streams = new Map<string, Map<number, Read>>();
  /** By the first entry. */
  const messages = new Map<string, Encoded>();
  let kept = 0;
  let keptSince = 0;
  let heads: readonly StreamHead[] | undefined;

  const stopListening = log.onStored(() => (heads = undefined));

  function forget(): void {
    streams.clear();
    messages.clear();
    kept = 0;
  }

  function keep(size: number): void {
    if (kept + size > MAX_KEPT) forget();
    if (kept === 0) keptSince = now();
    kept += size;
  }

  function readMore(author: MemberId, stream: Stream, seq: number, limit: number): Map<number, Read> {
    const { first, entries, certificates } = log.readAfter(author, stream, seq, limit);
    const characters = entries.reduce((sum, entry) => sum + entry.length, 0);
    keep(characters);
    const key = streamKey({ author, stream });
    const known = streams.get(key) ?? new Map<number, Read>();
    streams.set(key, known);
    for (const [index, entry] of entries.entries())
      known.set(index === 0 ? seq : first + index - 1, { entry, seq: first + index, certificates });
    return known;
  }

  return {
    log: {
      ...log,
      heads() {
        heads ??= log.heads();
        return [...heads];
      },
      /** No more than a batch holds, however many were asked for. */
      readAfter(author, stream, seq, limit, stateToo) {
        if (stateToo) return log.readAfter(author, stream, seq, limit, stateToo);
        let known = streams.get(streamKey({ author, stream }));
        if (!known?.has(seq)) known = readMore(author, stream, seq, limit);
        const first = known.get(seq)?.seq ?? seq + 1;
        let last = seq;
        const entries: string[] = [];
        const certificates = new Set<Uint8Array>();
        let characters = 0;
        while (entries.length < limit && characters < ENTRY_BATCH_CHARACTERS) {
          const read = known.get(last);
          if (!read) break;
          entries.push(read.entry);
          last = read.seq;
          characters += read.entry.length;
          for (const certificate of read.certificates) certificates.add(certificate);
        }
        return { first, entries, certificates: [...certificates] };
      },
    },
    entriesMessage(batch, entries) {
      const [first = ''] = entries;
      let encoded = messages.get(first);
      if (!encoded || !isSame(encoded.entries, entries)) {
        const json = Buffer.from(`${JSON.stringify(entries)}}`);
        const packed = isWorthPacking(json.byteLength + MAX_START);
        const bytes = packed ? deflatedEnd(json) : json;
        keep(bytes.byteLength);
        encoded = { entries: [...entries], bytes, packed };
        messages.set(first, encoded);
      }
      const start = `{"type":"entries","batch":${batch},"entries":`;
      const { bytes, packed } = encoded;
      return packed
        ? { parts: [packedStart(start, bytes), bytes], kind: 'packed' }
        : { parts: [Buffer.from(start), bytes], kind: 'text' };
    },
    beat() {
      if (kept > 0 && now() - keptSince > KEPT_MILLISECONDS) forget();
    },
    close() {
      stopListening();
      forget();
    },
  };
}
