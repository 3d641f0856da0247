import { createHash } from 'node:crypto';
import {
  DOCUMENT_SNAPSHOT,
  MAX_STATE_BYTES,
  documentSnapshotBodySchema,
  type Entry,
  type EntryRefusal,
} from '../../common/acts/entry.ts';
import { entriesOf, type StreamOfAuthor } from '../../common/acts/entry-log.ts';
import { computedState, isSnapshotDue, stateProblem } from '../../common/collab/snapshot.ts';
import type { MeetingStore } from './ports.ts';

/** Of this much, half would have to be erased again for the rest to go into a snapshot: not worth the trying. */
const HOPELESS_CHARACTERS = (MAX_STATE_BYTES * 2 * 4) / 3;

/** What an own snapshot would say now. `impossible`: more than one holds. */
export function dueSnapshot(
  entries: MeetingStore['entries'],
  { meeting, author, stream }: StreamOfAuthor,
):
  | { readonly state: Uint8Array; readonly body: { readonly sha256: string; readonly bytes: number } }
  | 'not-due'
  | 'impossible' {
  const weight = entries.weigh(meeting, author, stream);
  if (!isSnapshotDue(weight)) return 'not-due';
  if (weight.characters > HOPELESS_CHARACTERS) return 'impossible';
  const state = computedState(stream, entriesOf(entries, { meeting, author, stream }));
  if (!state || stateProblem(state, stream, author)) return 'impossible';
  return { state, body: { sha256: hashOf(state), bytes: state.byteLength } };
}

/**
 * A snapshot with its state, as it came along or as it is computed from what it stands for; `follows`: all of that is
 * here. What somebody without those entries would refuse is refused by all.
 */
export function checkedSnapshot(
  entry: Entry,
  brought: Uint8Array | undefined,
  { entries, follows }: { readonly entries: MeetingStore['entries']; readonly follows: boolean },
): Entry | EntryRefusal {
  const { meeting, author, stream, body } = entry.payload;
  const { sha256, bytes } = documentSnapshotBodySchema.parse(body);
  if (follows && !isSnapshotDue(entries.weigh(meeting, author, stream))) return 'not-due';
  const state =
    brought ?? (follows ? computedState(stream, entriesOf(entries, { meeting, author, stream })) : undefined);
  if (state?.byteLength !== bytes || hashOf(state) !== sha256) return brought ? 'bad-body' : 'state-wanted';
  const problem = stateProblem(state, stream, author);
  if (problem) return problem === 'foreign' ? 'not-allowed' : 'bad-body';
  return { ...entry, state };
}

export const isSnapshot = ({ kind }: { readonly kind: string }): boolean => kind === DOCUMENT_SNAPSHOT;

const hashOf = (state: Uint8Array): string => createHash('sha256').update(state).digest('hex');
