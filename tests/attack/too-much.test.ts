import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import * as Y from 'yjs';
import {
  DOCUMENT_CHANGE,
  DOCUMENT_SNAPSHOT,
  MAX_INK_CHARACTERS,
  MAX_STREAMS_OF_AUTHOR,
  MAX_TEXT_CHARACTERS,
  type Entry,
  type Stream,
} from '../../common/acts/entry.ts';
import { strokesOf } from '../../common/collab/annotations.ts';
import { newClientId } from '../../common/collab/client-id.ts';
import { minutesSection } from '../../common/collab/minutes.ts';
import type { CarriedMeeting } from '../../common/collab/carried-meeting.ts';
import { computedState } from '../../common/collab/snapshot.ts';
import { asMemberId, type MemberId } from '../../common/domain/ids.ts';
import { decodeControl } from '../../common/wire/link.ts';
import { createLogExchange, shareEntries, type LogExchange } from '../../common/wire/log-exchange.ts';
import { createBusSeal } from '../../main/hub/bus-seal.ts';
import { createClusterRoom } from '../../main/hub/cluster-room.ts';
import type { RelayedDocuments } from '../../main/hub/relayed-documents.ts';
import { createTicker } from '../../main/hub/tick.ts';
import type { WritableMeetingLog } from '../../main/meetings/meeting-log.ts';
import { busInProcess } from '../fixtures/bus.ts';
import { AUTHOR, batchOf, chain, entryOf, MEETING, openLog, OTHER } from './bare-log.ts';

// A member signs, by all the rules, as much as disks hold. Entries are padded: what they weigh is what counts.
const MI = 1024 * 1024;
const time = '2026-03-02T08:00:00.000Z';
const inkOn = (paper: number, author: MemberId = AUTHOR): Stream =>
  `doc/ink/${paper.toString(16).padStart(64, 'e')}/${author}`;

/** Changes of a document, each of which weighs so many characters. */
function changes(stream: Stream, weights: readonly number[], author: MemberId = AUTHOR): Entry[] {
  const doc = new Y.Doc();
  doc.clientID = newClientId(author);
  const updates: Uint8Array[] = [];
  doc.on('update', (update: Uint8Array) => updates.push(update));
  const entries: Entry[] = [];
  for (const [index, weight] of weights.entries()) {
    if (stream === 'doc/minutes') minutesSection(doc, 'opening').insert(0, [new Y.XmlText('x')]);
    else strokesOf(doc).set(`s-${index}`, Uint8Array.of(1, 2, 3));
    const body = { update: Buffer.from(updates[index]!).toString('base64url') };
    const prev = entries.at(-1)?.hash ?? null;
    const payload = { v: 1, meeting: MEETING, author, stream, seq: index + 1, prev, time, kind: DOCUMENT_CHANGE, body };
    const plain = entryOf({ ...payload, v: 1 });
    entries.push(entryOf({ ...payload, v: 1 }, weight - plain.jws.length));
  }
  return entries;
}

/** What `entries` come to, signed in their place. */
function snapshotOf(entries: readonly Entry[]): Entry {
  const last = entries.at(-1)!;
  const state = computedState(last.payload.stream, entries)!;
  const body = { sha256: createHash('sha256').update(state).digest('hex'), bytes: state.byteLength };
  const { seq } = last.payload;
  return entryOf({ ...last.payload, seq: seq + 1, prev: last.hash, kind: DOCUMENT_SNAPSHOT, body });
}

const sizeOf = (entries: readonly Entry[]) => entries.reduce((sum, { jws }) => sum + jws.length, 0);
const streamsIn = (log: WritableMeetingLog) =>
  log
    .heads()
    .map(({ author, stream }) => `${author} ${stream}`)
    .toSorted();

test('[LOG-15] what one member can have all laptops keep is bounded over all papers together', async () => {
  const ink = Array.from({ length: 14 }, (_, paper) => changes(inkOn(paper), [5 * MI])).flat();
  const small = changes(inkOn(99), [3 * MI]);
  const others = changes(inkOn(1, OTHER), [MI], OTHER);
  const acts = chain(2);
  const { log } = openLog([...ink, ...small, ...others, ...acts]);
  const { accepted, refused } = await log.receive(batchOf(ink), AUTHOR);
  expect(accepted).toHaveLength(12);
  expect(refused.map(({ reason }) => reason)).toEqual(['too-much', 'too-much']);
  // What still fits does, and nobody else is held to account for it, nor the author's acts.
  for (const entries of [small, others, acts])
    expect((await log.receive(batchOf(entries), AUTHOR)).refused).toEqual([]);
  expect(sizeOf([...accepted, ...small])).toBeLessThanOrEqual(MAX_INK_CHARACTERS);
});

test('[LOG-15] a laptop that was full of one takes what its snapshots make room for', async () => {
  const full = changes(inkOn(0), [8 * MI, 8 * MI]);
  const more = Array.from({ length: 6 }, (_, paper) => changes(inkOn(paper + 1), [8 * MI])).flat();
  const further = changes(inkOn(50), [2 * MI]);
  const snapshot = snapshotOf(full);
  const { log } = openLog([...full, ...more, ...further, snapshot]);
  expect((await log.receive(batchOf([...full, ...more]), AUTHOR)).refused).toEqual([]);
  const [first] = (await log.receive(batchOf(further), AUTHOR)).refused;
  expect(first?.reason).toBe('too-much');
  expect((await log.receive(batchOf([snapshot, ...further]), AUTHOR)).refused).toEqual([]);
});

test('[LOG-15] what one laptop took fits on every other, in whatever order it comes', async () => {
  const sizes = [9, 1, 7.5, 8, 2, 8, 4.25, 8, 6, 7, 5, 3, 0.5].map((size) => Math.round(size * MI));
  const ink = sizes.map((size, paper) => changes(inkOn(paper), [size])).flat();
  const one = openLog(ink).log;
  const { accepted } = await one.receive(batchOf(ink), AUTHOR);
  expect(sizeOf(accepted)).toBeGreaterThan(MAX_INK_CHARACTERS - MI);
  const other = openLog(ink).log;
  expect((await other.receive(batchOf(accepted.toReversed()), OTHER)).refused).toEqual([]);
});

test('[LOG-15] laptops that took different ink of such a member exchange everything else as before', async () => {
  const common = Array.from({ length: 7 }, (_, paper) => changes(inkOn(paper), [8.5 * MI])).flat();
  const [left, right] = [changes(inkOn(20), [4 * MI]), changes(inkOn(21), [4 * MI])];
  const [leftOnly, rightOnly] = [chain(2, OTHER), changes('doc/minutes', [1000, 1000], OTHER)];
  const all = [...common, ...left, ...right, ...leftOnly, ...rightOnly];
  const logs = [openLog(all).log, openLog(all).log] as const;
  await logs[0].receive(batchOf([...common, ...left, ...leftOnly]), AUTHOR);
  await logs[1].receive(batchOf([...common, ...right, ...rightOnly]), AUTHOR);

  const answers: Promise<unknown>[] = [];
  const reasons: string[] = [];
  const exchanges: LogExchange[] = logs.map((log, side) =>
    createLogExchange({
      log,
      peer: OTHER,
      nextBatch: () => answers.length,
      send(frame) {
        const message = decodeControl(Buffer.from(frame).toString('utf8'));
        if (typeof message === 'string') throw new Error(message);
        answers.push(exchanges[1 - side]!.receive(message as never));
      },
      buffered: () => 0,
      onAcknowledged: () => undefined,
      onRefused: (_direction, reason) => reasons.push(reason),
    }),
  );
  for (const [side, log] of logs.entries()) {
    log.onStored((entries) => exchanges[side]!.stored(entries, () => shareEntries(entries, answers.length)));
    exchanges[side]!.start(logs[1 - side]!.heads());
  }
  for (let done = 0; done < answers.length; done++) expect(await answers[done]).toBeNull();
  expect(new Set(reasons)).toEqual(new Set(['too-much']));
  for (const exchange of exchanges) expect(exchange.idle()).toBe(true);
  const apart = [inkOn(20), inkOn(21)].map((stream) => `${AUTHOR} ${stream}`);
  const [here, there] = logs.map((log) => streamsIn(log).filter((stream) => !apart.includes(stream)));
  expect(here).toEqual(there);
  expect(here).toContain(`${OTHER} doc/minutes`);
  expect(here).toContain(`${OTHER} acts`);
});

test('[LOG-15] ink on papers without number keeps no text out, which others may have and build on', async () => {
  const ink = Array.from({ length: 510 }, (_, paper) => changes(inkOn(0x1000 + paper), [2000])).flat();
  const text = changes('doc/minutes', [2000]);
  const acts = chain(1);
  const orders = [
    [...ink, ...text, ...acts],
    [...acts, ...text, ...ink],
  ];
  for (const order of orders) {
    const { log } = openLog(order);
    const { refused } = await log.receive(batchOf(order), AUTHOR);
    expect(refused.map(({ index }) => order[index])).toEqual(ink.slice(496));
    expect(log.heads()).toHaveLength(MAX_STREAMS_OF_AUTHOR - 2);
  }
});

test('[RELAY-4] relays that took different ink of such a member do not list it for each other for ever', async () => {
  const common = Array.from({ length: 7 }, (_, paper) => changes(inkOn(paper), [8.5 * MI])).flat();
  const apart = [changes(inkOn(20), [4 * MI]), changes(inkOn(21), [4 * MI])] as const;
  const late = chain(1, OTHER);
  const ofOther = changes(inkOn(1, OTHER), [70_000], OTHER);
  const snapshots = [...ofOther, snapshotOf(ofOther)];
  const { bus, listed } = busInProcess();
  const ticker = createTicker(() => undefined);
  const rooms = apart.map((own, index) => {
    const { log } = openLog([...common, ...apart.flat(), ...late, ...snapshots]);
    const begin = async () => {
      await log.receive(batchOf([...common, ...own]), AUTHOR);
      const meeting = { id: MEETING, log, mayAttend: () => true } as unknown as CarriedMeeting;
      return createClusterRoom({
        bus,
        seal: createBusSeal('relays'),
        relay: `relay-${index}`,
        meeting,
        carrier: asMemberId('00000000-0000-4000-8000-000000000009'),
        relayed: {} as RelayedDocuments,
        ticker,
        logger: { info: () => undefined, warn: () => undefined },
        addresses: () => [],
        localOnline: () => [],
        onOnline: () => undefined,
      });
    };
    return { log, begin };
  });
  const [one, other] = [await rooms[0]!.begin(), await rooms[1]!.begin()];
  const beats = async (count: number) => {
    for (let beat = 0; beat < count; beat++) {
      one.beat();
      other.beat();
      for (let turn = 0; turn < 40; turn++) await new Promise(setImmediate);
    }
  };
  await beats(12);
  const before = listed();
  expect(before).toBeGreaterThan(0);
  await beats(12);
  expect(listed()).toBe(before);
  // Everything else goes on.
  await rooms[0]!.log.receive(batchOf(late), OTHER);
  await beats(6);
  expect(streamsIn(rooms[1]!.log)).toContain(`${OTHER} acts`);
  // What others sign makes no room for it.
  const ofAll = listed();
  await rooms[0]!.log.receive(batchOf(snapshots), OTHER);
  await beats(12);
  expect(listed() - ofAll).toBeLessThanOrEqual(snapshots.length);
  expect(rooms[1]!.log.heads()).toContainEqual(
    expect.objectContaining({ author: OTHER, stream: inkOn(1, OTHER), seq: 2 }),
  );
  for (const room of [one, other]) room.close();
  ticker.stop();
});

test('[LOG-15] nor is a document that several write filled by one of them', async () => {
  const text = changes(
    'doc/minutes',
    Array.from({ length: 12 }, () => 7 * MI),
  );
  const others = changes('doc/minutes', [1000], OTHER);
  const { log } = openLog([...text, ...others]);
  const { accepted, refused } = await log.receive(batchOf(text), AUTHOR);
  expect(sizeOf(accepted)).toBeGreaterThan(MAX_TEXT_CHARACTERS);
  expect(sizeOf(accepted)).toBeLessThan(MAX_TEXT_CHARACTERS + 8 * MI);
  expect(refused[0]?.reason).toBe('too-much');
  expect((await log.receive(batchOf(others), OTHER)).refused).toEqual([]);
});
