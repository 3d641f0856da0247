import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { MeetingId } from '../../common/domain/ids.ts';
import { talkTls } from '../fixtures/network/raw-client.ts';
import type { HostilePerson } from './hostile-person.ts';

/** What is done to whoever comes to join: no more than the claim, or not a word. */
export type Reception = 'refuses' | 'says-nothing';

/** A member's computer that says that it carries the meeting, always with a higher epoch than whoever does, and serves nobody. */
export interface FalseCarrier {
  /** Tells the laptop at that address of itself, one above what that one says. */
  claim(address: string): Promise<void>;
  /** How often somebody came to join. */
  visits(): number;
  close(): void;
}

export async function falseCarrier(
  person: HostilePerson,
  meeting: MeetingId,
  reception: Reception,
): Promise<FalseCarrier> {
  const device = 'false-carrier';
  let n = 1;
  let visits = 0;
  const report = () =>
    JSON.stringify({ state: 'carrying', epoch: { n, member: person.member, device }, carrier: null });
  const server = createServer({ ...person.tls, requestCert: true, rejectUnauthorized: false });
  server.on('request', (_request, response) => response.end(report()));
  server.on('upgrade', (_request, socket: Duplex) => {
    visits++;
    socket.on('error', () => undefined);
    if (reception === 'says-nothing') return;
    const body = report();
    socket.end(`HTTP/1.1 409 Conflict\r\nconnection: close\r\ncontent-length: ${body.length}\r\n\r\n${body}`);
  });

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;

  const say = async (address: string, first: string) =>
    (
      await talkTls(
        address,
        person.tls,
        `${first} HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\nconnection: close\r\n\r\n`,
      )
    ).received.toString('latin1');

  return {
    async claim(address) {
      const known = /"n":(\d+)/.exec(await say(address, `GET /carrier/${meeting}`))?.[1];
      n = Math.max(n, Number(known ?? 0)) + 1;
      await say(address, `PUT /carrier/${meeting}/${n}/${device}/${port}`);
    },
    visits: () => visits,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
