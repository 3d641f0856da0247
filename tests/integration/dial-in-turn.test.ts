import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { serveHub, type Hub } from '../../main/hub/serve-hub.ts';
import { dial } from '../../main/sync/dial.ts';
import { dialInTurn, type DialInTurnOptions } from '../../main/sync/dial-in-turn.ts';
import { createOrganisation, type TestOrganisation, type TestPerson } from '../fixtures/network/organisation.ts';
import { expectSoon } from '../fixtures/network/room.ts';

let organisation: TestOrganisation;
let carrier: TestPerson;
let caller: TestPerson;
const opened: { close(): Promise<void> | void }[] = [];

beforeAll(async () => {
  organisation = await createOrganisation('Sở Thử nghiệm');
  carrier = await organisation.enrol('Trần Thị Thư Ký');
  caller = await organisation.enrol('Lê Văn Đại Biểu');
}, 60_000);
afterEach(async () => {
  for (const one of opened.splice(0)) await one.close();
});

async function openHub(): Promise<string> {
  const hub: Hub = await serveHub({
    listen: { host: '127.0.0.1', port: 0 },
    tls: carrier.tls,
    me: carrier,
    admit: organisation.admit,
    logger: { info: () => undefined, warn: () => undefined },
  });
  opened.push(hub);
  return `127.0.0.1:${hub.port}`;
}

/** An address at which `through` is given who calls; counts the bytes that came from them. */
async function openWay(through: (client: Socket) => void): Promise<{ readonly address: string; asked(): number }> {
  let bytes = 0;
  const clients = new Set<Socket>();
  const server: Server = createServer((client) => {
    clients.add(client);
    client.on('error', () => undefined);
    client.on('data', (data) => (bytes += data.byteLength));
    through(client);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  opened.push({
    close: () =>
      new Promise((resolve) => {
        for (const client of clients) client.destroy();
        server.close(() => resolve());
      }),
  });
  return { address: `127.0.0.1:${(server.address() as AddressInfo).port}`, asked: () => bytes };
}

/** What the laptop at `target` says comes a few hundred bytes at a time. */
const thinLineTo = (target: string) => (client: Socket) => {
  const [host = '', port = ''] = target.split(':');
  const upstream = connect(Number(port), host);
  upstream.on('error', () => client.destroy());
  client.pipe(upstream);
  let waiting = Buffer.alloc(0);
  upstream.on('data', (data: Buffer) => (waiting = Buffer.concat([waiting, data])));
  const passing = setInterval(() => {
    client.write(waiting.subarray(0, 400));
    waiting = waiting.subarray(400);
  }, 150);
  client.on('close', () => {
    clearInterval(passing);
    upstream.destroy();
  });
};

const dialing = (addresses: string[], failed: string[] = []) => {
  const options: DialInTurnOptions = {
    tls: caller.tls,
    admit: organisation.admit,
    // All are reached at the same time, as after an outage of the own line.
    unheard: () => true,
    onFailed: (address, problem, heard) => void failed.push(`${address} ${problem} ${heard ? 'heard' : 'unheard'}`),
  };
  const one = dialInTurn(addresses, new AbortController().signal, options);
  opened.push({ close: () => one.stop() });
  return one;
};

describe('dialling several laptops', () => {
  it('[TAKE-5] asks nobody else for a proof while the bytes of one come, however slowly', async () => {
    const slow = await openWay(thinLineTo(await openHub()));
    const other = await openWay(() => undefined);
    const turn = dialing([slow.address, other.address]);
    const connected = await turn.next();
    expect(connected).toMatchObject({ ok: true, address: slow.address, peer: { member: carrier.member } });
    expect(turn.talksWith(slow.address)).toBe(true);
    expect(other.asked()).toBe(0);
    connected?.socket.destroy();
  });

  it('[TAKE-5] asks the next one for its proof when no byte comes, and the one after it when that one fails', async () => {
    const silent = await openWay(() => undefined);
    const refusing = await openWay((client) => client.once('data', () => client.destroy()));
    const third = await openHub();
    const failed: string[] = [];
    const turn = dialing([silent.address, refusing.address, third], failed);
    const connected = await turn.next();
    expect(connected?.address).toBe(third);
    expect(silent.asked()).toBeGreaterThan(0);
    expect(failed).toEqual([`${refusing.address} unreachable heard`]);
    connected?.socket.destroy();
  });

  it('[TAKE-5] goes on to the one that waits when the one before answered that it is not the right one', async () => {
    const [first, second] = [await openHub(), await openHub()];
    const turn = dialing([first, second]);
    const one = await turn.next();
    one?.socket.destroy();
    const next = await turn.next();
    expect(new Set([one?.address, next?.address])).toEqual(new Set([first, second]));
    next?.socket.destroy();
    expect(await turn.next()).toBeNull();
  });

  it('[TAKE-5] knows a computer that refuses from one of which nothing is heard', async () => {
    const { address, close } = await new Promise<{ address: string; close(): void }>((resolve) => {
      const server = createServer().listen(0, '127.0.0.1', () =>
        resolve({ address: `127.0.0.1:${(server.address() as AddressInfo).port}`, close: () => void server.close() }),
      );
    });
    close();
    const failed: string[] = [];
    expect(await dialing([address], failed).next()).toBeNull();
    expect(failed).toEqual([`${address} unreachable heard`]);
    const ending = new AbortController();
    const silent = await openWay(() => undefined);
    const dialed = dial(silent.address, { tls: caller.tls, admit: organisation.admit }, ending.signal);
    await expectSoon('asked for its proof', () => silent.asked() > 0);
    ending.abort();
    expect(await dialed).toMatchObject({ ok: false, problem: 'unreachable', heard: true });
  });
});
