import * as decoding from 'lib0/decoding';
import type { CarriedMeeting } from '../../common/collab/carried-meeting.ts';
import { serveDocument, SHOWN, type DocumentConnection } from '../../common/collab/document-connection.ts';
import { shapeOf } from '../../common/collab/document-shapes.ts';
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
  isWaiting(): boolean;
  /** Applies held-back awareness and answers held-back questions when there is room. */
  advance(): void;
  /** Once a heartbeat: what somebody said who may not write it any more goes. */
  beat(): void;
  close(): void;
}

export interface ServedConnection {
  /** Stands for the connection: what it says isn't sent back to it. */
  readonly self: object;
  readonly member: MemberId;
  /** Answers to this connection alone; awareness is `live` and may be dropped for a slow receiver. */
  send(document: string, message: Uint8Array, live: boolean): void;
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
  return new Served(meeting, document, connection);
}

/** A class, since two hundred laptops that follow the ink of two hundred people need forty thousand of them. */
class Served implements ServedDocument {
  readonly document: RelayedDocument;
  private readonly meeting: CarriedMeeting;
  private readonly connection: ServedConnection;
  private voice: Voice | undefined;
  private refused: ChangeProblem | 'not-allowed' | null = null;
  private question: Uint8Array | null = null;

  constructor(meeting: CarriedMeeting, document: RelayedDocument, connection: ServedConnection) {
    this.meeting = meeting;
    this.document = document;
    this.connection = connection;
    this.sendEveryone();
  }

  isWaiting(): boolean {
    return this.question !== null || (this.voice?.gate.holding ?? false);
  }

  receive(message: Uint8Array): DocumentBreach | null {
    switch (message[0]) {
      case AWARENESS: {
        const update = payloadOf(message);
        if (update === null) return MALFORMED;
        if (this.meeting.mayWrite(this.connection.member, this.document.name))
          return this.speaking().gate.admit(update, message) ? null : MALFORMED;
        // Nor is seen what they said while they might. Not punished: every stock client sends its presence on opening.
        this.voice?.gate.close();
        return null;
      }
      case SYNC:
        if (message[1] !== SYNC_STEP_1) return this.speaking().served.receive(message) ? null : this.breach();
        if (!this.connection.congested()) return this.answer(message);
        this.question = message.slice();
        return null;
      case QUERY_AWARENESS:
        this.sendEveryone();
        return null;
      case SHOWN:
        return this.takeShown(payloadOf(message));
      default:
        return MALFORMED;
    }
  }

  advance(): void {
    this.voice?.gate.advance();
    if (this.question === null || this.connection.congested()) return;
    this.answer(this.question);
    this.question = null;
  }

  beat(): void {
    if (this.voice && !this.meeting.mayWrite(this.connection.member, this.document.name)) this.voice.gate.close();
  }

  close(): void {
    this.voice?.served.close();
    this.voice?.gate.close();
    this.document.release();
  }

  private speaking(): Voice {
    if (this.voice) return this.voice;
    const { meeting, document, connection } = this;
    const { member } = connection;
    const { name, opened } = document;
    const gate = createAwarenessGate(opened.awareness, shapeOf(name).oneAuthor ? null : member);
    const served = serveDocument(opened, {
      member,
      onRefused: (problem) => (this.refused = problem),
      send: (message) => connection.send(name, message, message[0] === AWARENESS),
      get mayWrite() {
        return meeting.mayWrite(member, name);
      },
      mayBeAware: true,
      isTold: true,
    });
    for (const origin of [gate.origin, served]) document.speaksFor(origin, connection.self);
    this.voice = { gate, served };
    return this.voice;
  }

  private takeShown(update: Uint8Array | null): DocumentBreach | null {
    const { meeting, document, connection } = this;
    const count = (shownBy.get(connection.self) ?? 0) + 1;
    shownBy.set(connection.self, count);
    if (update === null || count > MAX_SHOWN) return MALFORMED;
    // The right may have gone while it was away: then there is nothing to bring, and no harm in trying.
    const may = meeting.mayWrite(connection.member, document.name);
    return !may || document.opened.takeShown(update) ? null : MALFORMED;
  }

  private sendEveryone(): void {
    const states = this.document.everyone();
    if (states) this.connection.send(this.document.name, states, true);
  }

  private answer(question: Uint8Array): DocumentBreach | null {
    const { document, connection } = this;
    try {
      for (const message of document.answer(question)) connection.send(document.name, message, false);
      return null;
    } catch {
      return this.breach();
    }
  }

  private breach(): DocumentBreach {
    const what = this.document.name.split('/')[0] ?? '';
    const problem = this.refused ?? 'malformed';
    if (problem === 'not-allowed') return { kind: 'not-allowed', reason: `may not write ${what}` };
    if (problem === 'foreign') return { kind: 'not-allowed', reason: `change of ${what} that is not the sender's own` };
    return { kind: 'malformed', reason: `change of ${what} refused: ${problem}` };
  }
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
