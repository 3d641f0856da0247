import { afterAll, beforeAll, expect, test } from 'vitest';
import { readPlanMeta, setPlanMeta } from '../../common/collab/plan.ts';
import type { MeetingId } from '../../common/domain/ids.ts';
import { convenedMeeting, joined, stateOf } from '../fixtures/convened-meeting.ts';
import { laptopRoom, until, type LaptopRoom, type TestLaptop } from '../fixtures/laptops.ts';
import { openWindowDocument } from '../fixtures/window-document.ts';

let room: LaptopRoom;
let secretary: TestLaptop;
let chair: TestLaptop;
let meeting: MeetingId;

beforeAll(async () => {
  room = laptopRoom();
  secretary = await room.addSecretary();
  chair = await room.addMember(secretary, 'Hà Văn Mẫu', 'Chủ tịch');
  const convened = await convenedMeeting(secretary, chair);
  meeting = convened.meeting;
  await joined(chair, meeting, convened.address);
}, 60_000);

afterAll(() => room?.close());

const listed = async (laptop: TestLaptop) =>
  (await laptop.request('meetings.list', {})).find((one) => one.meeting === meeting);
test('[CON-5] a meeting that is put off reaches the others when the summons is updated, and only then', async () => {
  const plan = openWindowDocument(secretary, `${meeting}/plan`);
  await plan.synced;
  setPlanMeta(plan.doc, { start: '2026-11-23T14:00:00+07:00', place: 'Hội trường' });
  const other = openWindowDocument(chair, `${meeting}/plan`);
  await until(() => other.doc.getMap('meta').get('place') === 'Hội trường');
  expect(await listed(chair)).toMatchObject({ start: '2026-11-23T08:00:00+07:00', place: 'Phòng họp số 1' });
  await secretary.request('meetings.convene', { meeting });
  await until(async () => (await listed(chair))?.start === '2026-11-23T14:00:00+07:00');
  expect(await listed(chair)).toMatchObject({ place: 'Hội trường' });
  expect(await stateOf(chair, meeting)).toMatchObject({ place: 'Hội trường', ignored: [] });
  plan.close();
  other.close();
});

test('[CON-5] a meeting is not put off to a year that cannot be one, and nobody is summoned to it', async () => {
  const plan = openWindowDocument(secretary, `${meeting}/plan`);
  await plan.synced;
  const before = await stateOf(secretary, meeting);
  const other = openWindowDocument(secretary, `${meeting}/plan`);
  setPlanMeta(plan.doc, { start: '0027-01-15T08:00:00+07:00' });
  await until(() => readPlanMeta(other.doc)?.start.startsWith('0027') === true);
  await expect(secretary.request('meetings.convene', { meeting })).rejects.toMatchObject({ code: 'impossible-start' });
  expect(await stateOf(secretary, meeting)).toEqual(before);
  plan.close();
  other.close();
});
