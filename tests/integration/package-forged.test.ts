import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { MeetingId } from '../../common/domain/ids.ts';
import { act, convenedMeeting, joined, signMinutes, stateOf } from '../fixtures/convened-meeting.ts';
import { alteredPackage, withoutActs } from '../fixtures/altered-package.ts';
import { laptopRoom, until, type LaptopRoom, type TestLaptop } from '../fixtures/laptops.ts';
import { printWithPlaces } from '../fixtures/pdfs.ts';
import type { PackageContents } from '../../main/documents/write-package.ts';

// Packages that somebody put together anew: every signature in them is right, and they are not what the meeting was.
let room: LaptopRoom;
let secretary: TestLaptop;
let chair: TestLaptop;
let member: TestLaptop;
let voted: string;
let other: string;

/** Held with everybody, until its minutes are sealed. */
async function packageOfMeeting(name: string, course: (meeting: MeetingId) => Promise<void>): Promise<string> {
  const { meeting, address } = await convenedMeeting(secretary, chair);
  const everybody = [secretary, chair, member];
  for (const laptop of [chair, member]) await joined(laptop, meeting, address);
  for (const laptop of everybody) await act(laptop, meeting, 'checked-in', { how: 'in-person' });
  await until(async () => (await stateOf(chair, meeting))?.quorum.present === 3);
  await act(chair, meeting, 'meeting-opened', {});
  await course(meeting);
  await act(chair, meeting, 'meeting-closed', {});
  await until(async () => (await stateOf(secretary, meeting))?.phase === 'closed');
  await secretary.request('minutes.freeze', { meeting });
  const stage = async (laptop: TestLaptop) => (await stateOf(laptop, meeting))?.minutes.stage;
  await until(async () => (await stage(chair)) === 'frozen');
  await until(async () => (await chair.request('papers.status', { meeting })).every(({ state }) => state === 'here'));
  await signMinutes(chair, meeting);
  await until(async () => (await stage(secretary)) === 'sealed');
  const path = join(secretary.dataDir, name);
  await secretary.request('package.save', { meeting, path });
  await secretary.request('meetings.stopCarrying', { meeting });
  return path;
}

beforeAll(async () => {
  room = laptopRoom({ print: printWithPlaces });
  secretary = await room.addSecretary();
  chair = await room.addMember(secretary, 'Hà Văn Mẫu', 'Chủ tịch');
  member = await room.addMember(secretary, 'Cầm Thị Mẫu');
  other = await packageOfMeeting('khác.phien', () => Promise.resolve());
  voted = await packageOfMeeting('gói.phien', async (meeting) => {
    const { rules } = await chair.request('meetings.state', { meeting: meeting });
    const motion = { motion: 'm1', item: null, text: 'Thông qua', secret: false, rule: rules.vote };
    await act(chair, meeting, 'motion-opened', motion);
    for (const laptop of [secretary, chair, member]) {
      await until(async () => (await stateOf(laptop, meeting))?.motions[0]);
      const choice = laptop === chair ? 'reject' : 'approve';
      await act(laptop, meeting, 'ballot', { motion: 'm1', choice });
    }
    await until(async () => (await stateOf(chair, meeting))?.motions[0]?.tally.voted === 3);
    await act(chair, meeting, 'motion-closed', { motion: 'm1', ballots: [] });
  });
}, 120_000);

afterAll(() => room?.close());

let forgeries = 0;
async function verified(change: Parameters<typeof alteredPackage>[2]) {
  const path = join(secretary.dataDir, `giả-${++forgeries}.phien`);
  await alteredPackage(voted, path, change);
  const { verdict } = await secretary.request('verify.file', { path });
  return { path, outcome: verdict.outcome, problems: verdict.problems };
}

test('[PACK-3] put together anew and unchanged it is valid', async () => {
  expect(await verified(() => ({}))).toMatchObject({ outcome: 'valid', problems: [] });
});

test("[PACK-3] with another meeting's minutes in it, however well signed, it is not valid", async () => {
  let theirs: Uint8Array | undefined;
  await alteredPackage(other, join(secretary.dataDir, 'minutes.phien'), ({ minutes }: PackageContents) => {
    theirs = minutes;
    return {};
  });
  expect(theirs).toBeDefined();
  expect(await verified(() => ({ minutes: theirs }))).toMatchObject({
    outcome: 'invalid',
    problems: ['package-minutes-other'],
  });
});

test('[PACK-3] a seal without minutes, and minutes without a seal, are told', async () => {
  expect(await verified(() => ({ minutes: undefined }))).toMatchObject({
    outcome: 'unknown',
    problems: ['package-minutes-missing'],
  });
  const unsealed = await verified((contents) => withoutActs(contents, ({ kind }) => kind === 'minutes-sealed'));
  expect(unsealed).toMatchObject({ outcome: 'unknown', problems: ['package-minutes-not-sealed'] });
});

test('[PACK-3] [VOTE-7] a ballot that was counted and is not in it is told, and so is what its result lacks', async () => {
  const author = await member.member();
  const without = await verified((contents) =>
    withoutActs(contents, (payload) => payload.kind === 'ballot' && payload.author === author),
  );
  expect(without).toMatchObject({ outcome: 'unknown', problems: ['package-ballots-missing'] });

  const stranger = await room.add('Người Lạ');
  const { meeting } = await stranger.request('package.open', { path: without.path });
  const [motion] = (await stateOf(stranger, meeting))?.motions ?? [];
  expect(motion).toMatchObject({ missing: 1, tally: { voted: 2 } });
});
