import { afterAll, beforeAll, expect, test } from 'vitest';
import { strokesOf } from '../../common/collab/annotations.ts';
import { readAgenda, setPlanMeta } from '../../common/collab/plan.ts';
import type { MeetingId } from '../../common/domain/ids.ts';
import { act, joined, preparedMeeting, stateOf } from '../fixtures/convened-meeting.ts';
import { laptopRoom, until, type LaptopRoom, type TestLaptop } from '../fixtures/laptops.ts';
import { openWindowDocument } from '../fixtures/window-document.ts';

const DAY = 24 * 3_600_000;

let room: LaptopRoom;
let secretary: TestLaptop;
let chair: TestLaptop;
let meeting: MeetingId;
/** How far the secretary's clock is off, milliseconds. */
let off = 0;

beforeAll(async () => {
  room = laptopRoom();
  secretary = await room.addSecretary(undefined, { now: () => new Date(Date.now() + off) });
  chair = await room.addMember(secretary, 'Hà Văn Mẫu', 'Chủ tịch');
}, 60_000);
afterAll(() => room?.close());

const connection = async () => (await secretary.request('meetings.state', { meeting })).connection;
const pending = () => secretary.engine.store.pending.documents();
const streams = (laptop: TestLaptop) => laptop.engine.store.entries.heads(meeting).map(({ stream }) => stream);
const quiet = () => new Promise((resolve) => setTimeout(resolve, 3000));

test('[CERT-7] a meeting that is prepared by an empty clock battery is only here, and says why; nothing is signed', async () => {
  off = -400 * DAY;
  meeting = await preparedMeeting(secretary, chair);
  // Long enough for it to be signed, if it were.
  await quiet();
  await until(async () => (await connection()).heldBack === 'own-clock-behind');
  expect((await connection()).onlyHere.count).toBeGreaterThan(0);
  await expect(secretary.request('meetings.convene', { meeting })).rejects.toMatchObject({ code: 'own-clock-behind' });
  expect(streams(secretary)).toEqual([]);

  await secretary.restart();
  await until(async () => (await secretary.request('meetings.list', {}))[0]?.onlyHereSince);
  expect((await connection()).heldBack).toBe('own-clock-behind');
  expect(streams(secretary)).toEqual([]);
}, 30_000);

test('[CERT-7] opened again by a clock that is right it is signed, also when nobody looks at it, and reaches the others', async () => {
  off = 0;
  await secretary.restart();
  await until(() => streams(secretary).join() === 'doc/plan');
  expect(pending()).toEqual([]);
  await secretary.request('meetings.convene', { meeting });
  const { addresses } = await secretary.request('meetings.carry', { meeting });
  await joined(chair, meeting, addresses[0]!);
  const plan = openWindowDocument(chair, `${meeting}/plan`);
  await until(() => readAgenda(plan.doc).length === 1);
  plan.close();
  await until(async () => (await connection()).onlyHere.count === 0);
  expect((await connection()).heldBack).toBeNull();
}, 30_000);

test('[CERT-7] what is written by a clock that is years ahead goes out by itself when the clock is set', async () => {
  off = 3 * 365 * DAY;
  const member = await secretary.member();
  const sheet = `ink/${'d'.repeat(64)}/${member}`;
  const before = streams(secretary).length;
  const plan = openWindowDocument(secretary, `${meeting}/plan`);
  await plan.synced;
  setPlanMeta(plan.doc, { place: 'Hội trường' });
  await until(async () => (await connection()).heldBack === 'own-certificate-not-valid');
  await expect(act(secretary, meeting, 'checked-in', { how: 'in-person' })).rejects.toMatchObject({
    code: 'own-certificate-not-valid',
  });
  // More than goes into one entry.
  const ink = openWindowDocument(secretary, `${meeting}/${sheet}`, member);
  await ink.synced;
  const strokes = Array.from({ length: 200 }, (_, index) => `s-${index}`);
  for (const stroke of strokes) strokesOf(ink.doc).set(stroke, new Uint8Array(10_000));
  await until(() => pending().length === 2);
  await quiet();
  expect(pending().map(({ document }) => document)).toEqual([sheet, 'plan']);
  expect(streams(secretary)).toHaveLength(before);

  off = 0;
  const at = openWindowDocument(chair, `${meeting}/plan`);
  await until(() => pending().length === 0);
  await until(() => at.doc.getMap('meta').get('place') === 'Hội trường');
  const inkThere = openWindowDocument(chair, `${meeting}/${sheet}`);
  await until(() => [...strokesOf(inkThere.doc).keys()].length === strokes.length);
  const { seq } = secretary.engine.store.entries.head(meeting, member, `doc/${sheet}`) ?? {};
  expect(seq).toBeGreaterThan(1);
  expect((await connection()).heldBack).toBeNull();
  await act(secretary, meeting, 'checked-in', { how: 'in-person' });
  await until(async () => (await stateOf(chair, meeting))?.quorum.present === 1);
  for (const window of [plan, ink, at, inkThere]) window.close();
}, 60_000);
