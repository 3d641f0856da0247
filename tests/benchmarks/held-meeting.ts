import { join } from 'node:path';
import { addStroke, annotationId } from '../../common/collab/annotations.ts';
import type { MeetingId, Sha256 } from '../../common/domain/ids.ts';
import { until, type TestLaptop } from '../fixtures/laptops.ts';
import { openWindowDocument } from '../fixtures/window-document.ts';
import { layDataFolder, type EnrolledOrganisation } from './enrolled-people.ts';
import { openEngine } from './engine-laptop.ts';
import { prepareMeeting, type PreparedMeeting } from './prepared-meeting.ts';

const ITEMS = 8;
const STROKES_PER_AUTHOR = 25;
const POINTS_PER_STROKE = 80;
/** Of any one step; a busy machine is no reason to give up. Milliseconds. */
const PATIENCE = 120_000;

/**
 * Holds a meeting on `folder` (the secretary's laptop) with the first `present` people: eight items, each with a vote of
 * all, some two hundred acts, and ink of everybody on one paper. The other people are on the roster and have not come.
 */
export async function holdMeeting(
  folder: string,
  organisation: EnrolledOrganisation,
  present: number,
  paper: string,
): Promise<PreparedMeeting> {
  const { people } = organisation;
  const laptops: TestLaptop[] = [];
  try {
    for (const [index, person] of people.slice(0, present).entries()) {
      const dataDir = index === 0 ? folder : join(`${folder}-present`, String(index));
      await layDataFolder(dataDir, organisation, person);
      laptops.push(await openEngine(dataDir, person.name));
    }
    const [secretary, chair] = laptops as [TestLaptop, TestLaptop];
    const prepared = await prepareMeeting(secretary, people, { items: ITEMS, papers: [paper] });
    const { meeting } = prepared;
    const { connection } = await secretary.request('meetings.state', { meeting });
    for (const laptop of laptops.slice(1))
      await laptop.request('meetings.join', { address: connection.addresses[0] ?? '', meeting });
    await decide(laptops, chair, prepared);
    await Promise.all(laptops.map((laptop) => writeInk(laptop, meeting, prepared.papers[0] as Sha256)));
    await everythingAt(secretary, laptops, meeting);
    return prepared;
  } finally {
    for (const laptop of laptops.toReversed()) await laptop.close();
  }
}

async function decide(laptops: readonly TestLaptop[], chair: TestLaptop, prepared: PreparedMeeting): Promise<void> {
  const { meeting, items } = prepared;
  const act = (laptop: TestLaptop, kind: string, body: object) =>
    laptop.request('meetings.act', { meeting, kind, body });
  const state = async (laptop: TestLaptop) => (await laptop.request('meetings.state', { meeting })).state;
  const everybody = (does: (laptop: TestLaptop) => Promise<unknown>) => Promise.all(laptops.map(does));
  await everybody(async (laptop) => {
    await until(async () => (await state(laptop)) !== null, PATIENCE);
    await act(laptop, 'checked-in', { how: 'in-person' });
  });
  await until(async () => (await state(chair))?.quorum.present === laptops.length, PATIENCE);
  await act(chair, 'meeting-opened', {});
  const { rules } = await chair.request('meetings.state', { meeting });
  for (const [index, item] of items.entries()) {
    const motion = `bq-${index + 1}`;
    await act(chair, 'item-opened', { item: item.id, ordinal: index + 1, title: item.title });
    const text = `Thông qua nội dung thứ ${index + 1}`;
    await act(chair, 'motion-opened', { motion, item: item.id, text, secret: false, rule: rules.vote });
    await everybody(async (laptop) => {
      await until(async () => (await state(laptop))?.motions.length === index + 1, PATIENCE);
      await act(laptop, 'ballot', { motion, choice: 'approve' });
    });
    await until(async () => (await state(chair))?.motions[index]?.tally.voted === laptops.length, PATIENCE);
    await act(chair, 'motion-closed', { motion, ballots: [] });
    await act(chair, 'concluded', { item: item.id, text: `Thống nhất nội dung thứ ${index + 1}` });
  }
}

/** Lines of handwriting down the pages, each signed as the pen is lifted. */
async function writeInk(laptop: TestLaptop, meeting: MeetingId, paper: Sha256): Promise<void> {
  const member = await laptop.member();
  const own = openWindowDocument(laptop, `${meeting}/ink/${paper}/${member}`);
  await own.synced;
  const { entries } = laptop.engine.store;
  for (let index = 0; index < STROKES_PER_AUTHOR; index++) {
    const points = Float64Array.from({ length: POINTS_PER_STROKE * 2 }, (_, at) => {
      const along = Math.floor(at / 2);
      return at % 2 === 0 ? 80 + along * 4 : 760 - index * 25 + 6 * Math.sin(along / 3 + index);
    });
    const stroke = { tool: 'pen', colour: 0x0b4fb3, width: 1.5, page: 1 + (index % 3), points } as const;
    addStroke(own.doc, annotationId(Date.now(), Math.random), stroke, 'pen');
    await until(() => (entries.head(meeting, member, `doc/ink/${paper}/${member}`)?.seq ?? 0) > index, PATIENCE);
  }
  own.close();
}

async function everythingAt(secretary: TestLaptop, laptops: readonly TestLaptop[], meeting: MeetingId): Promise<void> {
  const known = secretary.engine.store.entries;
  for (const { engine } of laptops)
    await until(
      () =>
        engine.store.entries
          .heads(meeting)
          .every(({ author, stream, seq }) => (known.head(meeting, author, stream)?.seq ?? 0) >= seq),
      PATIENCE,
    );
}
