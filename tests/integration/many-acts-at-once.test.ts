import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { MeetingId } from '../../common/domain/ids.ts';
import type * as Reducing from '../../common/domain/reduce-acts.ts';
import { act, convenedMeeting, joined, stateOf } from '../fixtures/convened-meeting.ts';
import { laptopRoom, until, type LaptopRoom, type TestLaptop } from '../fixtures/laptops.ts';
import { openWindowDocument } from '../fixtures/window-document.ts';

/** How often all acts of a meeting were read. */
let readings = 0;
vi.mock('../../common/domain/reduce-acts.ts', async (original) => {
  const { reduceActs, ...rest } = await original<typeof Reducing>();
  return {
    ...rest,
    reduceActs(...input: Parameters<typeof reduceActs>): ReturnType<typeof reduceActs> {
      readings += 1;
      return reduceActs(...input);
    },
  };
});

const ACTS = 200;
let room: LaptopRoom;
let secretary: TestLaptop;
let chair: TestLaptop;
let meeting: MeetingId;

beforeAll(async () => {
  room = laptopRoom();
  secretary = await room.addSecretary();
  chair = await room.addMember(secretary, 'Hà Văn Mẫu', 'Chủ tịch');
  ({ meeting } = await convenedMeeting(secretary, chair));
}, 120_000);

afterAll(() => room?.close());

test('acts that come together are not read all over again after each of them, with windows open', async () => {
  const { connection } = await secretary.request('meetings.state', { meeting });
  const address = connection.addresses[0]!;
  await joined(chair, meeting, address);
  const plan = openWindowDocument(chair, `${meeting}/plan`);
  await plan.synced;
  await chair.request('meetings.leave', { meeting });
  for (let at = 0; at < ACTS; at++)
    await act(secretary, meeting, 'speak-requested', { request: `r${at}`, item: null, queue: 'speech', note: '' });
  readings = 0;
  await chair.request('meetings.join', { meeting, address });
  await until(async () => (await stateOf(chair, meeting))?.queue.length === ACTS);
  expect(readings).toBeLessThan(ACTS / 4);
  plan.close();
}, 60_000);
