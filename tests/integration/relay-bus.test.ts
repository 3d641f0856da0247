import { randomBytes } from 'node:crypto';
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
    await expectSoon('pointer', () => seen().some((state) => state['member'] === an.person.member));

    an.meeting
      .doc(ink)
      .getMap('strokes')
      .set('s', new Uint8Array([1, 2, 3]));
    await expectSoon('stroke', () => binh.meeting.doc(ink).getMap('strokes').has('s'));
    expect(relays.every(({ meeting }) => meeting.entries() === 0)).toBe(true);

    await an.link.close();
    await expectSoon('pointer goes with its laptop', () => !seen().some((state) => state['member'] !== undefined));
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
