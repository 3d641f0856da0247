import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as encoding from 'lib0/encoding';
import * as Y from 'yjs';
import { encodeControl, LINK_PROTOCOL } from '../../common/wire/link.ts';
import { encodeDocumentFrames } from '../../common/wire/document-frames.ts';
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
async function openSleeper() {
  const raw = await openRawSocket(an, `wss://${room.address}/link/${room.rules.id}`);
  raw.socket.send(encodeControl({ type: 'hello', protocol: LINK_PROTOCOL, device: 'sleeper-0', heads: [] }), {
    binary: false,
  });
  raw.socket.send(encodeDocumentFrames([{ document: 'minutes', message: syncStep1() }]));
  await expectSoon('answered', () => raw.messages.some(({ binary }) => binary));
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
    let highest = 0;
    for (let n = 0; n < 80; n++) {
      // The same key: the document itself stays small, what is sent doesn't.
      text.set('a', new Uint8Array(MEGABYTE).fill(n));
      await new Promise((resolve) => setTimeout(resolve, 15));
      const now = process.memoryUsage();
      highest = Math.max(highest, now.external - before.external);
    }
    await expectSoon('closed as slow', () => room.log.some(({ values }) => values?.['code'] === 4513));
    await expectSoon(
      'the other has it',
      () => (meeting.doc('minutes').getMap('texts').get('a') as Uint8Array)?.[0] === 79,
    );
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
