import { createServer as createPlain } from 'node:http';
import { createServer as createSecure } from 'node:https';
import { WebSocketServer } from 'ws';
import { answerQuestions } from '../child-process.ts';
import { createUsage } from '../process-usage.ts';

/**
 * Runs a server that is compared: answers the questions of `fan-out/bare-process.ts`, plain or over mutual TLS.
 * @param {{
 *   onConnection(socket: import('ws').WebSocket, request: import('node:http').IncomingMessage): void,
 *   fill(state: { document: string, update: Uint8Array }): void,
 * }} served
 */
export function answerAsServer({ onConnection, fill }) {
  const usage = createUsage();
  answerQuestions(async (question) => {
    switch (question.ask) {
      case 'listen': {
        const { tls, state } = question;
        if (state) fill(state);
        const server = tls
          ? createSecure({ ...tls, minVersion: 'TLSv1.3', requestCert: true, rejectUnauthorized: true })
          : createPlain();
        new WebSocketServer({ server, perMessageDeflate: false }).on('connection', onConnection);
        await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(null)));
        const address = server.address();
        return typeof address === 'object' ? address?.port : null;
      }
      case 'begin':
        return usage.begin() ?? null;
      default:
        return usage.used();
    }
  });
}
