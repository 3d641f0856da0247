import * as Y from 'yjs';
import type { MemberId } from '../../common/domain/ids.ts';
import {
  CHANGE_REFUSED,
  connectDocument,
  GOOD_FOR,
  REOPEN_AFTER,
  REOPEN_AT_MOST,
  type LiveDocument,
  type Open,
} from './document-provider.ts';

/** A document for as long as somebody looks at it. */
export interface LastingDocument {
  /** Another one, of what the engine has, after a change in it was refused: Yjs can't take a change back. */
  current(): LiveDocument;
  /** Called when `current` or something of it changes. */
  subscribe(listener: () => void): () => void;
  destroy(): void;
}

/** `onLost`: what was written last is in the document no more. `words`: as far as it was text that is nowhere else. */
export function openLastingDocument(
  name: string,
  open: Open,
  writer: MemberId | undefined,
  onLost: (words: string) => void,
): LastingDocument {
  const listeners = new Set<() => void>();
  let wait = REOPEN_AFTER;
  let openedAt = Date.now();
  /** With changes that were refused, until it is known which of them the engine has. */
  let refused: Y.Doc | undefined;
  let current = begin();

  function begin(after = 0): LiveDocument {
    const document = connectDocument(name, open, writer, after);
    document.subscribe(() => {
      if (document !== current) return;
      if (document.closedBecause() === CHANGE_REFUSED) beginAgain();
      else if (document.synced()) tellLost();
      for (const listener of listeners) listener();
    });
    return document;
  }

  function beginAgain(): void {
    const before = current;
    tellLost();
    if (before.unsaved() > 0) refused = before.doc;
    if (Date.now() - openedAt > GOOD_FOR) wait = REOPEN_AFTER;
    openedAt = Date.now();
    current = begin(wait);
    wait = Math.min(wait * 2, REOPEN_AT_MOST);
    before.destroy();
  }

  function tellLost(): void {
    if (refused === undefined) return;
    // Before the engine has said what it has, all of it would seem lost.
    const words = current.synced() ? ownWordsBeyond(refused, current.doc) : '';
    refused = undefined;
    onLost(words);
  }

  return {
    current: () => current,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    destroy() {
      tellLost();
      listeners.clear();
      current.destroy();
    },
  };
}

/** What was written in `doc`, and not deleted there, that `other` lacks; in the order of writing. */
function ownWordsBeyond(doc: Y.Doc, other: Y.Doc): string {
  const client = doc.clientID;
  const known = Y.getState(other.store, client);
  const words: string[] = [];
  for (const item of doc.store.clients.get(client) ?? []) {
    if (!(item instanceof Y.Item) || item.deleted || !(item.content instanceof Y.ContentString)) continue;
    const fresh = item.content.str.slice(Math.max(0, known - item.id.clock)).trim();
    if (fresh !== '') words.push(fresh);
  }
  return words.join(' ');
}
