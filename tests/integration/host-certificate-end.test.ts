import { afterAll, beforeAll, expect, test } from 'vitest';
import { setPlanMeta } from '../../common/collab/plan.ts';
import type { MeetingId } from '../../common/domain/ids.ts';
import { act, convenedMeeting, joined, stateOf } from '../fixtures/convened-meeting.ts';
import { AUTHORITY_PASSWORD, laptopRoom, PIN, until, type LaptopRoom, type TestLaptop } from '../fixtures/laptops.ts';
import { openWindowDocument } from '../fixtures/window-document.ts';

const DAY = 24 * 3_600_000;
const LIFE = 730 * DAY;

let room: LaptopRoom;
/** Carries the meeting, with a certificate that ends in the middle of it. */
let host: TestLaptop;
let chair: TestLaptop;
let member: TestLaptop;
let meeting: MeetingId;
/** Where the meeting is carried without it. */
let elsewhere: string;
/** How far all clocks are off, milliseconds; TLS goes by that of this computer. */
let off = 0;
const clock = { now: () => new Date(Date.now() + off) };

beforeAll(async () => {
  room = laptopRoom();
  off = DAY - LIFE;
  host = await room.addSecretary('Lò Thị Hạn', clock);
  off = 0;
  chair = await room.addMember(host, 'Hà Văn Chủ', 'Chủ tịch', clock);
  member = await room.addMember(host, 'Quàng Thị Ủy', 'Ủy viên', clock);
  const convened = await convenedMeeting(host, chair);
  ({ meeting } = convened);
  for (const laptop of [chair, member]) await joined(laptop, meeting, convened.address);
  for (const laptop of [host, chair, member]) await act(laptop, meeting, 'checked-in', { how: 'in-person' });
  await until(async () => (await stateOf(member, meeting))?.quorum.present === 3);
}, 120_000);
afterAll(() => room?.close());

const connection = async (laptop: TestLaptop) => (await laptop.request('meetings.state', { meeting })).connection;
const askToSpeak = (laptop: TestLaptop, request: string) =>
  act(laptop, meeting, 'speak-requested', { request, item: null, queue: 'speech', note: '' });

test('[CERT-7] a host whose own certificate ends hands the meeting over; the others go on and nothing is lost', async () => {
  off = DAY + 1000;
  await until(async () => (await connection(chair)).role === 'host');
  await until(async () => {
    const { state, carriedBy } = await connection(member);
    return state === 'connected' && carriedBy === chair.name;
  });
  await act(chair, meeting, 'meeting-opened', {});
  await until(async () => (await stateOf(member, meeting))?.phase === 'open');
});

test('[CERT-7] it signs nothing that the others would refuse, says why, and is let in nowhere', async () => {
  await expect(askToSpeak(host, 'r1')).rejects.toMatchObject({ code: 'own-certificate-not-valid' });
  await expect(host.request('meetings.carry', { meeting })).rejects.toMatchObject({
    code: 'own-certificate-not-valid',
  });
  await until(async () => (await connection(host)).problem === 'own-certificate-ended');
  const plan = openWindowDocument(host, `${meeting}/plan`);
  await plan.synced;
  setPlanMeta(plan.doc, { place: 'Hội trường' });
  await until(async () => (await connection(host)).onlyHere.count === 1);
  // Long enough for it to be signed, if it were.
  await new Promise((resolve) => setTimeout(resolve, 3000));
  await until(async () => (await connection(host)).state === 'refused');
  expect(await connection(host)).toMatchObject({ role: 'member', onlyHere: { count: 1 } });
  plan.close();
}, 30_000);

test('[CERT-7] opened again with the same certificate it does not carry the meeting for itself', async () => {
  // Nobody else has it open, so it would take up what it carried before.
  for (const laptop of [member, chair]) await laptop.request('meetings.leave', { meeting });
  await host.restart();
  await new Promise((resolve) => setTimeout(resolve, 3000));
  expect((await connection(host)).role).toBe('member');
  for (const laptop of [chair, member]) await laptop.restart();
  const { addresses } = await chair.request('meetings.carry', { meeting });
  elsewhere = addresses[0]!;
  await joined(member, meeting, elsewhere);
}, 60_000);

test('[CERT-7] renewed and opened again it is back, with what waited, and its acts count', async () => {
  await host.request('app.renewByAuthority', { authorityPassword: AUTHORITY_PASSWORD, pin: PIN });
  await host.restart();
  // All have other ports than when it heard of them last.
  await joined(host, meeting, elsewhere);
  await until(async () => {
    const { role, state } = await connection(host);
    return role === 'member' && state === 'connected';
  });
  expect(await stateOf(host, meeting)).toMatchObject({ phase: 'open' });
  await askToSpeak(host, 'r2');
  for (const laptop of [chair, member]) {
    await until(async () => (await stateOf(laptop, meeting))?.queue.length === 1);
    const plan = openWindowDocument(laptop, `${meeting}/plan`);
    await until(() => plan.doc.getMap('meta').get('place') === 'Hội trường');
    plan.close();
  }
  expect(await connection(chair)).toMatchObject({ role: 'host', online: expect.toSatisfy((all) => all.length === 3) });
}, 60_000);
