import * as decoding from 'lib0/decoding';
import type { CarriedMeeting } from '../../common/collab/carried-meeting.ts';
import { serveDocument, SHOWN, type DocumentConnection } from '../../common/collab/document-connection.ts';
import type { ChangeProblem } from '../../common/collab/write-check.ts';
import type { MemberId } from '../../common/domain/ids.ts';
import { createAwarenessGate, type AwarenessGate } from './awareness-gate.ts';
import { AWARENESS, awarenessMessage, QUERY_AWARENESS, SYNC, type RelayedDocument } from './relayed-documents.ts';

const SYNC_STEP_1 = 0;

/** Whether a message tells something new, rather than asks for what is there. */
export const isLive = (message: Uint8Array): boolean =>
  message[0] === AWARENESS || message[0] === SHOWN || (message[0] === SYNC && message[1] !== SYNC_STEP_1);

export interface DocumentBreach {
  readonly kind: 'malformed' | 'not-allowed';
  /** For the log and the close frame. */
  readonly reason: string;
}

/** What a laptop kept of others it brings once when it connects, one message for each of them and document. */
const MAX_SHOWN = 256;
/** By what stands for the connection; a document may be closed and opened again. */
const shownBy = new WeakMap<object, number>();

const MALFORMED: DocumentBreach = { kind: 'malformed', reason: 'malformed document message' };

/** One document as it is served to one connection, with the rules of who may say what. */
export interface ServedDocument {
  readonly document: RelayedDocument;
  /** Takes a message of the client; a breach means: close the connection. */
  receive(message: Uint8Array): DocumentBreach | null;
  /** Held-back awareness or an unanswered question is here: `advance` has something to do. */
  readonly waiting: boolean;
  /** Applies held-back awareness and answers held-back questions when there is room. */
  advance(): void;
  close(): void;
}

export interface ServedConnection {
  /** Stands for the connection: what it says isn't sent back to it. */
  readonly self: object;
  readonly member: MemberId;
  /** Answers to this connection alone; awareness is `live` and may be dropped for a slow receiver. */
  send(message: Uint8Array, live: boolean): void;
  /** While true, whole documents are not sent; the client's question is answered later. */
  congested(): boolean;
}

/** Most connections only listen to most documents, so what speaking needs is made when somebody speaks. */
interface Voice {
  readonly gate: AwarenessGate;
  readonly served: DocumentConnection;
}

export function serveMeetingDocument(
  meeting: CarriedMeeting,
  document: RelayedDocument,
  connection: ServedConnection,
): ServedDocument {
  const { member } = connection;
  const { name, opened } = document;
  let voice: Voice | undefined;
  const what = name.split('/')[0] ?? '';
  let refused: ChangeProblem | 'not-allowed' | null = null;
  let question: Uint8Array | null = null;

  function speaking(): Voice {
    if (voice) return voice;
    const gate = createAwarenessGate(opened.awareness, member);
    const served = serveDocument(opened, {
      member,
      onRefused: (problem) => (refused = problem),
      send: (message) => connection.send(message, message[0] === AWARENESS),
      get mayWrite() {
        return meeting.mayWrite(member, name);
      },
      mayBeAware: true,
      isTold: true,
    });
    for (const origin of [gate.origin, served]) document.speaksFor(origin, connection.self);
    voice = { gate, served };
    return voice;
  }

  function breach(): DocumentBreach {
    const problem = refused ?? 'malformed';
    if (problem === 'not-allowed') return { kind: 'not-allowed', reason: `may not write ${what}` };
    if (problem === 'foreign') return { kind: 'not-allowed', reason: `change of ${what} that is not the sender's own` };
    return { kind: 'malformed', reason: `change of ${what} refused: ${problem}` };
  }

  function answer(asked: Uint8Array): DocumentBreach | null {
    try {
      for (const message of document.answer(asked)) connection.send(message, false);
      return null;
    } catch {
      return breach();
    }
  }

  const everyone = document.everyone();
  if (everyone) connection.send(everyone, true);

  return {
    document,
    get waiting() {
      return question !== null || (voice?.gate.holding ?? false);
    },
    receive(message) {
      switch (message[0]) {
        case AWARENESS: {
          const update = payloadOf(message);
          return update !== null && speaking().gate.admit(update) ? null : MALFORMED;
        }
        case SYNC:
          if (message[1] !== SYNC_STEP_1) return speaking().served.receive(message) ? null : breach();
          if (!connection.congested()) return answer(message);
          question = message.slice();
          return null;
        case QUERY_AWARENESS: {
          const states = document.everyone();
          if (states) connection.send(states, true);
          return null;
        }
        case SHOWN: {
          const update = payloadOf(message);
          const count = (shownBy.get(connection.self) ?? 0) + 1;
          shownBy.set(connection.self, count);
          if (update === null || count > MAX_SHOWN) return MALFORMED;
          // The right may have gone while it was away: then there is nothing to bring, and no harm in trying.
          return !meeting.mayWrite(member, name) || opened.takeShown(update) ? null : MALFORMED;
        }
        default:
          return MALFORMED;
      }
    },
    advance() {
      voice?.gate.advance();
      if (question !== null && !connection.congested()) {
        answer(question);
        question = null;
      }
    },
    close() {
      voice?.served.close();
      voice?.gate.close();
      document.release();
    },
  };
}

export type ServeDocument = typeof serveMeetingDocument;

/** An awareness message of nobody: keeps y-websocket's client from taking a quiet room for a dead one (30 s). */
export const quietMessage: Uint8Array = awarenessMessage(Uint8Array.of(0));

/** What follows the type, length-prefixed, and nothing behind it. */
function payloadOf(message: Uint8Array): Uint8Array | null {
  try {
    const decoder = decoding.createDecoder(message);
    decoding.readVarUint(decoder);
    const update = decoding.readVarUint8Array(decoder);
    return decoding.hasContent(decoder) ? null : update;
  } catch {
    return null;
  }
}
