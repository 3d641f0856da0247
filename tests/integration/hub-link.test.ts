import { once } from 'node:events';
import * as encoding from 'lib0/encoding';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { ACTS_STREAM, type Entry, type Stream } from '../../common/acts/entry.ts';
import { newClientId } from '../../common/collab/client-id.ts';
import { readAgenda, putAgendaItem, setPlanMeta } from '../../common/collab/plan.ts';
import { asAgendaItemId } from '../../common/domain/ids.ts';
import {
  decodeDocumentFrames,
  encodeDocumentFrames,
  NUMBERED,
  readNumbered,
} from '../../common/wire/document-frames.ts';
import { encodeControl, LINK_PROTOCOL } from '../../common/wire/link.ts';
import { createHubMeter } from '../../main/hub/hub-meter.ts';
import { createOrganisation, type TestOrganisation } from '../fixtures/network/organisation.ts';
import { openRawSocket } from '../fixtures/network/raw-client.ts';
import { expectSoon, openTestRoom, type TestRoom } from '../fixtures/network/room.ts';

let organisation: TestOrganisation;
let room: TestRoom | undefined;
beforeAll(async () => {
  organisation = await createOrganisation('Sở Thử nghiệm');
}, 60_000);
afterEach(async () => {
  await room?.close();
  room = undefined;
});

const item = (id: string, title: string, order: number) => ({
  id: asAgendaItemId(id),
  title,
  presenter: '',
  minutes: 10,
  order,
  papers: [],
  motions: [],
});

function syncMessage(kind: number, body: Uint8Array): Uint8Array {
  const encoder = encoding.createEncoder();
  encoding.writeVarUint(encoder, 0);
  encoding.writeVarUint(encoder, kind);
  encoding.writeVarUint8Array(encoder, body);
  return encoding.toUint8Array(encoder);
}

describe('link', () => {
  it('[LINK-5] brings what a newcomer lacks, and what comes then, in little more than half of its text', async () => {
    const meter = createHubMeter();
    room = await openTestRoom(organisation, { meter });
    const { carried } = room;
    const { record } = carried;
    const acts = (from: number) =>
      Array.from({ length: 100 }, (_, n) => ({
        stream: ACTS_STREAM as Stream,
        kind: 'speak-requested',
        body: { request: `r${from + n}`, item: null, queue: 'speech', note: '' },
      }));
    const before = await record(acts(0));
    const an = await room.enrol('Nguyễn Văn An');
    const told = meter.bytes.out;
    const { meeting } = room.join(an);
    const { entries } = meeting;
    await expectSoon('caught up', () => entries() >= 100);
    const caughtUp = meter.bytes.out;
    const after = await record(acts(100));
    await expectSoon('told', () => entries() >= 200);
    const textOf = (some: readonly Entry[]) => some.reduce((sum, { jws }) => sum + jws.length, 0);
    expect((caughtUp - told) / textOf(before)).toBeLessThan(0.65);
    expect((meter.bytes.out - caughtUp) / textOf(after)).toBeLessThan(0.65);
  });

  it('brings the log and the plan to a member, and its entries back', async () => {
    room = await openTestRoom(organisation);
    const { carried } = room;
    await carried.write('plan', (doc) => setPlanMeta(doc, { title: 'Phiên họp thử' }));
    await carried.write('plan', (doc) => putAgendaItem(doc, item('a', 'Khai mạc', 1)));
    const an = await room.enrol('Nguyễn Văn An');
    const { meeting, link } = room.join(an);
    await expectSoon('plan arrives by the log', () => readAgenda(meeting.doc('plan')).length === 1);
    expect(link.state()).toMatchObject({ state: 'connected', carriedBy: room.secretary.member });
    expect(link.onlyHere()).toBe(0);

    await meeting.act('checked-in', { how: 'in-person' });
    await expectSoon('act is acknowledged', () => link.onlyHere() === 0);
    expect(carried.log.heads()).toContainEqual(expect.objectContaining({ author: an.member, stream: 'acts', seq: 1 }));
    await expectSoon('host knows its entries elsewhere', () => room?.hub.status(carried.id)?.onlyHere === 0);
  });

  it('shows live changes before they are logged, both ways for who may write', async () => {
    room = await openTestRoom(organisation);
    const an = await room.enrol('Nguyễn Văn An');
    const { meeting, link } = room.join(an);
    const ink = `ink/${'a'.repeat(64)}/${an.member}`;
    link.follow('plan');
    const followed = link.follow(ink);
    await expectSoon('synced', () => followed.synced());
    room.carried.doc('plan').getMap('meta').set('title', 'live');
    await expectSoon('live plan', () => meeting.doc('plan').getMap('meta').get('title') === 'live');
    meeting
      .doc(ink)
      .getMap('strokes')
      .set('s', new Uint8Array([1, 2, 3]));
    await expectSoon('live ink', () => room?.carried.doc(ink).getMap('strokes').has('s') === true);
    expect(room.carried.entries()).toBe(0);
  });

  it('[LINK-4] tells who is online', async () => {
    room = await openTestRoom(organisation);
    const an = await room.enrol('Nguyễn Văn An');
    const binh = await room.enrol('Lê Thị Bình');
    const first = room.join(an);
    const second = room.join(binh);
    await expectSoon('all three online', () => first.link.state().online.length === 3);
    await second.link.close();
    await expectSoon('two online', () => first.link.state().online.length === 2);
    expect(first.link.state().online).toEqual([room.secretary.member, an.member].sort());
  });

  it('[LINK-1] refuses another protocol number and a link without hello', async () => {
    room = await openTestRoom(organisation);
    const an = await room.enrol('Nguyễn Văn An');
    const url = `wss://${room.address}/link/${room.rules.id}`;
    for (const protocol of [LINK_PROTOCOL - 1, LINK_PROTOCOL + 1]) {
      const other = await openRawSocket(an, url);
      other.socket.send(JSON.stringify({ type: 'hello', protocol, device: 'ban-khac', heads: [] }));
      expect(await other.closed).toBe(4426);
    }
    const rude = await openRawSocket(an, url);
    rude.socket.send(JSON.stringify({ type: 'stored', batch: 0, refused: [] }));
    expect(await rude.closed).toBe(4400);
  });

  it('[DOC-8] numbers a document before anything happens in it, and takes the number for the name', async () => {
    room = await openTestRoom(organisation);
    const { hub, carried } = room;
    const an = await room.enrol('Nguyễn Văn An');
    const ink = `ink/${'a'.repeat(64)}/${an.member}`;
    const raw = await openRawSocket(an, `wss://${room.address}/link/${room.rules.id}`);
    const say = (document: string | number, message: Uint8Array) =>
      raw.socket.send(encodeDocumentFrames([{ document, message }]));
    const heard = () => raw.messages.flatMap(({ binary, data }) => (binary ? (decodeDocumentFrames(data) ?? []) : []));
    raw.socket.send(encodeControl({ type: 'hello', protocol: LINK_PROTOCOL, device: 'may-cua-an', heads: [] }), {
      binary: false,
    });
    say(ink, syncMessage(0, Y.encodeStateVector(new Y.Doc())));
    await expectSoon('an answer', () => heard().length >= 2);
    const [first] = heard();
    expect(first).toMatchObject({ document: ink });
    expect(first?.message[0]).toBe(NUMBERED);
    const number = readNumbered(first?.message ?? new Uint8Array(0)) ?? 0;

    const doc = new Y.Doc();
    doc.clientID = newClientId(an.member);
    doc.getMap('strokes').set('s', new Uint8Array([1, 2, 3]));
    say(number, syncMessage(2, Y.encodeStateAsUpdate(doc)));
    await expectSoon('the stroke is there', () => carried.doc(ink).getMap('strokes').has('s'));
    carried
      .doc(ink)
      .getMap('strokes')
      .set('t', new Uint8Array([1, 2, 3]));
    await expectSoon('a change comes by number', () => heard().some(({ document }) => document === number));

    say(number, new Uint8Array(0));
    // Closed, so that the number means nothing any more.
    doc.getMap('strokes').set('u', new Uint8Array([1, 2, 3]));
    say(number, syncMessage(2, Y.encodeStateAsUpdate(doc)));
    say(ink, syncMessage(0, Y.encodeStateVector(new Y.Doc())));
    const before = heard().length;
    await expectSoon('an answer by name again', () =>
      heard()
        .slice(before)
        .some(({ document }) => document === ink),
    );
    expect(carried.doc(ink).getMap('strokes').has('u')).toBe(false);
    expect(hub.status(room.rules.id)?.online).toContain(an.member);
    raw.socket.terminate();
  });

  it('[LINK-2] lets a laptop that comes again replace its old link', async () => {
    room = await openTestRoom(organisation);
    const an = await room.enrol('Nguyễn Văn An');
    const url = `wss://${room.address}/link/${room.rules.id}`;
    const hello = encodeControl({ type: 'hello', protocol: LINK_PROTOCOL, device: 'may-cua-an', heads: [] });
    const first = await openRawSocket(an, url);
    first.socket.send(hello, { binary: false });
    await expectSoon('welcome', () => first.messages.length > 0);
    const second = await openRawSocket(an, url);
    second.socket.send(hello, { binary: false });
    expect(await first.closed).toBe(4409);
    await expectSoon('welcome', () => second.messages.length > 0);
    expect(room.hub.status(room.rules.id)?.online).toContain(an.member);
    second.socket.terminate();
  });

  it('[LINK-2] keeps the newer connection also when the hello of the older one was held up on its way', async () => {
    room = await openTestRoom(organisation);
    const an = await room.enrol('Nguyễn Văn An');
    const url = `wss://${room.address}/link/${room.rules.id}`;
    const hello = encodeControl({ type: 'hello', protocol: LINK_PROTOCOL, device: 'may-cua-an', heads: [] });
    const first = await openRawSocket(an, url);
    const second = await openRawSocket(an, url);
    second.socket.send(hello, { binary: false });
    await expectSoon('welcome', () => second.messages.length > 0);
    first.socket.send(hello, { binary: false });
    expect(await first.closed).toBe(4409);
    const answered = once(second.socket, 'pong');
    second.socket.ping();
    await answered;
    expect(second.socket.readyState).toBe(second.socket.OPEN);
    expect(room.hub.status(room.rules.id)?.online).toContain(an.member);
    second.socket.terminate();
  });
});
