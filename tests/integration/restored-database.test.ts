import { closeSync, openSync, readdirSync, rmSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import * as Y from 'yjs';
import { minutesSection } from '../../common/collab/minutes.ts';
import type { MeetingId } from '../../common/domain/ids.ts';
import { openDatabase } from '../../main/store/database.ts';
import { act, convenedMeeting, joined, stateOf } from '../fixtures/convened-meeting.ts';
import { laptopRoom, until, type LaptopRoom, type TestLaptop } from '../fixtures/laptops.ts';
import { openWindowDocument, type WindowDocument } from '../fixtures/window-document.ts';

// A laptop's database is destroyed in the middle of a meeting. What it had signed must come back, and no number of its
// streams may be signed twice: others would block them for ever.
let room: LaptopRoom;
let secretary: TestLaptop;
let chair: TestLaptop;
let member: TestLaptop;
let meeting: MeetingId;
let requests = 0;

beforeAll(async () => {
  room = laptopRoom();
  secretary = await room.addSecretary();
  chair = await room.addMember(secretary, 'Hà Văn Mẫu', 'Chủ tịch');
  member = await room.addMember(secretary, 'Quàng Thị Ví Dụ');
  const convened = await convenedMeeting(secretary, chair);
  meeting = convened.meeting;
  for (const laptop of [chair, member]) await joined(laptop, meeting, convened.address);
  for (const laptop of [secretary, chair, member]) await act(laptop, meeting, 'checked-in', { how: 'in-person' });
}, 120_000);

afterAll(() => room?.close());

const ask = (laptop: TestLaptop) =>
  act(laptop, meeting, 'speak-requested', { request: `r${++requests}`, item: null, queue: 'speech', note: '' });
const said = ({ doc }: WindowDocument): string => minutesSection(doc, 'opening').toString();

/** What a laptop has of every stream, and what it takes for a fork. */
const heads = (laptop: TestLaptop) =>
  laptop.engine.store.entries
    .heads(meeting)
    .map(({ author, stream, seq, hash }) => `${author} ${stream} ${seq} ${hash}`)
    .sort();
const everywhereTheSame = () =>
  until(() => [chair, member].every((laptop) => heads(laptop).join() === heads(secretary).join()), 40_000);
const forks = () => [secretary, chair, member].flatMap((laptop) => laptop.engine.store.forks.list(meeting));

function destroy(laptop: TestLaptop, alsoTheJournal: boolean): void {
  const path = join(laptop.dataDir, 'phien.db');
  const file = openSync(path, 'r+');
  writeSync(file, Buffer.alloc(Math.floor(statSync(path).size / 2), 0xa5), 0, undefined, 0);
  closeSync(file);
  if (alsoTheJournal) rmSync(join(laptop.dataDir, 'journal'), { recursive: true });
}

test('[LOG-9] own entries come back from the journal, those of others from the network, and it goes on without a fork', async () => {
  await ask(member);
  await member.engine.store.backups.make();
  await ask(member);
  await ask(secretary);
  const text = openWindowDocument(member, `${meeting}/minutes`);
  await text.synced;
  minutesSection(text.doc, 'opening').insert(0, [new Y.XmlText('sau bản sao lưu')]);
  await until(() => heads(secretary).some((head) => head.includes('doc/minutes')));
  text.close();
  await everywhereTheSame();
  const before = heads(member);

  await member.restart(
    async () => {
      const status = await member.request('storage.status', {});
      expect(status.restoration).toMatchObject({ how: 'backup' });
      expect(readdirSync(status.restoration!.setAside)).toContain('phien.db');
      expect(status.inDoubt).toEqual([]);
      expect((await member.request('storage.read', {})).restoration).toBeNull();
    },
    () => destroy(member, false),
  );
  await ask(member);
  await everywhereTheSame();
  for (const head of before) {
    const [author, stream] = head.split(' ');
    expect(heads(member).some((now) => now.startsWith(`${author} ${stream} `))).toBe(true);
  }
  const again = openWindowDocument(member, `${meeting}/minutes`);
  await again.synced;
  expect(said(again)).toContain('sau bản sao lưu');
  again.close();
  expect(forks()).toEqual([]);
});

test('[LOG-9] without the journal nothing is signed until another laptop was heard; then it goes on where it was', async () => {
  await member.engine.store.backups.make();
  await ask(member);
  await ask(member);
  await everywhereTheSame();
  const last = requests;
  // Nobody is there to be heard.
  await secretary.engine.close();
  await chair.engine.close();
  await member.restart(undefined, () => destroy(member, true));
  expect((await member.request('storage.status', {})).inDoubt).toEqual([meeting]);
  await expect(ask(member)).rejects.toMatchObject({ code: 'own-log-in-doubt' });
  // Writing goes on: it is kept, and signed later.
  const text = openWindowDocument(member, `${meeting}/minutes`);
  await text.synced;
  minutesSection(text.doc, 'opening').insert(0, [new Y.XmlText('viết khi còn nghi ngờ')]);
  text.close();
  expect((await stateOf(member, meeting))?.queue.some(({ request }) => request === `r${last}`)).toBe(false);

  await chair.restart();
  await secretary.restart();
  await until(async () => (await member.request('storage.status', {})).inDoubt.length === 0, 40_000);
  expect((await stateOf(member, meeting))?.queue.some(({ request }) => request === `r${last}`)).toBe(true);
  await ask(member);
  await everywhereTheSame();
  const elsewhere = openWindowDocument(secretary, `${meeting}/minutes`);
  await elsewhere.synced;
  await until(() => said(elsewhere).includes('viết khi còn nghi ngờ'));
  elsewhere.close();
  expect(forks()).toEqual([]);
});

test('[LOG-9] who has nobody left to ask may decide to go on', async () => {
  await member.engine.store.backups.make();
  await secretary.engine.close();
  await chair.engine.close();
  await member.restart(undefined, () => destroy(member, true));
  await expect(ask(member)).rejects.toMatchObject({ code: 'own-log-in-doubt' });
  expect((await member.request('storage.goOnAlone', {})).inDoubt).toEqual([]);
  await ask(member);
  await chair.restart();
  await secretary.restart();
  await everywhereTheSame();
  expect(forks()).toEqual([]);
});

test('damage that is met while working sets the next start right', async () => {
  await ask(member);
  await everywhereTheSame();
  const lost = heads(member);
  const { store } = member.engine;
  // A row of the chair's that the disk gives back wrong.
  const chairId = await chair.member();
  await member.restart(undefined, () => {
    const db = openDatabase(join(member.dataDir, 'phien.db'));
    db.prepare(
      `UPDATE entries SET jws = jws || 'A' WHERE arrival =
         (SELECT max(arrival) FROM entries JOIN streams ON streams.id = entries.stream WHERE author = ?)`,
    ).run(chairId);
    db.close();
  });
  expect(store).not.toBe(member.engine.store);
  await expect(stateOf(member, meeting)).rejects.toMatchObject({ code: 'store-damaged' });
  expect((await member.request('storage.status', {})).trouble).toBe('store-damaged');
  await member.restart(async () => {
    expect((await member.request('storage.status', {})).restoration).toMatchObject({ how: 'repaired' });
  });
  await until(() => heads(member).join() === lost.join());
  await everywhereTheSame();
  expect(forks()).toEqual([]);
});
