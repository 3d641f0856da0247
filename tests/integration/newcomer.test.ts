import { afterAll, expect, test } from 'vitest';
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
