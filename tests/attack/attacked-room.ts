import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { MeetingId, Sha256 } from '../../common/domain/ids.ts';
import type { MeetingState } from '../../common/domain/meeting-state.ts';
import { createHubMeter, type HubMeter } from '../../main/hub/hub-meter.ts';
import { ITEM, preparedMeeting } from '../fixtures/convened-meeting.ts';
import { laptopRoom, until, type LaptopRoom, type TestLaptop } from '../fixtures/laptops.ts';
import { makePdf, printWithPlaces } from '../fixtures/pdfs.ts';

/** A meeting under way with a carrying secretary, a chair, an honest member, and one whose laptop stays outside. */
export interface AttackedRoom {
  readonly room: LaptopRoom;
  readonly secretary: TestLaptop;
  readonly chair: TestLaptop;
  readonly honest: TestLaptop;
  /** Enrolled and in the roster with a vote; has not joined. */
  readonly hostile: TestLaptop;
  readonly meeting: MeetingId;
  readonly paper: Sha256;
  /** Where the secretary carries it. */
  readonly address: string;
  /** What the secretary's laptop counts as a host. */
  readonly meter: HubMeter;
  act(laptop: TestLaptop, kind: string, body: object): Promise<null>;
  state(laptop: TestLaptop): Promise<MeetingState>;
  close(): Promise<void>;
}

export const MOTION_RULE = {
  base: 'present',
  threshold: 'more-than-half',
  options: 'approve-reject-abstain',
  chairDecidesTie: false,
} as const;

export async function attackedRoom(): Promise<AttackedRoom> {
  const room = laptopRoom({ print: printWithPlaces });
  const meter = createHubMeter();
  const secretary = await room.addSecretary(undefined, { meter });
  const chair = await room.addMember(secretary, 'Hà Văn Mẫu', 'Chủ tịch');
  const honest = await room.addMember(secretary, 'Cầm Thị Mẫu');
  const hostile = await room.addMember(secretary, 'Kẻ Phá Rối');
  const meeting = await preparedMeeting(secretary, chair);
  const pdf = join(secretary.dataDir, 'Báo cáo.pdf');
  await writeFile(pdf, await makePdf(2));
  const [added] = await secretary.request('papers.add', { meeting, item: ITEM, paths: [pdf] });
  if (!added?.paper) throw new Error('the paper was not added');
  await secretary.request('meetings.convene', { meeting });
  const { addresses } = await secretary.request('meetings.carry', { meeting });
  const address = addresses[0] ?? '';

  const act = (laptop: TestLaptop, kind: string, body: object) =>
    laptop.request('meetings.act', { meeting, kind, body });
  const state = async (laptop: TestLaptop) =>
    until(async () => (await laptop.request('meetings.state', { meeting })).state);
  for (const laptop of [chair, honest]) await laptop.request('meetings.join', { address, meeting });
  for (const laptop of [secretary, chair, honest]) {
    await until(async () => (await laptop.request('meetings.state', { meeting })).state?.roster.length === 4);
    await act(laptop, 'checked-in', { how: 'in-person' });
  }
  await until(async () => (await state(chair)).quorum.present === 3);
  await act(chair, 'meeting-opened', {});
  await act(chair, 'item-opened', { item: ITEM, ordinal: 1, title: 'Báo cáo' });
  for (const laptop of [secretary, chair, honest]) await until(async () => (await state(laptop)).currentItem === ITEM);
  const paper = added.paper;
  const laptops = { secretary, chair, honest, hostile };
  return { room, ...laptops, meeting, paper, address, meter, act, state, close: () => room.close() };
}

/** What would end the engine, or be lost: none of it may happen, whatever comes in. `stop` throws when it did. */
export function watchForCrashes(): { readonly crashes: unknown[]; stop(): void } {
  const crashes: unknown[] = [];
  const note = (error: unknown) => void crashes.push(error);
  process.on('uncaughtException', note);
  process.on('unhandledRejection', note);
  return {
    crashes,
    stop() {
      process.off('uncaughtException', note);
      process.off('unhandledRejection', note);
      if (crashes.length > 0) throw new AggregateError(crashes, `${crashes.length} unexpected errors`);
    },
  };
}
