import * as encoding from 'lib0/encoding';
import * as Y from 'yjs';

/**
 * How the servers that are compared frame the same messages of y-websocket's protocol: ours (`link`) and Hocuspocus put
 * the document's name in front, y-websocket's server has a socket for each document, the bare fan-out one for all.
 */
export type Dialect = 'link' | 'y-websocket' | 'hocuspocus' | 'bare';

export const SYNC = 0;
export const AWARENESS = 1;
export const STEP_1 = 0;
export const STEP_2 = 1;
export const UPDATE = 2;
const HOCUSPOCUS_AUTH = 2;

/** A message of y-websocket's protocol as that server wants it. */
export function wrap(dialect: Dialect, document: string, message: Uint8Array): Uint8Array {
  const encoder = encoding.createEncoder();
  if (dialect === 'link' || dialect === 'hocuspocus') encoding.writeVarString(encoder, document);
  if (dialect === 'link') encoding.writeVarUint8Array(encoder, message);
  else encoding.writeUint8Array(encoder, message);
  return encoding.toUint8Array(encoder);
}

/** What Hocuspocus wants to hear before anything else about a document. */
export function hocuspocusToken(document: string): Uint8Array {
  const encoder = encoding.createEncoder();
  encoding.writeVarString(encoder, document);
  encoding.writeVarUint(encoder, HOCUSPOCUS_AUTH);
  encoding.writeVarUint(encoder, 0);
  encoding.writeVarString(encoder, 'token');
  return encoding.toUint8Array(encoder);
}

export function syncMessage(kind: number, body: Uint8Array): Uint8Array {
  const encoder = encoding.createEncoder();
  encoding.writeVarUint(encoder, SYNC);
  encoding.writeVarUint(encoder, kind);
  encoding.writeVarUint8Array(encoder, body);
  return encoding.toUint8Array(encoder);
}

/** The state of one awareness client. */
export function awarenessMessage(client: number, clock: number, state: object): Uint8Array {
  const update = encoding.createEncoder();
  encoding.writeVarUint(update, 1);
  encoding.writeVarUint(update, client);
  encoding.writeVarUint(update, clock);
  encoding.writeVarString(update, JSON.stringify(state));
  const encoder = encoding.createEncoder();
  encoding.writeVarUint(encoder, AWARENESS);
  encoding.writeVarUint8Array(encoder, encoding.toUint8Array(update));
  return encoding.toUint8Array(encoder);
}

export interface Heard {
  /** A client's state with that clock arrived. */
  onAwareness(client: number, clock: number): void;
  /** Part of a change arrived. */
  onUpdate(client: number, clock: number): void;
  /** The answer to the question for the whole document, with its length in bytes. */
  onState(bytes: number): void;
}

/**
 * Reads what a server sent. Hundreds of thousands of messages a second go through here, so the parts are skipped rather
 * than decoded.
 */
export function createReader(dialect: Dialect, heard: Heard): (data: Uint8Array) => void {
  let bytes: Uint8Array = new Uint8Array(0);
  let at = 0;

  function varUint(): number {
    let value = 0;
    let factor = 1;
    for (;;) {
      const byte = bytes[at++] as number;
      value += (byte & 127) * factor;
      if (byte < 128) return value;
      factor *= 128;
    }
  }

  function message(end: number): void {
    const type = varUint();
    if (type === AWARENESS) {
      varUint();
      for (let count = varUint(); count > 0; count--) {
        const client = varUint();
        const clock = varUint();
        const length = varUint();
        at += length;
        heard.onAwareness(client, clock);
      }
      // Hocuspocus answers a question for the whole document with a type of its own.
    } else if (type === SYNC || (type === 4 && dialect === 'hocuspocus')) {
      const kind = varUint();
      const length = varUint();
      if (kind === STEP_2) heard.onState(length);
      else if (kind === UPDATE) update(at + length);
    }
    at = end;
  }

  /** Mostly one struct of one client; a server may have merged several. */
  function update(end: number): void {
    const from = at;
    const clients = varUint();
    const structs = clients === 1 ? varUint() : 0;
    if (structs === 1) {
      const client = varUint();
      return heard.onUpdate(client, varUint());
    }
    for (const { id } of Y.decodeUpdate(bytes.subarray(from, end)).structs) heard.onUpdate(id.client, id.clock);
  }

  return (data) => {
    bytes = data;
    at = 0;
    if (dialect === 'y-websocket') return message(data.byteLength);
    if (dialect === 'hocuspocus') {
      const name = varUint();
      at += name;
      return message(data.byteLength);
    }
    while (at < data.byteLength) {
      if (dialect === 'link') {
        const name = varUint();
        if (name === 0) varUint();
        at += name;
      }
      const length = varUint();
      message(at + length);
    }
  };
}
