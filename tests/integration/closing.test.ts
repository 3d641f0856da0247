import { afterAll, beforeAll, expect, test } from 'vitest';
import * as Y from 'yjs';
import { minutesSection } from '../../common/collab/minutes.ts';
import type { MeetingId } from '../../common/domain/ids.ts';
import { convenedMeeting, joined } from '../fixtures/convened-meeting.ts';
import { laptopRoom, until, type LaptopRoom, type TestLaptop } from '../fixtures/laptops.ts';
import { openWindowDocument } from '../fixtures/window-document.ts';

// A laptop is closed the moment after its person did something.
let room: LaptopRoom;
let secretary: TestLaptop;
let chair: TestLaptop;
let meeting: MeetingId;
let address: string;

beforeAll(async () => {
  room = laptopRoom();
  secretary = await room.addSecretary();
  chair = await room.addMember(secretary, 'Hà Văn Mẫu', 'Chủ tịch');
  const convened = await convenedMeeting(secretary, chair);
  ({ meeting, address } = convened);
  await joined(chair, meeting, address);
}, 60_000);
afterAll(() => room?.close());

const atSecretary = async (stream: 'acts' | 'doc/minutes') => {
  const author = await chair.member();
  return () => secretary.engine.store.entries.head(meeting, author, stream)?.seq ?? 0;
};

test('what was typed just before is signed, and with the others', async () => {
  const seq = await atSecretary('doc/minutes');
  const minutes = openWindowDocument(chair, `${meeting}/minutes`);
  await minutes.synced;
  minutesSection(minutes.doc, 'opening').insert(0, [new Y.XmlText('câu cuối')]);
  const { onlyHere } = (await chair.request('meetings.state', { meeting })).connection;
  expect(onlyHere.count).toBeGreaterThan(0);
  await chair.engine.close();
  await until(() => seq() === 1);
  await chair.restart();
}, 60_000);

test('so it is before its person leaves the meeting', async () => {
  const seq = await atSecretary('doc/minutes');
  const minutes = openWindowDocument(chair, `${meeting}/minutes`);
  await minutes.synced;
  const connected = async () => (await chair.request('meetings.state', { meeting })).connection.state === 'connected';
  await until(connected);
  minutesSection(minutes.doc, 'opening').insert(0, [new Y.XmlText('câu thêm')]);
  await chair.request('meetings.leave', { meeting });
  await until(() => seq() === 2);
  await chair.request('meetings.join', { meeting, address });
  await until(connected);
}, 60_000);

test('an act that was begun is done, and with the others', async () => {
  const seq = await atSecretary('acts');
  await until(async () => (await chair.request('meetings.state', { meeting })).connection.state === 'connected');
  const before = seq();
  const acting = chair.request('meetings.act', { meeting, kind: 'checked-in', body: { how: 'in-person' } }).then(
    () => 'done',
    (error: unknown) => String(error),
  );
  await chair.engine.close();
  expect(await acting).toBe('done');
  await until(() => seq() === before + 1);
}, 60_000);

test('what whoever carries the meeting typed just before is with the others as well', async () => {
  await chair.restart();
  await until(async () => (await chair.request('meetings.state', { meeting })).connection.state === 'connected');
  const author = await secretary.member();
  const minutes = openWindowDocument(secretary, `${meeting}/minutes`);
  await minutes.synced;
  minutesSection(minutes.doc, 'opening').insert(0, [new Y.XmlText('câu của thư ký')]);
  await secretary.engine.close();
  await until(() => chair.engine.store.entries.head(meeting, author, 'doc/minutes')?.seq === 1);
}, 60_000);
