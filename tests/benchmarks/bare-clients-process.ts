import { connect } from 'node:tls';
import { WebSocket } from 'ws';
import { answerQuestions } from './child-process.ts';
import { clock } from './rows.ts';

/** Clients that only count what arrives. */
export interface BareClientsQuestion {
  readonly port: number;
  readonly bytes: number;
  readonly ca: string;
  readonly people: readonly { readonly key: string; readonly cert: string }[];
}

/** Answered with the time (`clock`) at which each had all bytes. */
answerQuestions(({ port, bytes, ca, people }: BareClientsQuestion) =>
  Promise.all(
    people.map(
      ({ key, cert }) =>
        new Promise<number>((resolve, reject) => {
          // Certificates of people name no host.
          const checkServerIdentity = () => undefined;
          const createConnection = () =>
            connect({ port, host: '127.0.0.1', key, cert, ca, minVersion: 'TLSv1.3', checkServerIdentity });
          const socket = new WebSocket(`wss://127.0.0.1:${port}/`, { createConnection });
          let missing = bytes;
          socket.on('error', reject);
          socket.on('message', (data: Buffer) => {
            missing -= data.length;
            if (missing <= 0) resolve(clock());
          });
        }),
    ),
  ),
);
