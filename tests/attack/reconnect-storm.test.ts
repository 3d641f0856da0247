import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createHubMeter } from '../../main/hub/hub-meter.ts';
import { createOrganisation } from '../fixtures/network/organisation.ts';
import { expectSoon, openTestRoom, type TestRoom } from '../fixtures/network/room.ts';
import { openTcpProxy, type TcpProxy } from '../fixtures/network/tcp-proxy.ts';
import { watchForCrashes } from './attacked-room.ts';

const LAPTOPS = 40;
const WAVES = 5;
const MEGABYTE = 1024 * 1024;

let room: TestRoom;
let proxy: TcpProxy;
const meter = createHubMeter();
const watch = watchForCrashes();

beforeAll(async () => {
  room = await openTestRoom(await createOrganisation('Sở Thử nghiệm'), { meter });
  proxy = await openTcpProxy(room.address);
}, 60_000);
afterAll(async () => {
  await room?.close();
  await proxy?.close();
  watch.stop();
});

/** Bytes that are still needed: of objects, and of buffers. */
function keptBytes(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

const openSockets = () => process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length;

test('[LINK-2] a whole room that is cut off and back at once, again and again, leaves nothing behind at the host', async () => {
  const { address } = proxy;
  const people = await Promise.all(Array.from({ length: LAPTOPS }, (_, n) => room.enrol(`Đại biểu thứ ${n + 1}`)));
  const laptops = people.map((person) => ({ person, ...room.join(person, { addresses: () => [address] }) }));
  for (const { link, person } of laptops) {
    for (const document of ['plan', 'minutes', `ink/${'a'.repeat(64)}/${person.member}`]) link.follow(document);
  }
  let entries = 0;

  /** As it is when nothing happens. */
  async function settled() {
    // What is quickly asked first: this is asked a hundred times a second.
    await expectSoon('all linked', () => meter.now().links.ready === LAPTOPS, 40_000);
    const state = () => ({
      ...meter.now(),
      online: room.hub.status(room.rules.id)?.online.length,
      linked: laptops.filter(({ link }) => link.state().state === 'connected').length,
      entries: [room.carried, ...laptops.map(({ meeting }) => meeting)].every((one) => one.entries() === entries),
      onlyHere: laptops.reduce((sum, { link }) => sum + link.onlyHere(), 0),
    });
    const expected = {
      connections: LAPTOPS,
      meetings: 1,
      links: { opening: 0, ready: LAPTOPS },
      documentSockets: 0,
      documentsFollowed: 3 * LAPTOPS,
      bufferedBytes: 0,
      online: LAPTOPS + 1,
      linked: LAPTOPS,
      entries: true,
      onlyHere: 0,
    };
    await expectSoon('all as it was', () => JSON.stringify(state()) === JSON.stringify(expected), 40_000).catch(() =>
      // Says what is not.
      expect(state()).toEqual(expected),
    );
  }

  async function wave(): Promise<void> {
    proxy.cut();
    // What somebody does while the line is down.
    await laptops[entries]?.meeting.act('speak-requested', { entries });
    entries++;
    for (const { link } of laptops) link.retry();
    await settled();
  }

  await settled();
  await wave();
  const [bytes, sockets] = [keptBytes(), openSockets()];
  const { accepted } = meter.connections;
  for (let n = 0; n < WAVES; n++) await wave();

  expect(meter.connections.accepted - accepted).toBeGreaterThanOrEqual(WAVES * LAPTOPS);
  await expectSoon('no connection is left over', () => openSockets() === sockets);
  // All laptops are in this process.
  await expectSoon('memory is as before', () => keptBytes() - bytes < 8 * MEGABYTE);
  const headsOf = ({ log }: typeof room.carried) =>
    JSON.stringify(log.heads().toSorted((a, b) => (a.author < b.author ? -1 : 1)));
  expect(new Set([room.carried, ...laptops.map(({ meeting }) => meeting)].map(headsOf)).size).toBe(1);
  expect(room.carried.refusals).toEqual([]);
});
