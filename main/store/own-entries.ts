import { z } from 'zod';
import { chainVerdict, DOCUMENT_SNAPSHOT, meetingIdSchema, type Entry } from '../../common/acts/entry.ts';
import { entriesOf, type EntryLog } from '../../common/acts/entry-log.ts';
import { computedState } from '../../common/collab/snapshot.ts';
import { asMeetingId, type MeetingId } from '../../common/domain/ids.ts';
import { entryOfJws } from './entries.ts';
import { sha256 } from './hash-bytes.ts';
import type { Journalled, JournalRecord } from './own-journal.ts';
import type { SettingsStore } from './settings.ts';

/**
 * Entries that this laptop signs. In doubt are its streams of a meeting when the database had to be replaced and the
 * journal does not vouch for the newest of them: what is signed then could have a number that was signed before.
 */
export interface OwnEntries {
  /** Stores the next entry of an own stream; on disk twice when it returns. */
  append(entry: Entry): void;
  inDoubt(meeting: MeetingId): boolean;
  doubted(): readonly MeetingId[];
  doubt(meetings: readonly MeetingId[]): void;
  onDoubted(listener: () => void): () => void;
  /** Another laptop has told how far it has them, or the person goes on without. */
  settle(meeting: MeetingId): void;
  onSettled(listener: (meeting: MeetingId) => void): () => void;
}

const DOUBTS = 'streams-in-doubt';
const doubtsSchema = z.array(meetingIdSchema);

export function ownEntries(entries: EntryLog, settings: SettingsStore, journalled: Journalled): OwnEntries {
  const doubts = new Set<MeetingId>(settings.get(DOUBTS, doubtsSchema)?.map(asMeetingId));
  const listeners = new Set<(meeting: MeetingId) => void>();
  const doubtListeners = new Set<() => void>();
  const write = (): void => settings.set(DOUBTS, [...doubts]);
  return {
    append: (entry) =>
      journalled(() => {
        entries.append([entry]);
        return { kind: 'entry', jws: entry.jws };
      }),
    inDoubt: (meeting) => doubts.has(meeting),
    doubted: () => [...doubts],
    doubt(meetings) {
      for (const meeting of meetings) doubts.add(meeting);
      write();
      for (const listener of doubtListeners) listener();
    },
    onDoubted(listener) {
      doubtListeners.add(listener);
      return () => doubtListeners.delete(listener);
    },
    settle(meeting) {
      if (!doubts.delete(meeting)) return;
      write();
      for (const listener of listeners) listener(meeting);
    },
    onSettled(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/**
 * Brings the database up to what the journal says. Returns the meetings in which the two don't fit together: an entry is
 * missing between them, or differs.
 */
export function replayEntries(entries: EntryLog, records: readonly JournalRecord[]): MeetingId[] {
  const misfits = new Set<MeetingId>();
  for (const record of records) {
    const entry = record.kind === 'entry' ? entryOfJws(record.jws) : undefined;
    if (!entry) continue;
    const { meeting, author, stream } = entry.payload;
    const verdict = chainVerdict(entry.payload, entry.hash, {
      head: entries.head(meeting, author, stream),
      hashAt: (seq) => entries.hashAt(meeting, author, stream, seq),
    });
    const whole = verdict === 'next' ? withComputedState(entries, entry) : entry;
    if (verdict === 'next' && whole) entries.append([whole]);
    else if (verdict !== 'known') misfits.add(meeting);
  }
  return [...misfits];
}

/** The journal has snapshots without their states: they follow from the entries before. */
function withComputedState(entries: EntryLog, entry: Entry): Entry | undefined {
  const { kind, meeting, author, stream, body } = entry.payload;
  if (kind !== DOCUMENT_SNAPSHOT) return entry;
  try {
    const state = computedState(stream, entriesOf(entries, { meeting, author, stream }));
    return state && sha256(state) === body.sha256 ? { ...entry, state } : undefined;
  } catch {
    // Whatever is wrong with them, the laptop opens, and others are asked.
    return undefined;
  }
}
