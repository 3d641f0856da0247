import { afterAll, beforeAll, expect, test } from 'vitest';
import { BODY_PRESETS } from '../../common/domain/body-rules.ts';
import type { MeetingId } from '../../common/domain/ids.ts';
import { act, convenedMeeting, joined, stateOf } from '../fixtures/convened-meeting.ts';
import { laptopRoom, until, type LaptopRoom, type TestLaptop } from '../fixtures/laptops.ts';

// The secretary's laptop is cut off in the middle of a meeting, and both sides go on.
let room: LaptopRoom;
let secretary: TestLaptop;
let chair: TestLaptop;
let member: TestLaptop;
let meeting: MeetingId;

beforeAll(async () => {
  room = laptopRoom();
  secretary = await room.addSecretary();
  chair = await room.addMember(secretary, 'Hà Văn Mẫu', 'Chủ tịch');
  member = await room.addMember(secretary, 'Cầm Thị Mẫu');
  const convened = await convenedMeeting(secretary, chair);
  meeting = convened.meeting;
  for (const laptop of [chair, member]) await joined(laptop, meeting, convened.address);
  for (const laptop of [secretary, chair, member]) await act(laptop, meeting, 'checked-in', { how: 'in-person' });
  await act(chair, meeting, 'meeting-opened', {});
  for (const laptop of [secretary, member]) await until(async () => (await stateOf(laptop, meeting))?.phase === 'open');
}, 120_000);

afterAll(() => room?.close());

const openVote = (laptop: TestLaptop, motion: string) =>
  act(laptop, meeting, 'motion-opened', {
    motion,
    item: null,
    text: `Thông qua ${motion}`,
    secret: false,
    rule: BODY_PRESETS['peoples-committee'].vote,
  });

async function holdVote(by: TestLaptop, voters: readonly TestLaptop[], motion: string): Promise<void> {
  await openVote(by, motion);
  for (const laptop of voters) {
    await until(async () => (await stateOf(laptop, meeting))?.motions.some((one) => one.motion === motion));
    await act(laptop, meeting, 'ballot', { motion, choice: 'approve' });
  }
  await until(async () => {
    const held = (await stateOf(by, meeting))?.motions.find((one) => one.motion === motion);
    return held && Object.keys(held.ballots).length === voters.length;
  });
  await act(by, meeting, 'motion-closed', { motion, ballots: [] });
}

const resultsOf = async (laptop: TestLaptop) =>
  ((await stateOf(laptop, meeting))?.motions ?? [])
    .map(({ motion, closedAt, tally }) => `${motion} ${closedAt === null ? 'open' : tally.approve}`)
    .sort();

test('[MTG-4] [VOTE-10] votes of both sides and the closing of one are kept by all when they meet again', async () => {
  await secretary.request('meetings.stopCarrying', { meeting });
  await secretary.request('meetings.leave', { meeting });
  await until(async () => (await chair.request('meetings.state', { meeting })).connection.online.length === 2);

  // Alone it opens a vote that nobody hears of, holds another one, and closes the meeting.
  await holdVote(secretary, [secretary], 'alone');
  await openVote(secretary, 'never');
  await expect(act(secretary, meeting, 'meeting-closed', {})).rejects.toMatchObject({ code: 'act.wrong-phase' });
  await act(secretary, meeting, 'motion-closed', { motion: 'never', ballots: [] });
  await act(secretary, meeting, 'meeting-closed', {});

  await holdVote(chair, [chair, member], 'together');
  await openVote(chair, 'running');
  await expect(openVote(chair, 'second')).rejects.toMatchObject({ code: 'act.wrong-phase' });
  const before = (await stateOf(chair, meeting))!.motions.find(({ motion }) => motion === 'together');

  const host = [chair, member].map((laptop) => laptop.request('meetings.state', { meeting }));
  const { addresses } = (await Promise.all(host)).find(({ connection }) => connection.role === 'host')!.connection;
  await secretary.request('meetings.join', { meeting, address: addresses[0]! });

  const all = [secretary, chair, member];
  const inStep = () =>
    until(async () => {
      const [first, ...others] = await Promise.all(all.map((laptop) => stateOf(laptop, meeting)));
      const same = others.every((one) => JSON.stringify(one) === JSON.stringify(first));
      return same && first!.motions.length >= 3 && first;
    });
  const state = await inStep();
  expect(state.phase).toBe('closed');
  expect(state.motions.find(({ motion }) => motion === 'together')).toEqual(before);
  // What was still running has no result; it is closed by nobody any more.
  for (const laptop of all) expect(await resultsOf(laptop)).toEqual(['alone 1', 'never 0', 'together 2']);
  expect(state.ignored.map(({ reason }) => reason)).toEqual(['wrong-phase']);
  await expect(act(chair, meeting, 'motion-closed', { motion: 'running', ballots: [] })).rejects.toMatchObject({
    code: expect.stringMatching(/^act\./),
  });
  await expect(openVote(chair, 'late')).rejects.toMatchObject({ code: 'act.wrong-phase' });
}, 60_000);
