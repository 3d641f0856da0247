import * as Y from 'yjs';
import type { MeetingId } from '../../common/domain/ids.ts';
import type { MeetingStore } from '../meetings/ports.ts';
import type { Store } from '../store/open-store.ts';

/** Each letter is a change of its own: from so many on they are put together when a document is opened. */
const MANY_CHANGES = 500;

/** Private documents as use cases know them. */
export function privateNotes(store: Pick<Store, 'privateDocuments'>): MeetingStore['privateDocuments'] {
  const { privateDocuments } = store;

  function load(meeting: MeetingId, name: string): readonly Uint8Array[] {
    const found = privateDocuments.load(meeting, name);
    if (!found) return [];
    const { upTo, updates } = found;
    if (updates.length < MANY_CHANGES) return updates;
    try {
      const merged = Y.mergeUpdates([...updates]);
      privateDocuments.compact(meeting, name, upTo, merged);
      return [merged];
    } catch {
      // One that can't be read, or a disk that takes nothing: they stay as they are.
      return updates;
    }
  }
  return { load, append: (meeting, name, update) => privateDocuments.append(meeting, name, update) };
}
