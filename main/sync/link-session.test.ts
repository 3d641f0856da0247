import { createServer, type Server } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { afterEach, expect, it } from 'vitest';
import { WebSocketServer } from 'ws';
import type { StreamHead } from '../../common/acts/entry.ts';
import type { MeetingLog } from '../../common/collab/carried-meeting.ts';
import { asMeetingId, asMemberId, asSha256 } from '../../common/domain/ids.ts';
import { closeCodes, LINK_PROTOCOL } from '../../common/wire/link.ts';
import { openLinkSession, type SessionEnd } from './link-session.ts';

const uuid = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
const host = asMemberId(uuid(1));
const headOf = (n: number): StreamHead => ({
  author: asMemberId(uuid(n)),
  stream: 'acts',
  seq: n,
  hash: asSha256('a'.repeat(64)),
});
const nothing = () => undefined;

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

/** How a session ends with a host that says `welcome` if it is to, and closes with `code` what it is sent after that. */
async function endOfSession(people: number, code: number, welcomes: boolean): Promise<SessionEnd> {
  server = createServer();
  new WebSocketServer({ server }).on('connection', (socket) => {
    socket.on('message', () => {
      if (welcomes) socket.send(JSON.stringify({ type: 'welcome', protocol: LINK_PROTOCOL, carrier: host, heads: [] }));
      socket.close(code);
    });
  });
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  const transport = connect((server.address() as AddressInfo).port, '127.0.0.1');
  const log: MeetingLog = {
    heads: () => Array.from({ length: people }, (_, n) => headOf(n + 2)),
    readAfter: () => ({ first: 1, entries: [], certificates: [] }),
    receive: () => Promise.resolve({ accepted: [], refused: [] }),
    onStored: () => nothing,
    certificatesOf: () => [],
  };
  return await new Promise((resolve) => {
    openLinkSession({
      transport: transport as TLSSocket,
      peer: host,
      meeting: asMeetingId(uuid(0)),
      device: 'device-of-this-one',
      port: undefined,
      inside: undefined,
      epoch: undefined,
      log,
      withheld: new Set(),
      logger: { info: nothing, warn: nothing },
      patience: () => 2000,
      onReady: nothing,
      onClock: nothing,
      onOnline: nothing,
      onLaptops: nothing,
      onReceived: nothing,
      onDocument: nothing,
      onAcknowledged: nothing,
      onHeld: nothing,
      onEnd: resolve,
    });
  });
}

it('[LINK-5] a host that takes a packed hello for malformed is of another version', async () => {
  // Before protocol 4 the first frame was never a binary one.
  expect(await endOfSession(60, closeCodes.malformed, false)).toMatchObject({ problem: 'other-version', final: true });
  expect(await endOfSession(60, closeCodes.protocol, false)).toMatchObject({ problem: 'other-version', final: true });
});

it('a host that takes anything later for malformed cut the connection', async () => {
  expect(await endOfSession(1, closeCodes.malformed, true)).toMatchObject({ problem: 'refused-by-carrier' });
});
