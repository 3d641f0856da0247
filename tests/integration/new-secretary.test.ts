import { afterAll, beforeAll, expect, test } from 'vitest';
import * as Y from 'yjs';
import { minutesSection } from '../../common/collab/minutes.ts';
import { putPlanPerson } from '../../common/collab/plan.ts';
import type { MeetingId } from '../../common/domain/ids.ts';
import type { LiveDocument } from '../../renderer/collab/document-provider.ts';
import { act, joined, preparedMeeting, stateOf } from '../fixtures/convened-meeting.ts';
import { laptopRoom, until, type LaptopRoom, type TestLaptop } from '../fixtures/laptops.ts';
import { liveWindow, type LiveWindow } from '../fixtures/live-window.ts';
import { openWindowDocument } from '../fixtures/window-document.ts';

// Offices change hands while windows are open.
let room: LaptopRoom;
let carrier: TestLaptop;
let chair: TestLaptop;
let guest: TestLaptop;
let meeting: MeetingId;
const windows: LiveWindow[] = [];

const open = (laptop: TestLaptop, ...names: string[]): LiveDocument[] => {
  const window = liveWindow(laptop);
  windows.push(window);
  return names.map((name) => window.open(`${meeting}/${name}`));
};
const type = ({ doc }: LiveDocument, text: string): void => {
  const paragraph = new Y.XmlElement('paragraph');
  paragraph.insert(0, [new Y.XmlText(text)]);
  minutesSection(doc, 'opening').push([paragraph]);
};
const said = ({ doc }: LiveDocument): string => minutesSection(doc, 'opening').toString();
const pages = ({ awareness }: LiveDocument): unknown[] =>
  [...awareness.getStates().values()].flatMap((state) => state['presenting']?.page ?? []);
const show = ({ awareness }: LiveDocument, page: number): void =>
  awareness.setLocalState({ presenting: { paper: 'a'.repeat(64), page } });

async function appoint(laptop: TestLaptop): Promise<void> {
  const member = await laptop.member();
  await chair.request('meetings.appointSecretary', { meeting, member });
  for (const one of [carrier, chair, guest]) {
    await until(async () => {
      const roster = (await stateOf(one, meeting))?.roster;
      return roster?.find(({ role }) => role === 'secretary')?.member === member;
    });
  }
}

beforeAll(async () => {
  room = laptopRoom();
  // Convenes and is an ordinary member from then on, so that what counts is the roster.
  const convener = await room.addSecretary();
  carrier = await room.addMember(convener, 'Sùng Thị Mẫu', 'Công chức');
  chair = await room.addMember(convener, 'Hà Văn Mẫu', 'Chủ tịch');
  guest = await room.addMember(convener, 'Quàng Thị Ví Dụ', 'Chuyên viên');
  meeting = await preparedMeeting(convener, chair);
  const plan = openWindowDocument(convener, `${meeting}/plan`);
  await plan.synced;
  for (const [laptop, role] of [
    [convener, 'member'],
    [carrier, 'secretary'],
    [guest, 'guest'],
  ] as const) {
    const { member, name, position } = (await laptop.request('people.list', {})).members.find(({ me }) => me)!;
    putPlanPerson(plan.doc, { member, name, position, role, voting: role === 'member' });
  }
  plan.close();
  await convener.request('meetings.convene', { meeting });
  let { addresses } = await convener.request('meetings.carry', { meeting });
  await joined(carrier, meeting, addresses[0]!);
  ({ addresses } = await carrier.request('meetings.carry', { meeting }));
  for (const laptop of [chair, guest]) await joined(laptop, meeting, addresses[0]!);
  await act(chair, meeting, 'meeting-opened', {});
}, 120_000);

afterAll(async () => {
  for (const one of windows) one.close();
  await room?.close();
});

test('[AWARE-5] [WRT-4] who becomes secretary in the meeting writes and shows pages in the windows that are open', async () => {
  const [floor, minutes] = open(guest, 'floor', 'minutes') as [LiveDocument, LiveDocument];
  const [seenFloor, seenMinutes] = open(chair, 'floor', 'minutes') as [LiveDocument, LiveDocument];
  await until(() => [floor, minutes, seenFloor, seenMinutes].every((one) => one.synced()));
  await appoint(guest);
  for (const sentence of ['Câu một.', 'Câu hai.']) {
    type(minutes, sentence);
    await until(() => said(seenMinutes).includes(sentence));
  }
  show(floor, 3);
  await until(() => pages(seenFloor).includes(3));
  await until(() => minutes.unsaved() === 0);
  expect(minutes.closedBecause()).toBeNull();
  await appoint(carrier);
});

test.for(['carries the meeting', 'joined it'] as const)(
  '[AWARE-5] what the former secretary showed goes at once, also from the own laptop, which %s',
  async (how) => {
    const laptop = how === 'joined it' ? guest : carrier;
    await appoint(laptop);
    const [floor] = open(laptop, 'floor') as [LiveDocument];
    const [roomScreen] = open(laptop, 'floor') as [LiveDocument];
    const [elsewhere] = open(chair, 'floor') as [LiveDocument];
    await until(() => [floor, roomScreen, elsewhere].every((one) => one.synced()));
    show(floor, 5);
    await until(() => pages(elsewhere).includes(5) && pages(roomScreen).includes(5));
    await appoint(laptop === carrier ? guest : carrier);
    await until(() => pages(elsewhere).length + pages(roomScreen).length === 0, 3000);
    show(floor, 6);
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect([...pages(elsewhere), ...pages(roomScreen)]).toEqual([]);
    await appoint(laptop);
    show(floor, 7);
    await until(() => pages(elsewhere).includes(7) && pages(roomScreen).includes(7));
  },
);
