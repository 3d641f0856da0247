import { randomBytes } from 'node:crypto';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';
import { answerQuestions } from './child-process.ts';
import { createUsage, type Used } from './process-usage.ts';

/** A server that knows nothing: over mutual TLS 1.3 it sends everyone who connects the same bytes. */
export type BareServerQuestion =
  | {
      readonly ask: 'listen';
      readonly key: string;
      readonly cert: string;
      readonly ca: string;
      readonly bytes: number;
    }
  | { readonly ask: 'begin' }
  | { readonly ask: 'used' };

const SLICE_BYTES = 64 * 1024;
const usage = createUsage();

answerQuestions(async (question: BareServerQuestion): Promise<number | Used | null> => {
  switch (question.ask) {
    case 'listen': {
      const { key, cert, ca } = question;
      const server = createServer({
        key,
        cert,
        ca,
        minVersion: 'TLSv1.3',
        requestCert: true,
        rejectUnauthorized: true,
      });
      // Random, since that is what signatures look like.
      const content = randomBytes(question.bytes);
      new WebSocketServer({ server, perMessageDeflate: false }).on('connection', (client) => {
        for (let at = 0; at < content.length; at += SLICE_BYTES) client.send(content.subarray(at, at + SLICE_BYTES));
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
