import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';
import * as awarenessProtocol from 'y-protocols/awareness';
import * as syncProtocol from 'y-protocols/sync';
import type * as Y from 'yjs';
import { assertNever } from '../domain/assert-never.ts';
import type { MemberId } from '../domain/ids.ts';
import { applyUpdate } from './apply-update.ts';
import type { OpenDocument } from './carried-meeting.ts';
import { readUpdate } from './read-update.ts';
import { createWaitingChanges } from './waiting-changes.ts';
import type { ChangeProblem } from './write-check.ts';

/** Message types of the y-websocket protocol. */
const SYNC = 0;
const AWARENESS = 1;
const QUERY_AWARENESS = 3;
/** Ours, from engine to window, without content: the next change that the window sent is on disk. */
export const CHANGE_KEPT = 100;
/** Ours, to the carrying laptop: an update, length-prefixed, that somebody wrote live and did not sign (`OpenDocument.shown`). */
export const SHOWN = 101;

/** A live frame longer than this is refused. Bytes. */
export const MAX_DOCUMENT_FRAME_BYTES = 8 * 1024 * 1024;

/**
 * Live changes of a connection that wait for something: what their author wrote before, while away, comes as an entry and
 * may be overtaken. Others come as entries too.
 */
const MAX_WAITING = 64;
const MAX_WAITING_BYTES = 64 * 1024;

export interface DocumentConnection {
  /**
   * Takes one message of the peer. Returns false when it breaks the rules: the caller closes the connection. Throws
   * `ChangeNotKept` where changes are stored first.
   */
  receive(message: Uint8Array): boolean;
  /** Nobody sees any more what the peer said in awareness. */
  silence(): void;
  close(): void;
}

/** A change could not be stored (`cause` says why), so nothing was applied: the peer has to bring it again. */
export class ChangeNotKept extends Error {}

/**
 * Serves a document to one peer that speaks y-websocket's protocol: the renderer over its port, or another laptop or a
 * stock client over a socket. `send` may be called before this returns. Updates of the peer are applied with the
 * returned connection as their origin after `judge` has seen them; a peer that may not write (asked at each change) is
 * refused. `onRefused` is told why, just before `receive` returns false for a change.
 */
export function serveDocument(
  document: Pick<OpenDocument, 'doc' | 'awareness' | 'judge'>,
  peer: {
    readonly member: MemberId;
    readonly mayWrite: boolean;
    readonly mayBeAware: boolean;
    send(message: Uint8Array): void;
    onRefused?(problem: ChangeProblem | 'not-allowed'): void;
    /** Somebody else tells the peer what happens in the document; here it only speaks and gets answers. */
    readonly isTold?: boolean;
    /**
     * For this laptop's own windows: stores a change before it is applied, and returns how to take it back. The window is
     * told of each (`CHANGE_KEPT`), and asked at the beginning for what the engine lacks of it.
     */
    keep?(update: Uint8Array): () => void;
  },
): DocumentConnection {
  const { doc, awareness } = document;
  const controlled = new Set<number>();
  const waiting = createWaitingChanges<Uint8Array>(doc, MAX_WAITING, (update) => {
    try {
      if (peer.mayWrite) take(update);
    } catch (error) {
      // Not on disk, so not said to be: the peer is asked for it again.
      if (!(error instanceof ChangeNotKept)) throw error;
    }
  });

  const connection: DocumentConnection = {
    receive(message) {
      if (message.byteLength > MAX_DOCUMENT_FRAME_BYTES) return false;
      try {
        return receiveMessage(message);
      } catch (error) {
        if (error instanceof ChangeNotKept) throw error;
        return false;
      }
    },
    silence: () => awarenessProtocol.removeAwarenessStates(awareness, [...controlled], connection),
    close() {
      waiting.clear();
      doc.off('update', onUpdate);
      // The last that this hears of it is what it said itself.
      connection.silence();
      awareness.off('update', onAwareness);
    },
  };

  function receiveMessage(message: Uint8Array): boolean {
    const decoder = decoding.createDecoder(message);
    switch (decoding.readVarUint(decoder)) {
      case SYNC:
        return receiveSync(decoder);
      case AWARENESS: {
        // Every stock client sends its presence on opening, also where nobody listens to it.
        if (!peer.mayBeAware) return true;
        awarenessProtocol.applyAwarenessUpdate(awareness, decoding.readVarUint8Array(decoder), connection);
        return true;
      }
      case QUERY_AWARENESS:
        sendAwareness([...awareness.getStates().keys()]);
        return true;
      default:
        return false;
    }
  }

  function receiveSync(decoder: decoding.Decoder): boolean {
    switch (decoding.readVarUint(decoder)) {
      case syncProtocol.messageYjsSyncStep1: {
        const encoder = encoding.createEncoder();
        encoding.writeVarUint(encoder, SYNC);
        syncProtocol.readSyncStep1(decoder, encoder, doc);
        peer.send(encoding.toUint8Array(encoder));
        return true;
      }
      case syncProtocol.messageYjsSyncStep2:
      case syncProtocol.messageYjsUpdate: {
        const update = decoding.readVarUint8Array(decoder);
        // lib0 reads past the end of a message into whatever memory lies behind it.
        if (decoder.pos > decoder.arr.byteLength) return false;
        if (peer.mayWrite) return take(update);
        if (isEmptyUpdate(update)) return true;
        peer.onRefused?.('not-allowed');
        return false;
      }
      default:
        return false;
    }
  }

  function take(update: Uint8Array): boolean {
    const judgement = document.judge(peer.member, update);
    switch (judgement.verdict) {
      case 'apply':
        if (peer.keep) applyKept(judgement.update, peer.keep);
        else applyUpdate(doc, judgement.update, connection);
        return true;
      case 'nothing-new':
        if (peer.keep) peer.send(Uint8Array.of(CHANGE_KEPT));
        return true;
      case 'wait':
        // A copy: the message may be part of a much larger one.
        if (update.byteLength <= MAX_WAITING_BYTES) waiting.add(judgement.missing, update.slice());
        return true;
      case 'refuse':
        peer.onRefused?.(judgement.problem);
        return false;
      default:
        return assertNever(judgement);
    }
  }

  function applyKept(update: Uint8Array, keep: (update: Uint8Array) => () => void): void {
    let takeBack = (): void => undefined;
    try {
      takeBack = keep(update);
    } catch (cause) {
      throw new ChangeNotKept('a change could not be stored', { cause });
    }
    try {
      applyUpdate(doc, update, connection);
    } catch (error) {
      takeBack();
      throw error;
    }
    peer.send(Uint8Array.of(CHANGE_KEPT));
  }

  function onUpdate(update: Uint8Array, origin: unknown): void {
    if (origin !== connection) peer.send(once(update, () => updateMessage(update)));
  }

  function onAwareness(change: { added: number[]; updated: number[]; removed: number[] }, origin: unknown): void {
    if (origin === connection) {
      // Who spoke here before, and was silent meanwhile, is called updated.
      for (const client of [...change.added, ...change.updated]) controlled.add(client);
      for (const client of change.removed) controlled.delete(client);
      return;
    }
    const clients = [...change.added, ...change.updated, ...change.removed];
    if (clients.length > 0) peer.send(once(change, () => awarenessMessage(awareness, clients)));
  }

  function sendAwareness(clients: number[]): void {
    if (clients.length > 0) peer.send(awarenessMessage(awareness, clients));
  }

  if (peer.isTold) return connection;
  doc.on('update', onUpdate);
  awareness.on('update', onAwareness);
  if (peer.keep) peer.send(askMessage(doc));
  sendAwareness([...awareness.getStates().keys()]);
  return connection;
}

/**
 * Messages by the event that they tell of. All connections of a document hear the same event, so a change is encoded
 * once and everybody is sent the same bytes; nobody may write into them.
 */
const encoded = new WeakMap<object, Uint8Array>();

function once(event: object, encode: () => Uint8Array): Uint8Array {
  const known = encoded.get(event) ?? encode();
  encoded.set(event, known);
  return known;
}

function askMessage(doc: Y.Doc): Uint8Array {
  const encoder = encoding.createEncoder();
  encoding.writeVarUint(encoder, SYNC);
  syncProtocol.writeSyncStep1(encoder, doc);
  return encoding.toUint8Array(encoder);
}

function updateMessage(update: Uint8Array): Uint8Array {
  const encoder = encoding.createEncoder();
  encoding.writeVarUint(encoder, SYNC);
  syncProtocol.writeUpdate(encoder, update);
  return encoding.toUint8Array(encoder);
}

function awarenessMessage(awareness: awarenessProtocol.Awareness, clients: number[]): Uint8Array {
  const encoder = encoding.createEncoder();
  encoding.writeVarUint(encoder, AWARENESS);
  encoding.writeVarUint8Array(encoder, awarenessProtocol.encodeAwarenessUpdate(awareness, clients));
  return encoding.toUint8Array(encoder);
}

export function shownMessage(update: Uint8Array): Uint8Array {
  const encoder = encoding.createEncoder();
  encoding.writeVarUint(encoder, SHOWN);
  encoding.writeVarUint8Array(encoder, update);
  return encoding.toUint8Array(encoder);
}

function isEmptyUpdate(update: Uint8Array): boolean {
  const change = readUpdate(update);
  return change?.runs.size === 0 && change.deletions.length === 0;
}
