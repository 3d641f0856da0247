import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { MeetingId, Sha256 } from '../../common/domain/ids.ts';
import { paperPath } from '../../common/wire/link.ts';
import { hostilePerson } from '../attack/hostile-person.ts';
import { ITEM, preparedMeeting, signMinutes } from '../fixtures/convened-meeting.ts';
import { laptopRoom, until, type LaptopRoom, type TestLaptop } from '../fixtures/laptops.ts';
import { getAs } from '../fixtures/network/raw-client.ts';
import { makePdf, printWithPlaces } from '../fixtures/pdfs.ts';

// The chair's laptop carries; the secretary, who prepares and freezes the minutes, has joined like everybody else.
let room: LaptopRoom;
let secretary: TestLaptop;
let chair: TestLaptop;
let member: TestLaptop;
let meeting: MeetingId;
let address: string;

const act = (laptop: TestLaptop, kind: string, body: object) => laptop.request('meetings.act', { meeting, kind, body });
const state = async (laptop: TestLaptop) => (await laptop.request('meetings.state', { meeting })).state;
const connectionOf = async (laptop: TestLaptop) => (await laptop.request('meetings.state', { meeting })).connection;
const papersOf = (laptop: TestLaptop) => laptop.request('papers.status', { meeting });
const hasAll = async (laptop: TestLaptop, count: number) => {
  const papers = await papersOf(laptop);
  return papers.length === count && papers.every((paper) => paper.state === 'here');
};

/** Adds a PDF of that many bytes at least: what stands behind the last line of a PDF doesn't matter. */
async function addPaper(laptop: TestLaptop, name: string, bytes: number): Promise<Sha256> {
  const path = join(laptop.dataDir, name);
  await writeFile(path, Buffer.concat([Buffer.from(await makePdf(2)), Buffer.from('\n%'), hexLine(bytes)]));
  const [added] = await laptop.request('papers.add', { meeting, item: ITEM, paths: [path] });
  expect(added).toMatchObject({ result: 'added' });
  return added?.paper as Sha256;
}

const hexLine = (bytes: number) => Buffer.from(`${randomBytes(bytes / 2).toString('hex')}\n%%EOF\n`);

beforeAll(async () => {
  room = laptopRoom({ print: printWithPlaces });
  secretary = await room.addSecretary();
  chair = await room.addMember(secretary, 'Hà Văn Mẫu', 'Chủ tịch');
  member = await room.addMember(secretary, 'Cầm Thị Mẫu');
  meeting = await preparedMeeting(secretary, chair);
  await secretary.request('meetings.convene', { meeting });
}, 120_000);

afterAll(() => room?.close());

test('a host leaves and the next one gets what only the former host had', async () => {
  const first = await secretary.request('meetings.carry', { meeting });
  await chair.request('meetings.join', { address: first.addresses[0], meeting });
  await until(async () => (await state(chair))?.roster.length === 3);
  await secretary.request('meetings.stopCarrying', { meeting });
  // Added while nobody carried: the chair hears of it only as the host.
  await addPaper(secretary, 'Tờ trình.pdf', 3_000_000);

  const carried = await chair.request('meetings.carry', { meeting });
  address = carried.addresses[0] ?? '';
  await member.request('meetings.join', { address, meeting });
  await secretary.request('meetings.join', { address, meeting });
  for (const laptop of [chair, member]) await until(() => hasAll(laptop, 1));
}, 60_000);

test('a paper that the secretary adds as a member reaches the host and from there everybody', async () => {
  await addPaper(secretary, 'Báo cáo.pdf', 2_500_000);
  for (const laptop of [chair, member]) await until(() => hasAll(laptop, 2));
  for (const laptop of [secretary, chair, member])
    await until(async () => (await papersOf(laptop)).every((paper) => paper.receivedBy.length === 3));
}, 60_000);

test('papers wait on a metered network until the person wants them all the same', async () => {
  await member.request('settings.set', { metered: 'yes' });
  await addPaper(secretary, 'Phụ lục.pdf', 1_500_000);
  await until(() => hasAll(chair, 3));
  const third = async () => (await papersOf(member)).find(({ state }) => state !== 'here');
  await until(async () => (await third())?.state === 'paused');
  expect(await third()).toMatchObject({ state: 'paused', pause: 'metered', have: 0 });
  await member.request('papers.pause', { meeting, paused: false });
  await until(() => hasAll(member, 3));

  await member.request('papers.pause', { meeting, paused: true });
  await member.request('settings.set', { metered: 'no' });
  await addPaper(secretary, 'Dự toán.pdf', 20_000);
  await until(() => hasAll(chair, 4));
  await until(async () => (await third())?.pause === 'asked');
  await member.request('papers.pause', { meeting, paused: false });
  await until(() => hasAll(member, 4));
}, 60_000);

test('[PAPER-12] who has to pay brings the host nothing that another has as well, and all that nobody else has', async () => {
  // The chair's laptop lacks a paper that both others have, and carries the meeting.
  await chair.request('papers.pause', { meeting, paused: true });
  const [at = ''] = (await secretary.request('meetings.carry', { meeting })).addresses;
  await until(async () => (await connectionOf(chair)).carriedBy === (await connectionOf(secretary)).carriedBy);
  const paper = await addPaper(secretary, 'Phương án.pdf', 40_000);
  await until(() => hasAll(member, 5));
  const { tls } = await hostilePerson(member, meeting);
  const asked = async () =>
    (await getAs({ tls }, at, paperPath(meeting, paper))).received.toString('latin1').split('\r\n')[0];
  for (const laptop of [secretary, member]) await laptop.request('settings.set', { metered: 'yes' });
  expect(await connectionOf(secretary)).toMatchObject({ role: 'host', metered: true });
  // Whoever carries the meeting hands out all the same.
  expect(await asked()).toContain('200');
  await chair.request('meetings.carry', { meeting });
  await until(async () => {
    const { role, online } = await connectionOf(chair);
    return role === 'host' && online.length === 3;
  });
  expect(await asked()).toContain('404');
  // What nobody else has comes all the same, though it stands behind the other in the agenda.
  await addPaper(secretary, 'Bổ sung.pdf', 50_000);
  const here = async () => (await papersOf(chair)).filter(({ state: now }) => now === 'here').length;
  await until(async () => (await here()) === 5);
  const lacking = (await papersOf(chair)).filter(({ state: now }) => now !== 'here').map(({ title }) => title);
  expect(lacking).toEqual(['Phương án']);
  await member.request('papers.pause', { meeting, paused: false });
  await until(() => hasAll(member, 6));
  // “Fetch anyway” was about what comes, not about what others get.
  expect((await papersOf(chair)).filter(({ state: now }) => now !== 'here')).toHaveLength(1);
  await member.request('settings.set', { metered: 'no' });
  await until(() => hasAll(chair, 6));
  await secretary.request('settings.set', { metered: 'no' });
}, 60_000);

test('the minutes frozen by the secretary as a member reach the chair and, sealed, everybody', async () => {
  for (const laptop of [secretary, chair, member]) await act(laptop, 'checked-in', { how: 'in-person' });
  await until(async () => (await state(chair))?.quorum.present === 3);
  await act(chair, 'meeting-opened', {});
  await act(chair, 'item-opened', { item: ITEM, ordinal: 1, title: 'Báo cáo' });
  await act(chair, 'meeting-closed', {});
  await until(async () => (await state(secretary))?.phase === 'closed');
  await secretary.request('minutes.freeze', { meeting });
  await until(async () => (await state(chair))?.minutes.stage === 'frozen');
  for (const laptop of [chair, member]) await until(() => hasAll(laptop, 7));
  // The member's laptop will be the one that lacks the signed minutes.
  await member.request('papers.pause', { meeting, paused: true });
  await signMinutes(chair, meeting);
  for (const laptop of [secretary, chair, member])
    await until(async () => (await state(laptop))?.minutes.stage === 'sealed');
  for (const laptop of [secretary, chair]) await until(() => hasAll(laptop, 7));
}, 60_000);

test('[PAPER-9] what is missing still comes when the host is gone: the signed minutes, from the secretary', async () => {
  const lacking = async () => (await papersOf(member)).find(({ state: now }) => now !== 'here');
  const secretaryId = await secretary.member();
  await until(async () => (await lacking())?.receivedBy.includes(secretaryId));
  expect(await lacking()).toMatchObject({ state: 'paused', have: 0 });
  await chair.close();
  await member.request('papers.pause', { meeting, paused: false });
  await until(() => hasAll(member, 7));
  const path = join(member.dataDir, 'bien-ban.pdf');
  await member.request('minutes.save', { meeting, path });
  expect((await member.request('verify.file', { path })).verdict).toMatchObject({ outcome: 'valid', problems: [] });
}, 60_000);
