import { afterAll, beforeAll, expect, test } from 'vitest';
import { MAX_EPOCH, MAX_STEP_OF_NEWCOMER } from '../../common/wire/carrier.ts';
import { encodeControl, LINK_PROTOCOL } from '../../common/wire/link.ts';
import { until, type TestLaptop } from '../fixtures/laptops.ts';
import { getAs, openRawSocket, talkTls } from '../fixtures/network/raw-client.ts';
import { attackedRoom, watchForCrashes, type AttackedRoom } from './attacked-room.ts';
import { hostilePerson, type HostilePerson } from './hostile-person.ts';

// A member who makes up epochs, so that nobody could take the meeting over after that.
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
