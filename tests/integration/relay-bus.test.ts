import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join as pathOf } from 'node:path';
import { createClient } from '@redis/client';
import * as encoding from 'lib0/encoding';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { MemberId } from '../../common/domain/ids.ts';
import * as Y from 'yjs';
import { createBusSeal } from '../../main/hub/bus-seal.ts';
import { encodeBusFrames, encodeListed, encodeSpeech } from '../../main/hub/bus-messages.ts';
import { createCluster, type Cluster } from '../../main/hub/cluster.ts';
import { openRedisBus } from '../../main/hub/redis-bus.ts';
import { serveHub, type Hub } from '../../main/hub/serve-hub.ts';
import { inkLaptop, type InkLaptop } from '../fixtures/ink-laptop.ts';
import { createMemoryMeeting, type MemoryMeeting, type MeetingRules } from '../fixtures/network/memory-meeting.ts';
import { createOrganisation, type TestOrganisation, type TestPerson } from '../fixtures/network/organisation.ts';
import { expectSoon, randomMeetingId } from '../fixtures/network/room.ts';
import { connectLink, type Link } from '../../main/sync/link.ts';
import { openTestRedis, redisCommand, type TestRedis } from '../fixtures/redis.ts';

// Two relays of one identity in this process, on a real Redis: what is live goes between them, and whoever runs the Redis
// can neither read nor forge.
let organisation: TestOrganisation;
let identity: TestPerson;
let redis: TestRedis;

interface TestRelay {
  readonly meeting: MemoryMeeting;
  readonly hub: Hub;
  readonly cluster: Cluster;
  readonly log: string[];
}

let relays: TestRelay[] = [];
let links: Link[] = [];
let meetings: MemoryMeeting[] = [];
let rules: MeetingRules;

if (!redisCommand) console.warn('skipped: no redis-server or valkey-server on this system (Debian: redis-server)');

beforeAll(async () => {
  if (!redisCommand) return;
  organisation = await createOrganisation('Sở Thử nghiệm');
  identity = await organisation.enrol('Máy chủ');
  redis = await openTestRedis();
}, 60_000);

afterAll(() => redis?.close());

beforeEach(async () => {
  rules = {
    id: randomMeetingId(),
    title: 'Phiên họp nhiều nơi',
    organisation,
    people: new Set([identity.member]),
    office: new Set(),
  };
  relays = await Promise.all([relay(), relay()]);
  await expectSoon('relays see each other', () => relays.every(({ hub }) => hub.siblings(rules.id).length === 1));
});

afterEach(async () => {
  await Promise.all(links.map((link) => link.close()));
  for (const { hub, cluster } of relays) {
    await hub.close();
    await cluster.close();
  }
  for (const meeting of meetings) meeting.destroy();
  [relays, links, meetings] = [[], [], []];
});

async function relay(): Promise<TestRelay> {
  const log: string[] = [];
  const note = (message: string) => void log.push(message);
  const logger = { info: note, warn: note };
  const bus = openRedisBus({ url: redis.url, logger });
  const cluster = createCluster({ bus, secret: identity.tls.key, organisation: 'thu', logger });
  const { tls } = identity;
  const listen = { host: '127.0.0.1', port: 0 };
  const hub = await serveHub({ listen, tls, me: identity, admit: organisation.admit, logger, cluster });
  const meeting = createMemoryMeeting(rules, identity);
  meetings.push(meeting);
  hub.carry(meeting, { start: () => '', acts: () => ({ entries: [], certificates: [] }) });
  return { meeting, hub, cluster, log };
}

const laid: { readonly folder: string; close(): Promise<void> }[] = [];
const quiet = { info: () => undefined, warn: () => undefined };

/** A laptop or relay with a log on a disk of its own. */
async function inkOn(person: TestPerson): Promise<InkLaptop> {
  const folder = await mkdtemp(pathOf(tmpdir(), 'phien-bus-'));
  const laptop = inkLaptop({ folder, meeting: rules.id, organisation, person });
  laid.push({ folder, close: () => laptop.close() });
  return laptop;
}

/** One more relay, whose log is on a disk. */
async function inkRelay(): Promise<{ readonly laptop: InkLaptop; readonly hub: Hub }> {
  const laptop = await inkOn(identity);
  const cluster = createCluster({
    bus: openRedisBus({ url: redis.url, logger: quiet }),
    secret: identity.tls.key,
    organisation: 'muc',
    logger: quiet,
  });
  const listen = { host: '127.0.0.1', port: 0 };
  const { tls } = identity;
  const hub = await serveHub({ listen, tls, me: identity, admit: organisation.admit, logger: quiet, cluster });
  hub.carry(laptop.carried, { start: () => '', acts: () => ({ entries: [], certificates: [] }) });
  laid.unshift({
    folder: '',
    async close() {
      await hub.close();
      await cluster.close();
    },
  });
  return { laptop, hub };
}

async function inkAt(hub: Hub, name: string): Promise<InkLaptop> {
  const laptop = await inkOn(await organisation.enrol(name));
  const link = connectLink({
    meeting: rules.id,
    me: laptop.person.member,
    device: randomBytes(12).toString('hex'),
    addresses: () => [`127.0.0.1:${hub.port}`],
    tls: laptop.person.tls,
    admit: organisation.admit,
    log: laptop.log,
    openDocument: laptop.carried.openDocument,
    mayWrite: () => false,
    logger: quiet,
  });
  laid.unshift({ folder: '', close: () => link.close() });
  await expectSoon(`${name} connected`, () => link.state().state === 'connected');
  return laptop;
}

async function join(index: number, name: string): Promise<{ person: TestPerson; meeting: MemoryMeeting; link: Link }> {
  const person = await organisation.enrol(name);
  rules.people.add(person.member);
  const meeting = createMemoryMeeting(rules, person);
  const link = connectLink({
    meeting: rules.id,
    me: person.member,
    device: randomBytes(12).toString('hex'),
    addresses: () => [`127.0.0.1:${relays[index]?.hub.port}`],
    tls: person.tls,
    admit: organisation.admit,
    log: meeting.log,
    openDocument: meeting.openDocument,
    mayWrite: (document) => meeting.mayWrite(person.member, document),
    logger: { info: () => undefined, warn: () => undefined },
  });
  links.push(link);
  meetings.push(meeting);
  await expectSoon(`${name} connected`, () => link.state().state === 'connected');
  return { person, meeting, link };
}

const paper = 'b'.repeat(64);
const inkOf = (member: MemberId) => `ink/${paper}/${member}`;

describe.skipIf(!redisCommand)('relays on one bus', () => {
  it('[RELAY-4] strokes and pointers go live from a laptop at one relay to one at the other', async () => {
    const an = await join(0, 'An');
    const binh = await join(1, 'Bình');
    const ink = inkOf(an.person.member);
    const [writes, reads] = [an.link.follow(ink), binh.link.follow(ink)];
    await expectSoon('both follow', () => writes.synced() && reads.synced());

    an.meeting.awareness(ink).setLocalState({ stroke: [1, 2, 3] });
    const seen = () => [...binh.meeting.awareness(ink).getStates().values()];
    await expectSoon('pointer', () => seen().some((state) => state['stroke'] !== undefined));

    an.meeting
      .doc(ink)
      .getMap('strokes')
      .set('s', new Uint8Array([1, 2, 3]));
    await expectSoon('stroke', () => binh.meeting.doc(ink).getMap('strokes').has('s'));
    expect(relays.every(({ meeting }) => meeting.entries() === 0)).toBe(true);

    await an.link.close();
    await expectSoon('pointer goes with its laptop', () => !seen().some((state) => state['stroke'] !== undefined));
  });

  it('[RELAY-4] who is at the other relay is online here, and entries are on both disks', async () => {
    const an = await join(0, 'An');
    const binh = await join(1, 'Bình');
    const everybody = [identity.member, an.person.member, binh.person.member].sort();
    for (const { link } of [an, binh]) {
      await expectSoon('everybody online', () => link.state().online.join() === everybody.join());
    }
    await an.meeting.act('checked-in', { how: 'remote' });
    await expectSoon('the act at the other laptop', () => binh.meeting.entries() === 1);
    expect(relays.map(({ meeting }) => meeting.entries())).toEqual([1, 1]);
  });

  it('[RELAY-4] [LOG-12] a snapshot goes from relay to relay, with its state to one that has nothing of it', async () => {
    // Not that of the others, whose logs are empty.
    rules = { ...rules, id: randomMeetingId() };
    try {
      const first = await inkRelay();
      const an = await inkAt(first.hub, 'An');
      const stream = `doc/${an.ink}` as const;
      const kept = (laptop: InkLaptop) =>
        laptop.store.entries.read(rules.id, an.person.member, stream, 1, 9).map(({ payload }) => payload.seq);
      for (const id of ['s-1', 's-2', 's-3']) await an.draw(id);
      await an.log.compact(an.ink);
      await an.draw('s-4');
      await expectSoon('the snapshot at the relay', () => kept(first.laptop).join() === '4,5');
      // What was listed is forgotten: who comes now must ask.
      await redis.kill();
      await redis.start();
      const second = await inkRelay();
      const binh = await inkAt(second.hub, 'Bình');
      await expectSoon('the snapshot at the other', () => kept(binh).join() === '4,5', 30_000);
      // The next one is computed everywhere from what is there.
      for (const id of ['s-5', 's-6', 's-7', 's-8']) await an.draw(id);
      expect(await an.log.compact(an.ink)).toMatchObject({ payload: { seq: 10 } });
      const all = [an, binh, first.laptop, second.laptop];
      await expectSoon('the next snapshot everywhere', () => all.every((one) => kept(one).join() === '10'), 30_000);
      for (const one of all) expect(one.contents()).toEqual(an.contents());
    } finally {
      for (const { close } of laid) await close();
      for (const { folder } of laid) if (folder) await rm(folder, { recursive: true, force: true });
      laid.length = 0;
    }
  });

  it('[RELAY-5] what anybody puts on the bus without the key changes nothing', async () => {
    const an = await join(0, 'An');
    const binh = await join(1, 'Bình');
    const ink = inkOf(an.person.member);
    for (const { link } of [an, binh]) link.follow(ink);
    const outsider = createClient({ url: redis.url });
    await outsider.connect();
    try {
      const wrong = createBusSeal('khóa khác');
      const frames = encodeBusFrames('kẻ lạ', [
        { client: 1, member: an.person.member, document: ink, message: strokeMessage() },
      ]);
      const bad = [
        Buffer.alloc(0),
        randomBytes(200),
        Buffer.from(frames),
        Buffer.from(wrong.seal(rules.id, frames)),
        // Right key, but for another meeting: replayed from elsewhere.
        Buffer.from(createBusSeal(identity.tls.key).seal('cuộc họp khác', frames)),
      ];
      for (const message of bad) {
        await outsider.publish(`phien:now:${rules.id}`, message);
        await outsider.xAdd(`phien:list:${rules.id}`, '*', { m: message });
      }
      await expectSoon('all of it was looked at', () =>
        relays.every(
          ({ log }) => log.filter((one) => one === 'unreadable message on the bus').length >= 2 * bad.length,
        ),
      );
    } finally {
      outsider.destroy();
    }
    await an.meeting.act('checked-in', { how: 'remote' });
    await expectSoon('the meeting goes on', () => binh.meeting.entries() === 1);
    expect(binh.meeting.doc(ink).getMap('strokes').size).toBe(0);
  });

  it('[RELAY-5] a relay that has gone over to the enemy is checked like any laptop', async () => {
    const an = await join(0, 'An');
    const binh = await join(1, 'Bình');
    const ink = inkOf(an.person.member);
    for (const { link } of [an, binh]) link.follow(ink);
    const seal = createBusSeal(identity.tls.key);
    const traitor = openRedisBus({ url: redis.url, logger: { info: () => undefined, warn: () => undefined } });
    try {
      await expectSoon('on the bus', () => traitor.up());
      const speak = (bytes: Uint8Array) => traitor.tell(rules.id, seal.seal(rules.id, bytes));
      const online = [binh.person.member];
      speak(encodeSpeech({ type: 'here', relay: 'kẻ phản', online, log: '', addresses: [] }));
      // In Bình's name into An's document is refused. In An's it can't be told from An's own, until the log says: it
      // shows that the way is open.
      const document = ink;
      const frame = { client: 1, member: binh.person.member, document, message: strokeMessage('of-binh') };
      speak(encodeBusFrames('kẻ phản', [frame]));
      const control = { client: 2, member: an.person.member, document, message: strokeMessage('of-an') };
      speak(encodeBusFrames('kẻ phản', [control]));
      const shown = (key: string) => relays.map(({ meeting }) => meeting.doc(ink).getMap('strokes').has(key));
      await expectSoon('the control', () => shown('of-an').every(Boolean));
      expect(shown('of-binh')).toEqual([false, false]);
      // An entry that An never signed.
      const real = await createMemoryMeeting(rules, an.person).act('checked-in', { how: 'remote' });
      const forged = `${real.jws.slice(0, -8)}AAAAAAAA`;
      const certificates = [Buffer.from(an.person.certificate).toString('base64')];
      const listed = encodeListed({ relay: 'kẻ phản', certificates, entries: [forged] });
      await traitor.append(rules.id, seal.seal(rules.id, listed));
      await expectSoon('it was refused', () =>
        relays.every(({ log }) => log.includes('entry of another relay refused')),
      );
    } finally {
      await traitor.close();
    }
    expect(relays.map(({ meeting }) => meeting.entries())).toEqual([0, 0]);
  });
});

/** A change of a document, as y-websocket's protocol has it. */
function strokeMessage(key = 'forged'): Uint8Array {
  let update: Uint8Array = new Uint8Array(0);
  const collect = (made: Uint8Array) => (update = made);
  const copy = new Y.Doc();
  copy.on('update', collect);
  copy.getMap('strokes').set(key, new Uint8Array([9]));
  const encoder = encoding.createEncoder();
  encoding.writeVarUint(encoder, 0);
  encoding.writeVarUint(encoder, 2);
  encoding.writeVarUint8Array(encoder, update);
  return encoding.toUint8Array(encoder);
}
