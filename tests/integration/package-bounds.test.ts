import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { MeetingId } from '../../common/domain/ids.ts';
import type { PackageContents } from '../../main/documents/write-package.ts';
import { alteredPackage } from '../fixtures/altered-package.ts';
import { act, convenedMeeting } from '../fixtures/convened-meeting.ts';
import { laptopRoom, type LaptopRoom, type TestLaptop } from '../fixtures/laptops.ts';

// Small files that unpack to much work, and a large honest one.
let room: LaptopRoom;
let secretary: TestLaptop;
let stranger: TestLaptop;
let meeting: MeetingId;
let saved: string;

const inFolder = (name: string) => join(secretary.dataDir, name);

beforeAll(async () => {
  room = laptopRoom();
  secretary = await room.addSecretary();
  stranger = await room.add('Người Lạ');
  const chair = await room.addMember(secretary, 'Hà Văn Mẫu', 'Chủ tịch');
  ({ meeting } = await convenedMeeting(secretary, chair));
  await secretary.request('meetings.stopCarrying', { meeting });
  saved = inFolder('gói.phien');
  await secretary.request('package.save', { meeting, path: saved });
}, 60_000);

afterAll(() => room?.close());

let forgeries = 0;
async function verified(change: (contents: PackageContents) => Partial<PackageContents>) {
  const path = inFolder(`giả-${++forgeries}.phien`);
  await alteredPackage(saved, path, change);
  const { verdict, package: read } = await secretary.request('verify.file', { path });
  await expect(stranger.request('package.open', { path })).rejects.toMatchObject({ code: 'package-invalid' });
  return { ...verdict, read };
}

test('[PACK-4] of a package full of what is no entry only so much is looked at as tells what it is', async () => {
  const nothing = { jws: 'a', cert: 'a' };
  const { outcome, problems, read } = await verified(({ acts }) => ({
    acts: [...acts, ...Array.from({ length: 300_000 }, () => nothing)],
  }));
  expect(outcome).toBe('invalid');
  expect(problems).toContain('package-acts-invalid');
  expect(read?.acts).toBeLessThan(600);
});

test('[PACK-4] an entry that stands there again makes a package invalid, and is not looked at without end', async () => {
  const { outcome, read } = await verified(({ acts }) => ({
    acts: Array.from({ length: 5000 }, () => [...acts]).flat(),
  }));
  expect(outcome).toBe('invalid');
  expect(read?.acts).toBeLessThan(600);
});

test('[PACK-4] so is one in a document', async () => {
  const { outcome } = await verified(({ documents }) => ({
    documents: [...documents].map(({ name, entries }) => ({ name, entries: [...entries, ...entries] })),
  }));
  expect(outcome).toBe('invalid');
});

test('[PACK-4] a large meeting is as valid as a small one', async () => {
  for (let n = 0; n < 300; n++)
    await act(secretary, meeting, 'checked-in', { how: n % 2 === 0 ? 'in-person' : 'remote' });
  const path = inFolder('lớn.phien');
  await secretary.request('package.save', { meeting, path });
  const { verdict, package: read } = await secretary.request('verify.file', { path });
  expect(verdict).toMatchObject({ outcome: 'valid', problems: [] });
  expect(read?.acts).toBeGreaterThan(300);
  expect(await stranger.request('package.open', { path })).toEqual({ meeting });
}, 60_000);
