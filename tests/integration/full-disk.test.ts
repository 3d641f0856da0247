import { mkdir, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as Y from 'yjs';
import { minutesSection } from '../../common/collab/minutes.ts';
import type { MeetingId } from '../../common/domain/ids.ts';
import { openStore } from '../../main/store/open-store.ts';
import { act, convenedMeeting, ITEM, joined, stateOf } from '../fixtures/convened-meeting.ts';
import { failingDisk, memoryDisk, noDisks, type Disk } from '../fixtures/disks.ts';
import { laptopRoom, until, type LaptopRoom, type TestLaptop } from '../fixtures/laptops.ts';
import { liveWindow, type LiveWindow } from '../fixtures/live-window.ts';
import { makePdf } from '../fixtures/pdfs.ts';
import type { LiveDocument } from '../../renderer/collab/document-provider.ts';

const said = ({ doc }: LiveDocument): string => minutesSection(doc, 'opening').toString();
const write = ({ doc }: LiveDocument, text: string): void =>
  minutesSection(doc, 'opening').insert(0, [new Y.XmlText(text)]);

describe.skipIf(noDisks)(`on a disk of its own${noDisks ? ` (skipped: ${noDisks})` : ''}`, () => {
  let room: LaptopRoom;
  let disk: Disk;
  let hostDisk: Disk;
  let secretary: TestLaptop;
  let chair: TestLaptop;
  let member: TestLaptop;
  let meeting: MeetingId;
  const windows: LiveWindow[] = [];
  const window = (laptop: TestLaptop): LiveWindow => {
    const opened = liveWindow(laptop);
    windows.push(opened);
    return opened;
  };
  const trouble = async (laptop: TestLaptop) => (await laptop.request('storage.status', {})).trouble;

  beforeAll(async () => {
    disk = memoryDisk(24);
    hostDisk = memoryDisk(24);
    room = laptopRoom();
    secretary = await room.addSecretary(undefined, { folder: join(hostDisk.path, 'data') });
    chair = await room.addMember(secretary, 'Hà Văn Mẫu', 'Chủ tịch');
    member = await room.addMember(secretary, 'Quàng Thị Ví Dụ', 'Ủy viên', { folder: join(disk.path, 'data') });
    const convened = await convenedMeeting(secretary, chair);
    meeting = convened.meeting;
    for (const laptop of [chair, member]) await joined(laptop, meeting, convened.address);
    for (const laptop of [secretary, chair, member]) await act(laptop, meeting, 'checked-in', { how: 'in-person' });
    await until(async () => (await stateOf(chair, meeting))?.quorum.present === 3);
  }, 120_000);

  afterAll(async () => {
    for (const one of windows) one.close();
    await room?.close();
    disk?.remove();
    hostDisk?.remove();
  });

  test('[LOG-10] a member whose disk is full reads on, is refused in words, and goes on by itself when there is room', async () => {
    const text = window(member).open(`${meeting}/minutes`);
    const elsewhere = window(chair).open(`${meeting}/minutes`);
    write(text, 'trước khi đầy');
    await until(() => said(elsewhere) === 'trước khi đầy' && text.unsaved() === 0);

    const told: (string | null)[] = [];
    member.engine.subscribe('storage.changed', (status) => told.push((status as { trouble: string | null }).trouble));
    disk.fill();
    // The write-ahead log has room of its own for a while: what is accepted before it is full must be kept as well.
    let accepted = 0;
    const refusal = await until(async () => {
      try {
        await act(member, meeting, 'speak-requested', {
          request: `r${accepted}`,
          item: null,
          queue: 'speech',
          note: '',
        });
        await act(member, meeting, 'speak-withdrawn', { request: `r${accepted}` });
        accepted++;
        return undefined;
      } catch (error) {
        return error as { code: string };
      }
    });
    expect(refusal.code).toBe('disk-full');
    expect(await trouble(member)).toBe('disk-full');
    expect(told).toContain('disk-full');

    // In the window it stays, marked as not saved; nobody else is shown what is not stored.
    write(text, 'khi đĩa đầy, ');
    await until(() => text.closedBecause() === 'disk-full');
    expect(text.unsaved()).toBeGreaterThan(0);
    expect(said(text)).toBe('khi đĩa đầy, trước khi đầy');

    // The others are not held up, and the member sees what was there.
    await act(chair, meeting, 'meeting-opened', {});
    await act(chair, meeting, 'item-opened', { item: ITEM, ordinal: 1, title: 'Báo cáo' });
    await until(async () => (await stateOf(secretary, meeting))?.currentItem === ITEM);
    expect((await stateOf(member, meeting))?.quorum.present).toBe(3);
    expect(said(elsewhere)).toBe('trước khi đầy');

    disk.empty();
    await until(async () => (await trouble(member)) === null);
    await until(async () => (await stateOf(member, meeting))?.currentItem === ITEM);
    await until(() => text.unsaved() === 0 && said(elsewhere) === 'khi đĩa đầy, trước khi đầy');
    await act(member, meeting, 'speak-requested', { request: 'later', item: ITEM, queue: 'speech', note: '' });
    await until(async () => (await stateOf(chair, meeting))?.queue.some(({ request }) => request === 'later'));

    await member.restart();
    await until(async () => (await trouble(member)) === null);
    expect((await stateOf(member, meeting))?.queue.some(({ request }) => request === 'later')).toBe(true);
  });

  test('[LOG-10] a host whose disk is full hands the meeting to a laptop that can keep it, and comes back as a member', async () => {
    hostDisk.fill();
    // Small acts fit into what the write-ahead log has of its own for a while.
    await until(async () => {
      const note = { request: crypto.randomUUID(), item: null, queue: 'speech', note: '' };
      await act(chair, meeting, 'speak-requested', note).catch(() => undefined);
      return (await trouble(secretary)) !== null;
    });
    await until(async () => {
      const note = { request: crypto.randomUUID(), item: null, queue: 'speech', note: '' };
      const refusal = await act(secretary, meeting, 'speak-requested', note).catch((error: unknown) => error);
      return (refusal as { code?: string } | null)?.code === 'disk-full';
    });
    await expect(act(secretary, meeting, 'item-closed', { item: ITEM })).rejects.toMatchObject({ code: 'disk-full' });
    expect((await stateOf(secretary, meeting))?.currentItem).toBe(ITEM);

    const connection = async (laptop: TestLaptop) => (await laptop.request('meetings.state', { meeting })).connection;
    await until(async () => (await connection(secretary)).role === 'member', 40_000);
    // The others go on meanwhile, and nothing that was said is missing.
    await act(chair, meeting, 'item-closed', { item: ITEM });
    await until(async () => (await stateOf(member, meeting))?.currentItem === null, 40_000);
    expect((await stateOf(secretary, meeting))?.currentItem).toBe(ITEM);

    hostDisk.empty();
    await until(async () => (await stateOf(secretary, meeting))?.currentItem === null, 40_000);
    await until(async () => (await connection(chair)).onlyHere.count === 0, 40_000);
    await until(async () => (await trouble(secretary)) === null);
    const queue = (await stateOf(chair, meeting))?.queue.length;
    for (const laptop of [secretary, member]) expect((await stateOf(laptop, meeting))?.queue.length).toBe(queue);
  });

  test('[LOG-10] the very last room on a disk is for what its person does: what others do waits, and the window says so', async () => {
    const { bavail, bsize } = await statfs(disk.path);
    await writeFile(join(disk.path, 'ballast'), Buffer.alloc(bavail * bsize - 200 * 1024));
    const ask = (laptop: TestLaptop, request: string) =>
      act(laptop, meeting, 'speak-requested', { request, item: null, queue: 'speech', note: '' });
    const hears = async (laptop: TestLaptop, request: string) =>
      (await stateOf(laptop, meeting))?.queue.some((one) => one.request === request) ?? false;
    await ask(chair, 'by-chair');
    await until(async () => (await trouble(member)) === 'disk-own-only');
    await ask(member, 'by-member');
    await until(() => hears(chair, 'by-member'));
    expect(await hears(member, 'by-member')).toBe(true);
    expect(await hears(member, 'by-chair')).toBe(false);

    await writeFile(join(disk.path, 'ballast'), '');
    await until(() => hears(member, 'by-chair'));
    await until(async () => (await trouble(member)) === null, 20_000);
  });

  test('[LOG-10] a host that has only the very last room of its disk left hands the meeting over', async () => {
    const connection = async (laptop: TestLaptop) => (await laptop.request('meetings.state', { meeting })).connection;
    await secretary.request('meetings.carry', { meeting });
    for (const laptop of [chair, member]) {
      await until(
        async () => (await connection(laptop)).carriedBy === (await secretary.request('app.status', {})).me?.name,
      );
    }
    const { bavail, bsize } = await statfs(hostDisk.path);
    await writeFile(join(hostDisk.path, 'ballast'), Buffer.alloc(bavail * bsize - 200 * 1024));
    await act(chair, meeting, 'speak-requested', { request: 'of-another', item: null, queue: 'speech', note: '' });
    await until(async () => (await trouble(secretary)) === 'disk-own-only');
    await until(async () => (await connection(secretary)).role === 'member', 40_000);
    // Others are served by somebody who keeps what they do, while the person here goes on.
    await until(async () => (await stateOf(member, meeting))?.queue.some(({ request }) => request === 'of-another'));
    await act(secretary, meeting, 'speak-requested', { request: 'of-host', item: null, queue: 'speech', note: '' });
    await until(async () => (await stateOf(member, meeting))?.queue.some(({ request }) => request === 'of-host'));
    expect(await trouble(secretary)).toBe('disk-own-only');
    await writeFile(join(hostDisk.path, 'ballast'), '');
    await until(async () => (await trouble(secretary)) === null, 20_000);
  });

  test('papers leave the last room on a disk to acts and say why they do not come', async () => {
    const folder = join(chair.dataDir, 'giấy tờ');
    await mkdir(folder);
    const pdf = join(folder, 'Báo cáo.pdf');
    await writeFile(pdf, await makePdf(3));
    // Nearly full: acts fit, papers don't.
    const { blocks, bavail, bsize } = await statfs(disk.path);
    await writeFile(join(disk.path, 'ballast'), Buffer.alloc(bavail * bsize - Math.floor((blocks * bsize) / 25)));
    await secretary.request('papers.add', { meeting, item: ITEM, paths: [pdf] });
    await until(async () => (await chair.request('papers.status', { meeting }))[0]?.state === 'here');
    await until(async () => (await trouble(member)) === 'disk-low');
    const [paper] = await member.request('papers.status', { meeting });
    expect(paper?.have).toBe(0);
    await act(member, meeting, 'speak-requested', { request: 'low-disk', item: null, queue: 'speech', note: '' });

    await writeFile(join(disk.path, 'ballast'), '');
    await until(async () => (await member.request('papers.status', { meeting }))[0]?.state === 'here', 40_000);
    await until(async () => (await trouble(member)) === null);
  });

  test('a disk that may only be read is told at the start, with nothing changed, and opened when it may be written', async () => {
    await member.restart(undefined, () => {
      disk.readOnly();
      expect(() => openStore(member.dataDir)).toThrow(expect.objectContaining({ code: 'store-unwritable' }));
      disk.writable();
    });
    expect((await stateOf(member, meeting))?.quorum.present).toBe(3);
  });

  test('a disk that turns read-only while working: acts are refused in words, reading goes on', async (context) => {
    const failing = failingDisk(64);
    if (typeof failing === 'string') return context.skip(failing);
    const other = await room.addMember(secretary, 'Lường Văn Đĩa', 'Ủy viên', { folder: join(failing.path, 'data') });
    try {
      await secretary.request('settings.set', { textScale: 1 });
      const { meeting: own } = await other.request('meetings.create', {
        title: 'Cuộc họp riêng',
        kind: '',
        start: '2026-11-23T08:00:00+07:00',
        place: '',
      });
      failing.fail();
      await expect(other.request('settings.set', { textScale: 1.5 })).rejects.toMatchObject({
        code: 'store-unwritable',
      });
      expect(await trouble(other)).toBe('store-unwritable');
      expect((await other.request('settings.get', {})).textScale).toBe(1);
      expect((await other.request('meetings.state', { meeting: own })).summary.title).toBe('Cuộc họp riêng');
    } finally {
      await other.engine.close().catch(() => undefined);
      room.laptops.splice(room.laptops.indexOf(other), 1);
      failing.remove();
    }
  });
});
