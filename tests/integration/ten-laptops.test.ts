import { afterAll, beforeAll, expect, test } from 'vitest';
import type { MeetingId, MemberId } from '../../common/domain/ids.ts';
import { ITEM, preparedMeeting } from '../fixtures/convened-meeting.ts';
import { laptopRoom, until, type LaptopRoom, type TestLaptop } from '../fixtures/laptops.ts';
import { openWindowDocument } from '../fixtures/window-document.ts';
import { makePdf } from '../fixtures/pdfs.ts';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

// Ten engines without windows: one organisation, one meeting, everything over real sockets.
let room: LaptopRoom;
let secretary: TestLaptop;
let chair: TestLaptop;
const members: TestLaptop[] = [];
let meeting: MeetingId;

const all = (): TestLaptop[] => [secretary, chair, ...members];
const state = async (laptop: TestLaptop) => (await laptop.request('meetings.state', { meeting })).state;
const act = (laptop: TestLaptop, kind: string, body: object) => laptop.request('meetings.act', { meeting, kind, body });

beforeAll(async () => {
  room = laptopRoom();
  secretary = await room.addSecretary();
  chair = await room.addMember(secretary, 'Hà Văn Mẫu', 'Chủ tịch');
  for (let index = 1; index <= 8; index++) members.push(await room.addMember(secretary, `Thành viên Mẫu ${index}`));
}, 180_000);

afterAll(() => room?.close());

test('the secretary prepares, convenes and carries; all join and see the same', async () => {
  meeting = await preparedMeeting(secretary, chair);
  await until(async () => (await secretary.request('meetings.state', { meeting })).summary.title !== '');

  const pdf = join(secretary.dataDir, 'Báo cáo.pdf');
  await writeFile(pdf, await makePdf(3));
  const broken = join(secretary.dataDir, 'Hỏng.pdf');
  await writeFile(broken, 'không phải PDF');
  const added = await secretary.request('papers.add', { meeting, item: ITEM, paths: [broken, pdf] });
  expect(added.map(({ name, result, reason }) => ({ name, result, reason }))).toEqual([
    { name: 'Hỏng.pdf', result: 'refused', reason: 'not-a-pdf' },
    { name: 'Báo cáo.pdf', result: 'added', reason: null },
  ]);

  await secretary.request('meetings.convene', { meeting });
  const { addresses } = await secretary.request('meetings.carry', { meeting });
  for (const laptop of [chair, ...members]) await laptop.request('meetings.join', { address: addresses[0], meeting });
  for (const laptop of all()) await until(async () => (await state(laptop))?.roster.length === 10);
}, 60_000);

test('papers arrive everywhere and everyone says so by a signed receipt', async () => {
  await until(async () => {
    const [paper] = await secretary.request('papers.status', { meeting });
    return paper?.receivedBy.length === 10;
  });
}, 60_000);

test('check-in, quorum, items, speaking, a vote: the same result on all ten', async () => {
  for (const laptop of all()) await act(laptop, 'checked-in', { how: 'in-person' });
  await until(async () => (await state(chair))?.quorum.present === 10);
  await act(chair, 'meeting-opened', {});
  await act(chair, 'item-opened', { item: ITEM, ordinal: 1, title: 'Báo cáo' });
  for (const laptop of all()) await until(async () => (await state(laptop))?.currentItem === ITEM);

  await act(members[0]!, 'speak-requested', { request: 'r1', item: ITEM, queue: 'speech', note: '' });
  await until(async () => (await state(chair))?.queue.length === 1);
  await act(chair, 'floor-given', { member: await members[0]!.member(), request: 'r1', limitSeconds: 60 });
  await until(async () => (await state(members[0]!))?.floor !== null);
  await act(members[0]!, 'floor-ended', { member: await members[0]!.member() });

  const { rules } = await chair.request('meetings.state', { meeting });
  await act(chair, 'motion-opened', {
    motion: 'm1',
    item: ITEM,
    text: 'Thông qua báo cáo',
    secret: false,
    rule: rules.vote,
  });
  for (const laptop of all()) await until(async () => (await state(laptop))?.motions.length === 1);
  await Promise.all(
    all().map((laptop, index) => act(laptop, 'ballot', { motion: 'm1', choice: index < 6 ? 'approve' : 'reject' })),
  );
  await until(async () => (await state(chair))?.motions[0]?.tally.voted === 10);
  await act(chair, 'motion-closed', { motion: 'm1', ballots: [] });
  for (const laptop of all()) await until(async () => (await state(laptop))?.motions[0]?.closedAt);
  const results = await Promise.all(all().map(async (laptop) => (await state(laptop))?.motions[0]?.tally));
  for (const result of results) expect(result).toEqual(results[0]);
  expect(results[0]).toMatchObject({ approve: 6, base: 10, needed: 6, passed: true });
  await expect(
    act(members[1]!, 'motion-opened', { motion: 'm2', item: null, text: 'x', secret: false, rule: rules.vote }),
  ).rejects.toMatchObject({ code: 'act.not-allowed' });
}, 60_000);

test('[ATT-6] [VOTE-6] who votes and leaves before the vote is closed has voted, and is here no more', async () => {
  const leaver = members[6]!;
  const member = await leaver.member();
  const { rules } = await chair.request('meetings.state', { meeting });
  await act(chair, 'motion-opened', { motion: 'm3', item: null, text: 'Việc khác', secret: false, rule: rules.vote });
  await until(async () => (await state(leaver))?.motions.length === 2);
  await act(leaver, 'ballot', { motion: 'm3', choice: 'approve' });
  await until(async () => (await state(secretary))?.motions[1]?.tally.voted === 1);
  await act(secretary, 'left-early', { member, at: new Date().toISOString() });
  await until(async () => (await state(chair))?.quorum.present === 9);
  await act(chair, 'motion-closed', { motion: 'm3', ballots: [] });
  for (const laptop of all()) await until(async () => (await state(laptop))?.motions[1]?.closedAt);
  const results = await Promise.all(all().map(async (laptop) => (await state(laptop))?.motions[1]));
  for (const result of results) expect(result).toEqual(results[0]);
  expect(results[0]).toMatchObject({ ballots: { [member]: { choice: 'approve' } }, tally: { voted: 1, base: 10 } });
  expect((await state(leaver))?.openingQuorum).toMatchObject({ present: 10, met: true, reached: null });
}, 60_000);

test('a laptop that was away catches up; the host comes back where it was', async () => {
  const away = members[7]!;
  await away.engine.close();
  await act(chair, 'concluded', { item: ITEM, text: 'Thống nhất' });
  await away.restart();
  await until(async () => (await state(away))?.items[ITEM]?.conclusion === 'Thống nhất');

  await secretary.restart();
  await act(members[3]!, 'speak-requested', { request: 'r9', item: ITEM, queue: 'speech', note: 'sau khi nối lại' });
  for (const laptop of all())
    await until(async () => (await state(laptop))?.queue.some((one) => one.request === 'r9'), 30_000);
}, 90_000);

test('ink drawn offline merges; private ink never leaves', async () => {
  const author = members[2]!;
  const id: MemberId = await author.member();
  const [paper] = await author.request('papers.status', { meeting });
  const name = `${meeting}/ink/${paper!.paper}/${id}`;
  const own = openWindowDocument(author, name);
  await own.synced;
  const seen = openWindowDocument(members[5]!, name);
  own.doc.getMap('strokes').set('s1', new Uint8Array([1, 2, 3]));
  await until(() => seen.doc.getMap('strokes').has('s1'));
  // Nobody but the author writes there.
  seen.doc.getMap('strokes').set('forged', new Uint8Array([9]));
  await until(() => seen.closedWith === 'refused');
  expect(own.doc.getMap('strokes').has('forged')).toBe(false);
  own.close();
}, 60_000);
