import type { Socket } from 'node:net';
import { deflateRawSync } from 'node:zlib';
import * as encoding from 'lib0/encoding';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as Y from 'yjs';
import { decodeDocumentFrames, encodeDocumentFrames } from '../../common/wire/document-frames.ts';
import { MAX_LINK_MESSAGE_BYTES, MAX_OPEN_DOCUMENTS } from '../../common/wire/link.ts';
import { until } from '../fixtures/laptops.ts';
import { openRawSocket, talkTls } from '../fixtures/network/raw-client.ts';
import { openWindowDocument } from '../fixtures/window-document.ts';
import { attackedRoom, MOTION_RULE, watchForCrashes, type AttackedRoom } from './attacked-room.ts';
import { ITEM } from '../fixtures/convened-meeting.ts';
import { handLink, hashOf, hostilePerson, type HandLink, type HostilePerson } from './hostile-person.ts';

// A member with a real certificate who speaks the protocol by hand, against real laptops.
let at: AttackedRoom;
let mallory: HostilePerson;
const watch = watchForCrashes();

beforeAll(async () => {
  at = await attackedRoom();
  mallory = await hostilePerson(at.hostile, at.meeting);
  await at.hostile.engine.close();
}, 120_000);

afterAll(async () => {
  await at?.close();
  watch.stop();
});

const link = () => handLink(mallory, at.address, at.meeting);
const honestOnes = () => [at.secretary, at.chair, at.honest];

async function sameEverywhere(): Promise<void> {
  await until(async () => {
    const [first, ...others] = await Promise.all(honestOnes().map(at.state));
    return others.every((other) => JSON.stringify(other) === JSON.stringify(first));
  });
}

function update(change: (doc: Y.Doc) => void): Uint8Array {
  const doc = new Y.Doc();
  change(doc);
  return Y.encodeStateAsUpdate(doc);
}

function live(document: string, body: Uint8Array): Uint8Array {
  const encoder = encoding.createEncoder();
  encoding.writeVarUint(encoder, 0);
  encoding.writeVarUint(encoder, 2);
  encoding.writeVarUint8Array(encoder, body);
  return encodeDocumentFrames([{ document, message: encoding.toUint8Array(encoder) }]);
}

const anyChange = () => update((doc) => doc.getMap('meta').set('title', 'bị phá'));
const ownInk = () => `ink/${at.paper}/${mallory.member}`;

describe('entries', () => {
  test('[LOG-6] that an honest laptop would never bring close the connection and change nothing', async () => {
    const honest = await at.honest.member();
    const inkOfHonest = `doc/ink/${at.paper}/${honest}`;
    const change = { kind: 'document-change', body: { update: Buffer.from(anyChange()).toString('base64url') } };
    const good = await mallory.sign({});
    const before = await at.state(at.honest);
    const attacks: [string, string, number][] = [
      ['another author', await mallory.sign({ author: honest }), 4400],
      [
        'a ballot for another',
        await mallory.sign({ author: honest, kind: 'ballot', body: { motion: 'm', choice: 'approve' } }),
        4400,
      ],
      ['another meeting', await mallory.sign({ meeting: 'a'.repeat(26) }), 4400],
      ['a changed signature', `${good.slice(0, -8)}AAAAAAAA`, 4400],
      ['no algorithm', await mallory.sign({}, { alg: 'none' }), 4400],
      ['an extra header', await mallory.sign({}, { jwk: {} }), 4400],
      ['an unknown kind', await mallory.sign({ kind: 'make-me-chair', body: {} }), 4400],
      ['a prototype as kind', await mallory.sign({ kind: 'constructor', body: {} }), 4400],
      ['a body out of form', await mallory.sign({ kind: 'ballot', body: { motion: 'm', choice: 'twice' } }), 4400],
      ['a stream with a path', await mallory.sign({ stream: 'doc/../acts', ...change }), 4400],
      ['number zero', await mallory.sign({ seq: 0 }), 4400],
      ['a year that is none', await mallory.sign({ time: '9999-99-99T00:00:00.000Z' }), 4400],
      [
        'no Yjs update',
        await mallory.sign({ stream: `doc/${ownInk()}`, ...change, body: { update: 'AAECAwQ' } }),
        4400,
      ],
      ['plan', await mallory.sign({ stream: 'doc/plan', ...change }), 4403],
      ['floor', await mallory.sign({ stream: 'doc/floor', ...change }), 4403],
      ['ink of another', await mallory.sign({ stream: inkOfHonest, ...change }), 4403],
    ];
    for (const [what, jws, code] of attacks) {
      const by = await link();
      expect([what, await by.bring([jws])]).toEqual([what, { closed: code }]);
    }
    expect(await at.state(at.honest)).toEqual(before);
  });

  test('[LOG-6] with gaps are refused without harm; two with one number are kept as proof', async () => {
    const by = await link();
    expect(await by.bring([await mallory.sign({ seq: 7, prev: 'a'.repeat(64) })])).toEqual({
      refused: [{ index: 0, reason: 'gap' }],
    });
    const first = await mallory.nextAct('speak-requested', { request: 'q1', item: null, queue: 'speech', note: '' });
    const second = await mallory.sign({ kind: 'checked-in', body: { how: 'in-person' } });
    const [wrongPast] = [await mallory.sign({ seq: 2, prev: 'b'.repeat(64) })];
    expect(await by.bring([first, first, second, wrongPast])).toEqual({
      refused: [
        { index: 2, reason: 'fork' },
        { index: 3, reason: 'fork' },
      ],
    });
    const [proof, ...more] = at.secretary.engine.store.forks.list(at.meeting);
    expect(more).toEqual([]);
    expect([proof?.ours, proof?.theirs]).toEqual([first, second]);
    for (const laptop of honestOnes()) await until(async () => (await at.state(laptop)).queue.length === 1);
    expect((await at.state(at.honest)).attendance[mallory.member]).toBeUndefined();
    // Somebody else's acts brought once more, and one's own: known already.
    const theirs = [...at.secretary.engine.store.entries.readStream(at.meeting, 'acts')].map((entry) => entry.jws);
    expect(await by.bring(theirs)).toEqual({ refused: [] });
    await sameEverywhere();
    by.socket.close();
  });

  test('[MTG-1] [VOTE-5] [CON-2] [MIN-2] out of role are kept and shown as ignored, the same everywhere', async () => {
    const by = await link();
    const roster = (await at.state(at.honest)).roster.map((entry) => ({
      ...entry,
      role: entry.member === mallory.member ? ('chair' as const) : ('member' as const),
    }));
    const sha = 'c'.repeat(64);
    const acts = [
      await mallory.nextAct('roster-changed', { roster }),
      await mallory.nextAct('meeting-convened', {
        nonce: 'A'.repeat(22),
        title: 'Phiên họp giả',
        kind: '',
        start: '2026-11-23T08:00:00+07:00',
        place: '',
        organisation: { name: 'Cơ quan giả', parent: '', symbol: '' },
        rules: (await at.state(at.honest)).rules,
        roster,
      }),
      await mallory.nextAct('motion-opened', {
        motion: 'gia',
        item: null,
        text: 'Giả',
        secret: false,
        rule: MOTION_RULE,
      }),
      await mallory.nextAct('item-closed', { item: ITEM }),
      await mallory.nextAct('attendance-recorded', { member: await at.honest.member(), status: 'absent', reason: '' }),
      await mallory.nextAct('floor-given', { member: mallory.member, request: null, limitSeconds: 0 }),
      await mallory.nextAct('concluded', { item: null, text: 'Kết luận giả' }),
      await mallory.nextAct('minutes-frozen', { revision: sha, size: 10, chunks: [sha] }),
      await mallory.nextAct('minutes-sealed', { paper: sha, size: 10, chunks: [sha] }),
      await mallory.nextAct('meeting-closed', {}),
    ];
    expect(await by.bring(acts)).toEqual({ refused: [] });
    for (const laptop of honestOnes()) {
      await until(async () => (await at.state(laptop)).ignored.length === acts.length);
      const state = await at.state(laptop);
      expect(state).toMatchObject({ phase: 'open', currentItem: ITEM, motions: [], floor: null, conclusion: null });
      expect(state.minutes).toEqual({ stage: 'draft' });
      expect(new Set(state.ignored.map((one) => one.hash))).toEqual(new Set(acts.map(hashOf)));
    }
    await sameEverywhere();
    by.socket.close();
  });

  test('[VOTE-7] after a motion is closed do not change its result, whatever their time says', async () => {
    const by = await link();
    const opened = Date.now();
    await at.act(at.chair, 'motion-opened', {
      motion: 'm1',
      item: ITEM,
      text: 'Thông qua',
      secret: false,
      rule: MOTION_RULE,
    });
    for (const laptop of honestOnes()) await until(async () => (await at.state(laptop)).motions.length === 1);
    await at.act(at.secretary, 'ballot', { motion: 'm1', choice: 'approve' });
    await at.act(at.chair, 'ballot', { motion: 'm1', choice: 'approve' });
    await at.act(at.honest, 'ballot', { motion: 'm1', choice: 'reject' });
    await until(async () => (await at.state(at.chair)).motions[0]?.tally.voted === 3);
    await at.act(at.chair, 'motion-closed', { motion: 'm1', ballots: [] });
    for (const laptop of honestOnes()) await until(async () => (await at.state(laptop)).motions[0]?.closedAt);
    const result = (await at.state(at.chair)).motions[0];
    expect(result?.tally).toMatchObject({ approve: 2, base: 3, needed: 2, passed: true });

    const time = new Date(opened).toISOString();
    const late = [
      await mallory.nextAct('checked-in', { how: 'remote' }, { time }),
      await mallory.nextAct('ballot', { motion: 'm1', choice: 'reject' }, { time }),
    ];
    expect(await by.bring(late)).toEqual({ refused: [] });
    for (const laptop of honestOnes()) {
      await until(async () => (await at.state(laptop)).ignored.some(({ reason }) => reason === 'motion-not-open'));
      // Nor is it told of as a ballot of somebody who was there.
      expect((await at.state(laptop)).motions[0]).toEqual(result);
    }
    await sameEverywhere();
    by.socket.close();
  });
});

test('[VOTE-5] of two own acts at once that rule each other out, one is done and the other refused', async () => {
  const open = (motion: string) =>
    at.act(at.chair, 'motion-opened', { motion, item: ITEM, text: 'Bấm hai lần', secret: false, rule: MOTION_RULE });
  const [first, second] = await Promise.allSettled([open('m2'), open('m3')]);
  expect(first.status).toBe('fulfilled');
  expect(second).toMatchObject({ status: 'rejected', reason: { code: 'act.wrong-phase' } });
  await at.act(at.chair, 'motion-closed', { motion: 'm2', ballots: [] });
  await sameEverywhere();
});

describe('live frames', () => {
  test('[DOC-2] in documents of others close the connection and are not applied', async () => {
    const honest = await at.honest.member();
    const theirs = openWindowDocument(at.honest, `${at.meeting}/ink/${at.paper}/${honest}`);
    await theirs.synced;
    theirs.doc.getMap('strokes').set('mine', Uint8Array.of(1, 2, 3));
    const seen = openWindowDocument(at.secretary, `${at.meeting}/ink/${at.paper}/${honest}`);
    await until(() => seen.doc.getMap('strokes').has('mine'));
    const copy = new Y.Doc();
    Y.applyUpdate(copy, Y.encodeStateAsUpdate(seen.doc));
    copy.getMap('strokes').delete('mine');
    const deletion = Y.encodeStateAsUpdate(copy, Y.encodeStateVector(seen.doc));
    const frames: [string, Uint8Array][] = [
      ['plan', anyChange()],
      ['floor', anyChange()],
      [`ink/${at.paper}/${honest}`, anyChange()],
      [`ink/${at.paper}/${honest}`, deletion],
    ];
    for (const [document, body] of frames) {
      const by = await link();
      by.socket.send(live(document, body));
      expect([document, await by.closed]).toEqual([document, 4403]);
    }
    expect([...theirs.doc.getMap('strokes').keys()]).toEqual(['mine']);
    expect([...seen.doc.getMap('strokes').keys()]).toEqual(['mine']);
    theirs.close();
    seen.close();
  });

  test('of names that are no documents close the connection', async () => {
    for (const name of ['private/notes', '../plan', 'plan/', 'PLAN', `ink/${'a'.repeat(64)}/../x`]) {
      const by = await link();
      by.socket.send(encodeDocumentFrames([{ document: name, message: Uint8Array.of(0, 0, 1, 0) }]));
      expect([name, await by.closed]).toEqual([name, 4400]);
    }
  });

  test('of many documents and floods of presence stay within bounds', async () => {
    const [by, other] = [await link(), await link()];
    const before = process.memoryUsage().rss;
    const { documentsFollowed } = at.meter.now();
    const question = Uint8Array.of(0, 0, 1, 0);
    const names = Array.from(
      { length: 10_000 },
      (_, index) => `ink/${index.toString(16).padStart(64, '0')}/${mallory.member}`,
    );
    for (let from = 0; from < names.length; from += 1000) {
      const frames = names.slice(from, from + 1000).map((document) => ({ document, message: question }));
      by.socket.send(encodeDocumentFrames(frames));
    }
    const awareness = encoding.createEncoder();
    encoding.writeVarUint(awareness, 1);
    const states = encoding.createEncoder();
    encoding.writeVarUint(states, 1);
    encoding.writeVarUint(states, 4711);
    encoding.writeVarUint(states, 3);
    encoding.writeVarString(states, JSON.stringify({ pen: 'x'.repeat(10_000) }));
    encoding.writeVarUint8Array(awareness, encoding.toUint8Array(states));
    const presence = encodeDocumentFrames([{ document: 'minutes', message: encoding.toUint8Array(awareness) }]);
    for (let count = 0; count < 4000; count++) other.socket.send(presence);
    // The others go on meanwhile.
    await at.act(at.honest, 'speak-requested', { request: 'q2', item: null, queue: 'speech', note: '' });
    for (const laptop of honestOnes())
      await until(async () => (await at.state(laptop)).queue.some((one) => one.request === 'q2'), 5000);
    // The first 512 are open, and each of the others is answered by an empty frame: the host keeps nothing of it.
    const answered = () =>
      by.messages.flatMap(({ data, binary }) => (binary ? (decodeDocumentFrames(data) ?? []) : []));
    const refused = () => answered().flatMap(({ document, message }) => (message.byteLength === 0 ? document : []));
    await until(() => refused().length === names.length - MAX_OPEN_DOCUMENTS);
    expect(refused()).toEqual(names.slice(MAX_OPEN_DOCUMENTS));
    const opened = new Set(answered().flatMap(({ document, message }) => (message.byteLength > 0 ? document : [])));
    expect(names.filter((name) => opened.has(name))).toEqual(names.slice(0, MAX_OPEN_DOCUMENTS));
    expect(by.socket.readyState).toBe(by.socket.OPEN);
    // The other link follows the minutes.
    expect(at.meter.now().documentsFollowed - documentsFollowed).toBe(MAX_OPEN_DOCUMENTS + 1);
    // There is room for another one when one is closed.
    const [first, last] = [names[0] ?? '', names.at(-1) ?? ''];
    by.socket.send(encodeDocumentFrames([{ document: first, message: new Uint8Array(0) }]));
    by.socket.send(encodeDocumentFrames([{ document: last, message: question }]));
    await until(() => answered().some(({ document, message }) => document === last && message.byteLength > 0));
    for (const { socket } of [by, other]) socket.terminate();
    await until(() => at.meter.now().documentsFollowed === documentsFollowed);
    expect((process.memoryUsage().rss - before) / 1e6).toBeLessThan(400);
    await sameEverywhere();
  });

  test('and messages of over 9 MB close that connection, unread, also when nobody answers the close', async () => {
    const before = at.meter.now();
    const received = at.meter.bytes.in;
    const large = Buffer.alloc(MAX_LINK_MESSAGE_BYTES + 1, 'x');
    const attacks: [string, (by: HandLink) => void][] = [
      ['binary', ({ socket }) => socket.send(large, { binary: true })],
      ['text', ({ socket }) => socket.send(large, { binary: false })],
      [
        'in pieces without end',
        ({ socket }) => {
          for (let sent = 0; sent <= large.byteLength; sent += 64 * 1024)
            socket.send(large.subarray(0, 64 * 1024), { binary: true, fin: false });
        },
      ],
    ];
    for (const [what, attack] of attacks) {
      const by = await link();
      attack(by);
      expect([what, await by.closed]).toEqual([what, 1009]);
    }
    // Whoever takes no notice of it, and goes on saying that it lives, is cut off.
    const deaf = await link();
    await until(() => at.meter.now().links.ready === before.links.ready + 1);
    deaf.socket.pause();
    deaf.socket.send(large, { binary: true });
    const pings = setInterval(() => deaf.socket.ping(), 300);
    await until(() => JSON.stringify(at.meter.now().links) === JSON.stringify(before.links));
    await until(() => at.meter.now().connections === before.connections);
    clearInterval(pings);
    deaf.socket.terminate();
    expect(at.meter.bytes.in - received).toBeLessThan(MAX_LINK_MESSAGE_BYTES);
    await at.act(at.honest, 'speak-requested', { request: 'q3', item: null, queue: 'speech', note: '' });
    await sameEverywhere();
  });
});

describe('messages', () => {
  test('[LINK-5] that unpack to far more, to nothing or not at all close that connection', async () => {
    const before = process.memoryUsage().rss;
    const bombs: [string, Buffer][] = [
      ['a hundred megabytes', deflateRawSync(Buffer.alloc(100_000_000))],
      ['nothing', deflateRawSync(Buffer.alloc(0))],
      ['nine megabytes of empty blocks', Buffer.alloc(9_000_000, Buffer.of(0, 0, 0, 0xff, 0xff))],
      ['half of it', deflateRawSync(Buffer.from(`{"x":"${'y'.repeat(9000)}"}`)).subarray(0, 30)],
      ['JSON that is no message', deflateRawSync(Buffer.from('['.repeat(500_000)))],
    ];
    for (const [what, message] of bombs) {
      const by = await link();
      by.socket.send(encodeDocumentFrames([{ document: 0, message }]));
      expect([what, await by.closed]).toEqual([what, 4400]);
    }
    // Beside a document it is no frame either; before the hello it is not looked at otherwise than any first message.
    const beside = await link();
    const packed = { document: 0, message: deflateRawSync(Buffer.from('{"type":"from-the-future"}')) };
    beside.socket.send(encodeDocumentFrames([packed, packed]));
    expect(await beside.closed).toBe(4400);
    const early = await openRawSocket(mallory, `wss://${at.address}/link/${at.meeting}`);
    early.socket.send(
      encodeDocumentFrames([
        { document: 0, message: deflateRawSync(Buffer.from('{"type":"certificates","certificates":[]}')) },
      ]),
    );
    expect(await early.closed).toBe(4400);
    expect((process.memoryUsage().rss - before) / 1e6).toBeLessThan(200);
    await at.act(at.honest, 'speak-requested', { request: 'q5', item: null, queue: 'speech', note: '' });
    await sameEverywhere();
  });

  test('in a thousand fragments, or byte by byte, are not put together', async () => {
    const fragments = await link();
    for (let count = 0; count < 1000; count++) fragments.socket.send(Uint8Array.of(1), { binary: true, fin: false });
    expect(await fragments.closed).toBe(1008);
    const bytes = await link();
    const { _socket: transport } = bytes.socket as unknown as { _socket: Socket };
    // A whole message of nine million bytes is announced.
    transport.write(Buffer.from([0x82, 0xff, 0, 0, 0, 0, 0, 0x89, 0x54, 0x40, 0, 0, 0, 0]));
    let code = 0;
    void bytes.closed.then((closed) => (code = closed));
    // Each in a record of its own.
    for (let count = 0; count < 30_000 && code === 0; count++)
      await new Promise((resolve) => transport.write(Uint8Array.of(1), resolve));
    await until(() => code !== 0);
    expect(code).toBe(1008);
    await at.act(at.honest, 'speak-requested', { request: 'q4', item: null, queue: 'speech', note: '' });
    await sameEverywhere();
  });
});

describe('requests', () => {
  const ask = (head: string) => talkTls(at.address, mallory.tls, head, 1500);

  test('with tricks in their paths, methods, ranges and heads get an error and no byte of a file', async () => {
    const paper = `/paper/${at.meeting}/${at.paper}`;
    const get = (path: string, more = '') => `GET ${path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n${more}\r\n`;
    const attacks: [string, RegExp][] = [
      [get(`/paper/${at.meeting}/../../phien.db`), / 404 /],
      [get(`/paper/${at.meeting}/..%2f..%2fphien.db`), / 404 /],
      [get(`/paper/${at.meeting}/${at.paper}%00.pdf`), / 404 /],
      [get(`/paper/${'a'.repeat(26)}/${at.paper}`), / 404 /],
      [get(`/paper/__proto__/${at.paper}`), / 404 /],
      [get(`${paper}/x/y`), / 404 /],
      [get(paper, 'range: bytes=99999999-\r\n'), / 416 /],
      [get(paper, `x-long: ${'x'.repeat(20_000)}\r\n`), /^$|^HTTP\/1.1 431 /],
      [`DELETE ${paper} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`, / 405 /],
      [`PUT ${paper} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: 5\r\n\r\nhello`, / 404 /],
      [`PUT ${paper}/0 HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: 5\r\n\r\nhello`, / (404|413) /],
      [`PUT ${paper}/99999 HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: 5\r\n\r\nhello`, / 404 /],
      [
        `PUT /paper/${at.meeting}/${'d'.repeat(64)}/0 HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: 5\r\n\r\nhello`,
        / 404 /,
      ],
      ['NONSENSE\r\n\r\n', /^$|^HTTP\/1.1 400 /],
    ];
    for (const [request, expected] of attacks) {
      const answer = (await ask(request)).received.toString('latin1');
      expect([request.slice(0, 120), answer.slice(0, 40)]).toEqual([
        request.slice(0, 120),
        expect.stringMatching(expected),
      ]);
      expect(answer).not.toContain('%PDF');
      expect(answer).not.toContain('SQLite');
    }
  });

  test('that never end keep nobody out', async () => {
    const slow = Array.from({ length: 80 }, () =>
      talkTls(at.address, mallory.tls, 'GET /meetings HTTP/1.1\r\nx: ', 2500),
    );
    await new Promise((resolve) => setTimeout(resolve, 300));
    const offered = await at.honest.request('meetings.join', { address: at.address, meeting: at.meeting });
    expect(offered.meeting).toBe(at.meeting);
    const ends = await Promise.all(slow);
    expect(ends.every(({ received }) => received.length === 0)).toBe(true);
  });
});
