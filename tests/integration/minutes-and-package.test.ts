import { spawnSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { MeetingId } from '../../common/domain/ids.ts';
import { ITEM, preparedMeeting, TITLE, signMinutes } from '../fixtures/convened-meeting.ts';
import { hasTool, judge } from '../fixtures/judges.ts';
import { laptopRoom, until, type LaptopRoom, type TestLaptop } from '../fixtures/laptops.ts';
import { makePdf, printWithPlaces } from '../fixtures/pdfs.ts';

// Minutes frozen, signed on two laptops, sealed, handed out; then everything as one file, checked and opened elsewhere.
let room: LaptopRoom;
let secretary: TestLaptop;
let chair: TestLaptop;
let member: TestLaptop;
let meeting: MeetingId;
let minutesPdf: string;
let packageFile: string;
let authority: string;

const act = (laptop: TestLaptop, kind: string, body: object) => laptop.request('meetings.act', { meeting, kind, body });
const state = async (laptop: TestLaptop) => (await laptop.request('meetings.state', { meeting })).state;

beforeAll(async () => {
  room = laptopRoom({ print: printWithPlaces });
  secretary = await room.addSecretary();
  chair = await room.addMember(secretary, 'Hà Văn Mẫu', 'Chủ tịch');
  member = await room.addMember(secretary, 'Cầm Thị Mẫu');
  meeting = await preparedMeeting(secretary, chair);
  const pdf = join(secretary.dataDir, 'Báo cáo.pdf');
  await writeFile(pdf, await makePdf(2));
  await secretary.request('papers.add', { meeting, item: ITEM, paths: [pdf] });
  await secretary.request('meetings.convene', { meeting });
  const { addresses } = await secretary.request('meetings.carry', { meeting });
  for (const laptop of [chair, member]) await laptop.request('meetings.join', { address: addresses[0], meeting });
  for (const laptop of [secretary, chair, member]) {
    await until(async () => (await state(laptop))?.roster.length === 3);
    await act(laptop, 'checked-in', { how: 'in-person' });
  }
  await until(async () => (await state(chair))?.quorum.present === 3);
  await act(chair, 'meeting-opened', {});
  await act(chair, 'item-opened', { item: ITEM, ordinal: 1, title: 'Báo cáo' });
  await act(chair, 'concluded', { item: ITEM, text: 'Thống nhất.' });
  await act(chair, 'meeting-closed', {});
  await until(async () => (await state(secretary))?.phase === 'closed');
}, 120_000);

afterAll(() => room?.close());

test('[MIN-1] [MIN-2] the secretary freezes, the chair signs on the own laptop, the sealed PDF reaches everyone', async () => {
  await expect(chair.request('minutes.freeze', { meeting })).rejects.toMatchObject({ code: 'act.not-allowed' });
  await secretary.request('minutes.freeze', { meeting });
  for (const laptop of [chair, member]) await until(async () => (await state(laptop))?.minutes.stage === 'frozen');
  await expect(signMinutes(member, meeting)).rejects.toMatchObject({ code: 'act.not-allowed' });
  await until(async () => (await chair.request('papers.status', { meeting })).every((paper) => paper.state === 'here'));
  await signMinutes(chair, meeting);
  for (const laptop of [secretary, chair, member])
    await until(async () => (await state(laptop))?.minutes.stage === 'sealed');
  await until(async () =>
    (await member.request('papers.status', { meeting })).every((paper) => paper.state === 'here'),
  );

  minutesPdf = join(member.dataDir, 'bien-ban.pdf');
  await member.request('minutes.save', { meeting, path: minutesPdf });
  const { verdict, minutesOf } = await member.request('verify.file', { path: minutesPdf });
  // The member's laptop knows these minutes, so that it knows who has to sign them; a stranger's would not.
  expect(minutesOf).toBe(TITLE);
  expect(verdict.unchecked).not.toContain('expected-signers-not-given');
  expect(verdict.problems).toEqual([]);
  expect(verdict.signers.map(({ field, name, outcome }) => ({ field, name, outcome }))).toEqual([
    { field: 'Secretary', name: 'Lò Thị Thử', outcome: 'valid' },
    { field: 'Chair', name: 'Hà Văn Mẫu', outcome: 'valid' },
  ]);
  expect(verdict.outcome).toBe('valid');
});

test.skipIf(!hasTool('pdfsig'))('both signatures are valid to pdfsig, the second over all of it', async () => {
  const { output } = judge('pdfsig', ['-nocert', 'minutes.pdf'], { 'minutes.pdf': await readFile(minutesPdf) });
  expect(output.match(/Signature is Valid/g)).toHaveLength(2);
  expect(output).toMatch(/Total document signed/);
});

test('a flipped byte is found', async () => {
  const bytes = await readFile(minutesPdf);
  bytes[Math.floor(bytes.length / 3)]! ^= 1;
  const forged = join(member.dataDir, 'gia.pdf');
  await writeFile(forged, bytes);
  const changed = await member.request('verify.file', { path: forged });
  expect(changed.verdict.outcome).not.toBe('valid');
  expect(changed.minutesOf).toBeNull();
});

test('the package is verified, and shows the whole meeting on a laptop of another organisation', async () => {
  // Until the last receipt has arrived the meeting still changes.
  await until(async () => {
    const papers = await member.request('papers.status', { meeting });
    return papers.length === 2 && papers.every((paper) => paper.receivedBy.length === 3);
  });
  packageFile = join(member.dataDir, 'cuoc-hop.phien');
  expect(await member.request('package.save', { meeting, path: packageFile })).toEqual({ papers: 2, missing: 0 });
  const own = await member.request('verify.file', { path: packageFile });
  expect(own).toMatchObject({ kind: 'package', verdict: { outcome: 'valid', problems: [] } });
  expect(own.package).toMatchObject({ invalidActs: 0, damagedPapers: 0, papers: 2 });

  const stranger = await room.addSecretary('Người Lạ Mẫu');
  expect((await stranger.request('verify.file', { path: packageFile })).verdict.outcome).toBe('unknown');
  authority = join(stranger.dataDir, 'authority.pem');
  const root = member.engine.store.organisation.get()!.authorityCertificate;
  await writeFile(authority, new X509Certificate(root).toString());
  expect((await stranger.request('verify.file', { path: packageFile, trust: authority })).verdict.outcome).toBe(
    'valid',
  );

  const opened = await stranger.request('package.open', { path: packageFile });
  expect(opened.meeting).toBe(meeting);
  const view = await stranger.request('meetings.state', { meeting });
  expect(view.summary).toMatchObject({ title: TITLE, readOnly: true, phase: 'sealed' });
  expect(view.state).toEqual(await state(member));
  expect((await stranger.request('papers.status', { meeting })).map((paper) => paper.state)).toEqual(['here', 'here']);
  await expect(
    stranger.request('meetings.act', { meeting, kind: 'checked-in', body: { how: 'remote' } }),
  ).rejects.toMatchObject({ code: 'read-only-meeting' });
  await expect(stranger.request('meetings.carry', { meeting })).rejects.toMatchObject({ code: 'read-only-meeting' });
});

test('the command line says the same in words: 0 valid, 1 invalid, 2 cannot tell', async () => {
  const verify = (...args: string[]) => {
    const cli = join(import.meta.dirname, '../../main/cli.ts');
    const { status, stdout } = spawnSync(process.execPath, [cli, 'verify', ...args], { encoding: 'utf8' });
    return { status, stdout };
  };
  const valid = verify(minutesPdf, '--trust', authority, '--lang', 'vi');
  expect(valid.status).toBe(0);
  expect(valid.stdout).toContain('bien-ban.pdf: Hợp lệ');
  expect(valid.stdout).toMatch(/Thư ký: Lò Thị Thử, Ủy ban nhân dân xã Mường Thử, .*GMT\+7.*: Chữ ký hợp lệ/);
  expect(valid.stdout).toContain('Chủ tọa: Hà Văn Mẫu');
  expect(verify(packageFile, '--trust', authority).status).toBe(0);

  const bytes = await readFile(minutesPdf);
  bytes[Math.floor(bytes.length / 3)]! ^= 1;
  const forged = join(member.dataDir, 'gia.pdf');
  await writeFile(forged, bytes);
  const invalid = verify(forged, '--trust', authority, '--lang', 'en');
  expect(invalid.status).toBe(1);
  expect(invalid.stdout).toContain('gia.pdf: Not valid');

  const strange = verify(minutesPdf, '--lang', 'en');
  expect(strange.status).toBe(2);
  expect(strange.stdout).toContain('an authority that this laptop does not trust');
  expect(verify(join(member.dataDir, 'khong-co.pdf')).status).toBe(2);
});

test('a package with a byte changed anywhere is not valid and is not opened', async () => {
  const bytes = await readFile(packageFile);
  for (const part of [0.05, 0.3, 0.6, 0.9]) {
    const changed = Buffer.from(bytes);
    changed[Math.floor(changed.length * part)]! ^= 4;
    const path = join(member.dataDir, 'hong.phien');
    await writeFile(path, changed);
    const result = await member.request('verify.file', { path, trust: authority });
    expect(result.verdict.outcome, `byte at ${part}`).not.toBe('valid');
  }
});
