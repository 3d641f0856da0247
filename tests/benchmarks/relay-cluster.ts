import { cp, mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { entrustMeeting } from '../../main/sync/entrust.ts';
import { until } from '../fixtures/laptops.ts';
import { openThinClient, type ThinClient } from '../fixtures/network/thin-client.ts';
import { openTestRedis, redisCommand } from '../fixtures/redis.ts';
import { makeRelayMeeting, type RelayPerson } from '../fixtures/relay-meeting.ts';
import { startRelay, type Relay } from '../fixtures/relay.ts';
import type { BalancerQuestion } from './balancer-process.ts';
import { startProcess } from './child-process.ts';
import { measured, pause, quantile, short, type Benchmark, type BenchmarkPlace } from './rows.ts';

const CLIENTS = 1000;
/** A roster holds 1000, the relay among them: one person has two laptops. */
const PEOPLE = 999;
const RELAYS = 3;
/** How many connect at the same moment. */
const WAVE = 100;
const ACTS = 60;
const EVERY_MILLISECONDS = 250;
/** What people should not notice. */
const NOTICED_MILLISECONDS = 3000;

export const relayCluster: Benchmark = {
  name: 'relay-cluster-1000',
  takes: '6 minutes',
  long: true,
  async run(place) {
    if (!redisCommand) throw new Error('there is no redis-server or valkey-server (Debian: redis-server)');
    const many = await run(place, RELAYS);
    const one = await run(place, 1);
    const what = `${CLIENTS} clients (links that check nothing) over ${RELAYS} relay processes behind a TCP balancer`;
    const against = `${CLIENTS} clients at one relay without a bus`;
    return [
      measured({
        name: 'relay-cluster-1000-first-half',
        unit: 'ms',
        samples: many.medians,
        against,
        otherSamples: one.medians,
        what: `${what}: from sending a signed act to its arrival at half of them, checked and on each relay's disk. All clients, relays, the balancer and Redis share this computer.`,
      }),
      measured({
        name: 'relay-cluster-1000-last',
        unit: 'ms',
        samples: many.lasts,
        against,
        otherSamples: one.lasts,
        what: 'The same: its arrival at the last one.',
      }),
      measured({
        name: 'relay-cluster-1000-killed',
        unit: 'ms',
        samples: [many.longestLoss],
        against: 'the three seconds that nobody should notice',
        otherSamples: [NOTICED_MILLISECONDS],
        what: `One of the ${RELAYS} relays is killed (kill -9): the longest time that any of its clients was without a welcomed connection.`,
      }),
      measured({
        name: 'relay-cluster-1000-silence',
        unit: 'ms',
        samples: [many.longestSilence],
        against: 'the three seconds that nobody should notice',
        otherSamples: [NOTICED_MILLISECONDS],
        what: `The same, with an act every ${EVERY_MILLISECONDS} ms from clients of the other relays: the longest time between sending an act and its arrival at any of the ${CLIENTS}, around the kill.`,
      }),
    ];
  },
};

interface Run {
  readonly medians: readonly number[];
  readonly lasts: readonly number[];
  readonly longestLoss: number;
  readonly longestSilence: number;
}

async function run(place: BenchmarkPlace, count: number): Promise<Run> {
  place.say(`making certificates of ${PEOPLE} people`);
  const held = await makeRelayMeeting(PEOPLE);
  const folder = join(place.folder, `relays-${count}`);
  await mkdir(folder);
  const dataOf = (index: number) => join(folder, String(index));
  await held.layRelay(dataOf(0));
  for (let index = 1; index < count; index++) await cp(dataOf(0), dataOf(index), { recursive: true });
  const redis = count > 1 ? await openTestRedis() : undefined;
  const relays: Relay[] = [];
  const clients: ThinClient[] = [];
  const balancer = startProcess('balancer-process.ts');
  const counts = async () => (await balancer.ask<number[]>({ ask: 'counts' } satisfies BalancerQuestion)).join(', ');
  try {
    for (let index = 0; index < count; index++) {
      relays.push(await startRelay(dataOf(index), redis ? ['--bus', redis.url] : []));
    }
    const targets = relays.map((relay) => relay.address);
    const address = await balancer.ask<string>({ ask: 'open', targets } satisfies BalancerQuestion);
    const outcome = await entrustMeeting(address, (held.people[0] as RelayPerson).credentials, held.meeting, held.acts);
    if (outcome !== 'carried') throw new Error(outcome);
    const connecting = performance.now();
    for (let index = 0; index < CLIENTS; index++) {
      const person = held.people[index % PEOPLE] as RelayPerson;
      clients.push(openThinClient({ address, meeting: held.meeting, person, device: `may-tinh-${index}` }));
      if (clients.length % WAVE === 0) await until(() => clients.every((client) => client.connected()), 120_000);
    }
    place.say(`${CLIENTS} connected in ${short((performance.now() - connecting) / 1000)} s: ${await counts()}`);
    await until(() => clients.every((client) => client.online().length === PEOPLE + 1), 120_000);
    await pause(3000);

    const acts = await actsFrom(clients, ACTS);
    let longestSilence = 0;
    if (count > 1) {
      const sending = actsFrom(clients.slice(1), 2 * ACTS);
      await pause((ACTS * EVERY_MILLISECONDS) / 2);
      await relays[1]?.stop('SIGKILL');
      const around = await sending;
      longestSilence = Math.max(...around.lasts);
      place.say(
        `around the kill: last arrivals p50 ${short(quantile(around.lasts, 0.5))}, max ${short(longestSilence)} ms`,
      );
    }
    const memory = await Promise.all(relays.map(residentOf));
    place.say(`relays' memory: ${memory.join(', ')}; connections ${await counts()}`);
    return { ...acts, longestLoss: Math.max(...clients.map((client) => client.longestLoss())), longestSilence };
  } finally {
    for (const client of clients) client.close();
    await balancer.end();
    for (const relay of relays) await relay.stop('SIGKILL');
    await redis?.close();
  }
}

/** Acts of one after the other; how long each took to half of all clients and to the last one. Fails when one is lost. */
async function actsFrom(
  clients: readonly ThinClient[],
  count: number,
): Promise<{ medians: readonly number[]; lasts: readonly number[] }> {
  const sent: { readonly jws: string; readonly at: number }[] = [];
  for (let index = 0; index < count; index++) {
    const client = clients[(index * 7 + 1) % PEOPLE] as ThinClient;
    const entry = await client.person.act('checked-in', { how: 'remote' });
    sent.push({ jws: entry.jws, at: performance.now() });
    void client.send(entry);
    await pause(EVERY_MILLISECONDS);
  }
  await until(() => sent.every(({ jws }) => clients.every((client) => client.arrived.has(jws))), 60_000);
  const delays = sent.map(({ jws, at }) => clients.map((client) => (client.arrived.get(jws) ?? Infinity) - at));
  return { medians: delays.map((one) => quantile(one, 0.5)), lasts: delays.map((one) => Math.max(...one)) };
}

async function residentOf({ process: child }: Relay): Promise<string> {
  const status = await readFile(`/proc/${child.pid}/status`, 'utf8').catch(() => '');
  const kilobytes = Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]);
  return Number.isNaN(kilobytes) ? 'gone' : `${Math.round(kilobytes / 1000)} MB`;
}
