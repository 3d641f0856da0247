import { createServer } from 'node:net';
import { once } from 'node:events';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { MeetingId } from '../../common/domain/ids.ts';
import { act, convenedMeeting, joined, stateOf } from '../fixtures/convened-meeting.ts';
import { failStatements } from '../fixtures/failing-sqlite.ts';
import { AUTHORITY_PASSWORD, laptopRoom, PIN, until, type LaptopRoom, type TestLaptop } from '../fixtures/laptops.ts';

// SQLite fails for a moment, as on a disk with trouble. What goes on between laptops goes on afterwards, without a restart.
let room: LaptopRoom;
let secretary: TestLaptop;
let chair: TestLaptop;
let meeting: MeetingId;

const connection = async (laptop: TestLaptop) => (await laptop.request('meetings.state', { meeting })).connection;

beforeAll(async () => {
  room = laptopRoom();
  secretary = await room.addSecretary();
  chair = await room.addMember(secretary, 'Hà Văn Mẫu', 'Chủ tịch');
  const convened = await convenedMeeting(secretary, chair);
  meeting = convened.meeting;
  await joined(chair, meeting, convened.address);
  await until(async () => (await connection(secretary)).online.length === 2);
}, 120_000);

afterAll(() => room?.close());

test('[TAKE-6] who carries the meeting goes on telling those who are not with it', async () => {
  let dialled = 0;
  const elsewhere = createServer((socket) => {
    dialled++;
    socket.on('error', () => undefined).destroy();
  }).listen(0, '127.0.0.1');
  await once(elsewhere, 'listening');
  const { port } = elsewhere.address() as { port: number };
  const { meetings } = secretary.engine.store;
  meetings.put({ ...meetings.get(meeting)!, addresses: [`127.0.0.1:${port}`] });
  await until(() => dialled > 0);
  const works = failStatements(secretary, /\bmeetings\b/);
  // Longer than from one round to the next.
  await new Promise((resolve) => setTimeout(resolve, 2600));
  works();
  const before = dialled;
  await until(() => dialled > before);
  elsewhere.close();
}, 60_000);

test('[TAKE-4] [LINK-1] whose disk can not be read when the host goes and comes finds the meeting again', async () => {
  const works = failStatements(chair, /\b(meetings|settings|entries|streams)\b/);
  await secretary.restart();
  await new Promise((resolve) => setTimeout(resolve, 1500));
  works();
  await until(async () => {
    const all = await Promise.all([secretary, chair].map(connection));
    return all.some(({ role }) => role === 'host') && all.every(({ online }) => online.length === 2);
  });
  await act(chair, meeting, 'checked-in', { how: 'in-person' });
  await until(async () => (await stateOf(secretary, meeting))?.quorum.present === 1);
  expect((await connection(chair)).problem).toBeNull();
}, 60_000);

test('a person who was let in by half is let in again, and is one person', async () => {
  const newcomer = await room.add('Lý Văn Mẫu');
  const invitation = await secretary.request('people.invite', { name: 'Lý Văn Mẫu', position: 'Ủy viên' });
  const { addresses } = await secretary.request('people.list', {});
  const via = { kind: 'code', code: invitation.code, address: addresses[0] };
  await newcomer.request('enrolment.begin', { via, name: 'Lý Văn Mẫu', pin: PIN });
  const { request } = await until(async () => (await secretary.request('people.list', {})).requests[0]);
  const approve = () =>
    secretary.request('people.approve', { request, authorityPassword: AUTHORITY_PASSWORD }).then(() => 'done');
  // The person and the certificate are written, that the request is dealt with isn't: so does a crash in between leave it.
  const works = failStatements(secretary, /^INSERT INTO invitations/);
  await expect(approve()).rejects.toMatchObject({ code: 'store-unwritable' });
  works();
  await approve();
  await until(async () => (await newcomer.request('app.status', {})).stage === 'ready');
  const { members } = await secretary.request('people.list', {});
  expect(members.filter(({ name }) => name === 'Lý Văn Mẫu').map(({ member }) => member)).toEqual([
    await newcomer.member(),
  ]);
}, 60_000);
