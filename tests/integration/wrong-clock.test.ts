import { afterAll, beforeAll, expect, test } from 'vitest';
import type { MeetingId } from '../../common/domain/ids.ts';
import { act, convenedMeeting, ITEM, joined, stateOf } from '../fixtures/convened-meeting.ts';
import { laptopRoom, until, type LaptopRoom, type TestLaptop } from '../fixtures/laptops.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

let room: LaptopRoom;
let secretary: TestLaptop;
let chair: TestLaptop;
let slow: TestLaptop;
let fast: TestLaptop;
let meeting: MeetingId;
let address: string;
/** How far the clocks are off, milliseconds. */
const off = { secretary: 0, chair: 0, slow: -DAY, fast: DAY };
const clock = (whose: keyof typeof off) => ({ now: () => new Date(Date.now() + off[whose]) });
const all = () => [secretary, chair, slow, fast];

beforeAll(async () => {
  room = laptopRoom();
  secretary = await room.addSecretary(undefined, clock('secretary'));
  chair = await room.addMember(secretary, 'Hà Văn Mẫu', 'Chủ tịch', clock('chair'));
  slow = await room.addMember(secretary, 'Quàng Thị Chậm', 'Ủy viên', clock('slow'));
  fast = await room.addMember(secretary, 'Lường Văn Nhanh', 'Ủy viên', clock('fast'));
  ({ meeting, address } = await convenedMeeting(secretary, chair));
}, 120_000);
afterAll(() => room?.close());

const ask = (laptop: TestLaptop, request: string) =>
  act(laptop, meeting, 'speak-requested', { request, item: null, queue: 'speech', note: '' });
const queue = async (laptop: TestLaptop) => (await stateOf(laptop, meeting))?.queue.map(({ request }) => request);

/** A vote from its opening to its result, the same for everybody. */
async function vote(motion: string): Promise<void> {
  const { rules } = await chair.request('meetings.state', { meeting });
  const text = 'Thông qua báo cáo';
  await act(chair, meeting, 'motion-opened', { motion, item: null, text, secret: false, rule: rules.vote });
  for (const laptop of all()) {
    await until(async () => (await stateOf(laptop, meeting))?.motions.some((one) => one.motion === motion));
    await act(laptop, meeting, 'ballot', { motion, choice: 'approve' });
  }
  const found = async (laptop: TestLaptop) =>
    (await stateOf(laptop, meeting))?.motions.find((one) => one.motion === motion);
  await until(async () => (await found(chair))?.tally.voted === 4);
  await act(chair, meeting, 'motion-closed', { motion, ballots: [] });
  for (const laptop of all()) {
    await until(async () => (await found(laptop))?.closedAt);
    expect((await found(laptop))?.tally).toMatchObject({ approve: 4, passed: true });
    expect((await stateOf(laptop, meeting))?.ignored).toEqual([]);
  }
}

test('[ORD-2] [ORD-3] newcomers a day behind and a day ahead are taken in, join, vote and are heard like everybody', async () => {
  for (const laptop of [chair, slow, fast]) await joined(laptop, meeting, address);
  for (const laptop of all()) await act(laptop, meeting, 'checked-in', { how: 'in-person' });
  await until(async () => (await stateOf(chair, meeting))?.quorum.present === 4);
  await act(chair, meeting, 'meeting-opened', {});
  await act(chair, meeting, 'item-opened', { item: ITEM, ordinal: 1, title: 'Báo cáo' });
  for (const laptop of all()) await until(async () => (await stateOf(laptop, meeting))?.currentItem === ITEM);
  await vote('m1');
  await ask(slow, 'r1');
  await ask(fast, 'r2');
  for (const laptop of all()) await until(async () => (await queue(laptop))?.sort().join() === 'r1,r2');

  // By the clock of each, the speech has just begun.
  const speaker = await fast.member();
  await act(chair, meeting, 'floor-given', { member: speaker, request: 'r2', limitSeconds: 300 });
  for (const [whose, laptop] of Object.entries({ secretary, chair, slow, fast })) {
    const { ownClock } = await until(async () => {
      const view = await laptop.request('meetings.state', { meeting });
      return view.state?.floor && view;
    });
    const spoken =
      clock(whose as keyof typeof off)
        .now()
        .getTime() - Date.parse(ownClock.floor ?? '');
    expect([whose, spoken >= 0 && spoken < HOUR]).toEqual([whose, true]);
  }
  await act(chair, meeting, 'floor-ended', { member: speaker });
}, 60_000);

test('[ORD-2] clocks that are set in the middle of a meeting, forwards and back, change nothing that was said', async () => {
  off.chair = DAY;
  off.fast = -DAY;
  await vote('m2');
  off.chair = -DAY;
  off.secretary = -2 * HOUR;
  off.slow = 0;
  await vote('m3');
  await ask(slow, 'r3');
  for (const laptop of all()) {
    await until(async () => (await queue(laptop))?.includes('r3'));
    const times = (await stateOf(laptop, meeting))?.motions
      .map(({ openedAt, closedAt }) => [openedAt, closedAt])
      .flat();
    // Whatever the clocks say, what answers comes after what it answers.
    expect(times).toEqual([...(times ?? [])].sort());
  }
}, 60_000);

test('a clock that is off by more than a year: a person reads that it is the clock', async () => {
  await slow.request('meetings.leave', { meeting });
  off.slow = -400 * DAY;
  await expect(slow.request('meetings.join', { address, meeting })).rejects.toMatchObject({
    code: 'own-clock-behind',
  });
  off.slow = 0;
  await joined(slow, meeting, address);
}, 60_000);

test('[ORD-2] whose clock is five minutes behind answers what others did, whoever has the smaller id', async () => {
  Object.assign(off, { secretary: 0, chair: 0 });
  for (const behind of ['secretary', 'chair'] as const) {
    const [late, right] = behind === 'chair' ? [chair, secretary] : [secretary, chair];
    ({ meeting, address } = await convenedMeeting(secretary, chair));
    await joined(chair, meeting, address);
    off[behind] = -5 * MINUTE;
    const member = await late.member();
    const attendance = async (laptop: TestLaptop) => (await stateOf(laptop, meeting))?.attendance[member]?.status;
    await act(right, meeting, 'attendance-recorded', { member, status: 'absent', reason: '' });
    await until(async () => (await attendance(late)) === 'absent');
    await act(late, meeting, 'checked-in', { how: 'in-person' });
    await until(async () => (await attendance(right)) === 'in-person');
    expect(await attendance(late)).toBe('in-person');

    await act(right, meeting, 'meeting-opened', {});
    await until(async () => (await stateOf(late, meeting))?.phase === 'open');
    await act(late, meeting, 'item-opened', { item: ITEM, ordinal: 1, title: 'Báo cáo' });
    await act(late, meeting, 'meeting-closed', {});
    await until(async () => (await stateOf(right, meeting))?.phase === 'closed');
    for (const laptop of [late, right]) expect((await stateOf(laptop, meeting))?.ignored).toEqual([]);
    off[behind] = 0;
  }
}, 60_000);
