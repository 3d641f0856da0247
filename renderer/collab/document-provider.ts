import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';
import { applyAwarenessUpdate, Awareness, encodeAwarenessUpdate, removeAwarenessStates } from 'y-protocols/awareness';
import * as syncProtocol from 'y-protocols/sync';
import * as Y from 'yjs';
import { applyUpdate } from '../../common/collab/apply-update.ts';
import { newClientId } from '../../common/collab/client-id.ts';
import { CHANGE_KEPT } from '../../common/collab/document-connection.ts';
import type { DocumentChannel, DocumentListeners } from '../../common/contract/bridge.ts';
import type { MemberId } from '../../common/domain/ids.ts';

/** Message types of the y-websocket protocol. */
const SYNC = 0;
const AWARENESS = 1;
const QUERY_AWARENESS = 3;

export interface LiveDocument {
  readonly doc: Y.Doc;
  readonly awareness: Awareness;
  /** The engine's whole state has arrived at least once. */
  readonly synced: () => boolean;
  /** Error code of the last refusal; null while the channel is open. After `CHANGE_REFUSED` it is opened no more. */
  readonly closedBecause: () => string | null;
  /** Own changes that the engine has not said to be on disk. They stay here and are brought again until it has. */
  readonly unsaved: () => number;
  /** Called when `synced`, `closedBecause` or `unsaved` changes. */
  subscribe(listener: () => void): () => void;
  destroy(): void;
}

/** A change that may not be made here, or not so. It can't be taken out of the Y.Doc again, so the document ends with it. */
export const CHANGE_REFUSED = 'document-refused';

export type Open = (name: string, listeners: DocumentListeners) => DocumentChannel;

/** Milliseconds before a closed channel is opened again; doubled each time up to the second value. */
export const REOPEN_AFTER = 300;
export const REOPEN_AT_MOST = 5000;
/** A channel that lived this long was a good one: the next is opened soon. */
export const GOOD_FOR = 10_000;

/**
 * Keeps a Y.Doc in step with the engine's over one channel. The engine asks on each new channel for what it lacks of what
 * was written here, since one that died, or a full disk, may not have taken the last changes. `writer`: who writes here.
 * `after`: milliseconds before the first channel is opened.
 */
export function connectDocument(name: string, open: Open, writer?: MemberId, after = 0): LiveDocument {
  const doc = new Y.Doc();
  if (writer !== undefined) doc.clientID = newClientId(writer);
  const awareness = new Awareness(doc);
  // Nobody is present in a document unless they say something there.
  awareness.setLocalState(null);
  const listeners = new Set<() => void>();
  const origin = { channel: name };
  let channel: DocumentChannel | undefined;
  let synced = false;
  let closedBecause: string | null = null;
  let written: Uint8Array[] = [];
  /** Changes on their way, and those that wait for the engine's question. */
  let sent = 0;
  let held = 0;
  let asked = false;
  let wait = REOPEN_AFTER;
  let openedAt = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let destroyed = false;

  const announce = (): void => {
    for (const listener of listeners) listener();
  };
  const send = (write: (encoder: encoding.Encoder) => void): void => {
    const encoder = encoding.createEncoder();
    write(encoder);
    channel?.send(encoding.toUint8Array(encoder));
  };
  const sendUpdate = (update: Uint8Array): void =>
    send((encoder) => {
      encoding.writeVarUint(encoder, SYNC);
      syncProtocol.writeUpdate(encoder, update);
    });
  const sendAwareness = (clients: number[]): void =>
    send((encoder) => {
      encoding.writeVarUint(encoder, AWARENESS);
      encoding.writeVarUint8Array(encoder, encodeAwarenessUpdate(awareness, clients));
    });

  function start(): void {
    openedAt = Date.now();
    asked = false;
    channel = open(name, { onMessage: receive, onClose: closed });
    send((encoder) => {
      encoding.writeVarUint(encoder, SYNC);
      syncProtocol.writeSyncStep1(encoder, doc);
    });
    send((encoder) => encoding.writeVarUint(encoder, QUERY_AWARENESS));
    // Setting it anew raises its clock: what the other side forgot with the old channel counts as news again.
    const own = awareness.getLocalState();
    if (own !== null) awareness.setLocalState(own);
  }

  function count(sentNow: number, heldNow: number): void {
    const before = sent + held;
    sent = sentNow;
    held = heldNow;
    if (sent + held !== before) announce();
  }

  /** The engine has told what it has. */
  function bring(theirs: Uint8Array): void {
    asked = true;
    const missing = written.length === 0 ? undefined : Y.diffUpdate(Y.mergeUpdates(written), theirs);
    if (missing === undefined || isEmpty(missing)) return count(0, 0);
    written = [Y.mergeUpdates(written)];
    sendUpdate(missing);
    count(1, 0);
  }

  function receive(message: Uint8Array): void {
    const decoder = decoding.createDecoder(message);
    const type = decoding.readVarUint(decoder);
    if (type === CHANGE_KEPT) return count(Math.max(0, sent - 1), held);
    if (type === AWARENESS) applyAwarenessUpdate(awareness, decoding.readVarUint8Array(decoder), origin);
    if (type !== SYNC) return;
    const step = decoding.readVarUint(decoder);
    if (step === syncProtocol.messageYjsSyncStep1) return bring(decoding.readVarUint8Array(decoder));
    applyUpdate(doc, decoding.readVarUint8Array(decoder), origin);
    if (step !== syncProtocol.messageYjsSyncStep2) return;
    if (!synced || closedBecause !== null) {
      synced = true;
      closedBecause = null;
      announce();
    }
  }

  function closed(code: string): void {
    channel = undefined;
    asked = false;
    closedBecause = code;
    held += sent;
    sent = 0;
    forgetOthers();
    announce();
    if (destroyed || code === CHANGE_REFUSED) return;
    if (Date.now() - openedAt > GOOD_FOR) wait = REOPEN_AFTER;
    timer = setTimeout(start, wait);
    wait = Math.min(wait * 2, REOPEN_AT_MOST);
  }

  /** With their clocks: on a new channel they are told with the clocks they had. */
  function forgetOthers(): void {
    const removed = [...awareness.getStates().keys()].filter((client) => client !== doc.clientID);
    for (const client of removed) awareness.states.delete(client);
    for (const client of [...awareness.meta.keys()]) if (client !== doc.clientID) awareness.meta.delete(client);
    if (removed.length > 0) awareness.emit('change', [{ added: [], updated: [], removed }, origin]);
  }

  const onUpdate = (update: Uint8Array, from: unknown): void => {
    if (from === origin) return;
    written.push(update);
    // Bounds the list without losing anything: one merged update says the same as many.
    if (written.length > 500) written = [Y.mergeUpdates(written)];
    // Not before the engine has told what it has: what came earlier may have to go first.
    if (asked) sendUpdate(update);
    count(sent + (asked ? 1 : 0), held + (asked ? 0 : 1));
  };
  const onAwareness = (change: { added: number[]; updated: number[]; removed: number[] }, from: unknown): void => {
    if (from === origin) return;
    const own = [...change.added, ...change.updated, ...change.removed].filter((client) => client === doc.clientID);
    if (own.length > 0) sendAwareness(own);
  };
  doc.on('update', onUpdate);
  awareness.on('update', onAwareness);
  if (after > 0) timer = setTimeout(start, after);
  else start();

  return {
    doc,
    awareness,
    synced: () => synced,
    closedBecause: () => closedBecause,
    unsaved: () => sent + held,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    destroy() {
      destroyed = true;
      clearTimeout(timer);
      removeAwarenessStates(awareness, [doc.clientID], 'closing');
      channel?.close();
      listeners.clear();
      awareness.destroy();
      doc.destroy();
    },
  };
}

function isEmpty(update: Uint8Array): boolean {
  const { structs, ds } = Y.decodeUpdate(update);
  return structs.length === 0 && ds.clients.size === 0;
}
