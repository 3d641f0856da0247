import type { Stream } from '../../common/acts/entry.ts';
import type { HeldBack } from '../../common/contract/requests.ts';
import type { MeetingId, MemberId } from '../../common/domain/ids.ts';
import type { Acknowledged } from '../../common/wire/acknowledged.ts';
import type { OpenMeeting } from './open-meeting.ts';
import type { MeetingStore } from './ports.ts';

/** Where this member's changes of a meeting are, as far as acknowledgements tell. */
export interface SavedState {
  /** Own changes that no other laptop is known to have, those that are not signed yet included. */
  readonly onlyHere: { readonly count: number; readonly since: string | null };
  /** Why some of that can't go elsewhere. */
  readonly heldBack: HeldBack | null;
  readonly hasOwn: boolean;
  /** So many laptops, this one included, are known to have all own changes that are older than two seconds. */
  readonly savedOn: number | null;
}

export interface OwnChanges {
  state(): SavedState;
  /** Called when the state may have changed by something of this laptop itself, or by time. */
  onChange(listener: () => void): () => void;
  close(): void;
}

/** In a busy meeting the newest change is always under way; what is younger than this is not asked about. Milliseconds. */
const SETTLED_MILLISECONDS = 2000;

export function followOwnChanges(options: {
  readonly meeting: Pick<OpenMeeting, 'id' | 'me' | 'log' | 'unsigned'>;
  readonly store: Pick<MeetingStore, 'entries'>;
  readonly acknowledged: Acknowledged;
  readonly now: () => Date;
}): OwnChanges {
  const { meeting, store, acknowledged, now } = options;
  const { me } = meeting;
  const listeners = new Set<() => void>();
  const heads = new Map<Stream, number>();
  for (const { author, stream, seq } of meeting.log.heads()) if (author === me) heads.set(stream, seq);
  let young: { readonly stream: Stream; readonly seq: number; readonly at: number }[] = [];
  /** When the first entry of a stream that is only here was written. */
  const times = new Map<Stream, { readonly seq: number; readonly time: string }>();
  let timer: NodeJS.Timeout | undefined;
  /** Since when something has been only here, by a clock that nobody sets. */
  let noticed: number | null = null;

  const changed = (): void => {
    for (const listener of listeners) listener();
  };
  const stopStored = meeting.log.onStored((entries) => {
    let own = false;
    for (const { payload } of entries) {
      if (payload.author !== me) continue;
      own = true;
      heads.set(payload.stream, payload.seq);
      young.push({ stream: payload.stream, seq: payload.seq, at: performance.now() });
    }
    if (!own) return;
    clearTimeout(timer);
    timer = setTimeout(changed, SETTLED_MILLISECONDS + 100);
    changed();
  });
  const stopUnsigned = meeting.unsigned.onChange(changed);

  function timeOf(stream: Stream, seq: number): string {
    const known = times.get(stream);
    if (known?.seq === seq) return known.time;
    const [entry] = store.entries.read(meeting.id, me, stream, seq, 1);
    const time = entry?.payload.time ?? now().toISOString();
    times.set(stream, { seq, time });
    return time;
  }

  function onlyHere(): SavedState['onlyHere'] {
    let count = meeting.unsigned.count();
    let since = meeting.unsigned.since();
    for (const [stream, seq] of heads) {
      const known = acknowledged.upTo(stream);
      if (known >= seq) {
        times.delete(stream);
        continue;
      }
      count += seq - known;
      const time = timeOf(stream, known + 1);
      if (since === null || time < since) since = time;
    }
    if (since === null) {
      noticed = null;
      return { count, since };
    }
    noticed ??= performance.now();
    // A time may be ahead of this laptop's clock: acts follow the meeting's, and clocks are set back.
    const atLeast = new Date(now().getTime() - (performance.now() - noticed)).toISOString();
    return { count, since: since < atLeast ? since : atLeast };
  }

  function savedOn(): number | null {
    const settled = performance.now() - SETTLED_MILLISECONDS;
    young = young.filter(({ at }) => at > settled);
    const old = new Map(heads);
    for (const { stream, seq } of young) old.set(stream, Math.min(old.get(stream) ?? seq, seq - 1));
    if ([...old.values()].every((seq) => seq === 0)) return null;
    const laptops = acknowledged.laptops(old);
    return laptops !== null && laptops >= 2 ? laptops : null;
  }

  return {
    state: () => ({
      onlyHere: onlyHere(),
      heldBack: meeting.unsigned.heldBack(),
      hasOwn: heads.size > 0 || meeting.unsigned.count() > 0,
      savedOn: savedOn(),
    }),
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close() {
      clearTimeout(timer);
      stopStored();
      stopUnsigned();
      listeners.clear();
    },
  };
}

/** `since`, once it is long enough ago to be told: what lasts under two seconds shows nothing. */
export const lasting = (since: string | null, now: Date): string | null =>
  since !== null && now.getTime() - new Date(since).getTime() >= SETTLED_MILLISECONDS ? since : null;

/** The same of a meeting that is not open: nothing of it is under way. */
export function onlyHereSince(
  meeting: MeetingId,
  me: MemberId,
  store: Pick<MeetingStore, 'entries'>,
  acknowledged: Acknowledged,
): string | null {
  let since: string | null = null;
  for (const { author, stream, seq } of store.entries.heads(meeting)) {
    const known = acknowledged.upTo(stream);
    if (author !== me || known >= seq) continue;
    const [entry] = store.entries.read(meeting, me, stream, known + 1, 1);
    const time = entry?.payload.time;
    if (time !== undefined && (since === null || time < since)) since = time;
  }
  return since;
}
