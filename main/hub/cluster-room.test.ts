import { expect, test } from 'vitest';
import { asMeetingId, asMemberId } from '../../common/domain/ids.ts';
import { busInProcess } from '../../tests/fixtures/bus.ts';
import { createMemoryMeeting, type MeetingRules } from '../../tests/fixtures/network/memory-meeting.ts';
import type { TestPerson } from '../../tests/fixtures/network/organisation.ts';
import { encodeListed } from './bus-messages.ts';
import { createBusSeal } from './bus-seal.ts';
import type { Bus } from './bus.ts';
import { createClusterRoom } from './cluster-room.ts';
import { createHappenings } from './happenings.ts';
import { AWARENESS, createRelayedDocuments } from './relayed-documents.ts';
import { createTicker } from './tick.ts';

const MI = 1024 * 1024;
const carrier = asMemberId('00000000-0000-4000-8000-000000000009');
const guest = asMemberId('00000000-0000-4000-8000-000000000001');

function meetingHere() {
  const rules = { id: asMeetingId('a'.repeat(26)), people: new Set([guest]), office: new Set() };
  return createMemoryMeeting(
    rules as unknown as MeetingRules,
    { member: carrier, certificate: new Uint8Array(1) } as unknown as TestPerson,
  );
}

test('[RELAY-6] what the bus lists after it came back empty, with a clock that is behind, is taken', async () => {
  const { bus, anotherOne } = numberedBus();
  const ticker = createTicker((error) => {
    throw error;
  });
  const meeting = meetingHere();
  let taken = 0;
  const receive: typeof meeting.log.receive = (...input) => {
    taken += 1;
    return meeting.log.receive(...input);
  };
  const room = createClusterRoom({
    bus,
    seal: createBusSeal('relays'),
    relay: 'one',
    meeting: { ...meeting, log: { ...meeting.log, receive } },
    carrier,
    relayed: createRelayedDocuments(meeting, createHappenings(), () => undefined),
    ticker,
    logger: { info: () => undefined, warn: () => undefined },
    addresses: () => [],
    localOnline: () => [],
    onOnline: () => undefined,
  });
  const other = createBusSeal('relays');
  const list = async () => {
    const listed = encodeListed({ relay: 'other', certificates: [], entries: ['entry'] });
    await bus.append(meeting.id, other.seal(meeting.id, listed));
    room.beat();
    await new Promise((resolve) => setTimeout(resolve, 20));
  };
  await list();
  await list();
  expect(taken).toBe(2);
  anotherOne(600_000);
  await list();
  await list();
  expect(taken).toBe(4);
  room.close();
  ticker.stop();
  meeting.destroy();
});

/** Numbers its list by its own clock and reads on after a number, as Redis does. */
function numberedBus(): { readonly bus: Bus; anotherOne(behind: number): void } {
  let list: { readonly at: number; readonly message: Uint8Array }[] = [];
  let clock = 1_000_000;
  const ups = new Set<() => void>();
  const bus: Bus = {
    ...busInProcess().bus,
    append(_topic, message) {
      list.push({ at: ++clock, message });
      return Promise.resolve();
    },
    readAfter: (_topic, position) =>
      Promise.resolve(
        list
          .filter(({ at }) => at > Number(position || -1))
          .map(({ at, message }) => ({ position: String(at), message })),
      ),
    onUp(listener) {
      ups.add(listener);
      listener();
      return () => ups.delete(listener);
    },
  };
  return {
    bus,
    anotherOne(behind) {
      list = [];
      clock -= behind;
      for (const up of ups) up();
    },
  };
}

test('[RELAY-4] what one client says live without end goes to the other relays only so fast', async () => {
  const { bus, told } = busInProcess();
  const ticker = createTicker((error) => {
    throw error;
  });
  const rooms = ['one', 'other'].map((relay) => {
    const meeting = meetingHere();
    const relayed = createRelayedDocuments(meeting, createHappenings(), () => undefined);
    const room = createClusterRoom({
      bus,
      seal: createBusSeal('relays'),
      relay,
      meeting,
      carrier,
      relayed,
      ticker,
      logger: { info: () => undefined, warn: () => undefined },
      addresses: () => [],
      localOnline: () => [],
      onOnline: () => undefined,
    });
    return { room, meeting, relayed };
  });
  const [one, other] = [rooms[0]!, rooms[1]!];
  other.room.beat();
  await new Promise(setImmediate);

  const served = (client: ReturnType<typeof one.room.serveFor>) =>
    client(one.meeting, one.relayed.follow('minutes'), {
      self: {},
      member: guest,
      send: () => undefined,
      congested: () => true,
    });
  const flooding = served(one.room.serveFor());
  // Words of who may not write there are heard by nobody, and are words all the same.
  const words = new Uint8Array(64 * 1024).fill(1);
  words.set([AWARENESS, 0xfc, 0xff, 0x03]);
  for (let sent = 0; sent < 64 * MI; sent += words.byteLength) expect(flooding.receive(words)).toBeNull();
  await new Promise((resolve) => setTimeout(resolve, 100));
  const flood = told();
  expect(flood).toBeGreaterThan(4 * MI);
  expect(flood).toBeLessThan(32 * MI);

  // Another client is heard at once.
  const quiet = served(one.room.serveFor());
  expect(quiet.receive(words)).toBeNull();
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(told()).toBeGreaterThan(flood + words.byteLength - 1);
  for (const { room, meeting } of rooms) {
    room.close();
    meeting.destroy();
  }
  ticker.stop();
});
