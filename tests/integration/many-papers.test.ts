import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { putAgendaItem, readAgenda, setPlanMeta } from '../../common/collab/plan.ts';
import { asSha256 } from '../../common/domain/ids.ts';
import { ITEM, preparedMeeting, TITLE } from '../fixtures/convened-meeting.ts';
import { laptopRoom, until, type LaptopRoom, type TestLaptop } from '../fixtures/laptops.ts';
import { makePdf } from '../fixtures/pdfs.ts';
import { openWindowDocument } from '../fixtures/window-document.ts';

let room: LaptopRoom;
let secretary: TestLaptop;
let folder: string;

beforeAll(async () => {
  room = laptopRoom();
  secretary = await room.addSecretary();
  folder = await mkdtemp(join(tmpdir(), 'phien-papers-'));
}, 60_000);

afterAll(async () => {
  await room?.close();
  await rm(folder, { recursive: true, force: true });
});

test('the 201st paper of an item is refused by name, and the item stays on the agenda with the 200', async () => {
  const meeting = await preparedMeeting(secretary, secretary);
  const plan = openWindowDocument(secretary, `${meeting}/plan`);
  await plan.synced;
  const papers = Array.from({ length: 199 }, (_, at) => asSha256(at.toString(16).padStart(4, '0').padEnd(64, '0')));
  putAgendaItem(plan.doc, { ...readAgenda(plan.doc)[0]!, papers });
  const paths = ['Tờ trình 200.pdf', 'Tờ trình 201.pdf'].map((name) => join(folder, name));
  for (const [at, path] of paths.entries()) await writeFile(path, await makePdf(at + 1));
  const added = await secretary.request('papers.add', { meeting, item: ITEM, paths });
  expect(added).toMatchObject([
    { result: 'added', reason: null },
    { name: 'Tờ trình 201.pdf', result: 'refused', reason: 'item-full', paper: null },
  ]);
  expect(readAgenda(plan.doc)).toMatchObject([{ id: ITEM, papers: [...papers, added[0]!.paper] }]);
  plan.close();
});

test('a meeting whose place was pasted too long keeps its name in the list', async () => {
  const meeting = await preparedMeeting(secretary, secretary);
  const plan = openWindowDocument(secretary, `${meeting}/plan`);
  await plan.synced;
  const place = 'Trích báo cáo. '.repeat(40);
  setPlanMeta(plan.doc, { place });
  plan.close();
  const listed = async () => (await secretary.request('meetings.list', {})).find((one) => one.meeting === meeting);
  await until(async () => (await listed())?.place === place.slice(0, 500));
  expect(await listed()).toMatchObject({ title: TITLE, start: '2026-11-23T08:00:00+07:00' });
});
