import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';
import { encodeAwarenessUpdate } from 'y-protocols/awareness';
import * as syncProtocol from 'y-protocols/sync';
import type { CarriedMeeting, OpenDocument } from '../../common/collab/carried-meeting.ts';
import type { SaidBy } from './awareness-gate.ts';
import type { Happenings } from './happenings.ts';

/** Message types of y-websocket's protocol. */
export const SYNC = 0;
export const AWARENESS = 1;
export const QUERY_AWARENESS = 3;

/** A document that connections follow, opened once for all of them. */
export interface RelayedDocument {
  readonly name: string;
  /** On all links of the meeting, until nobody follows the document. */
  readonly number: number;
  readonly opened: OpenDocument;
  /** Changes and awareness with this origin were said by that connection. */
  speaksFor(origin: object, connection: object): void;
  /** The answer to a SyncStep1, several messages in order; throws on a malformed one. */
  answer(question: Uint8Array): readonly Uint8Array[];
  /** All awareness states; null when there are none. */
  everyone(): Uint8Array | null;
  release(): void;
}

export interface RelayedDocuments {
  follow(name: string): RelayedDocument;
  /** Once a heartbeat: forgets answers that nobody asks for any more. */
  beat(): void;
}

/** Answers from here on are kept for those who ask the same: many join at a time. Bytes. */
const KEPT_FROM = 16 * 1024;
/** Changes since a kept answer was made are sent after it; beyond this it is made anew. Bytes. */
const MAX_SINCE = 256 * 1024;
const KEPT_MILLISECONDS = 5000;

interface KeptAnswer {
  readonly question: Uint8Array;
  readonly messages: Uint8Array[];
  since: number;
  asked: number;
}

interface Opened extends RelayedDocument {
  followers: number;
  forget(now: number): void;
}

/** `onHappening`: something was added to `happenings`. */
export function createRelayedDocuments(
  meeting: CarriedMeeting,
  happenings: Happenings,
  onHappening: () => void,
): RelayedDocuments {
  const documents = new Map<string, Opened>();
  let numbers = 0;

  function open(name: string): Opened {
    const opened = meeting.openDocument(name);
    const { doc, awareness } = opened;
    const speakers = new WeakMap<object, object>();
    let kept: KeptAnswer | undefined;
    let everyone: Uint8Array | null | undefined;

    const by = (origin: unknown) => (typeof origin === 'object' && origin !== null && speakers.get(origin)) || null;

    function onUpdate(update: Uint8Array, origin: unknown): void {
      const message = syncMessage((encoder) => syncProtocol.writeUpdate(encoder, update));
      if (kept) {
        kept.messages.push(message);
        kept.since += message.byteLength;
        if (kept.since > MAX_SINCE) kept = undefined;
      }
      happenings.add({ document, message, by: by(origin), live: false });
      onHappening();
    }

    function onAwareness(change: { added: number[]; updated: number[]; removed: number[] }, origin: unknown): void {
      everyone = undefined;
      const clients = [...change.added, ...change.updated, ...change.removed];
      const message = exactlyBy(origin) ?? awarenessMessage(encodeAwarenessUpdate(awareness, clients));
      happenings.add({ document, message, by: by(origin), live: true });
      onHappening();
    }

    const document: Opened = {
      name,
      number: ++numbers,
      opened,
      followers: 0,
      speaksFor: (origin, connection) => void speakers.set(origin, connection),
      answer(question) {
        const asked = performance.now();
        if (kept && sameBytes(kept.question, question)) {
          kept.asked = asked;
          return kept.messages;
        }
        const decoder = decoding.createDecoder(question);
        decoding.readVarUint(decoder);
        decoding.readVarUint(decoder);
        const message = syncMessage((encoder) => syncProtocol.readSyncStep1(decoder, encoder, doc));
        if (message.byteLength >= KEPT_FROM)
          kept = { question: question.slice(), messages: [message], since: 0, asked };
        return [message];
      },
      everyone() {
        if (everyone !== undefined) return everyone;
        const clients = [...awareness.getStates().keys()];
        everyone = clients.length > 0 ? awarenessMessage(encodeAwarenessUpdate(awareness, clients)) : null;
        return everyone;
      },
      forget(now) {
        if (kept && now - kept.asked > KEPT_MILLISECONDS) kept = undefined;
      },
      release() {
        document.followers -= 1;
        if (document.followers > 0) return;
        documents.delete(name);
        doc.off('update', onUpdate);
        awareness.off('update', onAwareness);
        opened.release();
      },
    };
    doc.on('update', onUpdate);
    awareness.on('update', onAwareness);
    return document;
  }

  return {
    follow(name) {
      let document = documents.get(name);
      if (!document) documents.set(name, (document = open(name)));
      document.followers += 1;
      return document;
    },
    beat() {
      const now = performance.now();
      for (const document of documents.values()) document.forget(now);
    },
  };
}

const exactlyBy = (origin: unknown): Uint8Array | undefined =>
  typeof origin === 'object' && origin !== null && 'exactly' in origin ? (origin as SaidBy).exactly : undefined;

function syncMessage(write: (encoder: encoding.Encoder) => void): Uint8Array {
  const encoder = encoding.createEncoder();
  encoding.writeVarUint(encoder, SYNC);
  write(encoder);
  return encoding.toUint8Array(encoder);
}

export function awarenessMessage(update: Uint8Array): Uint8Array {
  const encoder = encoding.createEncoder();
  encoding.writeVarUint(encoder, AWARENESS);
  encoding.writeVarUint8Array(encoder, update);
  return encoding.toUint8Array(encoder);
}

const sameBytes = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;
