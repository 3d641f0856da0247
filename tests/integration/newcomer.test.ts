import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { MeetingId } from '../../common/domain/ids.ts';
import { act, convenedMeeting, joined, stateOf } from '../fixtures/convened-meeting.ts';
import { laptopRoom, nextEvent, PIN, AUTHORITY_PASSWORD, until, type TestLaptop } from '../fixtures/laptops.ts';

// What a newcomer's laptop tells its window while it waits to be let in.
const room = laptopRoom();
afterAll(() => room.close());

const stage = async (laptop: TestLaptop) => (await laptop.request('app.status', {})).stage;

test('a request that waits is told to the window, asks for the PIN after a restart, and goes on', async () => {
  const secretary = await room.addSecretary();
  const newcomer = await room.add('Người Mới');
  const { code } = await secretary.request('people.invite', { name: 'Người Mới', position: '' });
  const { addresses } = await secretary.request('people.list', {});

  const waiting = nextEvent(newcomer, 'app.status', (status) => status.stage === 'waiting');
  const asked = nextEvent(newcomer, 'enrolment.status', ({ step }) => step === 'waiting-for-approval');
  await newcomer.request('enrolment.begin', {
    via: { kind: 'code', code, address: addresses[0] },
    name: 'Người Mới',
    pin: PIN,
  });
  await waiting;
  const { keyFingerprint } = await asked;
  const [request] = (await secretary.request('people.list', {})).requests;
  expect(request?.keyFingerprint).toBe(keyFingerprint);

  await newcomer.restart(async () => {
    expect(await stage(newcomer)).toBe('locked');
    await expect(newcomer.request('app.unlock', { pin: '000000' })).rejects.toMatchObject({ code: 'wrong-pin' });
    expect(await stage(newcomer)).toBe('locked');
  });
  expect(await stage(newcomer)).toBe('waiting');
  await secretary.request('people.approve', {
    request: request?.request,
    authorityPassword: AUTHORITY_PASSWORD,
  });
  await until(async () => (await stage(newcomer)) === 'ready');
});

test('a request that found nobody goes out again by itself, and ends when it is given up', async () => {
  const [secretary] = room.laptops;
  if (!secretary) throw new Error('there is no secretary');
  const newcomer = await room.add('Người Sau');
  const { code } = await secretary.request('people.invite', { name: 'Người Sau', position: '' });
  const { addresses } = await secretary.request('people.list', {});
  const told = (wanted: string) => nextEvent(newcomer, 'enrolment.status', ({ step }) => step === wanted);
  await secretary.restart(async () => {
    // Opened, but locked: nobody takes requests there yet.
    const failed = told('failed');
    await newcomer.request('enrolment.begin', {
      via: { kind: 'code', code, address: addresses[0] },
      name: 'Người Sau',
      pin: PIN,
    });
    expect((await failed).problem).toBe('no-answer');
    expect(await stage(newcomer)).toBe('waiting');
  });
  await told('waiting-for-approval');

  await newcomer.request('enrolment.cancel', {});
  expect(await stage(newcomer)).toBe('new');
  expect((await newcomer.request('enrolment.retry', {})).step).toBe('none');
}, 60_000);

test('who was let in while the laptop was off gets the certificate later, when nobody else is invited any more', async () => {
  const secretary = await room.addSecretary('Thư ký nơi khác');
  const newcomer = await room.add('Người Vắng');
  const { code } = await secretary.request('people.invite', { name: 'Người Vắng', position: '' });
  const { addresses } = await secretary.request('people.list', {});
  const via = { kind: 'code', code, address: addresses[0] };
  await newcomer.request('enrolment.begin', { via, name: 'Người Vắng', pin: PIN });
  const request = await until(async () => (await secretary.request('people.list', {})).requests[0]);
  await newcomer.restart(async () => {
    await secretary.request('people.approve', {
      request: request.request,
      authorityPassword: AUTHORITY_PASSWORD,
    });
    await secretary.restart();
  });
  await until(async () => (await stage(newcomer)) === 'ready');
});

describe('a forgotten PIN', () => {
  const NEW_PIN = '907351';
  let secretary: TestLaptop;
  let chair: TestLaptop;
  let meeting: MeetingId;
  let address: string;
  beforeAll(async () => {
    secretary = await room.addSecretary('Thư ký xã khác');
    chair = await room.addMember(secretary, 'Hà Văn Quên', 'Chủ tịch');
    ({ meeting, address } = await convenedMeeting(secretary, chair));
    await joined(chair, meeting, address);
    await act(chair, meeting, 'checked-in', { how: 'in-person' });
    await until(async () => (await stateOf(secretary, meeting))?.quorum.present === 1);
  }, 60_000);

  const via = async (code: string) => {
    const { addresses } = await secretary.request('people.list', {});
    return { kind: 'code', code, address: addresses[0] };
  };
  /** How a request with this code ends, or that it waits. */
  async function asked(laptop: TestLaptop, code: string, renew: boolean): Promise<string | null> {
    const step = nextEvent(
      laptop,
      'enrolment.status',
      (status) => status.step !== 'looking' && status.step !== 'sending',
    );
    await laptop.request('enrolment.begin', { via: await via(code), name: laptop.name, pin: NEW_PIN, renew });
    return (await step).problem;
  }

  test('[CERT-5] is told by an invitation for somebody new, and no code for a new key lets another laptop in', async () => {
    const { code: forSomebodyNew } = await secretary.request('people.invite', { name: chair.name, position: '' });
    const { code } = await secretary.request('people.renew', { member: await chair.member() });
    // Asked for again it is the same, not one more that somebody could find.
    expect(await secretary.request('people.renew', { member: await chair.member() })).toMatchObject({ code });
    await chair.restart(async () => {
      expect(await asked(chair, forSomebodyNew, true)).toBe('not-for-renewal');
      expect(await stage(chair)).toBe('locked');
    });
    const stranger = await room.add('Người Lạ');
    expect(await asked(stranger, code, false)).toBe('only-for-renewal');
    // Neither code is used up by that.
    expect((await secretary.request('people.list', {})).invitations).toHaveLength(2);
  }, 60_000);

  test('[CERT-5] comes back to mind while a new key is asked for: the old one goes on', async () => {
    const { code } = await secretary.request('people.renew', { member: await chair.member() });
    await chair.restart(async () => {
      expect(await asked(chair, code, true)).toBeNull();
      expect(await chair.request('app.status', {})).toMatchObject({ stage: 'waiting', renewing: true });
    });
    expect(await chair.request('app.status', {})).toMatchObject({ stage: 'ready', renewing: false });
    const [request] = (await secretary.request('people.list', {})).requests;
    await secretary.request('people.refuse', { request: request?.request });
  }, 60_000);

  test('[CERT-5] [CERT-6] is followed by a new key for the same person, who goes on in the meeting where the old one ended', async () => {
    const before = await chair.member();
    const { code } = await secretary.request('people.renew', { member: before });
    await chair.restart(async () => {
      expect(await asked(chair, code, true)).toBeNull();
      const [request] = (await secretary.request('people.list', {})).requests;
      expect(request).toMatchObject({ invitedAs: chair.name, renews: true, position: 'Chủ tịch' });
      await secretary.request('people.approve', {
        request: request?.request,
        authorityPassword: AUTHORITY_PASSWORD,
      });
      await until(async () => (await stage(chair)) === 'ready');
    });
    expect(await chair.request('app.status', {})).toMatchObject({ renewing: false, me: { position: 'Chủ tịch' } });
    expect(await chair.member()).toBe(before);
    expect((await secretary.request('people.list', {})).members).toHaveLength(2);
    // What was signed with the old key is there and counts, and the next act follows it.
    expect((await stateOf(chair, meeting))?.quorum.present).toBe(1);
    await joined(chair, meeting, address);
    await act(chair, meeting, 'meeting-opened', {});
    await until(async () => (await stateOf(secretary, meeting))?.phase === 'open');

    await chair.restart(async () => {
      await expect(chair.request('app.unlock', { pin: PIN })).rejects.toMatchObject({ code: 'wrong-pin' });
      await chair.request('app.unlock', { pin: NEW_PIN });
    });
  }, 60_000);

  test('[CERT-3] [CERT-6] of who holds the authority: its password makes a new key, and nothing else does', async () => {
    const before = await secretary.member();
    await secretary.restart(async () => {
      const renew = (authorityPassword: string) =>
        secretary.request('app.renewByAuthority', { authorityPassword, pin: NEW_PIN });
      await expect(renew('mat-khau-sai')).rejects.toMatchObject({ code: 'wrong-authority-password' });
      expect(await stage(secretary)).toBe('locked');
      await renew(AUTHORITY_PASSWORD);
    });
    expect(await secretary.member()).toBe(before);
    await act(secretary, meeting, 'checked-in', { how: 'in-person' });
    const { addresses } = await secretary.request('meetings.carry', { meeting });
    await joined(chair, meeting, addresses[0] ?? '');
    await until(async () => (await stateOf(chair, meeting))?.quorum.present === 2);
  }, 60_000);
});

test('a PIN is changed by who knows it', async () => {
  const laptop = await room.addSecretary('Người Đổi');
  const change = (oldPin: string, pin: string) => laptop.request('app.changePin', { oldPin, pin });
  await expect(change('000000', '907351')).rejects.toMatchObject({ code: 'wrong-pin' });
  await expect(change(PIN, '123456')).rejects.toMatchObject({ code: 'pin-too-simple' });
  await change(PIN, '907351');
  await laptop.restart(async () => {
    await expect(change('907351', PIN)).rejects.toMatchObject({ code: 'locked' });
    await expect(laptop.request('app.unlock', { pin: PIN })).rejects.toMatchObject({ code: 'wrong-pin' });
    await laptop.request('app.unlock', { pin: '907351' });
  });
}, 60_000);

test('[CERT-3] a PIN and a key that are changed in the same moment come one after the other, and fit each other', async () => {
  const laptop = await room.addSecretary('Người Hai Tay');
  const change = (oldPin: string, pin: string) => laptop.request('app.changePin', { oldPin, pin });
  const renew = (pin: string) => laptop.request('app.renewByAuthority', { authorityPassword: AUTHORITY_PASSWORD, pin });
  const changed = change(PIN, '907351');
  await expect(renew(PIN)).rejects.toMatchObject({ code: 'wrong-pin' });
  await changed;
  await Promise.all([renew('907351'), change('907351', '518264')]);
  const certificate = async () => (await laptop.request('app.status', {})).certificate;
  const renewed = (await certificate())?.renewedUntil;
  expect(renewed).not.toBeNull();
  await laptop.restart(async () => {
    await expect(laptop.request('app.unlock', { pin: '907351' })).rejects.toMatchObject({ code: 'wrong-pin' });
    await laptop.request('app.unlock', { pin: '518264' });
  });
  expect(await certificate()).toMatchObject({ until: renewed, renewedUntil: null });
}, 60_000);

test('a PIN that is given twice at a time lets one person in once', async () => {
  const laptop = await room.addSecretary('Người Vội');
  await laptop.restart(async () => {
    let times = 0;
    const stop = laptop.engine.subscribe('app.status', () => times++);
    await Promise.all([1, 2].map(() => laptop.request('app.unlock', { pin: PIN })));
    stop();
    expect(times).toBe(1);
    expect(await stage(laptop)).toBe('ready');
  });
}, 60_000);

test('[INV-2] an invitation that has expired stays on the list, tells who uses it, and is made anew', async () => {
  let days = 0;
  const now = () => new Date(Date.now() + days * 24 * 3_600_000);
  const secretary = await room.addSecretary('Thư ký quên mời', { now });
  const newcomer = await room.add('Người Đến Muộn');
  const invited = await secretary.request('people.invite', { name: newcomer.name, position: 'Ủy viên' });
  days = 8;
  // Nobody else is invited, and the laptop was off in between.
  await secretary.restart();
  const { addresses, invitations } = await secretary.request('people.list', {});
  expect(invitations).toEqual([invited]);
  const failed = nextEvent(newcomer, 'enrolment.status', ({ step }) => step === 'failed');
  const via = { kind: 'code', code: invited.code, address: addresses[0] };
  await newcomer.request('enrolment.begin', { via, name: newcomer.name, pin: PIN });
  expect((await failed).problem).toBe('expired');

  const { invitation } = invited;
  const again = await secretary.request('people.inviteAgain', { invitation });
  expect(again).toMatchObject({ name: newcomer.name, position: 'Ủy viên' });
  expect(again.code).not.toBe(invited.code);
  expect((await secretary.request('people.list', {})).invitations).toEqual([again]);
  await expect(secretary.request('people.inviteAgain', { invitation })).rejects.toMatchObject({
    code: 'unknown-invitation',
  });
}, 60_000);
