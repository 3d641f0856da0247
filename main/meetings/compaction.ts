import type { Stream } from '../../common/acts/entry.ts';
import { documentOf, hasSnapshots } from '../../common/collab/snapshot.ts';
import type { Acknowledged } from '../../common/wire/acknowledged.ts';
import type { OpenMeeting } from './open-meeting.ts';
import type { Log } from './ports.ts';

/** Nothing is made while the pen goes up and down: not before so long after the last stroke, unless it goes on for minutes. */
const QUIET_MILLISECONDS = 3000;
const LATEST_MILLISECONDS = 60_000;
/** Looks in that time; one snapshot is made at a time. */
const LOOKS = 3;

/**
 * Keeps the member's own streams short: signs snapshots in the place of entries, of which another laptop is known to have
 * all, so that what is only here keeps its times.
 */
export function keepCompact(options: {
  readonly meeting: Pick<OpenMeeting, 'id' | 'me'> & {
    readonly log: Pick<OpenMeeting['log'], 'heads' | 'onStored' | 'compact'>;
  };
  readonly acknowledged: Pick<Acknowledged, 'upTo'>;
  readonly logger: Log;
  readonly quietMilliseconds?: number | undefined;
}): { close(): void } {
  const { meeting, acknowledged, quietMilliseconds = QUIET_MILLISECONDS } = options;
  /** Own streams that have grown since they were looked at; times by a clock that nobody sets. */
  const grown = new Map<Stream, { seq: number; last: number; readonly since: number }>();
  /** Of which no snapshot can be made. */
  const impossible = new Set<Stream>();
  let busy = false;

  for (const { author, stream, seq } of meeting.log.heads()) {
    if (author === meeting.me) grow(stream, seq);
  }
  const stopListening = meeting.log.onStored((entries) => {
    for (const { payload } of entries) if (payload.author === meeting.me) grow(payload.stream, payload.seq);
  });
  const timer = setInterval(() => void look(), quietMilliseconds / LOOKS);

  function grow(stream: Stream, seq: number): void {
    if (!hasSnapshots(stream) || impossible.has(stream)) return;
    const now = performance.now();
    grown.set(stream, { seq, last: now, since: grown.get(stream)?.since ?? now });
  }

  async function look(): Promise<void> {
    if (busy) return;
    const now = performance.now();
    for (const [stream, { seq, last, since }] of grown) {
      if (now - last < quietMilliseconds && now - since < LATEST_MILLISECONDS) continue;
      if (acknowledged.upTo(stream) < seq) continue;
      grown.delete(stream);
      busy = true;
      try {
        const made = await meeting.log.compact(documentOf(stream));
        if (made === 'impossible') impossible.add(stream);
        if (typeof made === 'object') return;
      } catch (error) {
        options.logger.warn('no snapshot could be made', { meeting: meeting.id, stream }, error);
      } finally {
        busy = false;
      }
    }
  }

  return {
    close() {
      clearInterval(timer);
      stopListening();
    },
  };
}
