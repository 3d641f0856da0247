import { createServer } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { putPlanPerson, readPlanPeople } from '../../common/collab/plan.ts';
import type { MeetingId } from '../../common/domain/ids.ts';
import { joined, preparedMeeting } from '../fixtures/convened-meeting.ts';
import { StoreError } from '../../main/store/store-error.ts';
import { portSchema } from '../../main/wiring/network.ts';
import { laptopRoom, until, type LaptopRoom, type TestLaptop } from '../fixtures/laptops.ts';
import { openWindowDocument } from '../fixtures/window-document.ts';

// A guest's laptop, which takes no meeting over, loses its host: only what it tries itself brings it back.
let room: LaptopRoom;
let secretary: TestLaptop;
let guest: TestLaptop;
let meeting: MeetingId;
let port: number;

const connection = async (laptop: TestLaptop) => (await laptop.request('meetings.state', { meeting })).connection;
const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

beforeAll(async () => {
  room = laptopRoom();
  secretary = await room.addSecretary();
  guest = await room.addMember(secretary, 'Khách Mời Mẫu');
  const chair = await room.addMember(secretary, 'Hà Văn Mẫu', 'Chủ tịch');
  meeting = await preparedMeeting(secretary, chair);
  const plan = openWindowDocument(secretary, `${meeting}/plan`);
  await plan.synced;
  const id = await guest.member();
  const person = readPlanPeople(plan.doc).find(({ member }) => member === id);
  if (!person) throw new Error('nobody is in the plan');
  putPlanPerson(plan.doc, { ...person, role: 'guest', voting: false });
  plan.close();
  await secretary.request('meetings.convene', { meeting });
  const [address = ''] = (await secretary.request('meetings.carry', { meeting })).addresses;
  port = Number(address.split(':')[1]);
  await joined(guest, meeting, address);
  await until(async () => (await connection(guest)).state === 'connected');
}, 120_000);

afterAll(() => room?.close());

test('[TAKE-5] a laptop that wakes tries the host of before at once, whatever failed just before it slept', async () => {
  let tries = 0;
  let tried = (): void => undefined;
  const nobody = createServer((socket) => {
    tries++;
    socket.destroy();
    tried();
  });
  async function wakeAgainAndAgain(): Promise<void> {
    await until(() => tries > 0);
    // By itself it tries the same laptop once a second at most.
    const WAKES = 12;
    const from = performance.now();
    for (let wake = 0; wake < WAKES; wake++) {
      // What was tried has failed meanwhile, and is remembered.
      await pause(50);
      const next = new Promise<void>((resolve) => (tried = resolve));
      guest.engine.wake();
      await next;
    }
    expect(performance.now() - from).toBeLessThan((WAKES * 1000) / 2);
    expect((await connection(guest)).role).toBe('member');
    nobody.close();
  }
  await secretary.restart(wakeAgainAndAgain, () => nobody.listen(port, '127.0.0.1'));
  // And then the host itself is there.
  await until(async () => (await connection(guest)).state === 'connected');
}, 60_000);

test('a laptop that wakes while it is connected, or carries a meeting, goes on as it was', async () => {
  const [address = ''] = (await secretary.request('meetings.carry', { meeting })).addresses;
  await guest.request('meetings.join', { address, meeting });
  await until(async () => (await connection(guest)).state === 'connected');
  const before = await connection(guest);
  for (let wake = 0; wake < 5; wake++) {
    for (const laptop of [secretary, guest]) laptop.engine.wake();
    await pause(20);
  }
  expect(await connection(guest)).toMatchObject({ state: 'connected', since: before.since });
  expect((await connection(secretary)).role).toBe('host');
}, 60_000);

test('a laptop whose disk does not take at which port it listens is of the meeting all the same', async () => {
  const taken = createServer();
  const own = guest.engine.store.settings.get('port', portSchema);
  await guest.restart(
    () => {
      const { settings } = guest.engine.store;
      const { set } = settings;
      settings.set = (key, value) => {
        if (key === 'port') throw new StoreError('disk-full', 'the disk of this test');
        set(key, value);
      };
      return Promise.resolve();
    },
    () => taken.listen(own, '127.0.0.1'),
  );
  await until(async () => (await connection(guest)).state === 'connected').finally(() => taken.close());
}, 60_000);

test('a host that is killed again while it looks around after a start carries on after the next one', async () => {
  await guest.engine.close();
  await secretary.restart();
  const noted = new Set<boolean | undefined>();
  await until(async () => {
    noted.add(secretary.engine.store.meetings.get(meeting)?.carrying);
    return (await connection(secretary)).role === 'host';
  });
  expect([...noted]).toEqual([true]);
}, 60_000);
