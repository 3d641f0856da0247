import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { laptopRoom, nextEvent, until } from '../fixtures/laptops.ts';

// The sample meeting on a laptop that nobody has set up, and what becomes of it when somebody does.
const room = laptopRoom();
afterAll(() => room.close());

test('a visitor looks around in the sample meeting, changes nothing, and sets up afterwards', async () => {
  const laptop = await room.add('Người Mới');
  const { meeting } = await laptop.request('sample.open', {});
  const view = await laptop.request('meetings.state', { meeting });
  expect(view.summary).toMatchObject({ readOnly: true, phase: 'sealed' });
  expect(view.state?.motions.length).toBeGreaterThan(0);
  expect((await laptop.request('papers.status', { meeting })).every((paper) => paper.state === 'here')).toBe(true);
  expect((await laptop.request('minutes.preview', { meeting })).html).toContain('BIÊN BẢN');
  await expect(
    laptop.request('meetings.act', { meeting, kind: 'checked-in', body: { how: 'remote' } }),
  ).rejects.toMatchObject({ code: 'locked' });
  expect((await laptop.request('app.status', {})).stage).toBe('new');

  await laptop.request('organisation.create', {
    name: 'UBND xã Mới',
    parent: '',
    symbol: 'UBND',
    preset: 'peoples-committee',
    person: { name: 'Người Mới', position: '' },
    pin: '284619',
    authorityPassword: 'mat-khau-thu-2',
  });
  await until(async () => (await laptop.request('meetings.list', {})).some((one) => one.meeting === meeting));
  await expect(laptop.request('meetings.carry', { meeting })).rejects.toMatchObject({ code: 'read-only-meeting' });
});

test('a file that is no package is refused, and nothing is left under way', async () => {
  const laptop = await room.add('Người Khác');
  const file = join(laptop.dataDir, 'gói.phien');
  await writeFile(file, 'không phải gói cuộc họp');
  const ended = nextEvent(laptop, 'work.progress', ({ finished }) => finished);
  await expect(laptop.request('package.open', { path: file })).rejects.toMatchObject({ code: 'not-a-package' });
  expect((await ended).kind).toBe('opening-package');
});

test('what a killed process was taking out of a package is gone after the next start', async () => {
  const laptop = await room.addSecretary('Người Bị Ngắt');
  const left = join(laptop.dataDir, 'unpacking-6f1c.pdf');
  await writeFile(left, '%PDF-1.7');
  await laptop.restart();
  await until(() => !existsSync(left));
});
