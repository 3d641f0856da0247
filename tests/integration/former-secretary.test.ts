import { afterAll, beforeAll, expect, test } from 'vitest';
import { putAgendaItem, putPlanPerson, readAgenda, readPlanPeople } from '../../common/collab/plan.ts';
import { asAgendaItemId, type MeetingId } from '../../common/domain/ids.ts';
import type { MeetingRole } from '../../common/domain/roster.ts';
import { laptopRoom, until, type LaptopRoom, type TestLaptop } from '../fixtures/laptops.ts';
import { openWindowDocument } from '../fixtures/window-document.ts';

// The secretary is replaced in the middle; what a restart remembers of who has what.
let room: LaptopRoom;
let office: TestLaptop;
let former: TestLaptop;
let chair: TestLaptop;
let newcomer: TestLaptop;
let meeting: MeetingId;
let address: string;

const state = async (laptop: TestLaptop) => (await laptop.request('meetings.state', { meeting })).state;
const connection = async (laptop: TestLaptop) => (await laptop.request('meetings.state', { meeting })).connection;
const titles = (doc: Parameters<typeof readAgenda>[0]) => readAgenda(doc).map((item) => item.title);
const item = (id: string, title: string) => ({
  id: asAgendaItemId(id),
  title,
  presenter: '',
  minutes: 10,
  order: 1,
  papers: [],
  motions: [],
});

/** Writes these roles into the plan and makes them count. */
async function appoint(roles: readonly (readonly [TestLaptop, MeetingRole])[]): Promise<void> {
  const plan = openWindowDocument(office, `${meeting}/plan`);
  await plan.synced;
  const { members } = await office.request('people.list', {});
  for (const [laptop, role] of roles) {
    const member = await laptop.member();
    const person = members.find((one) => one.member === member)!;
    putPlanPerson(plan.doc, { member, name: person.name, position: person.position, role, voting: true });
  }
  await office.request('meetings.convene', { meeting });
  plan.close();
}

beforeAll(async () => {
  room = laptopRoom();
  office = await room.addSecretary();
  former = await room.addMember(office, 'Sùng Thị Mẫu', 'Công chức');
  chair = await room.addMember(office, 'Hà Văn Mẫu', 'Chủ tịch');
  newcomer = await room.addMember(office, 'Quàng Văn Mẫu', 'Ủy viên');
  ({ meeting } = await office.request('meetings.create', {
    title: 'Phiên họp đổi thư ký',
    kind: 'Họp thường kỳ',
    start: '2026-11-23T08:00:00+07:00',
    place: 'Phòng họp',
  }));
  await appoint([
    [office, 'member'],
    [former, 'secretary'],
    [chair, 'chair'],
    [newcomer, 'member'],
  ]);
  address = (await office.request('meetings.carry', { meeting })).addresses[0] ?? '';
  for (const laptop of [former, chair]) await laptop.request('meetings.join', { address, meeting });
  await until(async () => (await state(former))?.roster.length === 4);
}, 120_000);

afterAll(() => room?.close());

test('[WRT-4] a laptop that joins later takes in what the former secretary wrote, and nothing new of theirs', async () => {
  const author = await former.member();
  const plan = openWindowDocument(former, `${meeting}/plan`);
  await plan.synced;
  putAgendaItem(plan.doc, item('muc-1', 'Của thư ký trước'));
  await until(async () => {
    const { entries } = office.engine.store;
    return entries.heads(meeting).some((head) => head.stream === 'doc/plan' && head.author === author);
  });
  plan.close();
  await appoint([
    [office, 'secretary'],
    [former, 'member'],
  ]);
  await until(async () => (await state(former))?.roster.find((one) => one.member === author)?.role === 'member');

  await newcomer.request('meetings.join', { address, meeting });
  const seen = openWindowDocument(newcomer, `${meeting}/plan`);
  await until(() => titles(seen.doc).includes('Của thư ký trước'));
  const headAt = (laptop: TestLaptop) => laptop.engine.store.entries.head(meeting, author, 'doc/plan')?.hash;
  await until(() => headAt(newcomer) === headAt(office));
  expect(readPlanPeople(seen.doc)).toHaveLength(4);
  seen.close();

  const late = openWindowDocument(former, `${meeting}/plan`);
  await late.synced;
  putAgendaItem(late.doc, item('muc-2', 'Sau khi thôi làm thư ký'));
  await until(() => late.closedWith === 'refused');
  late.close();
}, 60_000);

test('[LOG-3] a restart remembers what others have, also without a connection', async () => {
  await until(async () => (await connection(former)).onlyHere.count === 0);
  await chair.request('meetings.act', { meeting, kind: 'checked-in', body: { how: 'in-person' } });
  await until(async () => (await connection(chair)).onlyHere.count === 0);
  // Nobody is left to connect to.
  await former.engine.close();
  await newcomer.engine.close();
  await office.engine.close();
  await until(async () => (await connection(chair)).role === 'host');
  await chair.restart();
  await until(async () => (await connection(chair)).role === 'host');
  expect((await connection(chair)).onlyHere.count).toBe(0);
  await chair.request('meetings.act', { meeting, kind: 'speak-requested', body: speech });
  await until(async () => (await connection(chair)).onlyHere.count === 1);
  await chair.restart();
  await until(async () => (await connection(chair)).role === 'host');
  expect((await connection(chair)).onlyHere.count).toBe(1);

  await office.restart();
  await until(async () => (await connection(chair)).onlyHere.count === 0);
  // What the host's own restarts remember.
  const known = office.engine.store.acknowledged.list(meeting);
  expect(known.find((one) => one.stream === 'acts')?.seq).toBe(
    office.engine.store.entries.head(meeting, await office.member(), 'acts')?.seq,
  );
}, 60_000);

const speech = { request: 'r1', item: null, queue: 'speech', note: '' };
