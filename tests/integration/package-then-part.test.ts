import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { MeetingId } from '../../common/domain/ids.ts';
import { openDatabase } from '../../main/store/database.ts';
import { sealedAct } from '../../main/store/store.fixtures.ts';
import { act, convenedMeeting, joined, stateOf } from '../fixtures/convened-meeting.ts';
import { laptopRoom, nextEvent, until, type TestLaptop } from '../fixtures/laptops.ts';

// The package of a meeting is opened on the laptop of somebody who then takes part in it.
const room = laptopRoom();
afterAll(() => room.close());

const secretary = await room.addSecretary();
const chair = await room.addMember(secretary, 'Hà Văn Mẫu', 'Chủ tịch');

const forksOf = (meeting: MeetingId) => room.laptops.flatMap(({ engine }) => engine.store.forks.list(meeting));
const summary = async (laptop: TestLaptop, meeting: MeetingId) =>
  (await laptop.request('meetings.list', {})).find((one) => one.meeting === meeting);
const attendance = async (laptop: TestLaptop, meeting: MeetingId, of: TestLaptop) =>
  (await stateOf(laptop, meeting))?.attendance[await of.member()]?.status;

async function savedPackage(laptop: TestLaptop, meeting: MeetingId): Promise<string> {
  const path = join(laptop.dataDir, 'giấy tờ.phien');
  await laptop.request('package.save', { meeting, path });
  return path;
}

test('[PACK-1] who has looked into a package joins the meeting and checks in; windows open their documents anew', async () => {
  const member = await room.addMember(secretary, 'Cầm Thị Mẫu');
  const { meeting, address } = await convenedMeeting(secretary, chair);
  await member.request('package.open', { path: await savedPackage(secretary, meeting) });
  await expect(act(member, meeting, 'checked-in', { how: 'in-person' })).rejects.toMatchObject({
    code: 'read-only-meeting',
  });
  let gone = 0;
  const window = member.engine.openDocument(
    `${meeting}/plan`,
    () => undefined,
    () => {
      gone++;
      window.close();
    },
  );

  await joined(member, meeting, address);
  expect(gone).toBe(1);
  await act(member, meeting, 'checked-in', { how: 'in-person' });
  await until(async () => (await attendance(secretary, meeting, member)) === 'in-person');
  expect(await summary(member, meeting)).toMatchObject({ readOnly: false });

  await member.restart();
  await until(async () => (await summary(member, meeting))?.link === 'connected');
  await secretary.request('meetings.stopCarrying', { meeting });
});

test('[PACK-1] who belongs to it carries it; who does not, or has it from another organisation, cannot', async () => {
  const { meeting } = await convenedMeeting(secretary, chair);
  const path = await savedPackage(secretary, meeting);
  await secretary.request('meetings.stopCarrying', { meeting });
  await chair.request('package.open', { path });
  const outside = await room.addMember(secretary, 'Lường Văn Ngoài');
  const stranger = await room.addSecretary('Người Lạ Mẫu');
  for (const laptop of [outside, stranger]) {
    await laptop.request('package.open', { path });
    await expect(laptop.request('meetings.carry', { meeting })).rejects.toMatchObject({ code: 'read-only-meeting' });
    expect(await summary(laptop, meeting)).toMatchObject({ readOnly: true });
  }

  const { addresses } = await chair.request('meetings.carry', { meeting });
  await act(chair, meeting, 'checked-in', { how: 'in-person' });
  await secretary.request('meetings.join', { address: addresses[0], meeting });
  await until(async () => (await attendance(secretary, meeting, chair)) === 'in-person');
  expect(forksOf(meeting)).toEqual([]);
  await chair.request('meetings.stopCarrying', { meeting });
});

test('[PACK-1] what came under another authority goes, so that it stands in the way of nothing', async () => {
  const member = await room.addMember(secretary, 'Quàng Thị Ví Dụ');
  const { meeting, address } = await convenedMeeting(secretary, chair);
  const author = await secretary.member();
  const { store } = member.engine;
  store.entries.append([sealedAct(1, null, { meeting, author })]);
  store.meetings.put({
    id: meeting,
    convener: author,
    nonce: null,
    summary: { title: 'Gói của người khác', kind: '', start: '', place: '', phase: 'open' },
    readOnly: true,
    carrying: false,
    addresses: [],
    createdAt: '2026-11-23T01:00:00.000Z',
  });

  await joined(member, meeting, address);
  expect(store.entries.hashAt(meeting, author, 'acts', 1)).toBe(
    secretary.engine.store.entries.hashAt(meeting, author, 'acts', 1),
  );
  await act(member, meeting, 'checked-in', { how: 'in-person' });
  await until(async () => (await attendance(secretary, meeting, member)) === 'in-person');
  expect(forksOf(meeting)).toEqual([]);
  await secretary.request('meetings.stopCarrying', { meeting });
});

test('[PACK-2] own entries in it may be old ones: nothing is signed before another laptop was heard', async () => {
  const member = await room.addMember(secretary, 'Lò Văn Cũ');
  const { meeting, address } = await convenedMeeting(secretary, chair);
  await joined(member, meeting, address);
  await act(member, meeting, 'checked-in', { how: 'in-person' });
  await until(async () => (await attendance(secretary, meeting, member)) === 'in-person');
  const path = await savedPackage(secretary, meeting);
  await act(member, meeting, 'checked-in', { how: 'remote' });
  await until(async () => (await attendance(secretary, meeting, member)) === 'remote');
  await secretary.request('meetings.stopCarrying', { meeting });

  await member.restart(undefined, () => forgetMeetings(member));
  await member.request('package.open', { path });
  const told = nextEvent(member, 'storage.changed', () => true);
  const { addresses } = await member.request('meetings.carry', { meeting });
  const ask = () => act(member, meeting, 'speak-requested', { request: 'r1', item: null, queue: 'speech', note: '' });
  await expect(ask()).rejects.toMatchObject({ code: 'own-log-in-doubt' });
  expect(await told).toMatchObject({ inDoubt: [meeting] });

  await secretary.request('meetings.join', { address: addresses[0], meeting });
  await until(async () => (await member.request('storage.status', {})).inDoubt.length === 0);
  expect(await attendance(member, meeting, member)).toBe('remote');
  await ask();
  await until(async () => (await stateOf(secretary, meeting))?.queue.length === 1);
  expect(forksOf(meeting)).toEqual([]);
});

function forgetMeetings({ dataDir }: TestLaptop): void {
  const db = openDatabase(join(dataDir, 'phien.db'));
  for (const table of ['snapshots', 'entries', 'streams', 'meetings', 'acknowledged']) db.exec(`DELETE FROM ${table}`);
  db.close();
  rmSync(join(dataDir, 'journal'), { recursive: true });
}
