import { afterAll, beforeAll, expect, test } from 'vitest';
import { putPlanPerson } from '../../common/collab/plan.ts';
import type { Connection } from '../../common/contract/requests.ts';
import type { MeetingId } from '../../common/domain/ids.ts';
import { laptopRoom, until, type LaptopRoom, type TestLaptop } from '../fixtures/laptops.ts';
import { openTcpProxy, type TcpProxy } from '../fixtures/network/tcp-proxy.ts';
import { startRelay, type Relay } from '../fixtures/relay.ts';
import { openWindowDocument } from '../fixtures/window-document.ts';

// A host that stands still without closing anything: a frozen process, and a network that swallows.
let room: LaptopRoom;
let secretary: TestLaptop;
let member: TestLaptop;
let host: Relay;
let meeting: MeetingId;
const proxies: TcpProxy[] = [];

const connection = async (): Promise<Connection> => (await member.request('meetings.state', { meeting })).connection;
const linked = ({ role, state, carriedBy }: Connection) =>
  role === 'member' && state === 'connected' && carriedBy === secretary.name;

beforeAll(async () => {
  room = laptopRoom();
  secretary = await room.addSecretary();
  const chair = await room.addMember(secretary, 'Hà Văn Thử', 'Chủ tịch');
  member = await room.addMember(secretary, 'Quàng Thị Ví Dụ');
  ({ meeting } = await secretary.request('meetings.create', {
    title: 'Phiên họp thử',
    kind: 'Họp thường kỳ',
    start: '2026-11-22T08:00:00+07:00',
    place: 'Phòng họp số 4',
  }));
  const plan = openWindowDocument(secretary, `${meeting}/plan`);
  await plan.synced;
  for (const { member: id, name, position, me } of (await secretary.request('people.list', {})).members) {
    const role = me ? 'secretary' : name === chair.name ? 'chair' : 'member';
    putPlanPerson(plan.doc, { member: id, name, position, role, voting: true });
  }
  plan.close();
  await secretary.request('meetings.convene', { meeting });
  await until(async () => (await secretary.request('meetings.list', {}))[0]?.phase === 'convened');
  // The same laptop goes on in a process of its own, which can be frozen.
  await secretary.engine.close();
  host = await startRelay(secretary.dataDir);
  await until(() => host.output().includes(meeting));
}, 120_000);
afterAll(async () => {
  host.process.kill('SIGCONT');
  await host.stop();
  for (const proxy of proxies) await proxy.close();
  await room.close();
});

/** Joins through a proxy of its own and waits until everything is there. */
async function join(): Promise<TcpProxy> {
  const proxy = await openTcpProxy(host.address);
  proxies.push(proxy);
  await member.request('meetings.join', { address: proxy.address });
  await until(async () => linked(await connection()));
  return proxy;
}

const speak = (request: string) =>
  member.request('meetings.act', {
    meeting,
    kind: 'speak-requested',
    body: { request, item: null, queue: 'speech', note: '' },
  });

test('[LINK-3] [HELD-4] a frozen host is found, what is written meanwhile is only here, and arrives when it wakes', async () => {
  await join();
  await member.request('meetings.act', { meeting, kind: 'checked-in', body: { how: 'in-person' } });
  await until(async () => (await connection()).onlyHere.count === 0);
  host.process.kill('SIGSTOP');
  await speak('r1');
  // While the silence is not proof yet, nothing says that the change is saved.
  expect((await connection()).onlyHere.count).toBe(1);
  await until(async () => !linked(await connection()));
  const { onlyHere, savedOn } = await connection();
  expect(onlyHere.count).toBe(1);
  expect(savedOn === null || onlyHere.since !== null).toBe(true);
  host.process.kill('SIGCONT');
  await until(async () => (await connection()).onlyHere.count === 0, 60_000);
}, 120_000);

test('[LINK-3] a network that swallows everything is found in the same way', async () => {
  await until(async () => ['connected'].includes((await connection()).state), 60_000);
  await member.request('meetings.leave', { meeting });
  const proxy = await join();
  proxy.swallow(true);
  await until(async () => !linked(await connection()));
  proxy.swallow(false);
  await until(async () => (await connection()).state === 'connected', 60_000);
}, 120_000);
