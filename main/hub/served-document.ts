import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';
import type { CarriedMeeting } from '../../common/collab/carried-meeting.ts';
import { serveDocument } from '../../common/collab/document-connection.ts';
import type { MemberId } from '../../common/domain/ids.ts';
import { createAwarenessGate } from './awareness-gate.ts';

/** Message types of y-websocket's protocol, and of sync messages. */
const SYNC = 0;
const AWARENESS = 1;
const QUERY_AWARENESS = 3;
const SYNC_STEP_1 = 0;

export type DocumentBreach = 'malformed' | 'not-allowed';

/** One document as it is served to one connection, with the rules of who may say what. */
export interface ServedDocument {
  /** Takes a message of the client; a breach means: close the connection. */
  receive(message: Uint8Array): DocumentBreach | null;
  /** Applies held-back awareness and answers held-back questions when there is room. True: call again later. */
  advance(): boolean;
  close(): void;
}

/**
 * `send`: awareness is `live` and may be dropped for a slow receiver. `congested`: while true, whole documents are not
 * sent; the client's question is answered later.
 */
export function serveMeetingDocument(
  meeting: CarriedMeeting,
  name: string,
  member: MemberId,
  connection: { send(message: Uint8Array, live: boolean): void; congested(): boolean },
): ServedDocument {
  const opened = meeting.openDocument(name);
  const gate = createAwarenessGate(opened.awareness, member);
  const served = serveDocument(opened, {
    send: (message) => connection.send(message, message[0] === AWARENESS),
    get mayWrite() {
      return meeting.mayWrite(member, name);
    },
    mayBeAware: true,
  });
  let question: Uint8Array | null = null;

  function breach(): DocumentBreach {
    return meeting.mayWrite(member, name) ? 'malformed' : 'not-allowed';
  }

  return {
    receive(message) {
      switch (message[0]) {
        case AWARENESS: {
          const update = awarenessUpdate(message);
          const admitted = update === null ? 'malformed' : gate.admit(update);
          if (admitted === 'malformed') return 'malformed';
          if (admitted !== null && !served.receive(awarenessMessage(admitted))) return 'malformed';
          return null;
        }
        case SYNC:
          if (message[1] === SYNC_STEP_1 && connection.congested()) {
            question = message.slice();
            return null;
          }
          return served.receive(message) ? null : breach();
        case QUERY_AWARENESS:
          return served.receive(message) ? null : 'malformed';
        default:
          return 'malformed';
      }
    },
    advance() {
      const held = gate.held();
      if (held !== null) served.receive(awarenessMessage(held));
      if (question !== null && !connection.congested()) {
        served.receive(question);
        question = null;
      }
      return gate.holding || question !== null;
    },
    close() {
      served.close();
      gate.close();
      opened.release();
    },
  };
}

/** An awareness message of nobody: keeps y-websocket's client from taking a quiet room for a dead one (30 s). */
export const quietMessage: Uint8Array = awarenessMessage(Uint8Array.of(0));

function awarenessMessage(update: Uint8Array): Uint8Array {
  const encoder = encoding.createEncoder();
  encoding.writeVarUint(encoder, AWARENESS);
  encoding.writeVarUint8Array(encoder, update);
  return encoding.toUint8Array(encoder);
}

function awarenessUpdate(message: Uint8Array): Uint8Array | null {
  try {
    const decoder = decoding.createDecoder(message);
    decoding.readVarUint(decoder);
    const update = decoding.readVarUint8Array(decoder);
    return decoding.hasContent(decoder) ? null : update;
  } catch {
    return null;
  }
}
