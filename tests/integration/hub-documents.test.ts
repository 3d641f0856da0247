import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';
import { applyAwarenessUpdate, Awareness, encodeAwarenessUpdate } from 'y-protocols/awareness';
import { WebsocketProvider } from 'y-websocket';
import * as Y from 'yjs';
import { serveDocument } from '../../common/collab/document-connection.ts';
import { putAgendaItem, readAgenda } from '../../common/collab/plan.ts';
import { asAgendaItemId } from '../../common/domain/ids.ts';
import { createMemoryMeeting, type MemoryMeeting } from '../fixtures/network/memory-meeting.ts';
import { openTcpProxy } from '../fixtures/network/tcp-proxy.ts';
import type { TestPerson } from '../fixtures/network/organisation.ts';
import { openRawSocket, webSocketOf } from '../fixtures/network/raw-client.ts';
import { expectSoon, openTestRoom, type TestRoom } from '../fixtures/network/room.ts';

let room: TestRoom;
let an: TestPerson;
let binh: TestPerson;
let deputy: TestPerson;
const providers: WebsocketProvider[] = [];

beforeAll(async () => {
  room = await openTestRoom();
  an = await room.enrol('Nguyễn Văn An');
  binh = await room.enrol('Lê Thị Bình');
  deputy = await room.enrol('Đỗ Thư Ký');
  room.rules.office.add(deputy.member);
  await room.carried.write('plan', (doc) =>
    putAgendaItem(doc, {
      id: asAgendaItemId('a'),
      title: 'Khai mạc',
      presenter: '',
      minutes: 5,
      order: 1,
      papers: [],
      motions: [],
    }),
  );
}, 60_000);
afterAll(async () => {
  for (const provider of providers) provider.destroy();
  await room.close();
});

function stockClient(person: TestPerson, document: string) {
  const doc = new Y.Doc();
  const provider = new WebsocketProvider(`wss://${room.address}/doc/${room.rules.id}`, document, doc, {
    WebSocketPolyfill: webSocketOf(person),
    disableBc: true,
  });
  providers.push(provider);
  const ends: { code: number }[] = [];
  provider.on('closed', (end) => ends.push(end));
  return { doc, provider, ends };
}

const inkOf = (person: TestPerson) => `ink/${'c'.repeat(64)}/${person.member}`;

describe('stock y-websocket client', () => {
  it('reads the plan and follows its changes', async () => {
    const client = stockClient(an, 'plan');
    await expectSoon('synced', () => client.provider.synced);
    expect(readAgenda(client.doc).map((item) => item.title)).toEqual(['Khai mạc']);
    room.carried.doc('plan').getMap('meta').set('place', 'Phòng họp số 2');
    await expectSoon('change arrives', () => client.doc.getMap('meta').get('place') === 'Phòng họp số 2');
  });

  it('of the office writes the plan', async () => {
    const client = stockClient(deputy, 'plan');
    await expectSoon('synced', () => client.provider.synced);
    client.doc.getMap('meta').set('title', 'Sửa bởi phó thư ký');
    await expectSoon(
      'host has it',
      () => room.carried.doc('plan').getMap('meta').get('title') === 'Sửa bởi phó thư ký',
    );
  });

  it('[DOC-2] that writes what it may not write is closed for good and logged; others don`t notice', async () => {
    const reader = stockClient(an, 'plan');
    const offender = stockClient(binh, 'plan');
    await expectSoon('both synced', () => reader.provider.synced && offender.provider.synced);
    offender.doc.getMap('meta').set('title', 'Bởi người không có quyền');
    await expectSoon('closed', () => offender.ends.length === 1);
    expect(offender.ends[0]).toMatchObject({ code: 4403 });
    expect(room.carried.doc('plan').getMap('meta').get('title')).not.toBe('Bởi người không có quyền');
    expect(room.log).toContainEqual({
      message: 'connection closed',
      values: { member: binh.member, code: 4403, reason: 'may not write plan' },
    });
    room.carried.doc('plan').getMap('meta').set('place', 'Hội trường');
    await expectSoon('reader goes on', () => reader.doc.getMap('meta').get('place') === 'Hội trường');
    expect(reader.provider.wsconnected).toBe(true);
  });

  it('[DOC-2] writes its own annotations and nobody else`s', async () => {
    const own = stockClient(an, inkOf(an));
    const foreign = stockClient(binh, inkOf(an));
    await expectSoon('both synced', () => own.provider.synced && foreign.provider.synced);
    own.doc.getMap('strokes').set('1', new Uint8Array([7]));
    await expectSoon('seen by the other', () => foreign.doc.getMap('strokes').has('1'));
    foreign.doc.getMap('strokes').delete('1');
    await expectSoon('closed', () => foreign.ends.length === 1);
    expect(room.carried.doc(inkOf(an)).getMap('strokes').has('1')).toBe(true);
  });
});

describe('awareness', () => {
  it('[AWARE-2] travels between stock clients under the name of their certificates', async () => {
    const first = stockClient(deputy, 'floor');
    const second = stockClient(binh, 'floor');
    await expectSoon('both synced', () => first.provider.synced && second.provider.synced);
    first.provider.awareness.setLocalState({ presenting: { paper: 'd'.repeat(64), page: 3 }, member: binh.member });
    const seen = () => second.provider.awareness.getStates().get(first.doc.clientID);
    await expectSoon('seen', () => seen()?.['presenting'] !== undefined);
    expect(seen()).toEqual({ presenting: { paper: 'd'.repeat(64), page: 3 }, member: deputy.member });
    first.provider.destroy();
    await expectSoon('gone with its connection', () => seen() === undefined);
  });

  it('[AWARE-1] of somebody else can be neither replaced nor removed', async () => {
    const victim = stockClient(deputy, 'floor');
    await expectSoon('synced', () => victim.provider.synced);
    victim.provider.awareness.setLocalState({ pen: 'real' });
    const state = () => room.carried.awareness('floor').getStates().get(victim.doc.clientID);
    await expectSoon('known', () => state()?.['pen'] === 'real');
    const attacker = await openRawSocket(room.secretary, `wss://${room.address}/doc/${room.rules.id}/floor`);
    attacker.socket.send(
      awarenessFrame([{ client: victim.doc.clientID, clock: 900, state: JSON.stringify({ pen: 'forged' }) }]),
    );
    attacker.socket.send(awarenessFrame([{ client: victim.doc.clientID, clock: 901, state: 'null' }]));
    attacker.socket.send(awarenessFrame([{ client: 5, clock: 1, state: JSON.stringify({ pen: 'own' }) }]));
    await expectSoon('own state arrives', () => room.carried.awareness('floor').getStates().has(5));
    expect(state()).toEqual({ pen: 'real', member: deputy.member });
    attacker.socket.terminate();
  });

  it('[AWARE-5] of who may not write is nobody’s: neither ink in another’s name nor what is shown to all', async () => {
    const ink = inkOf(binh);
    const author = stockClient(binh, ink);
    const watcher = stockClient(deputy, ink);
    const floor = stockClient(deputy, 'floor');
    await expectSoon('synced', () => [author, watcher, floor].every(({ provider }) => provider.synced));
    const forged = await openRawSocket(an, `wss://${room.address}/doc/${room.rules.id}/${ink}`);
    forged.socket.send(awarenessFrame([{ client: 5, clock: 1, state: JSON.stringify({ ink: 'forged' }) }]));
    const presenting = await openRawSocket(an, `wss://${room.address}/doc/${room.rules.id}/floor`);
    presenting.socket.send(awarenessFrame([{ client: 6, clock: 1, state: JSON.stringify({ presenting: {} }) }]));
    // Also in the name of somebody's own client.
    forged.socket.send(awarenessFrame([{ client: author.doc.clientID, clock: 900, state: 'null' }]));
    const seen = () => watcher.provider.awareness.getStates();
    // What both sent has been dealt with when a question that follows it is answered, and what is said then comes after it.
    for (const { socket } of [forged, presenting]) {
      socket.ping();
      await once(socket, 'pong');
    }
    author.provider.awareness.setLocalState({ ink: 'own' });
    floor.provider.awareness.setLocalState({ presenting: {} });
    await expectSoon('seen', () => seen().get(author.doc.clientID)?.['ink'] === 'own');
    await expectSoon('shown', () => room.carried.awareness('floor').getStates().has(floor.doc.clientID));
    expect([seen().has(5), floor.provider.awareness.getStates().has(6)]).toEqual([false, false]);
    expect(seen().get(author.doc.clientID)).toEqual({ ink: 'own' });
    for (const { socket } of [forged, presenting]) socket.terminate();
  });

  it('[AWARE-5] goes with the right to write', async () => {
    const former = await room.enrol('Trần Cựu Thư Ký');
    room.rules.office.add(former.member);
    const client = stockClient(former, 'floor');
    const watcher = stockClient(binh, 'floor');
    await expectSoon('synced', () => client.provider.synced && watcher.provider.synced);
    client.provider.awareness.setLocalState({ presenting: 1 });
    const seen = () => watcher.provider.awareness.getStates().has(client.doc.clientID);
    await expectSoon('seen', seen);
    room.rules.office.delete(former.member);
    // Also of who says nothing any more.
    await expectSoon('gone', () => !seen(), 3000);
    client.provider.awareness.setLocalState({ presenting: 2 });
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(seen()).toBe(false);
    expect(client.ends).toEqual([]);
    room.rules.office.add(former.member);
    client.provider.awareness.setLocalState({ presenting: 3 });
    await expectSoon('seen again', seen);
  });

  it('[AWARE-3] that is too large, too deep or no object closes its connection', async () => {
    const bad = [
      JSON.stringify({ pen: 'x'.repeat(17_000) }),
      `{"a":${'['.repeat(500)}${']'.repeat(500)}}`,
      '[1]',
      '"text"',
      'no json',
    ];
    for (const state of bad) {
      const raw = await openRawSocket(deputy, `wss://${room.address}/doc/${room.rules.id}/floor`);
      raw.socket.send(awarenessFrame([{ client: 77, clock: 1, state }]));
      expect(await raw.closed).toBe(4400);
    }
  });

  it('[AWARE-4] comes to others at most 60 times a second, and the last state always', async () => {
    const ink = inkOf(deputy);
    const watcher = stockClient(binh, ink);
    await expectSoon('synced', () => watcher.provider.synced);
    let updates = 0;
    watcher.provider.awareness.on('update', () => updates++);
    const raw = await openRawSocket(deputy, `wss://${room.address}/doc/${room.rules.id}/${ink}`);
    const started = performance.now();
    for (let clock = 1; clock <= 1000; clock++) {
      raw.socket.send(awarenessFrame([{ client: 99, clock, state: JSON.stringify({ at: clock }) }]));
      if (clock % 50 === 0) await new Promise((resolve) => setTimeout(resolve, 25));
    }
    await expectSoon('last state', () => watcher.provider.awareness.getStates().get(99)?.['at'] === 1000);
    const seconds = (performance.now() - started) / 1000;
    expect(updates).toBeLessThanOrEqual(60 + 60 * seconds + 5);
    raw.socket.terminate();
  });

  it('[AWARE-1] of windows that are opened and closed again and again is there for each', async () => {
    const raw = await openRawSocket(deputy, `wss://${room.address}/doc/${room.rules.id}/floor`);
    const states = () => room.carried.awareness('floor').getStates();
    for (let client = 1000; client < 1030; client++) {
      raw.socket.send(awarenessFrame([{ client, clock: 1, state: '{"window":1}' }]));
      if (client < 1029) raw.socket.send(awarenessFrame([{ client, clock: 2, state: 'null' }]));
    }
    await expectSoon('the last window', () => states().has(1029));
    await expectSoon(
      'only the last one',
      () => [...states().keys()].filter((id) => id >= 1000 && id < 1030).length === 1,
    );
    raw.socket.terminate();
    await expectSoon('gone', () => !states().has(1029));
    // Open at once, they are bounded.
    const greedy = await openRawSocket(deputy, `wss://${room.address}/doc/${room.rules.id}/floor`);
    const many = Array.from({ length: 100 }, (_, n) => ({ client: 2000 + n, clock: 1, state: '{}' }));
    greedy.socket.send(awarenessFrame(many));
    await expectSoon('some', () => states().has(2000));
    expect([...states().keys()].filter((id) => id >= 2000 && id < 2100)).toHaveLength(16);
    greedy.socket.terminate();
  });

  it('of a laptop is there again right after its link was cut', async () => {
    const { meeting, link } = room.join(deputy);
    const followed = link.follow('floor');
    await expectSoon('synced', () => followed.synced());
    const mine = meeting.awareness('floor');
    mine.setLocalState({ page: 1 });
    const atHost = () => room.carried.awareness('floor').getStates().get(mine.clientID);
    await expectSoon('known', () => atHost()?.['page'] === 1);
    await link.close();
    await expectSoon('forgotten', () => atHost() === undefined);
    const again = room.join(deputy, { meeting });
    again.link.follow('floor');
    await expectSoon('known again', () => atHost()?.['page'] === 1, 2000);
    await again.link.close();
  });
});

describe('windows of a laptop', () => {
  it('are seen by others from the start, and again after a cut', async () => {
    const proxy = await openTcpProxy(room.address);
    const meeting = createMemoryMeeting(room.rules, deputy);
    meeting.awareness('floor').setLocalState(null);
    const window = openWindow(meeting, binh);
    window.awareness.setLocalState({ presenting: 7 });
    const { link } = room.join(deputy, { meeting, addresses: () => [proxy.address] });
    link.follow('floor');
    const atHost = () => room.carried.awareness('floor').getStates().get(window.awareness.clientID);
    await expectSoon('seen', () => atHost()?.['presenting'] === 7);
    for (let cut = 0; cut < 3; cut++) {
      proxy.cut();
      await expectSoon('gone', () => atHost() === undefined);
      await expectSoon('seen again', () => atHost()?.['presenting'] === 7, 3000);
    }
    expect(window.awareness.getLocalState()).toEqual({ presenting: 7 });
    window.close();
    await link.close();
    await proxy.close();
  });
});

/** A window as the renderer has it: a document and awareness of its own, joined to the engine's over a port. */
function openWindow(meeting: MemoryMeeting, me: TestPerson) {
  const doc = new Y.Doc();
  const awareness = new Awareness(doc);
  const port = serveDocument(meeting.openDocument('floor'), {
    member: me.member,
    mayWrite: true,
    mayBeAware: true,
    send: (message) => queueMicrotask(() => receive(message)),
  });
  function receive(message: Uint8Array): void {
    const decoder = decoding.createDecoder(message);
    if (decoding.readVarUint(decoder) !== 1) return;
    applyAwarenessUpdate(awareness, decoding.readVarUint8Array(decoder), port);
  }
  awareness.on('update', ({ added, updated, removed }: { added: number[]; updated: number[]; removed: number[] }) => {
    const encoder = encoding.createEncoder();
    encoding.writeVarUint(encoder, 1);
    const clients = [...added, ...updated, ...removed];
    encoding.writeVarUint8Array(encoder, encodeAwarenessUpdate(awareness, clients));
    port.receive(encoding.toUint8Array(encoder));
  });
  return {
    awareness,
    close() {
      port.close();
      doc.destroy();
    },
  };
}

describe('over the link', () => {
  it('[DOC-4] a member that applies the office`s changes from the log is not taken for their writer', async () => {
    const { meeting, link } = room.join(binh);
    const followed = link.follow('minutes');
    await expectSoon('synced', () => followed.synced());
    for (let n = 0; n < 20; n++) {
      await room.carried.write('minutes', (doc) => doc.getMap('meta').set('n', n));
    }
    await expectSoon('all there', () => meeting.doc('minutes').getMap('meta').get('n') === 19);
    // The same on a laptop that gets the changes from the log before it asks for the document.
    const late = room.join(deputy);
    await expectSoon('log is there', () => late.meeting.doc('minutes').getMap('meta').get('n') === 19);
    late.link.follow('minutes');
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(link.state().state).toBe('connected');
    expect(late.link.state().state).toBe('connected');
    await Promise.all([link.close(), late.link.close()]);
  });

  it('[DOC-1] a released document is closed at the host', async () => {
    const { meeting, link } = room.join(binh);
    const ink = inkOf(binh);
    const followed = link.follow(ink);
    await expectSoon('synced', () => followed.synced());
    followed.release();
    await new Promise((resolve) => setTimeout(resolve, 50));
    room.carried.doc(ink).getMap('strokes').set('after', 1);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(meeting.doc(ink).getMap('strokes').has('after')).toBe(false);
    await link.close();
  });
});

function awarenessFrame(states: { client: number; clock: number; state: string }[]): Uint8Array {
  const update = encoding.createEncoder();
  encoding.writeVarUint(update, states.length);
  for (const { client, clock, state } of states) {
    encoding.writeVarUint(update, client);
    encoding.writeVarUint(update, clock);
    encoding.writeVarString(update, state);
  }
  const frame = encoding.createEncoder();
  encoding.writeVarUint(frame, 1);
  encoding.writeVarUint8Array(frame, encoding.toUint8Array(update));
  return encoding.toUint8Array(frame);
}
