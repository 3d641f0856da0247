import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Connection } from '../../common/contract/requests.ts';
import type { MeetingId } from '../../common/domain/ids.ts';
import { preparedMeeting } from '../fixtures/convened-meeting.ts';
import { laptopRoom, until, type LaptopRoom, type TestLaptop } from '../fixtures/laptops.ts';
import { createHubMeter } from '../../main/hub/hub-meter.ts';
import { StoreError } from '../../main/store/store-error.ts';
import { startRelay, type Relay } from '../fixtures/relay.ts';
import { openWindowDocument } from '../fixtures/window-document.ts';

/** What laptops say of who has their changes, from acknowledgements on real sockets and disks. */
let room: LaptopRoom;
let office: TestLaptop;
let chair: TestLaptop;
let member: TestLaptop;
let meeting: MeetingId;
let host: Relay | undefined;
const meter = createHubMeter();

const connection = async (laptop: TestLaptop): Promise<Connection> =>
  (await laptop.request('meetings.state', { meeting })).connection;
const checkIn = (laptop: TestLaptop) =>
  laptop.request('meetings.act', { meeting, kind: 'checked-in', body: { how: 'in-person' } });
const ask = (laptop: TestLaptop, request: string) =>
  laptop.request('meetings.act', {
    meeting,
    kind: 'speak-requested',
    body: { request, item: null, queue: 'speech', note: '' },
  });

beforeAll(async () => {
  room = laptopRoom();
  office = await room.addSecretary();
  chair = await room.addMember(office, 'Hà Văn Thử', 'Chủ tịch', { meter });
  member = await room.addMember(office, 'Quàng Thị Ví Dụ', 'Ủy viên', { meter });
  meeting = await preparedMeeting(office, chair);
}, 60_000);
afterAll(async () => {
  host?.process.kill('SIGCONT');
  await host?.stop();
  await room.close();
});

test('[HELD-4] before anybody has joined, everything is only here, since it was written', async () => {
  await office.request('meetings.convene', { meeting });
  const [address] = (await office.request('meetings.carry', { meeting })).addresses;
  const { onlyHere, savedOn, hasOwn } = await connection(office);
  expect(onlyHere.count).toBeGreaterThan(0);
  expect(Date.now() - new Date(onlyHere.since ?? 0).getTime()).toBeLessThan(60_000);
  expect({ savedOn, hasOwn }).toEqual({ savedOn: null, hasOwn: true });
  await until(async () => (await office.request('meetings.list', {}))[0]?.onlyHereSince === onlyHere.since);

  await chair.request('meetings.join', { address });
  await until(async () => (await connection(office)).savedOn === 2);
  expect((await connection(office)).onlyHere).toEqual({ count: 0, since: null });
  await member.request('meetings.join', { address });
  await until(async () => (await connection(office)).savedOn === 3);
  expect((await office.request('meetings.list', {}))[0]?.onlyHereSince).toBeNull();
});

test('[HELD-1] every laptop learns how many have its changes', async () => {
  for (const laptop of [chair, member]) await checkIn(laptop);
  for (const laptop of [office, chair, member]) {
    await until(async () => {
      const { savedOn, onlyHere } = await connection(laptop);
      return savedOn === 3 && onlyHere.count === 0;
    });
  }
  const { addresses, lastReceived } = await connection(member);
  expect(addresses).toHaveLength(1);
  expect(lastReceived).not.toBeNull();
  expect((await connection(office)).lastReceived).not.toBeNull();
});

test('[LOG-10] what the disk of the host has not taken is only here, also to who connects anew', async () => {
  const { entries } = office.engine.store;
  const { appendSoon, onDisk } = entries;
  const failing = () => Promise.reject(new StoreError('store-unwritable', 'the disk of this test'));
  // It can be read there, as after a flush that failed.
  entries.appendSoon = (some) => {
    void appendSoon(some);
    return failing();
  };
  entries.onDisk = failing;
  const author = await member.member();
  const known = entries.head(meeting, author, 'acts')?.seq ?? 0;
  await ask(member, 'r0');
  await until(() => entries.head(meeting, author, 'acts')?.seq === known + 1);
  await member.restart();
  await until(async () => (await connection(member)).state === 'connected');
  expect((await connection(member)).onlyHere.count).toBe(1);
  entries.appendSoon = appendSoon;
  entries.onDisk = onDisk;
  await until(async () => {
    const { onlyHere, savedOn } = await connection(member);
    return onlyHere.count === 0 && savedOn === 3;
  });
}, 60_000);

test('[HELD-2] a laptop that has left has what it had, not what came after', async () => {
  await chair.engine.close();
  await until(async () => (await connection(office)).online.length === 2);
  expect((await connection(member)).savedOn).toBe(3);
  await ask(member, 'r1');
  await until(async () => (await connection(member)).savedOn === 2);
  await chair.restart();
  await until(async () => (await connection(member)).savedOn === 3);
});

test('[HELD-3] [WATCH-2] another laptop takes over: what was saved stays saved, and the takeover is counted', async () => {
  expect(meter.takeovers).toBe(0);
  await office.engine.close();
  await until(async () => [await connection(chair), await connection(member)].some(({ role }) => role === 'host'));
  expect(meter.takeovers).toBeGreaterThanOrEqual(1);
  await until(async () => (await connection(member)).online.length === 2);
  expect((await connection(member)).savedOn).toBe(3);
  await ask(member, 'r5');
  await until(async () => (await connection(member)).savedOn === 2);
  await office.restart();
  await until(async () => (await connection(member)).savedOn === 3);
}, 60_000);

test('[HELD-4] without any other laptop: only here since the first change, also after a restart, until it is back', async () => {
  // Whoever is still there would carry it, and have the changes.
  await Promise.all([office.engine.close(), chair.engine.close()]);
  await until(async () => (await connection(member)).state === 'waiting');
  // What was saved stays saved.
  expect(await connection(member)).toMatchObject({ savedOn: 3, onlyHere: { count: 0, since: null } });
  const before = new Date().toISOString();
  await ask(member, 'r2');
  const { since } = (await connection(member)).onlyHere;
  await ask(member, 'r3');
  expect((await connection(member)).onlyHere).toEqual({ count: 2, since });
  expect((since ?? '') >= before && (since ?? '') <= new Date().toISOString()).toBe(true);
  await until(async () => (await member.request('meetings.list', {}))[0]?.onlyHereSince === since);
  await member.restart();
  expect((await connection(member)).onlyHere).toEqual({ count: 2, since });
  await Promise.all([office.restart(), chair.restart()]);
  await until(async () => {
    const { onlyHere, savedOn } = await connection(member);
    return onlyHere.count === 0 && savedOn === 3;
  }, 60_000);
}, 120_000);

test('[HELD-4] changes of a document count from the moment they are made, signed or not', async () => {
  await Promise.all([office.engine.close(), chair.engine.close()]);
  const id = await member.member();
  const ink = openWindowDocument(member, `${meeting}/ink/${'a'.repeat(64)}/${id}`);
  await ink.synced;
  ink.doc.getMap('strokes').set('one', new Uint8Array(4));
  await until(async () => (await connection(member)).onlyHere.count > 0);
  expect((await connection(member)).onlyHere.since).not.toBeNull();
  ink.close();
});

test('[LINK-3] [HELD-4] a frozen host is found, what is written meanwhile is only here, and arrives when it wakes', async () => {
  // The secretary's laptop goes on in a process of its own, which can be frozen.
  host = await startRelay(office.dataDir);
  await until(() => host?.output().includes(meeting));
  await member.request('meetings.join', { address: host.address });
  const linked = ({ role, state, carriedBy }: Connection) =>
    role === 'member' && state === 'connected' && carriedBy === office.name;
  await until(async () => linked(await connection(member)));
  await until(async () => (await connection(member)).onlyHere.count === 0);
  host.process.kill('SIGSTOP');
  await ask(member, 'r4');
  // While the silence is not proof yet, nothing says that the change is saved.
  expect((await connection(member)).onlyHere.count).toBe(1);
  await until(async () => !linked(await connection(member)));
  expect((await connection(member)).onlyHere.count).toBe(1);
  host.process.kill('SIGCONT');
  await until(async () => (await connection(member)).onlyHere.count === 0, 60_000);
}, 120_000);
