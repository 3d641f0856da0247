import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as encoding from 'lib0/encoding';
import * as Y from 'yjs';
import { createHubMeter } from '../../main/hub/hub-meter.ts';
import { encodeControl, LINK_PROTOCOL } from '../../common/wire/link.ts';
import { encodeDocumentFrames } from '../../common/wire/document-frames.ts';
import { controlText } from '../fixtures/control-text.ts';
import type { TestPerson } from '../fixtures/network/organisation.ts';
import { openRawSocket } from '../fixtures/network/raw-client.ts';
import { expectSoon, openTestRoom, type TestRoom } from '../fixtures/network/room.ts';

let room: TestRoom;
let an: TestPerson;
let binh: TestPerson;
beforeAll(async () => {
  room = await openTestRoom();
  an = await room.enrol('Nguyễn Văn An');
  binh = await room.enrol('Lê Thị Bình');
}, 60_000);
afterAll(() => room.close());

const MEGABYTE = 1024 * 1024;

function syncStep1(): Uint8Array {
  const encoder = encoding.createEncoder();
  encoding.writeVarUint(encoder, 0);
  encoding.writeVarUint(encoder, 0);
  encoding.writeVarUint8Array(encoder, Y.encodeStateVector(new Y.Doc()));
  return encoding.toUint8Array(encoder);
}

/** Opens a document on a link and then reads nothing more, but goes on saying that it lives. */
async function openSleeper(person = an, at = room) {
  const raw = await openRawSocket(person, `wss://${at.address}/link/${at.rules.id}`);
  raw.socket.send(encodeControl({ type: 'hello', protocol: LINK_PROTOCOL, device: 'sleeper-0', heads: [] }), {
    binary: false,
  });
  raw.socket.send(encodeDocumentFrames([{ document: 'minutes', message: syncStep1() }]));
  await expectSoon('answered', () => raw.messages.some(({ data, binary }) => controlText(data, binary) === null));
  raw.socket.pause();
  const pings = setInterval(() => raw.socket.readyState === raw.socket.OPEN && raw.socket.ping(), 300);
  return { ...raw, stop: () => clearInterval(pings) };
}

describe('a laptop that reads too slowly', () => {
  it('is closed before it takes much memory, while others get everything', async () => {
    const sleeper = await openSleeper();
    const { meeting, link } = room.join(binh);
    const followed = link.follow('minutes');
    await expectSoon('synced', () => followed.synced());
    const before = process.memoryUsage();
    const text = room.carried.doc('minutes').getMap('texts');
    const newest = () => (meeting.doc('minutes').getMap('texts').get('a') as Uint8Array | undefined)?.[0];
    const isClosed = () => room.log.some(({ values }) => values?.['code'] === 4513);
    let highest = 0;
    let beside = 0;
    for (let n = 0; n < 80; n++) {
      // The same key: the document itself stays small, what is sent doesn't.
      text.set('a', new Uint8Array(MEGABYTE).fill(n));
      if (n % 8 === 0) await room.carried.act('speak-requested', { n });
      // Each reaches the other before there is a next one, while the sleeper has got none of them.
      await expectSoon(`the other has change ${n}`, () => newest() === n);
      await expectSoon('and all acts', () => meeting.entries() === 1 + Math.floor(n / 8));
      if (!isClosed()) beside++;
      const now = process.memoryUsage();
      highest = Math.max(highest, now.external - before.external);
    }
    await expectSoon('closed as slow', isClosed);
    // It was closed at over 16 MB: what came before that came to the other beside a laptop that took nothing.
    expect(beside).toBeGreaterThanOrEqual(15);
    expect(sleeper.messages.filter(({ data }) => data.byteLength >= MEGABYTE)).toEqual([]);
    expect(link.state().state).toBe('connected');
    expect(highest).toBeLessThan(200 * MEGABYTE);
    sleeper.stop();
    sleeper.socket.terminate();
    await link.close();
  });

  it('gets no awareness while it is behind, and no second copy of a document', async () => {
    const sleeper = await openSleeper();
    const link = () => room.log.filter(({ values }) => values?.['code'] === 4513).length;
    const closedBefore = link();
    const texts = room.carried.doc('minutes').getMap('texts');
    for (let n = 0; n < 8; n++) texts.set('a', new Uint8Array(MEGABYTE).fill(n));
    // 40 questions would be answered with a megabyte each, and 16 MB of awareness would follow.
    for (let n = 0; n < 40; n++)
      sleeper.socket.send(encodeDocumentFrames([{ document: 'minutes', message: syncStep1() }]));
    const awareness = room.carried.awareness('minutes');
    for (let n = 0; n < 2000; n++) awareness.setLocalState({ n, filler: 'x'.repeat(8000) });
    await new Promise((resolve) => setTimeout(resolve, 1000));
    expect(link()).toBe(closedBefore);
    sleeper.socket.resume();
    const received = () => sleeper.messages.reduce((sum, { data }) => sum + data.byteLength, 0);
    await expectSoon('the rest arrives', () => received() > 8 * MEGABYTE);
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(received()).toBeLessThan(13 * MEGABYTE);
    sleeper.stop();
    sleeper.socket.terminate();
  });
});

describe('laptops that read too slowly, none of them too slow alone', () => {
  const slowBytesTogether = 8 * MEGABYTE;

  it('are closed, the slowest first, until what waits for all is bounded; whoever reads goes on', async () => {
    const meter = createHubMeter();
    const crowded = await openTestRoom(room.organisation, { meter, limits: { slowBytesTogether } });
    const first = await crowded.enrol('Trương Thị Chậm');
    const second = await crowded.enrol('Lò Văn Ngủ');
    const { meeting, link } = crowded.join(await crowded.enrol('Quàng Văn Tỉnh'));
    const followed = link.follow('minutes');
    await expectSoon('synced', () => followed.synced());
    const text = crowded.carried.doc('minutes').getMap('texts');
    const newest = () => (meeting.doc('minutes').getMap('texts').get('a') as Uint8Array | undefined)?.[0];
    const closed = () =>
      crowded.log
        .filter(({ message, values }) => message === 'connection closed' && values?.['code'] === 4513)
        .map(({ values }) => ({ member: values?.['member'], reason: values?.['reason'] }));
    const reason = 'too much waits for all together';
    let sent = 0;
    /** In step with the one who reads, and so slowly that a heartbeat comes before anybody has 16 MB. */
    async function write(): Promise<void> {
      text.set('a', new Uint8Array(MEGABYTE / 4).fill(++sent % 256));
      await expectSoon('the reader has it', () => newest() === sent % 256);
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
    const sleepers = [await openSleeper(first, crowded)];
    while (meter.now().bufferedBytes < 6 * MEGABYTE) await write();
    // For whom 6 MB less wait.
    sleepers.push(await openSleeper(second, crowded));
    while (closed().length === 0) await write();
    expect(closed()).toEqual([{ member: first.member, reason }]);
    // Now there is room again; until there is none.
    while (closed().length === 1) await write();
    expect(closed()).toEqual([first, second].map(({ member }) => ({ member, reason })));
    await expectSoon('nothing waits', () => meter.now().bufferedBytes === 0);
    expect(link.state().state).toBe('connected');
    for (const sleeper of sleepers) {
      sleeper.stop();
      sleeper.socket.terminate();
    }
    await crowded.close();
  });
});
