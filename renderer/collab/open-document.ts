import { create } from 'zustand';
import { useCallback, useEffect, useRef, useState, useSyncExternalStore } from 'react';
import type * as Y from 'yjs';
import type { MemberId } from '../../common/domain/ids.ts';
import { notify } from '../ui/notify.ts';
import type { LiveDocument } from './document-provider.ts';
import { openLastingDocument, type LastingDocument } from './lasting-document.ts';

interface Shared {
  readonly document: LastingDocument;
  readonly unfollow: () => void;
  users: number;
  closing: ReturnType<typeof setTimeout> | undefined;
}

const shared = new Map<string, Shared>();
/** Milliseconds that a document nobody uses stays open: switching panels must not reload it. */
const KEEP_OPEN = 2000;

/** Changes made in this window that are not on disk yet, in all documents. */
export const useUnsaved = create<{ readonly count: number }>(() => ({ count: 0 }));

function countUnsaved(): void {
  let count = 0;
  for (const { document } of shared.values()) count += document.current().unsaved();
  if (useUnsaved.getState().count !== count) useUnsaved.setState({ count });
}

/** A document that nobody uses is closed when what was written in it is on disk. */
function closeWhenSaved(name: string, entry: Shared): void {
  entry.closing = setTimeout(() => {
    if (entry.document.current().unsaved() > 0) return closeWhenSaved(name, entry);
    shared.delete(name);
    entry.unfollow();
    entry.document.destroy();
  }, KEEP_OPEN);
}

let writer: MemberId | undefined;

/** Whose documents are opened from now on. */
export function writeAs(member: MemberId | undefined): void {
  writer = member;
}

/** As much of what was lost as a message can hold. */
const MOST_TOLD = 600;

function tellLost(words: string): void {
  if (words === '') return notify('error', 'errors.document-refused');
  const told = words.length > MOST_TOLD ? `${words.slice(0, MOST_TOLD)}…` : words;
  notify('error', 'errors.words-refused', { words: told });
}

/** Opens a document, or shares the one that is open. Call `release` once when done. */
function openDocument(name: string): { readonly document: LastingDocument; release(): void } {
  let entry = shared.get(name);
  if (!entry) {
    const document = openLastingDocument(
      name,
      (opened, listeners) => window.phien.openDocument(opened, listeners),
      writer,
      tellLost,
    );
    entry = {
      document,
      unfollow: document.subscribe(countUnsaved),
      users: 0,
      closing: undefined,
    };
    shared.set(name, entry);
  }
  const opened = entry;
  opened.users += 1;
  clearTimeout(opened.closing);
  let released = false;
  return {
    document: opened.document,
    release() {
      if (released) return;
      released = true;
      opened.users -= 1;
      if (opened.users > 0) return;
      closeWhenSaved(name, opened);
    },
  };
}

/** The document while the component lives; null until it is open. */
export function useDocument(name: string | null): LiveDocument | null {
  const [document, setDocument] = useState<LiveDocument | null>(null);
  useEffect(() => {
    if (name === null) return;
    const { document: opened, release } = openDocument(name);
    const show = (): void => setDocument(opened.current());
    const stop = opened.subscribe(show);
    show();
    return () => {
      stop();
      setDocument(null);
      release();
    };
  }, [name]);
  return document;
}

/** Whether the engine's state of the document has arrived. */
export function useSynced(document: LiveDocument | null): boolean {
  const subscribe = useCallback(
    (listener: () => void) => document?.subscribe(listener) ?? (() => undefined),
    [document],
  );
  return useSyncExternalStore(subscribe, () => document?.synced() ?? false);
}

/** What `read` makes of a document, again after each of its changes. `read` must be the same function each time. */
export function useYjs<T>(doc: Y.Doc | null, read: (doc: Y.Doc) => T, none: T): T {
  const cache = useRef<{ doc: Y.Doc | null; value: T }>({ doc: null, value: none });
  const subscribe = useCallback(
    (listener: () => void) => {
      if (doc === null) return () => undefined;
      const changed = (): void => {
        cache.current = { doc, value: read(doc) };
        listener();
      };
      doc.on('update', changed);
      // A change between the first reading and this subscription must not be missed.
      changed();
      return () => doc.off('update', changed);
    },
    [doc, read],
  );
  return useSyncExternalStore(subscribe, () => {
    if (doc === null) return none;
    if (cache.current.doc !== doc) cache.current = { doc, value: read(doc) };
    return cache.current.value;
  });
}

/** Several documents while the component lives, in the order of their names; empty until they are open. */
export function useDocuments(names: readonly string[]): readonly LiveDocument[] {
  const key = names.join('\n');
  const [opened, setOpened] = useState<{ readonly key: string; readonly documents: readonly LiveDocument[] }>();
  useEffect(() => {
    const open = key === '' ? [] : key.split('\n').map((name) => openDocument(name));
    const show = (): void => {
      const documents = open.map(({ document }) => document.current());
      setOpened((before) =>
        before?.key === key && documents.every((one, at) => one === before.documents[at]) ? before : { key, documents },
      );
    };
    const stops = open.map(({ document }) => document.subscribe(show));
    show();
    return () => {
      for (const stop of stops) stop();
      for (const one of open) one.release();
    };
  }, [key]);
  return opened?.key === key ? opened.documents : NO_DOCUMENTS;
}

const NO_DOCUMENTS: readonly LiveDocument[] = [];
