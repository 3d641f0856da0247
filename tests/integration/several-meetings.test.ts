import { afterAll, beforeAll, expect, test } from 'vitest';
import { act, convenedMeeting } from '../fixtures/convened-meeting.ts';
import { laptopRoom, type LaptopRoom, type TestLaptop } from '../fixtures/laptops.ts';

let room: LaptopRoom;
let secretary: TestLaptop;
let chair: TestLaptop;

beforeAll(async () => {
  room = laptopRoom();
  secretary = await room.addSecretary();
  chair = await room.addMember(secretary, 'Hà Văn Mẫu', 'Chủ tịch');
}, 120_000);

afterAll(() => room?.close());

test('who types the address of a laptop that carries several meetings sees them all, and gets into that of today', async () => {
  const day = 24 * 60 * 60 * 1000;
  const past = await convenedMeeting(secretary, chair, { start: new Date(Date.now() - 7 * day).toISOString() });
  await act(secretary, past.meeting, 'meeting-opened', {});
  await act(secretary, past.meeting, 'meeting-closed', {});
  const coming = await convenedMeeting(secretary, chair, { start: new Date(Date.now() + 7 * day).toISOString() });
  const today = await convenedMeeting(secretary, chair, { start: new Date().toISOString() });

  const offered = await chair.request('meetings.look', { address: today.address });
  expect(offered[0]?.meeting).toBe(today.meeting);
  expect(new Set(offered.map(({ meeting }) => meeting))).toEqual(
    new Set([past.meeting, coming.meeting, today.meeting]),
  );
  expect(await chair.request('meetings.join', { address: today.address })).toEqual({ meeting: today.meeting });
  const asked = { address: today.address, meeting: past.meeting };
  expect(await chair.request('meetings.join', asked)).toEqual({ meeting: past.meeting });
  const again = await chair.request('meetings.look', { address: today.address });
  expect(again.filter(({ joined }) => joined).map(({ meeting }) => meeting)).toHaveLength(2);
}, 60_000);
