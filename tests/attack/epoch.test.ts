import { afterAll, beforeAll, expect, test } from 'vitest';
import { MAX_EPOCH, MAX_STEP_OF_NEWCOMER } from '../../common/wire/carrier.ts';
import { encodeControl, LINK_PROTOCOL } from '../../common/wire/link.ts';
import { until, type TestLaptop } from '../fixtures/laptops.ts';
import { getAs, openRawSocket, talkTls } from '../fixtures/network/raw-client.ts';
import { attackedRoom, watchForCrashes, type AttackedRoom } from './attacked-room.ts';
import { falseCarrier } from './false-carrier.ts';
import { handLink, hostilePerson, type HostilePerson } from './hostile-person.ts';

// A member who makes up epochs: so that nobody could take the meeting over after that, or so that nobody carries it.
let at: AttackedRoom;
let mallory: HostilePerson;
const watch = watchForCrashes();

beforeAll(async () => {
  at = await attackedRoom();
  mallory = await hostilePerson(at.hostile, at.meeting);
  await at.hostile.engine.close();
}, 120_000);

afterAll(async () => {
  await at?.close();
  watch.stop();
});

const connection = async (laptop: TestLaptop) =>
  (await laptop.request('meetings.state', { meeting: at.meeting })).connection;

/** Number of the epoch that the carrying laptop tells everybody of. */
async function epochNow(address: string): Promise<number> {
  const { received } = await getAs(mallory, address, `/carrier/${at.meeting}`);
  return Number(/"n":(\d+)/.exec(received.toString('latin1'))?.[1]);
}

/** Says on a link of its own that it has seen that epoch. */
async function sayHello(n: number): Promise<void> {
  const raw = await openRawSocket(mallory, `wss://${at.address}/link/${at.meeting}`);
  const epoch = { n, member: mallory.member, device: 'made-up-device' };
  const hello = { type: 'hello', protocol: LINK_PROTOCOL, device: 'made-up-device', heads: [], epoch } as const;
  raw.socket.send(encodeControl(hello), { binary: false });
  await until(() => raw.messages.length > 0);
  raw.socket.terminate();
  await raw.closed;
}

/** Says that it carries the meeting with that epoch, where nobody listens. */
async function sayItCarries(n: number): Promise<string> {
  const path = `/carrier/${at.meeting}/${n}/made-up-device/9`;
  const request = `PUT ${path} HTTP/1.1\r\nhost: test\r\ncontent-length: 0\r\nconnection: close\r\n\r\n`;
  return (await talkTls(at.address, mallory.tls, request)).received.toString('latin1');
}

test('[TAKE-1] the highest of all epochs, said by a member, leaves room for those who take the meeting over', async () => {
  for (let times = 0; times < 20; times++) await sayHello(MAX_EPOCH);
  expect(await sayItCarries(MAX_EPOCH)).toContain('HTTP/1.1 200');
  expect(await sayItCarries(MAX_EPOCH + 2)).toContain('HTTP/1.1 400');
  const lied = await epochNow(at.address);
  expect(lied).toBeLessThan(23 * (MAX_STEP_OF_NEWCOMER + 1));

  // By hand, one after the other: the others come along each time, and the one before joins.
  for (const [next, others] of [
    [at.chair, [at.secretary, at.honest]],
    [at.honest, [at.secretary, at.chair]],
    [at.secretary, [at.chair, at.honest]],
  ] as const) {
    const { addresses } = await next.request('meetings.carry', { meeting: at.meeting });
    for (const other of others) {
      await until(async () => {
        const { state, carriedBy } = await connection(other);
        return state === 'connected' && carriedBy === next.name;
      });
    }
    expect(await epochNow(addresses[0] ?? '')).toBeGreaterThan(lied);
  }
});

/** Where the others listen, as any member is told. */
async function everybody(): Promise<readonly string[]> {
  const { addresses } = await at.secretary.request('meetings.carry', { meeting: at.meeting });
  const address = addresses[0] ?? '';
  const link = await handLink(mallory, address, at.meeting);
  const others = await until(() => {
    const told = link.control().findLast((one) => one.type === 'laptops');
    return told?.type === 'laptops' && told.laptops.length >= 2 && told.laptops;
  });
  link.socket.terminate();
  return [address, ...others.map((one) => one.address)];
}

/** Milliseconds for which all have to be together while the false claims go on. */
const UNDISTURBED = 5000;

test('[TAKE-12] who says again and again to carry the meeting and serves nobody does not keep the others apart', async () => {
  const addresses = await everybody();
  const liar = await falseCarrier(mallory, at.meeting);
  const claims = setInterval(() => void Promise.all(addresses.map((address) => liar.claim(address))), 300);
  try {
    let apart = performance.now();
    await until(async () => {
      const all = await Promise.all([at.secretary, at.chair, at.honest].map(connection));
      const host = all.find(({ role }) => role === 'host');
      const joined = all.filter(({ role, state }) => role === 'member' && state === 'connected');
      if (!host || joined.length !== 2) apart = performance.now();
      return liar.visits() >= 3 && performance.now() - apart > UNDISTURBED;
    }, 60_000);
  } finally {
    clearInterval(claims);
    liar.close();
  }
});
