import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { act, convenedMeeting, joined, signMinutes, stateOf } from '../fixtures/convened-meeting.ts';
import { laptopRoom, until, type TestLaptop } from '../fixtures/laptops.ts';
import { printWithPlaces } from '../fixtures/pdfs.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

const room = laptopRoom({ print: printWithPlaces });
afterAll(() => room.close());

test('[MIN-2] minutes are sealed though the clock of the chair is half an hour ahead; who verifies them reads so', async () => {
  let off = 0;
  const secretary = await room.addSecretary();
  const chair = await room.addMember(secretary, 'Hà Văn Mẫu', 'Chủ tịch', { now: () => new Date(Date.now() + off) });
  const { meeting, address } = await convenedMeeting(secretary, chair);
  const minutes = async (laptop: TestLaptop) => (await stateOf(laptop, meeting))?.minutes.stage;
  await joined(chair, meeting, address);
  await act(chair, meeting, 'meeting-opened', {});
  await act(chair, meeting, 'meeting-closed', {});
  await until(async () => (await stateOf(secretary, meeting))?.phase === 'closed');
  await secretary.request('minutes.freeze', { meeting });
  await until(async () => (await minutes(chair)) === 'frozen');
  await until(async () => (await chair.request('papers.status', { meeting })).every(({ state }) => state === 'here'));

  // Acts follow the others' clock, but what the signature claims would hold for nobody. [CERT-7]
  off = -400 * DAY;
  await expect(signMinutes(chair, meeting)).rejects.toMatchObject({ code: 'own-clock-behind' });
  off = 30 * MINUTE;
  await signMinutes(chair, meeting);
  for (const laptop of [secretary, chair]) await until(async () => (await minutes(laptop)) === 'sealed');

  const path = join(secretary.dataDir, 'bien-ban.pdf');
  await secretary.request('minutes.save', { meeting, path });
  const { verdict } = await secretary.request('verify.file', { path });
  expect(verdict.outcome).toBe('unknown');
  expect(verdict.signers.map(({ problems }) => problems)).toEqual([[], ['signing-time-in-future']]);
}, 60_000);
