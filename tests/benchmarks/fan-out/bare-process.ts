import { createServer as createPlain } from 'node:http';
import { createServer as createSecure } from 'node:https';
import type { AddressInfo } from 'node:net';
import * as encoding from 'lib0/encoding';
import { WebSocketServer, type WebSocket } from 'ws';
import * as Y from 'yjs';
import { answerQuestions } from '../child-process.ts';
import { createUsage, type Used } from '../process-usage.ts';
import { STEP_2, syncMessage } from './dialects.ts';

/** What every server that is compared is asked. `tls`: of its own certificate; null: plain. */
export type ServerQuestion =
  | {
      readonly ask: 'listen';
      readonly tls: { readonly key: string; readonly cert: string; readonly ca: string } | null;
      /** A document that is there already, as a Yjs update. */
      readonly state?: { readonly document: string; readonly update: Uint8Array };
    }
  | { readonly ask: 'begin' }
  | { readonly ask: 'used' };

/** A server that knows nothing of documents: what arrived in 10 ms goes to everyone in one write, and who comes is sent bytes. The floor. */
const WINDOW_MILLISECONDS = 10;
const PIECE_BYTES = 64 * 1024;

const usage = createUsage();
const clients = new Set<WebSocket>();
let gathered = encoding.createEncoder();
let timer: NodeJS.Timeout | undefined;

function sendGathered(): void {
  timer = undefined;
  const bytes = encoding.toUint8Array(gathered);
  gathered = encoding.createEncoder();
  for (const client of clients) client.send(bytes, { binary: true });
}

/** To who has just come, as large messages are sent here: a piece when the one before it has left. */
function sendState(client: WebSocket, state: Uint8Array): void {
  let at = 0;
  const sendNext = (): void => {
    const piece = state.subarray(at, (at += PIECE_BYTES));
    const last = at >= state.byteLength;
    client.send(piece, { binary: true, fin: last }, last ? undefined : sendNext);
  };
  sendNext();
}

answerQuestions(async (question: ServerQuestion): Promise<number | Used | null> => {
  switch (question.ask) {
    case 'listen': {
      const { tls } = question;
      const update = question.state?.update ?? Y.encodeStateAsUpdate(new Y.Doc());
      const encoder = encoding.createEncoder();
      encoding.writeVarUint8Array(encoder, syncMessage(STEP_2, update));
      const state = encoding.toUint8Array(encoder);
      const server = tls
        ? createSecure({ ...tls, minVersion: 'TLSv1.3', requestCert: true, rejectUnauthorized: true })
        : createPlain();
      new WebSocketServer({ server, perMessageDeflate: false }).on('connection', (client) => {
        clients.add(client);
        sendState(client, state);
        client.on('close', () => clients.delete(client));
        client.on('message', (data: Buffer) => {
          encoding.writeVarUint8Array(gathered, data);
          timer ??= setTimeout(sendGathered, WINDOW_MILLISECONDS);
        });
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      return (server.address() as AddressInfo).port;
    }
    case 'begin':
      usage.begin();
      return null;
    case 'used':
      return usage.used();
  }
});
