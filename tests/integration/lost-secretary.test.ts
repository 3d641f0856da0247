import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import type { MeetingId, MemberId } from '../../common/domain/ids.ts';
import type * as Signing from '../../main/wiring/signing.ts';
import { act, convenedMeeting, joined, stateOf, signMinutes } from '../fixtures/convened-meeting.ts';
import { laptopRoom, until, type LaptopRoom, type TestLaptop } from '../fixtures/laptops.ts';
import { printWithPlaces } from '../fixtures/pdfs.ts';
import { handLink, hostilePerson } from '../attack/hostile-person.ts';

// The secretary's laptop, which carries the meeting, is gone after it was closed: the others finish the minutes.
/** Done after a laptop has signed minutes and before it goes on. */
let meanwhile: (() => Promise<unknown>) | undefined;
vi.mock('../../main/wiring/signing.ts', async (original) => {
  const { pdfSigning } = await original<typeof Signing>();
  return {
    pdfSigning(...options: Parameters<typeof pdfSigning>): ReturnType<typeof pdfSigning> {
      const signing = pdfSigning(...options);
      return {
        ...signing,
        async sign(...input) {
          const signed = await signing.sign(...input);
          await meanwhile?.();
          return signed;
        },
      };
    },
  };
});

let room: LaptopRoom;
let secretary: TestLaptop;
let chair: TestLaptop;
let member: TestLaptop;
let meeting: MeetingId;
let ids: Record<'secretary' | 'chair' | 'member', MemberId>;

beforeAll(async () => {
  room = laptopRoom({ print: printWithPlaces });
  secretary = await room.addSecretary();
  chair = await room.addMember(secretary, 'Hà Văn Mẫu', 'Chủ tịch');
  member = await room.addMember(secretary, 'Cầm Thị Mẫu');
  ids = { secretary: await secretary.member(), chair: await chair.member(), member: await member.member() };
}, 120_000);

beforeEach(async () => {
  const convened = await convenedMeeting(secretary, chair);
  meeting = convened.meeting;
  for (const laptop of [chair, member]) await joined(laptop, meeting, convened.address);
  await act(chair, meeting, 'meeting-opened', {});
  await act(chair, meeting, 'meeting-closed', {});
  await until(async () => (await stateOf(secretary, meeting))?.phase === 'closed');
}, 60_000);

afterAll(() => room?.close());

const stage = async (laptop: TestLaptop) => (await stateOf(laptop, meeting))?.minutes.stage;
const papersHere = async (laptop: TestLaptop) => {
  const papers = await laptop.request('papers.status', { meeting });
  return papers.length > 0 && papers.every((paper) => paper.state === 'here');
};

/** The sealed minutes as somebody who was not in the office saves and checks them. */
async function signersOfMinutes(laptop: TestLaptop): Promise<string[]> {
  await until(async () => (await stage(laptop)) === 'sealed' && (await papersHere(laptop)));
  const path = `${laptop.dataDir}/${meeting}.pdf`;
  await laptop.request('minutes.save', { meeting, path });
  const { verdict } = await laptop.request('verify.file', { path });
  expect(verdict).toMatchObject({ outcome: 'valid', problems: [] });
  expect(verdict.unchecked).not.toContain('expected-signers-not-given');
  return verdict.signers.map(({ name }) => name);
}

test('[MIN-2] the chair signs what the lost secretary froze, and the minutes are sealed all the same', async () => {
  await secretary.request('minutes.freeze', { meeting });
  for (const laptop of [chair, member]) {
    await until(async () => (await stage(laptop)) === 'frozen' && (await papersHere(laptop)));
  }
  await secretary.restart(async () => {
    await signMinutes(chair, meeting);
    expect(await signersOfMinutes(member)).toEqual(['Lò Thị Thử', 'Hà Văn Mẫu']);
  });
  // It comes back after all.
  await until(async () => (await stage(secretary)) === 'sealed');
  const acts = chair.engine.store.entries.read(meeting, ids.secretary, 'acts', 1, 500);
  expect(acts.some(({ jws }) => kindOf(jws) === 'minutes-sealed')).toBe(false);
}, 60_000);

test('[MIN-4] the chair names another secretary, who freezes and signs; what the lost one froze alone undoes nothing', async () => {
  await expect(member.request('meetings.appointSecretary', { meeting, member: ids.member })).rejects.toMatchObject({
    code: 'act.not-allowed',
  });
  for (const nobody of [ids.chair, '00000000-0000-4000-8000-000000000009']) {
    await expect(chair.request('meetings.appointSecretary', { meeting, member: nobody })).rejects.toMatchObject({
      code: 'act.not-allowed',
    });
  }
  // Cut off, the secretary freezes; nobody hears of it.
  await secretary.request('meetings.stopCarrying', { meeting });
  await secretary.request('meetings.leave', { meeting });
  await secretary.request('minutes.freeze', { meeting });
  await until(async () => (await chair.request('meetings.state', { meeting })).connection.online.length === 2);
  expect(await stage(chair)).toBe('draft');

  await chair.request('meetings.appointSecretary', { meeting, member: ids.member });
  await until(async () => (await member.request('meetings.state', { meeting })).me.roles.secretary);
  await member.request('minutes.freeze', { meeting });
  await until(async () => (await stage(chair)) === 'frozen' && (await papersHere(chair)));
  await signMinutes(chair, meeting);
  expect(await signersOfMinutes(chair)).toEqual(['Cầm Thị Mẫu', 'Hà Văn Mẫu']);
  await expect(chair.request('meetings.appointSecretary', { meeting, member: ids.secretary })).rejects.toMatchObject({
    code: 'act.wrong-phase',
  });

  const host = [chair, member].map((laptop) => laptop.request('meetings.state', { meeting }));
  const { addresses } = (await Promise.all(host)).find(({ connection }) => connection.role === 'host')!.connection;
  await secretary.request('meetings.join', { meeting, address: addresses[0]! });
  expect(await signersOfMinutes(secretary)).toEqual(['Cầm Thị Mẫu', 'Hà Văn Mẫu']);
  await until(async () => (await stateOf(chair, meeting))?.ignored.length === 0);
  expect(await stateOf(chair, meeting)).toEqual(await stateOf(secretary, meeting));
}, 60_000);

const kindsOf = async (laptop: TestLaptop, author: MemberId) =>
  laptop.engine.store.entries.read(meeting, author, 'acts', 1, 500).map(({ jws }) => kindOf(jws));

test('[MIN-6] the chair signs the revision that was shown, or none', async () => {
  await secretary.request('minutes.freeze', { meeting });
  const frozen = () =>
    until(async () => {
      const minutes = (await stateOf(chair, meeting))?.minutes;
      return minutes?.stage === 'frozen' && (await papersHere(chair)) && minutes.revision;
    });
  const shown = await frozen();
  await act(secretary, meeting, 'minutes-reopened', { revision: shown });
  await until(async () => (await stage(chair)) === 'draft');
  await secretary.request('minutes.freeze', { meeting });
  const revision = await frozen();
  expect(revision).not.toBe(shown);
  await expect(chair.request('minutes.sign', { meeting, revision: shown })).rejects.toMatchObject({
    code: 'minutes-frozen-anew',
  });
  expect(await kindsOf(chair, ids.chair)).not.toContain('minutes-signed');
  await chair.request('minutes.sign', { meeting, revision });
  await until(async () => (await stage(chair)) === 'sealed');
}, 60_000);

test('[MIN-6] minutes that are opened again while the chair signs are not signed', async () => {
  await secretary.request('minutes.freeze', { meeting });
  await until(async () => (await stage(chair)) === 'frozen' && (await papersHere(chair)));
  meanwhile = async () => {
    meanwhile = undefined;
    const minutes = (await stateOf(chair, meeting))?.minutes;
    if (minutes?.stage !== 'frozen') throw new Error('not frozen');
    await act(secretary, meeting, 'minutes-reopened', { revision: minutes.revision });
    await until(async () => (await stage(chair)) === 'draft');
  };
  await expect(signMinutes(chair, meeting)).rejects.toMatchObject({ code: 'act.wrong-phase' });
  expect(meanwhile).toBeUndefined();
  expect(await kindsOf(chair, ids.chair)).not.toContain('minutes-signed');
  expect(await stage(chair)).toBe('draft');
}, 60_000);

test('[MIN-2] a signature that does not verify is looked at once, whatever else happens in the meeting', async () => {
  await secretary.request('minutes.freeze', { meeting });
  const revision = await until(async () => {
    const minutes = (await stateOf(chair, meeting))?.minutes;
    return minutes?.stage === 'frozen' && minutes.revision;
  });
  const { addresses } = (await secretary.request('meetings.state', { meeting })).connection;
  const byHand = await hostilePerson(chair, meeting);
  const link = await handLink(byHand, addresses[0]!, meeting);
  const errors = vi.spyOn(process.stderr, 'write');
  const looks = () => errors.mock.calls.filter(([line]) => String(line).includes('minutes could not be sealed')).length;
  try {
    await link.bring([await byHand.nextAct('minutes-signed', { role: 'chair', revision, increment: 'AAAA' })]);
    await until(() => looks() > 0);
    for (let times = 0; times < 5; times++) {
      await link.bring([await byHand.nextAct('speak-withdrawn', { request: `q-${times}` })]);
      const ignored = async () => (await stateOf(secretary, meeting))?.ignored.length === times + 1;
      await until(ignored);
      await new Promise((resolve) => setTimeout(resolve, 400));
    }
    expect(await stage(secretary)).toBe('signed');
    expect(looks()).toBe(1);
  } finally {
    errors.mockRestore();
  }
}, 60_000);

const kindOf = (jws: string): unknown =>
  (JSON.parse(Buffer.from(jws.split('.')[1] ?? '', 'base64url').toString('utf8')) as { kind?: unknown }).kind;
