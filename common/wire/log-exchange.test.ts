import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Entry, EntryRefusal, Stream, StreamHead } from '../acts/entry.ts';
import { asMemberId, asSha256, type MemberId } from '../domain/ids.ts';
import { createAcknowledged, streamKey, type Acknowledged } from './acknowledged.ts';
import { decodeControl, type ControlMessage } from './link.ts';
import { createLogExchange, shareEntries, type ExchangedLog, type LogExchange } from './log-exchange.ts';

/** Laptops around one host, whose network delivers when the test says so and is cut at any time. */
const uuid = (n: number) => asMemberId(`00000000-0000-4000-8000-${String(n).padStart(12, '0')}`);
const STREAMS: readonly Stream[] = ['acts', 'doc/plan', 'doc/minutes'];

interface Laptop {
  readonly member: MemberId;
  readonly log: ExchangedLog;
  readonly acknowledged: Acknowledged;
  readonly refusals: string[];
  readonly received: Map<string, number>;
  write(stream: Stream, size: number): void;
  onStored: (entries: readonly Entry[]) => void;
  entries(): string[];
}

/** Entries of one history of a stream have the same version: what `prev` is for real ones. */
const versionOf = (jws: string) => jws.split('|')[3];

function entryOf(jws: string): Entry {
  const [author = '', stream = '', seq = '', version = ''] = jws.split('|');
  const hash = asSha256(`${version}${seq}`.padStart(64, '0'));
  const payload = { author: asMemberId(author), stream: stream as Stream, seq: Number(seq) };
  return { hash, jws, certificate: asSha256('0'.repeat(64)), payload: payload as Entry['payload'] };
}

function createLaptop(n: number): Laptop {
  const streams = new Map<string, Entry[]>();
  const of = (at: { author: MemberId; stream: Stream }) => {
    const found = streams.get(streamKey(at)) ?? [];
    streams.set(streamKey(at), found);
    return found;
  };
  const headOf = (entry: Entry): StreamHead => ({ ...entry.payload, hash: entry.hash });
  const laptop: Laptop = {
    member: uuid(n),
    acknowledged: createAcknowledged(uuid(n)),
    refusals: [],
    received: new Map(),
    onStored: () => undefined,
    entries: () => [...streams.values()].flatMap((entries) => entries.map((entry) => entry.jws)).sort(),
    write(stream, size) {
      const known = of({ author: laptop.member, stream });
      const version = versionOf(known.at(-1)?.jws ?? '|||1|');
      const entry = entryOf(`${laptop.member}|${stream}|${known.length + 1}|${version}|${'x'.repeat(size)}`);
      known.push(entry);
      laptop.onStored([entry]);
    },
    log: {
      heads: () =>
        [...streams.values()].flatMap((entries) => (entries.length > 0 ? headOf(entries.at(-1) as Entry) : [])),
      readAfter: (author, stream, seq, limit) => ({
        first: seq + 1,
        entries: of({ author, stream })
          .slice(seq, seq + limit)
          .map((entry) => entry.jws),
        certificates: [Uint8Array.from({ length: 30 }, () => n)],
      }),
      certificatesOf: () => [Uint8Array.from({ length: 30 }, () => n)],
      async receive(batch) {
        const accepted: Entry[] = [];
        const refused: { index: number; reason: EntryRefusal }[] = [];
        for (const [index, jws] of batch.entries.entries()) {
          laptop.received.set(jws, (laptop.received.get(jws) ?? 0) + 1);
          const entry = entryOf(jws);
          const known = of(entry.payload);
          if (entry.payload.seq <= known.length) {
            if (known[entry.payload.seq - 1]?.jws !== jws) refused.push({ index, reason: 'fork' });
          } else if (entry.payload.seq > known.length + 1) refused.push({ index, reason: 'gap' });
          else if (versionOf(known.at(-1)?.jws ?? jws) !== versionOf(jws)) refused.push({ index, reason: 'fork' });
          else {
            known.push(entry);
            accepted.push(entry);
            laptop.onStored([entry]);
          }
        }
        laptop.refusals.push(...refused.map(({ reason }) => reason));
        return { accepted, refused };
      },
    },
  };
  return laptop;
}

/** One connection: frames wait in order until they are delivered. */
function connect(host: Laptop, guest: Laptop, nextBatch: () => number, socket = { buffered: 0, mayWait: Infinity }) {
  const queues: { toHost: Uint8Array[]; toGuest: Uint8Array[] } = { toHost: [], toGuest: [] };
  const make = (mine: Laptop, peer: Laptop, queue: Uint8Array[], number: () => number) =>
    createLogExchange({
      log: mine.log,
      peer: peer.member,
      nextBatch: number,
      send: (frame) => queue.push(frame),
      buffered: () => socket.buffered,
      catchUpBuffer: () => socket.mayWait,
      onAcknowledged: (positions) => mine.acknowledged.note(positions),
      onRefused: (direction, reason, at) => refused.push(`${direction} ${reason} ${at?.seq}`),
    });
  const refused: string[] = [];
  let batch = 0;
  const nextGuestBatch = () => batch++;
  const atHost = make(host, guest, queues.toGuest, nextBatch);
  const atGuest = make(guest, host, queues.toHost, nextGuestBatch);
  atHost.start(guest.log.heads());
  atGuest.start(host.log.heads());
  const deliver = async (queue: Uint8Array[], to: LogExchange) => {
    const frame = queue.shift();
    if (!frame) return false;
    const message = decodeControl(new TextDecoder().decode(frame)) as Extract<ControlMessage, { type: 'entries' }>;
    expect(await to.receive(message)).toBeNull();
    return true;
  };
  return {
    atHost,
    atGuest,
    nextGuestBatch,
    refused,
    toHost: () => deliver(queues.toHost, atHost),
    toGuest: () => deliver(queues.toGuest, atGuest),
  };
}

describe('log exchange', () => {
  it('[LOG-3] takes nobody’s word for entries that are yet to be written', () => {
    const host = createLaptop(0);
    host.write('acts', 1);
    const exchange = createLogExchange({
      log: host.log,
      peer: uuid(2),
      nextBatch: () => 0,
      send: () => undefined,
      buffered: () => 0,
      onAcknowledged: (positions) => host.acknowledged.note(positions),
      onRefused: () => undefined,
    });
    const head = (stream: Stream) => ({ author: host.member, stream, seq: 2 ** 31, hash: asSha256('f'.repeat(64)) });
    exchange.start([head('acts'), head('doc/plan')]);
    for (let count = 0; count < 3; count++) host.write('acts', 1);
    host.write('doc/plan', 1);
    expect(host.acknowledged.onlyHere(host.log.heads())).toBe(4);
  });

  it('[LOG-2] has each certificate looked at once, also when the entries that came with it are refused', async () => {
    const host = createLaptop(0);
    const given: number[] = [];
    const exchange = createLogExchange({
      log: {
        ...host.log,
        receive(batch) {
          given.push(batch.certificates.length);
          return Promise.resolve({ accepted: [], refused: [{ index: 0, reason: 'gap' }] });
        },
      },
      peer: uuid(2),
      nextBatch: () => 0,
      send: () => undefined,
      buffered: () => 0,
      onAcknowledged: () => undefined,
      onRefused: () => undefined,
    });
    exchange.start([]);
    await exchange.receive({ type: 'certificates', certificates: ['AAAA', 'BBBB'] });
    for (let batch = 1; batch <= 3; batch++) await exchange.receive({ type: 'entries', batch, entries: ['x'] });
    expect(given).toEqual([2, 0, 0]);
  });

  it('[LOG-10] holds back no certificates without end behind entries that wait for the disk', async () => {
    const host = createLaptop(0);
    const exchange = createLogExchange({
      log: { ...host.log, receive: () => new Promise(() => undefined) },
      peer: uuid(2),
      nextBatch: () => 0,
      send: () => undefined,
      buffered: () => 0,
      onAcknowledged: () => undefined,
      onRefused: () => undefined,
    });
    exchange.start([]);
    void exchange.receive({ type: 'entries', batch: 1, entries: ['x'] });
    const certificates = Array.from({ length: 500 }, () => 'AAAA');
    for (const left of [null, null, { kind: 'malformed', reason: 'too many certificates' }])
      expect(await exchange.receive({ type: 'certificates', certificates })).toEqual(left);
    const nothings = Array.from({ length: 500 }, () => '');
    const answers: unknown[] = [];
    for (let batch = 2; batch < 2000; batch++)
      void exchange.receive({ type: 'entries', batch, entries: nothings }).then((answer) => answers.push(answer));
    await Promise.resolve();
    expect(answers[0]).toEqual({ kind: 'malformed', reason: 'window exceeded' });
  });

  it('[LOG-1] [LOG-5] converges over any order of writing, delivery and cuts, sending nothing twice on a connection', async () => {
    const guest = fc.integer({ min: 0, max: 2 });
    const step = fc.oneof(
      fc.record({
        do: fc.constant('write' as const),
        by: fc.integer({ min: 0, max: 3 }),
        stream: fc.constantFrom(...STREAMS),
        size: fc.constantFrom(1, 1, 100, 100, 300_000, 1_500_000),
      }),
      fc.record({
        do: fc.constant('deliver' as const),
        guest,
        up: fc.boolean(),
        count: fc.integer({ min: 1, max: 5 }),
      }),
      fc.record({ do: fc.constant('relay' as const) }),
      fc.record({ do: fc.constant('cut' as const), guest }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const host = createLaptop(0);
        const guests = [1, 2, 3].map(createLaptop);
        let batches = 0;
        const nextBatch = () => batches++;
        const links = guests.map((laptop) => connect(host, laptop, nextBatch));
        let pending: Entry[] = [];
        host.onStored = (entries) => void pending.push(...entries);
        const relay = () => {
          const entries = pending;
          pending = [];
          if (entries.length === 0) return false;
          const shared = shareEntries(entries, nextBatch());
          for (const link of links) link.atHost.stored(entries, () => shared);
          return true;
        };
        for (const [n, laptop] of guests.entries()) {
          laptop.onStored = (entries) => {
            const link = links[n];
            link?.atGuest.stored(entries, () => shareEntries(entries, link.nextGuestBatch()));
          };
        }
        let cuts = 0;
        for (const it of steps) {
          if (it.do === 'write') (it.by === 0 ? host : (guests[it.by - 1] as Laptop)).write(it.stream, it.size);
          else if (it.do === 'relay') relay();
          else if (it.do === 'cut') {
            cuts++;
            links[it.guest] = connect(host, guests[it.guest] as Laptop, nextBatch);
          } else {
            const link = links[it.guest];
            for (let n = 0; n < it.count; n++) await (it.up ? link?.toHost() : link?.toGuest());
          }
        }
        for (let moved = true; moved;) {
          moved = relay();
          for (const link of links) moved = (await link.toHost()) || (await link.toGuest()) || moved;
        }
        for (const laptop of guests) {
          expect(laptop.entries()).toEqual(host.entries());
          expect(laptop.refusals).toEqual([]);
          expect(laptop.acknowledged.onlyHere(laptop.log.heads())).toBe(0);
          for (const [jws, times] of laptop.received) {
            expect(times).toBeLessThanOrEqual(1 + cuts);
            expect(jws.startsWith(laptop.member)).toBe(false);
          }
        }
        expect(host.refusals).toEqual([]);
        expect(links.every(({ atHost, atGuest }) => atHost.idle() && atGuest.idle())).toBe(true);
      }),
      { numRuns: 150 },
    );
  });

  it('[LOG-4] catch-up waits for acknowledgement and then goes on', async () => {
    const host = createLaptop(0);
    const guest = createLaptop(1);
    for (let n = 0; n < 12; n++) host.write('doc/plan', 600_000);
    let batches = 0;
    const link = connect(host, guest, () => batches++);
    let ahead = 0;
    while (await link.toGuest()) ahead++;
    // Two megabytes, and the entry that crosses the line; certificates go first.
    expect(ahead).toBe(1 + 4);
    while ((await link.toHost()) || (await link.toGuest()));
    expect(guest.entries()).toHaveLength(12);
  });

  it('[LOG-4] catch-up waits while more lies in the socket than may, and goes on when it has left', async () => {
    const host = createLaptop(0);
    const guest = createLaptop(1);
    for (let n = 0; n < 3; n++) host.write('doc/plan', 200_000);
    const socket = { buffered: 100_000, mayWait: 100_000 };
    let batches = 0;
    const link = connect(host, guest, () => batches++, socket);
    expect(await link.toGuest()).toBe(false);
    expect(link.atHost.behind()).toBe(true);
    socket.buffered = 99_999;
    link.atHost.pump();
    while ((await link.toGuest()) || (await link.toHost()));
    expect(guest.entries()).toHaveLength(3);
  });

  it('[LOG-1] acts come before documents also while there are more acts than may be sent ahead', async () => {
    const host = createLaptop(0);
    const guest = createLaptop(1);
    for (let n = 0; n < 12; n++) host.write('acts', 600_000);
    host.write('doc/plan', 1);
    let batches = 0;
    const link = connect(host, guest, () => batches++);
    host.onStored = (entries) => link.atHost.stored(entries, () => shareEntries(entries, batches++));
    // Somebody writes while the acts that may give the right to it are still on their way.
    host.write('doc/minutes', 1);
    host.write('acts', 600_000);
    host.write('doc/minutes', 1);
    while ((await link.toHost()) || (await link.toGuest()));
    const order = [...guest.received.keys()].map((jws) => jws.split('|')[1] ?? '');
    expect(order.slice(0, 13)).toEqual(Array.from({ length: 13 }, () => 'acts'));
    expect(order).toHaveLength(16);
  });

  it('[LOG-6] a refused stream is not continued on the connection, others are', async () => {
    const host = createLaptop(0);
    const guest = createLaptop(1);
    // The guest's laptop was lost and it wrote its acts anew.
    await host.log.receive({ entries: [actOf(guest, 1, 'a'), actOf(guest, 2, 'a')], certificates: [] }, guest.member);
    const anew = [1, 2, 3].map((seq) => actOf(guest, seq, 'b'));
    await guest.log.receive({ entries: anew, certificates: [] }, guest.member);
    let batches = 0;
    const link = connect(host, guest, () => batches++);
    guest.onStored = (entries) => link.atGuest.stored(entries, () => shareEntries(entries, link.nextGuestBatch()));
    const settle = async () => {
      while ((await link.toHost()) || (await link.toGuest()));
    };
    await settle();
    const refusals = host.refusals.length;
    expect(refusals).toBeGreaterThan(0);
    guest.write('acts', 1);
    guest.write('doc/plan', 1);
    await settle();
    expect(host.refusals).toHaveLength(refusals);
    expect(host.entries().filter((jws) => jws.includes('doc/plan'))).toHaveLength(1);
    expect(guest.acknowledged.onlyHere(guest.log.heads())).toBeGreaterThan(0);
  });

  it('[HELD-1] tells whose entries the other lacks, as far as each stream is asked about', async () => {
    const [host, guest] = [createLaptop(0), createLaptop(1)];
    for (let n = 0; n < 8; n++) host.write('doc/plan', 600_000);
    // A fork: nothing of it is sent, so nothing is known.
    await host.log.receive({ entries: [actOf(guest, 1, '1')], certificates: [] }, guest.member);
    await guest.log.receive({ entries: [actOf(guest, 1, '2')], certificates: [] }, guest.member);
    let batches = 0;
    const full = { buffered: 100_000, mayWait: 100_000 };
    const notSent = connect(host, guest, () => batches++, full).atHost;
    expect(notSent.lacks(({ stream }) => (stream === 'doc/plan' ? 1 : 0))).toEqual(new Set([host.member]));
    const { atHost, toHost, toGuest } = connect(host, guest, () => batches++);
    const lacked = (author: MemberId, stream: Stream, seq: number) =>
      atHost.lacks((place) => (place.author === author && place.stream === stream ? seq : 0));
    const nobody = new Set<MemberId>();
    const first = () => lacked(host.member, 'doc/plan', 1);
    expect([first(), lacked(host.member, 'acts', 8)]).toEqual([new Set([host.member]), nobody]);
    while (await toGuest());
    // Sent, and not acknowledged.
    expect(first()).toEqual(new Set([host.member]));
    await toHost();
    expect([first(), lacked(host.member, 'doc/plan', 8)]).toEqual([nobody, new Set([host.member])]);
    while ((await toHost()) || (await toGuest()));
    expect(lacked(host.member, 'doc/plan', 8)).toEqual(nobody);
    expect([lacked(guest.member, 'acts', 1), lacked(guest.member, 'acts', 0)]).toEqual([
      new Set([guest.member]),
      nobody,
    ]);
  });

  it('[LOG-7] heads that name another hash for the same number are a fork, and nothing of it is sent', async () => {
    const host = createLaptop(0);
    const guest = createLaptop(1);
    await host.log.receive({ entries: [actOf(guest, 1, '1')], certificates: [] }, guest.member);
    await guest.log.receive({ entries: [actOf(guest, 1, '2')], certificates: [] }, guest.member);
    let batches = 0;
    const link = connect(host, guest, () => batches++);
    expect([await link.toHost(), await link.toGuest()]).toEqual([false, false]);
    expect(link.refused).toContain('sent fork 1');
    expect(guest.acknowledged.onlyHere(guest.log.heads())).toBe(1);
  });
});

const actOf = (laptop: Laptop, seq: number, version: string) => `${laptop.member}|acts|${seq}|${version}|`;
