import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';
import { answerQuestions } from './child-process.ts';

/** Sends back what it gets. Answers the first question with its port. */
const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false });
server.on('connection', (client) => {
  client.on('message', (data: Buffer) => client.send(data));
});
const listening = new Promise<void>((resolve) => server.once('listening', resolve));

answerQuestions(async () => {
  await listening;
  return (server.address() as AddressInfo).port;
});
