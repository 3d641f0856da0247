import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { createHubMeter, type HubMeter } from '../../main/hub/hub-meter.ts';
import { createOrganisation, type TestOrganisation, type TestPerson } from '../fixtures/network/organisation.ts';
import { getAs } from '../fixtures/network/raw-client.ts';
import { expectSoon, openTestRoom, type TestRoom } from '../fixtures/network/room.ts';
import { watchForCrashes } from './attacked-room.ts';

// Somebody on the same network whom nobody has given a certificate, with more connections than the host has places.
const PLACES = 150;
/** Nobody's patience ends a handshake in here. */
const handshakeMilliseconds = 600_000;
/** As far as a socket of this computer can be another computer: Linux and Windows answer to all of 127/8. */
const ELSEWHERE = '127.0.0.2';
const NEAR = '127.0.0.1';

let organisation: TestOrganisation;
let people: TestPerson[];
let room: TestRoom;
let meter: HubMeter;
let crowd: { stop(): void } | undefined;
const watch = watchForCrashes();

beforeAll(async () => {
  organisation = await createOrganisation('Sở Thử nghiệm');
  people = await Promise.all(Array.from({ length: 30 }, (_, n) => organisation.enrol(`Đại biểu thứ ${n + 1}`)));
}, 60_000);
afterEach(async () => {
  crowd?.stop();
  await room.close();
});
afterAll(() => watch.stop());

async function openRoom(limits: { strangersPerSecond?: number; knownNetworksPerSecond?: number } = {}): Promise<void> {
  meter = createHubMeter();
  room = await openTestRoom(organisation, { meter, limits: { connections: PLACES, handshakeMilliseconds, ...limits } });
  for (const { member } of people) room.rules.people.add(member);
}

/** The first message of a handshake, complete, as a client of today sends it. */
async function recordHello(): Promise<Buffer> {
  const server = createServer();
  const heard = new Promise<Buffer>((resolve) =>
    server.once('connection', (socket) =>
      socket.once('data', (bytes) => {
        socket.destroy();
        resolve(bytes);
      }),
    ),
  );
  await new Promise<void>((resolve) => server.listen(0, NEAR, resolve));
  const client = connectTls({ host: NEAR, port: (server.address() as AddressInfo).port, rejectUnauthorized: false });
  client.on('error', () => undefined);
  const hello = await heard;
  client.destroy();
  server.close();
  return hello;
}

/** Connections that say that and no more, each of them opened anew whenever it is closed, if they are `stubborn`. */
function openCrowd(count: number, from: string, stubborn: boolean, hello?: Buffer) {
  const [host = '', port = ''] = room.address.split(':');
  const open = new Set<Socket>();
  let opened = 0;
  let answered = 0;
  let going = true;
  function add(): void {
    if (!going) return;
    const socket = connect({ host, port: Number(port), localAddress: from });
    open.add(socket);
    socket.on('connect', () => {
      opened++;
      if (hello) socket.write(hello);
    });
    socket.once('data', () => {
      answered++;
      socket.destroy();
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      open.delete(socket);
      if (stubborn) setTimeout(add, 200);
    });
  }
  for (let n = 0; n < count; n++) add();
  return {
    opened: () => opened,
    /** Handshakes that the host did. */
    answered: () => answered,
    open: () => open.size,
    stop() {
      going = false;
      for (const socket of open) socket.destroy();
    },
  };
}

/** Everybody comes at once, is linked, gets what somebody does, and may ask for papers. */
async function everybodyWorks(): Promise<void> {
  const laptops = people.map((person) => room.join(person));
  await expectSoon('all linked', () => laptops.every(({ link }) => link.state().state === 'connected'), 30_000);
  await laptops[0]?.meeting.act('checked-in', { how: 'in-person' });
  await expectSoon('all have it', () => laptops.every(({ meeting }) => meeting.entries() === 1), 30_000);
  const [person] = people;
  const answer = person && (await getAs(person, room.address, '/meetings'));
  expect(answer?.received.toString()).toMatch(/^HTTP\/1.1 200 /);
  for (const { link } of laptops) expect(link.state().state).toBe('connected');
}

test.skipIf(process.platform === 'darwin')(
  '[CONN-6] ever new idle connections of one machine keep nobody out who comes from elsewhere',
  async () => {
    await openRoom();
    const idle = (crowd = openCrowd(3 * PLACES, ELSEWHERE, true));
    await expectSoon('the crowd is at the door', () => idle.opened() > 3 * PLACES);
    await everybodyWorks();
    // It is still there, and of those that were given up none is left.
    expect(idle.opened()).toBeGreaterThan(3 * PLACES);
    expect(meter.connections.failed).toBeGreaterThan(2 * PLACES);
    // A flood of connections is no flood of lines.
    expect(room.log.filter(({ message }) => /handshake|no place/.test(message)).length).toBeLessThan(PLACES);
  },
);

test('[CONN-6] nor those who come from the same address', async () => {
  await openRoom();
  const idle = (crowd = openCrowd(3 * PLACES, NEAR, false));
  await expectSoon('as many as there are places', () => idle.opened() === 3 * PLACES && idle.open() <= PLACES);
  await everybodyWorks();
  expect(idle.open()).toBeLessThanOrEqual(PLACES - people.length);
});

test('[CONN-6] whose certificate is refused counts as a stranger; a place that is kept is never taken', async () => {
  await openRoom();
  const gone = await organisation.enrol('Đã Nghỉ Việc');
  await organisation.revoke(gone);
  const [first] = people;
  if (!first) throw new Error('nobody');
  const before = room.join(first);
  await expectSoon('linked', () => before.link.state().state === 'connected');
  const since = before.link.state().since;
  const [host = '', port = ''] = room.address.split(':');
  const sockets = Array.from({ length: PLACES + 20 }, () =>
    connectTls({ host, port: Number(port), ...gone.tls, checkServerIdentity: () => undefined }),
  );
  for (const socket of sockets) socket.on('error', () => undefined);
  await expectSoon('they have shown it', () => meter.connections.refused > PLACES - 20, 30_000);
  people = people.slice(1);
  await everybodyWorks();
  expect(before.link.state()).toMatchObject({ state: 'connected', since });
  for (const socket of sockets) socket.destroy();
});

test.skipIf(process.platform === 'darwin')(
  '[CONN-7] who asks for handshakes, ever again, gets only so many, and keeps nobody out who comes from elsewhere',
  async () => {
    const strangersPerSecond = 5;
    const since = performance.now();
    await openRoom({ strangersPerSecond });
    const asking = (crowd = openCrowd(3 * PLACES, ELSEWHERE, true, await recordHello()));
    await expectSoon('the crowd is at the door', () => asking.opened() > 3 * PLACES);
    await everybodyWorks();
    await expectSoon('it comes again', () => asking.opened() > 6 * PLACES, 30_000);
    expect(asking.answered()).toBeGreaterThan(0);
    const seconds = (performance.now() - since) / 1000;
    expect(asking.answered()).toBeLessThanOrEqual(strangersPerSecond * (1 + seconds));
  },
);

test('[CONN-7] who is admitted counts for none: a room behind one address comes in at once', async () => {
  await openRoom({ strangersPerSecond: 1, knownNetworksPerSecond: 1 });
  await everybodyWorks();
  expect(meter.connections.failed).toBe(0);
});

test('[CONN-7] nobody chooses a key exchange that costs more than those of the laptops', async () => {
  await openRoom();
  const [person] = people;
  const [host = '', port = ''] = room.address.split(':');
  const outcomeOf = (ecdhCurve: string) =>
    new Promise<string>((resolve) => {
      const socket = connectTls({
        host,
        port: Number(port),
        ...person?.tls,
        checkServerIdentity: () => undefined,
        ecdhCurve,
      });
      socket.once('secureConnect', () => resolve('connected'));
      socket.on('error', ({ message }) => resolve(message));
      socket.on('close', () => resolve('closed'));
    });
  expect(await outcomeOf('X25519')).toBe('connected');
  expect(await outcomeOf('secp521r1')).toMatch(/handshake failure/);
});

test('a host that closes waits for no stranger', async () => {
  await openRoom();
  const idle = (crowd = openCrowd(5, NEAR, false));
  await expectSoon('they are there', () => idle.opened() === 5);
  await room.hub.close();
  await expectSoon('cut off', () => idle.open() === 0);
});
