import * as encoding from 'lib0/encoding';
import { afterAll, beforeAll, expect, test } from 'vitest';
import * as Y from 'yjs';
import { MAX_STREAMS_OF_AUTHOR } from '../../common/acts/entry.ts';
import { newClientId } from '../../common/collab/client-id.ts';
import { minutesSection } from '../../common/collab/minutes.ts';
import { encodeDocumentFrames } from '../../common/wire/document-frames.ts';
import { until } from '../fixtures/laptops.ts';
import { openWindowDocument } from '../fixtures/window-document.ts';
import { attackedRoom, watchForCrashes, type AttackedRoom } from './attacked-room.ts';
import { ITEM, TITLE } from '../fixtures/convened-meeting.ts';
import { handLink, hostilePerson, type HostilePerson } from './hostile-person.ts';

// People who may write what they write, and write what nobody should have to read: no laptop may stop over it, now or at
// its next start, and no clock be moved by it.
let at: AttackedRoom;
let mallory: HostilePerson;
/** The chair, later, without the chair's own laptop. */
let chair: HostilePerson;
const watch = watchForCrashes();

beforeAll(async () => {
  at = await attackedRoom();
  mallory = await hostilePerson(at.hostile, at.meeting);
  await at.hostile.engine.close();
  chair = await hostilePerson(at.chair, at.meeting);
  await at.chair.engine.close();
}, 120_000);

afterAll(async () => {
  await at?.close();
  watch.stop();
});

const DEPTH = 30_000;

/** One change that nests elements deeper than any reader that recurses can follow, and one that deletes them all. */
function nested(): Uint8Array[] {
  const doc = new Y.Doc();
  const updates: Uint8Array[] = [];
  doc.on('update', (update: Uint8Array) => updates.push(update));
  doc.transact(() => {
    let parent: Y.XmlFragment | Y.XmlElement = doc.getXmlFragment('section/opening');
    for (let level = 0; level < DEPTH; level++) {
      const child = new Y.XmlElement('paragraph');
      parent.insert(0, [child]);
      parent = child;
    }
  });
  const [all] = updates;
  if (!all) throw new Error('no update');
  // A delete set of the outermost element only: deleting its inside is the reader's work.
  const top = doc.getXmlFragment('section/opening').get(0) as unknown as {
    _item: { id: { client: number; clock: number } };
  };
  const { client, clock } = top._item.id;
  const encoder = encoding.createEncoder();
  for (const value of [0, 1, client, 1, clock, 1]) encoding.writeVarUint(encoder, value);
  return [all, encoding.toUint8Array(encoder)];
}

function live(document: string, body: Uint8Array): Uint8Array {
  const encoder = encoding.createEncoder();
  encoding.writeVarUint(encoder, 0);
  encoding.writeVarUint(encoder, 2);
  encoding.writeVarUint8Array(encoder, body);
  return encodeDocumentFrames([{ document, message: encoding.toUint8Array(encoder) }]);
}

/** An update whose one value is arrays in arrays: 400 KB of them. */
function deepValue(): Uint8Array {
  const doc = new Y.Doc();
  doc.getMap('x').set('v', ['MARK']);
  const plain = Buffer.from(Y.encodeStateAsUpdate(doc));
  const mark = plain.indexOf('MARK') - 2;
  // lib0 "any": 117 is an array, then its length.
  const arrays = Buffer.alloc(400_000, Buffer.from([117, 1]));
  return Buffer.concat([plain.subarray(0, mark), arrays, plain.subarray(mark)]);
}

async function minutesStillWork(laptop: AttackedRoom['honest'], text: string): Promise<void> {
  const window = openWindowDocument(laptop, `${at.meeting}/minutes`);
  await window.synced;
  const paragraph = new Y.XmlElement('paragraph');
  paragraph.insert(0, [new Y.XmlText(text)]);
  minutesSection(window.doc, ITEM).push([paragraph]);
  expect(window.closedWith).toBeUndefined();
  window.close();
  await until(async () => (await at.secretary.request('minutes.preview', { meeting: at.meeting })).html.includes(text));
}

test('text of the minutes nested without end costs itself, not the minutes', async () => {
  const by = await handLink(mallory, at.address, at.meeting);
  const [insert, remove] = nested();
  for (const update of [insert!, remove!]) {
    await by.bring([await mallory.nextChange('minutes', update)]);
    const other = await handLink(mallory, at.address, at.meeting);
    other.socket.send(live('minutes', update));
    await Promise.race([other.closed, new Promise((resolve) => setTimeout(resolve, 300))]);
  }
  await minutesStillWork(at.honest, 'sau khi lồng');
  await at.honest.restart();
  await minutesStillWork(at.honest, 'sau khi mở lại');
  await at.secretary.restart();
  // Another laptop has taken the meeting over meanwhile.
  const { addresses } = await at.secretary.request('meetings.carry', { meeting: at.meeting });
  at = { ...at, address: addresses[0] ?? '' };
  await until(
    async () => (await at.honest.request('meetings.state', { meeting: at.meeting })).connection.state === 'connected',
    20_000,
  );
  await minutesStillWork(at.secretary, 'sau khi chủ mở lại');
}, 60_000);

test('[WRITE-2] nobody can take the secretary’s client before she has used it', async () => {
  const secretary = await at.secretary.member();
  const doc = new Y.Doc();
  doc.clientID = newClientId(secretary);
  const paragraph = new Y.XmlElement('paragraph');
  minutesSection(doc, 'opening').insert(0, [paragraph]);
  paragraph.insert(0, [new Y.XmlText('của người khác')]);
  const update = new Uint8Array(Y.encodeStateAsUpdate(doc));
  const laptop = await handLink(chair, at.address, at.meeting);
  expect(await laptop.bring([await chair.nextChange('minutes', update)])).toEqual({ closed: 4403 });

  const own = openWindowDocument(at.secretary, `${at.meeting}/minutes`);
  const seen = openWindowDocument(at.honest, `${at.meeting}/minutes`);
  await Promise.all([own.synced, seen.synced]);
  Y.applyUpdate(own.doc, update);
  await until(() => minutesSection(seen.doc, 'opening').toString().includes('của người khác'));
  own.close();
  seen.close();
});

test('values nested without end are refused, live and signed', async () => {
  const live1 = await handLink(mallory, at.address, at.meeting);
  live1.socket.send(live('minutes', deepValue()));
  expect(await live1.closed).toBe(4400);
  const signed = await handLink(mallory, at.address, at.meeting);
  const other = await mallory.sign({
    stream: `doc/ink/${at.paper}/${mallory.member}`,
    kind: 'document-change',
    body: { update: Buffer.from(deepValue()).toString('base64url') },
  });
  expect(await signed.bring([other])).toEqual({ closed: 4400 });
  await minutesStillWork(at.honest, 'sau khi lồng giá trị');
});

test('a member cannot open streams without number, which everyone would have to name when joining', async () => {
  const update = new Uint8Array(Y.encodeStateAsUpdate(new Y.Doc()));
  const brought = async (from: number) => {
    const by = await handLink(mallory, at.address, at.meeting);
    const entries: string[] = [];
    for (let index = from; index < from + 300; index++) {
      const paper = index.toString(16).padStart(8, '0').padStart(64, 'f');
      entries.push(await mallory.nextChange(`ink/${paper}/${mallory.member}`, update));
    }
    const answer = await by.bring(entries);
    return 'refused' in answer ? answer.refused.map(({ reason }) => reason) : answer;
  };
  const tooMuch = (count: number) => Array.from({ length: count }, () => 'too-much');
  expect(await brought(0)).toEqual([]);
  // Also within one batch.
  expect(await brought(300)).toEqual(tooMuch(104));
  expect(await brought(600)).toEqual(tooMuch(300));
  const heads = at.secretary.engine.store.entries.heads(at.meeting);
  expect(heads.filter((head) => head.author === mallory.member)).toHaveLength(MAX_STREAMS_OF_AUTHOR - 4);
  await minutesStillWork(at.honest, 'sau các luồng');
}, 30_000);

test('[ORD-2] an act that claims to be of next year does not move the time of the others', async () => {
  const by = await handLink(mallory, at.address, at.meeting);
  const time = new Date(Date.now() + 400 * 86_400_000).toISOString();
  const body = { request: 'q-mai', item: null, queue: 'speech', note: '' };
  expect(await by.bring([await mallory.nextAct('speak-requested', body, { time })])).toEqual({ refused: [] });
  await until(async () => (await at.state(at.honest)).queue.some((one) => one.request === 'q-mai'));
  await at.act(at.honest, 'speak-requested', { request: 'q-nay', item: null, queue: 'speech', note: '' });
  const { queue } = await at.state(at.honest);
  const claimed = Date.parse(queue.find((one) => one.request === 'q-nay')?.at ?? '');
  expect(claimed - Date.now()).toBeLessThan(25 * 3_600_000);
});

test('ids that every object has are no ids: nothing leaks into other objects', async () => {
  const head = at.secretary.engine.store.entries.head(at.meeting, chair.member, 'acts');
  const next = { seq: (head?.seq ?? 0) + 1, prev: head?.hash ?? null };
  for (const item of ['__proto__', 'constructor']) {
    // A new link each time: the first such act ends it.
    const by = await handLink(chair, at.address, at.meeting);
    expect(await by.bring([await chair.sign({ ...next, kind: 'concluded', body: { item, text: 'lan ra' } })])).toEqual({
      closed: 4400,
    });
  }
  await at.state(at.secretary);
  await at.state(at.honest);
  expect(({} as { conclusion?: string }).conclusion).toBeUndefined();
  expect((Object as { conclusion?: string }).conclusion).toBeUndefined();
});

test('a plan nested without end does not stop the laptops that read it', async () => {
  const doc = new Y.Doc();
  doc.transact(() => {
    let parent: Y.Map<unknown> = doc.getMap('meta');
    for (let level = 0; level < DEPTH; level++) {
      const child = new Y.Map<unknown>();
      parent.set('title', child);
      parent = child;
    }
  });
  const by = await handLink(chair, at.address, at.meeting);
  await by.bring([await chair.nextChange('plan', Y.encodeStateAsUpdate(doc))]);
  await at.state(at.honest);
  await new Promise((resolve) => setTimeout(resolve, 300));
  await at.honest.restart();
  expect((await at.honest.request('meetings.state', { meeting: at.meeting })).summary.title).toBe(TITLE);
  await at.secretary.restart();
  expect(await at.secretary.request('meetings.list', {})).toHaveLength(1);
  expect((await at.state(at.secretary)).title).toBe(TITLE);
  expect(watch.crashes).toEqual([]);
}, 60_000);
