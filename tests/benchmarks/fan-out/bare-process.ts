import { createServer as createPlain } from 'node:http';
import { createServer as createSecure } from 'node:https';
import type { AddressInfo } from 'node:net';
import * as encoding from 'lib0/encoding';
import { WebSocketServer, type WebSocket } from 'ws';
import { answerQuestions } from '../child-process.ts';
import { createUsage, type Used } from '../process-usage.ts';

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

/** A server that knows nothing of documents: what arrived in 10 ms goes to everyone in one write. The floor. */
const WINDOW_MILLISECONDS = 10;

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

answerQuestions(async (question: ServerQuestion): Promise<number | Used | null> => {
  switch (question.ask) {
    case 'listen': {
      const { tls } = question;
      const server = tls
        ? createSecure({ ...tls, minVersion: 'TLSv1.3', requestCert: true, rejectUnauthorized: true })
        : createPlain();
      new WebSocketServer({ server, perMessageDeflate: false }).on('connection', (client) => {
        clients.add(client);
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
