import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Entry } from '../../common/acts/entry.ts';
import { newClientId } from '../../common/collab/client-id.ts';
import { decodeDocumentFrames } from '../../common/wire/document-frames.ts';
import { entrustMeeting } from '../../main/sync/entrust.ts';
import { handLink, type HandLink } from '../attack/hostile-person.ts';
import { expectRefusals, flood, live, question, type Attacked } from '../attack/whoever-carries.ts';
import { until } from '../fixtures/laptops.ts';
import { openBalancer, type Balancer } from '../fixtures/network/balancer.ts';
import { openThinClient, type ThinClient } from '../fixtures/network/thin-client.ts';
import { scrape } from '../fixtures/prometheus.ts';
import { openTestRedis, redisCommand, type TestRedis } from '../fixtures/redis.ts';
import { makeRelayMeeting, type RelayMeeting, type RelayPerson } from '../fixtures/relay-meeting.ts';
import { startRelay, type Relay } from '../fixtures/relay.ts';
import { writeUpdate } from '../fixtures/yjs-update.ts';

// Three relay processes of one identity behind a plain TCP balancer, on a real Redis.
if (!redisCommand) console.warn('skipped: no redis-server or valkey-server on this system (Debian: redis-server)');

const CLIENTS = 30;
let folder: string;
let redis: TestRedis;
let held: RelayMeeting;
let relays: Relay[] = [];
let balancer: Balancer;
let clients: ThinClient[] = [];
const sent: Entry[] = [];

const dataOf = (index: number) => join(folder, `may-chu-${index}`);
const start = async (index: number, port = 0) =>
  startRelay(dataOf(index), ['--bus', redis.url, '--metrics', '0'], port);
const person = (index: number) => held.people[index] as RelayPerson;

/** Everybody's arrival by whichever relay. */
async function act(client: ThinClient, kind: string, body: Record<string, unknown>): Promise<Entry> {
  const entry = await client.person.act(kind, body);
  sent.push(entry);
  await client.send(entry);
  return entry;
}

const everywhere = (entry: Entry) => clients.every((client) => client.arrived.has(entry.jws));

beforeAll(async () => {
  if (!redisCommand) return;
  folder = await mkdtemp(join(tmpdir(), 'phien-cluster-'));
  [redis, held] = await Promise.all([openTestRedis(), makeRelayMeeting(CLIENTS)]);
  await held.layRelay(dataOf(0));
  for (const index of [1, 2]) await cp(dataOf(0), dataOf(index), { recursive: true });
  relays = await Promise.all([0, 1, 2].map((index) => start(index)));
  balancer = await openBalancer(relays.map(({ address }) => address));
}, 120_000);

afterAll(async () => {
  for (const client of clients) client.close();
  await balancer?.close();
  for (const relay of relays) await relay.stop('SIGKILL');
  await redis?.close();
  if (folder) await rm(folder, { recursive: true, force: true });
});

describe.skipIf(!redisCommand)('three relays on one bus', () => {
  test('[RELAY-4] a meeting given to one relay is carried by all', async () => {
    expect(await entrustMeeting(balancer.address, person(0).credentials, held.meeting, held.acts)).toBe('carried');
    // Who comes before a relay has heard of it comes again, to whichever is the next then.
    await until(async () =>
      (await Promise.all([0, 1, 2].map((index) => metric(index, 'phien_meetings_carried')))).every(
        (carried) => carried === 1,
      ),
    );
    clients = held.people.map((one, index) =>
      openThinClient({ address: balancer.address, meeting: held.meeting, person: one, device: `may-tinh-${index}` }),
    );
    await until(() => clients.every((client) => client.connected()), 60_000);
    expect(balancer.counts().every((count) => count >= CLIENTS / 3 - 1)).toBe(true);
  }, 90_000);

  test('[RELAY-4] everybody is online to everybody, and an act reaches all', async () => {
    await until(() => clients.every((client) => client.online().length === CLIENTS + 1), 30_000);
    for (const client of clients) await act(client, 'checked-in', { how: 'remote' });
    await until(() => sent.every(everywhere), 60_000);
    expect(clients.every(({ arrived }) => arrived.size >= CLIENTS)).toBe(true);
  }, 120_000);

  test('[RELAY-4] what a member means to do harm with at one relay is refused there, and nobody at another sees or feels it', async () => {
    const [hostile, victim] = [person(4), person(5)];
    const ink = `ink/${'c'.repeat(64)}/${victim.member}`;
    const client = newClientId(victim.member);
    const stroke = (clock: number, key: string) =>
      writeUpdate([
        {
          client,
          clock,
          structs: [{ parent: 'strokes', key, content: { kind: 'binary', bytes: Uint8Array.of(1, 2) } }],
        },
      ]);
    const linkOf = (of: RelayPerson, index: number) =>
      handLink({ tls: of.credentials.tls, certificate: of.certificate }, relays[index]!.address, held.meeting);
    const own = await linkOf(victim, 1);
    const body = { update: Buffer.from(stroke(0, 'mine')).toString('base64url') };
    expect(await own.bring([await victim.sign({ stream: `doc/${ink}`, kind: 'document-change', body })])).toEqual({
      refused: [],
    });
    const watching = await linkOf(person(6), 2);
    for (const document of [ink, 'plan', 'minutes', 'floor']) watching.socket.send(question(document));
    const attacked: Attacked = {
      link: () => linkOf(hostile, 0),
      hostile: hostile.member,
      sign: hostile.sign,
      secretary: person(1).member,
      victim: victim.member,
      ink,
      stroke: { client, clock: 0 },
    };
    // The relay that is attacked has the ink as well, and people follow it there.
    const atFirst = await linkOf(victim, 0);
    atFirst.socket.send(question(ink));
    await until(() => changesOf(atFirst).length > 0);
    await expectRefusals(attacked);
    await flood(attacked, async () => {
      const during = await act(clients[7]!, 'speak-requested', request());
      await until(() => everywhere(during), 60_000);
    });
    expect(clients.every((client) => client.connected())).toBe(true);
    // What is meant well goes the same way: what came before it would have been here.
    const before = changesOf(watching).length;
    atFirst.socket.send(live(ink, stroke(1, 'more')));
    await until(() => changesOf(watching).length > before);
    expect(changesOf(watching).length).toBe(before + 1);
    expect(await metric(0, 'process_resident_memory_bytes')).toBeLessThan(600e6);
    expect(relays.every(({ output }) => !/of another relay|unreadable message/.test(output()))).toBe(true);
    for (const { socket } of [own, watching, atFirst]) socket.terminate();
  }, 120_000);

  test('[RELAY-4] a relay is killed: its clients go on at the others, nothing is lost', async () => {
    const killed = relays[1] as Relay;
    const earlier = sent.length;
    const before = await Promise.all(clients.slice(0, 6).map((client) => act(client, 'speak-requested', request())));
    await killed.stop('SIGKILL');
    const meanwhile = await Promise.all(
      clients.slice(6, 12).map((client) => act(client, 'speak-requested', request())),
    );
    await until(() => clients.every((client) => client.connected()), 60_000);
    // What was acknowledged by the one that was killed, and what was on its way when it was, is with everybody: none is lost.
    const missing = () =>
      clients.flatMap(({ arrived }) => [...before, ...meanwhile, ...sent].filter(({ jws }) => !arrived.has(jws)));
    await until(() => missing().length === 0, 60_000);
    expect(new Set(sent.map(({ jws }) => jws)).size).toBe(earlier + before.length + meanwhile.length);
    await until(() => clients.every((client) => client.online().length === CLIENTS + 1), 60_000);
    console.info(
      `longest loss of a connection: ${Math.max(...clients.map((client) => client.longestLoss())).toFixed(0)} ms`,
    );

    // It comes back and catches up by itself.
    relays[1] = await start(1, Number(killed.address.split(':')[1]));
    const alone = openThinClient({
      address: killed.address,
      meeting: held.meeting,
      person: person(3),
      device: 'may-tinh-moi',
    });
    try {
      await until(() => sent.every((entry) => alone.arrived.has(entry.jws)), 60_000);
    } finally {
      alone.close();
    }
    expect(relays.every(({ output }) => !output().includes('entry of another relay refused'))).toBe(true);
  }, 180_000);

  test('[RELAY-6] without Redis each relay serves its own; when it is back, empty, all catch up', async () => {
    await redis.kill();
    await until(async () => (await busUp(0)) === 0);
    const some = await Promise.all(clients.slice(0, 9).map((client) => act(client, 'speak-requested', request())));
    await redis.start();
    await until(async () => (await busUp(0)) === 1, 60_000);
    await until(() => some.every(everywhere), 60_000);
    expect(relays.some((relay) => relay.output().includes('bus lost'))).toBe(true);
  }, 120_000);
});

/** Changes of documents that came over a link, answers included. */
const changesOf = ({ messages }: HandLink) =>
  messages
    .flatMap(({ data, binary }) => (binary ? (decodeDocumentFrames(data) ?? []) : []))
    .filter(({ message }) => message[0] === 0 && message[1] !== 0 && message.byteLength > 6);

let requests = 0;
const request = () => ({ request: `r${requests++}`, item: null, queue: 'speech', note: '' });

const busUp = (index: number) => metric(index, 'phien_bus_up');

async function metric(index: number, called: string): Promise<number | undefined> {
  const url = /^metrics (\S+)$/m.exec(relays[index]?.output() ?? '')?.[1] ?? 'none';
  return (await scrape(url)).samples.find(({ name }) => name === called)?.value;
}
