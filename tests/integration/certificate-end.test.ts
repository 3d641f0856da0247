import { afterAll, beforeAll, expect, test } from 'vitest';
import type { MeetingId } from '../../common/domain/ids.ts';
import { act, convenedMeeting, joined, stateOf } from '../fixtures/convened-meeting.ts';
import {
  AUTHORITY_PASSWORD,
  laptopRoom,
  nextEvent,
  PIN,
  until,
  type LaptopRoom,
  type TestLaptop,
} from '../fixtures/laptops.ts';

// Certificates are issued for two years: laptops whose clocks were back when they were set up have some that end soon, or have
// ended, by the time of this computer, which TLS goes by.
const DAY = 24 * 3_600_000;
const LIFE = 730 * DAY;

let room: LaptopRoom;
let secretary: TestLaptop;
/** With three weeks left. */
let chair: TestLaptop;
/** Whose certificate ended an hour ago. */
let late: TestLaptop;
let meeting: MeetingId;
let address: string;
/** How far clocks are off, milliseconds. */
let off = -LIFE - DAY;
let chairOff = 0;
const clock = { now: () => new Date(Date.now() + off) };
const chairClock = { now: () => new Date(Date.now() + off + chairOff) };

beforeAll(async () => {
  room = laptopRoom();
  secretary = await room.addSecretary(undefined, clock);
  off = -LIFE - 3_600_000;
  late = await room.addMember(secretary, 'Quàng Thị Muộn', 'Ủy viên', clock);
  off = 21 * DAY - LIFE;
  chair = await room.addMember(secretary, 'Hà Văn Hạn', 'Chủ tịch', chairClock);
  off = 0;
}, 120_000);
afterAll(() => room?.close());

const certificate = async (laptop: TestLaptop) => {
  const { certificate: own } = await laptop.request('app.status', {});
  if (!own) throw new Error('no certificate');
  return own;
};
const daysLeft = (until: string | null): number => (until === null ? NaN : (Date.parse(until) - Date.now()) / DAY);

/** Up to the secretary's decision. */
async function askForRenewal(laptop: TestLaptop, pin = PIN): Promise<void> {
  const { code } = await secretary.request('people.renew', { member: await laptop.member() });
  const { addresses } = await secretary.request('people.list', {});
  const waiting = nextEvent(laptop, 'enrolment.status', ({ step }) => step === 'waiting-for-approval');
  const via = { kind: 'code', code, address: addresses[0] };
  await laptop.request('enrolment.begin', { via, name: laptop.name, pin, renew: true });
  await waiting;
}

async function approveRenewal(laptop: TestLaptop): Promise<void> {
  const { requests } = await secretary.request('people.list', {});
  const request = requests.find(({ renews, invitedAs }) => renews && invitedAs === laptop.name);
  await secretary.request('people.approve', { request: request?.request, authorityPassword: AUTHORITY_PASSWORD });
  await until(async () => (await certificate(laptop)).renewedUntil);
}

test('[CERT-2] who lets people in sees when the certificate of each ends, also of those that have ended', async () => {
  const { members } = await secretary.request('people.list', {});
  const left = (laptop: TestLaptop) =>
    Math.round(daysLeft(members.find(({ name }) => name === laptop.name)?.certificate?.until ?? null) * 10) / 10;
  expect([left(secretary), left(late), left(chair)]).toEqual([-1, -0, 21]);
});

test('[CERT-3] who holds the authority renews the own certificate with password and PIN, and uses it after the next start', async () => {
  const before = await secretary.member();
  const renew = (authorityPassword: string, pin: string) =>
    secretary.request('app.renewByAuthority', { authorityPassword, pin });
  await expect(renew(AUTHORITY_PASSWORD, '000000')).rejects.toMatchObject({ code: 'wrong-pin' });
  await expect(renew('mat-khau-sai', PIN)).rejects.toMatchObject({ code: 'wrong-authority-password' });
  expect((await certificate(secretary)).renewedUntil).toBeNull();
  const listed = nextEvent(secretary, 'people.changed');
  await renew(AUTHORITY_PASSWORD, PIN);
  const { until: end, renewedUntil } = await certificate(secretary);
  expect(Math.round(daysLeft(end))).toBe(-1);
  expect(Math.round(daysLeft(renewedUntil))).toBe(730);
  expect((await listed).members.find(({ me }) => me)?.certificate?.until).toBe(renewedUntil);

  await secretary.restart();
  expect(await certificate(secretary)).toMatchObject({ until: renewedUntil, renewedUntil: null });
  expect(await secretary.member()).toBe(before);
  ({ meeting, address } = await convenedMeeting(secretary, chair));
});

test('[CERT-3] a member renews while there is time, with a code and the present PIN, and works on meanwhile', async () => {
  await joined(chair, meeting, address);
  await act(chair, meeting, 'checked-in', { how: 'in-person' });
  await expect(askForRenewal(chair, '000000')).rejects.toMatchObject({ code: 'wrong-pin' });
  await askForRenewal(chair);
  await expect(chair.request('app.changePin', { oldPin: PIN, pin: '907351' })).rejects.toMatchObject({
    code: 'renewal-under-way',
  });
  // Closed and opened again before the secretary has looked at it, it goes on.
  const goesOn = () => nextEvent(chair, 'enrolment.status', ({ step }) => step === 'waiting-for-approval');
  let again: Promise<unknown> = Promise.resolve();
  await chair.restart(async () => void (again = goesOn()));
  expect(await chair.request('app.status', {})).toMatchObject({ stage: 'ready', renewing: true });
  await again;
  await approveRenewal(chair);
  const { until: end, renewedUntil } = await certificate(chair);
  expect([daysLeft(end) < 22, Math.round(daysLeft(renewedUntil))]).toEqual([true, 730]);

  // With the old one until the next start, then with the new one; what the old one signed counts.
  await act(chair, meeting, 'meeting-opened', {});
  await until(async () => (await stateOf(secretary, meeting))?.phase === 'open');
  await chair.restart();
  expect(await certificate(chair)).toMatchObject({ until: renewedUntil, renewedUntil: null });
  await joined(chair, meeting, address);
  await act(chair, meeting, 'speak-requested', { request: 'r1', item: null, queue: 'speech', note: '' });
  await until(async () => (await stateOf(secretary, meeting))?.queue.length === 1);
  expect(await stateOf(secretary, meeting)).toMatchObject({ phase: 'open', quorum: { present: 1 }, ignored: [] });
}, 60_000);

test('[CERT-4] whose certificate has ended reads so instead of "refused", renews it in place, and is let in', async () => {
  const join = () => late.request('meetings.join', { address, meeting });
  await expect(join()).rejects.toMatchObject({ code: 'own-certificate-ended' });
  await askForRenewal(late);
  await approveRenewal(late);
  await late.restart();
  await joined(late, meeting, address);
}, 60_000);

test('[CERT-4] a clock that is years off is named: nobody reads that the certificate has ended', async () => {
  await chair.request('meetings.leave', { meeting });
  for (const [years, code] of [
    [3, 'own-clock-doubtful'],
    [-3, 'own-clock-behind'],
  ] as const) {
    chairOff = years * 365 * DAY;
    await expect(chair.request('meetings.join', { address, meeting })).rejects.toMatchObject({ code });
  }
  chairOff = 0;
  await joined(chair, meeting, address);

  // The line of a meeting that was joined before says the same.
  chairOff = 3 * 365 * DAY;
  await chair.restart();
  await until(async () => {
    const { connection } = await chair.request('meetings.state', { meeting });
    return connection.problem === 'own-clock-doubtful';
  });
}, 60_000);
