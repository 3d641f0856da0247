import { afterAll, beforeAll, expect, test } from 'vitest';
import { DOCUMENT_CHANGE, MAX_INK_CHARACTERS, type Stream } from '../../common/acts/entry.ts';
import { strokesOf } from '../../common/collab/annotations.ts';
import type { MeetingId, MemberId } from '../../common/domain/ids.ts';
import { sealed } from '../../main/store/store.fixtures.ts';
import { act, convenedMeeting, stateOf } from '../fixtures/convened-meeting.ts';
import { laptopRoom, until, type LaptopRoom, type TestLaptop } from '../fixtures/laptops.ts';
import { openWindowDocument } from '../fixtures/window-document.ts';

let room: LaptopRoom;
let secretary: TestLaptop;
let meeting: MeetingId;
let me: MemberId;

beforeAll(async () => {
  room = laptopRoom();
  secretary = await room.addSecretary();
  ({ meeting } = await convenedMeeting(secretary, await room.addMember(secretary, 'Hà Văn Mẫu', 'Chủ tịch')));
  me = await secretary.member();
}, 60_000);

afterAll(() => room?.close());

/** As much ink as one may write, on other papers, as it would lie on this laptop's disk. */
function fillWithInk(): void {
  const share = Math.floor(MAX_INK_CHARACTERS / 8);
  for (let paper = 0; paper < 8; paper++) {
    const stream: Stream = `doc/ink/${String(paper).padStart(64, 'c')}/${me}`;
    const body = { update: '' };
    const time = '2026-03-02T08:00:00.000Z';
    const payload = {
      v: 1,
      meeting,
      author: me,
      stream,
      seq: 1,
      prev: null,
      time,
      kind: DOCUMENT_CHANGE,
      body,
    } as const;
    secretary.engine.store.entries.append([sealed(payload, share - 1000)]);
  }
}

test('[LOG-15] who has written as much as one may is told, keeps what comes on top, and still acts', async () => {
  fillWithInk();
  await secretary.restart();
  const connection = async () => (await secretary.request('meetings.state', { meeting })).connection;
  const before = await connection();
  expect(before.heldBack).toBeNull();

  const ink = `${meeting}/ink/${'d'.repeat(64)}/${me}`;
  const window = openWindowDocument(secretary, ink, me);
  await window.synced;
  for (let stroke = 0; stroke < 20; stroke++)
    strokesOf(window.doc).set(`s-${stroke}`, new Uint8Array(1000).fill(stroke));
  await until(async () => (await connection()).heldBack === 'too-much-written');
  expect((await connection()).onlyHere.count).toBeGreaterThan(before.onlyHere.count);
  expect(window.closedWith).toBeUndefined();
  window.close();

  await act(secretary, meeting, 'checked-in', { how: 'in-person' });
  await until(async () => (await stateOf(secretary, meeting))?.quorum.present === 1);

  await secretary.restart();
  const again = openWindowDocument(secretary, ink, me);
  await again.synced;
  expect([...strokesOf(again.doc).keys()]).toHaveLength(20);
  await until(async () => (await connection()).heldBack === 'too-much-written');
  again.close();
});
