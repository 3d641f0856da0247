import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import * as Y from 'yjs';
import { strokesOf } from '../../common/collab/annotations.ts';
import { MAX_STATE_BYTES } from '../../common/acts/entry.ts';
import { readPackage } from '../../main/documents/read-package.ts';
import { until, type TestLaptop } from '../fixtures/laptops.ts';
import { openWindowDocument, type WindowDocument } from '../fixtures/window-document.ts';
import { writeUpdate, type WrittenStruct } from '../fixtures/yjs-update.ts';
import { attackedRoom, watchForCrashes, type AttackedRoom } from './attacked-room.ts';
import { handLink, hashOf, hostilePerson, type HostilePerson } from './hostile-person.ts';

// A member signs snapshots of what is not the own ink, of what the own ink never was, of nothing and of far too much.
let at: AttackedRoom;
let mallory: HostilePerson;
let honest: HostilePerson;
/** The honest member's ink as the carrying laptop's own window has it. */
let seen: WindowDocument;
let ink: string;
const watch = watchForCrashes();

beforeAll(async () => {
  at = await attackedRoom();
  mallory = await hostilePerson(at.hostile, at.meeting);
  await at.hostile.engine.close();
  ink = `ink/${at.paper}/${await at.honest.member()}`;
  const drawn = openWindowDocument(at.honest, `${at.meeting}/${ink}`);
  seen = openWindowDocument(at.secretary, `${at.meeting}/${ink}`);
  await Promise.all([drawn.synced, seen.synced]);
  strokesOf(drawn.doc).set('s-1', Uint8Array.of(1, 2, 3));
  await until(() => heads().some((head) => head.includes(ink)));
  drawn.close();
  honest = await hostilePerson(at.honest, at.meeting);
}, 120_000);

afterAll(async () => {
  seen?.close();
  await at?.close();
  watch.stop();
});

/** Each on a connection of its own. */
async function bring(entries: readonly string[]): Promise<unknown> {
  const by = await handLink(mallory, at.address, at.meeting);
  const answer = await by.bring(entries);
  by.socket.close();
  return answer;
}
const entries = () => at.secretary.engine.store.entries;
const heads = () =>
  entries()
    .heads(at.meeting)
    .map(({ author, stream, seq }) => `${author} ${stream} ${seq}`);

/** Each attack is on a paper of its own, so that none lives off another. */
let papers = 0;
const freshInk = () => `ink/${(++papers).toString(16).padStart(64, 'e')}/${mallory.member}`;

function withStrokes(count: number, bytes: number): Y.Doc {
  const doc = new Y.Doc();
  for (let n = 0; n < count; n++) strokesOf(doc).set(`s-${n}`, new Uint8Array(bytes).fill(n));
  return doc;
}

const behind = (state: Uint8Array) => `~${Buffer.from(state).toString('base64url')}`;
const bodyOf = (state: Uint8Array) => ({
  sha256: createHash('sha256').update(state).digest('hex'),
  bytes: state.byteLength,
});

/** Enough ink for a snapshot; returns what the next entry is, and what the ink is. */
async function drawn(document: string): Promise<{ change: string; state: Uint8Array; place: object }> {
  const doc = withStrokes(2, 40_000);
  const state = Y.encodeStateAsUpdate(doc);
  const change = await mallory.nextChange(document, state);
  return {
    change,
    state,
    place: { stream: `doc/${document}`, kind: 'document-snapshot', seq: 2, prev: hashOf(change) },
  };
}

async function othersStillWork(): Promise<void> {
  const id = `q-${heads().length}-${Date.now()}`;
  await at.act(at.honest, 'speak-requested', { request: id, item: null, queue: 'speech', note: '' });
  await until(async () => (await at.state(at.chair)).queue.some((one) => one.request === id));
  expect([...strokesOf(seen.doc).keys()]).toEqual(['s-1']);
}

test('[LOG-13] a snapshot of another`s ink is not allowed, whoever is said to have made it', async () => {
  const state = Y.encodeStateAsUpdate(new Y.Doc());
  const place = { stream: `doc/${ink}`, kind: 'document-snapshot', seq: 2, prev: null, body: bodyOf(state) };
  const own = await mallory.sign({ ...place, seq: 9 });
  expect(await bring([own + behind(state)])).toEqual({ closed: 4403 });
  const forged = await mallory.sign({ ...place, seq: 9, author: honest.member });
  expect(await bring([forged + behind(state)])).toEqual({ closed: 4400 });
  await othersStillWork();
});

test('[LOG-13] a state that is not the one signed, or behind an entry that is no snapshot, is refused', async () => {
  const document = freshInk();
  const { change, state, place } = await drawn(document);
  const snapshot = await mallory.sign({ ...place, body: bodyOf(state) });
  const other = Y.encodeStateAsUpdate(withStrokes(1, 10));
  expect(await bring([change, snapshot + behind(other)])).toEqual({ closed: 4400 });
  expect(await bring([`${snapshot}~`])).toEqual({ closed: 4400 });
  expect(await bring([`${snapshot}~nicht base64`])).toEqual({ closed: 4400 });
  const further = await mallory.nextChange(document, Y.encodeStateAsUpdate(withStrokes(1, 10)));
  expect(await bring([further + behind(state)])).toEqual({ closed: 4400 });
  // The right one is taken for all that.
  expect(await bring([snapshot])).toEqual({ refused: [] });
  expect(heads()).toContain(`${mallory.member} doc/${document} 2`);
  await othersStillWork();
});

test('[LOG-13] a snapshot that says something else than the entries is wanted with its state, and harms the own ink alone', async () => {
  const document = freshInk();
  const { change, place } = await drawn(document);
  const lie = Y.encodeStateAsUpdate(withStrokes(1, 10));
  const snapshot = await mallory.sign({ ...place, body: bodyOf(lie) });
  const by = await handLink(mallory, at.address, at.meeting);
  expect(await by.bring([change, snapshot])).toEqual({ refused: [{ index: 1, reason: 'state-wanted' }] });
  expect(await by.bring([snapshot + behind(lie)])).toEqual({ refused: [] });
  by.socket.close();
  // From then on it is what everybody has, also whoever had the entries.
  const stream = `doc/${document}` as const;
  const there = () => at.chair.engine.store.entries.read(at.meeting, mallory.member, stream, 1, 9);
  // The entry that it stands for comes first.
  await until(() => there()[0]?.state !== undefined);
  expect(there()).toHaveLength(1);
  expect(Buffer.from(there()[0]!.state!)).toEqual(Buffer.from(lie));
  await othersStillWork();
});

test('[LOG-13] a snapshot whose structs are of others, build on others or leave some out is refused', async () => {
  const ofMallory = (head: string) => head.startsWith(mallory.member);
  const before = heads().filter(ofMallory);
  const theirs = { client: honestClient(), clock: 0 };
  const mine = 4_100_000;
  const stroke: WrittenStruct = { parent: 'strokes', key: 'a', content: { kind: 'binary', bytes: Uint8Array.of(1) } };
  const plan = new Y.Doc();
  plan.getMap('items').set('a', 1);
  const states: Record<string, Uint8Array> = {
    'beside a stroke of somebody else': writeUpdate([
      { client: mine, clock: 0, structs: [{ origin: theirs, content: stroke.content }] },
    ]),
    'from the middle on': writeUpdate([{ client: mine, clock: 5, structs: [stroke] }]),
    'after itself': writeUpdate([
      { client: mine, clock: 0, structs: [{ ...stroke, origin: { client: mine, clock: 0 } }] },
    ]),
    'of a plan': Y.encodeStateAsUpdate(plan),
    'no update': Uint8Array.of(1, 2, 3),
  };
  for (const [what, state] of Object.entries(states)) {
    const place = { stream: `doc/${freshInk()}`, kind: 'document-snapshot', seq: 5, prev: hashOf('x') };
    const snapshot = await mallory.sign({ ...place, body: bodyOf(state) });
    const expected = { closed: what === 'beside a stroke of somebody else' ? 4403 : 4400 };
    expect({ what, ...((await bring([snapshot + behind(state)])) as object) }).toEqual({ what, ...expected });
  }
  expect(heads().filter(ofMallory)).toEqual(before);
  await othersStillWork();
});

const honestClient = (): number => [...Y.decodeStateVector(Y.encodeStateVector(seen.doc)).keys()][0] ?? 0;

test('[LOG-12] a jump without a snapshot is a gap; acts and documents of several writers have no snapshots', async () => {
  const document = freshInk();
  const { change } = await drawn(document);
  const update = Buffer.from(Y.encodeStateAsUpdate(withStrokes(1, 10))).toString('base64url');
  const far = await mallory.sign({
    stream: `doc/${document}`,
    kind: 'document-change',
    seq: 7,
    prev: hashOf('x'),
    body: { update },
  });
  expect(await bring([change, far])).toEqual({ refused: [{ index: 1, reason: 'gap' }] });
  const state = Y.encodeStateAsUpdate(new Y.Doc());
  for (const stream of ['acts', 'doc/minutes', 'doc/plan']) {
    const place = { stream, kind: 'document-snapshot', seq: 7, prev: hashOf('x'), body: bodyOf(state) };
    const snapshot = await mallory.sign(place);
    expect(await bring([snapshot])).toEqual({ refused: [{ index: 0, reason: 'gap' }] });
    expect(await bring([snapshot + behind(state)])).toEqual({ closed: 4400 });
  }
  await othersStillWork();
});

test('[LOG-13] snapshots without end, of little or of too much, keep nobody busy', async () => {
  const document = freshInk();
  const { change, state, place } = await drawn(document);
  const snapshot = await mallory.sign({ ...place, body: bodyOf(state) });
  const again = await mallory.sign({ ...place, seq: 3, prev: hashOf(snapshot), body: bodyOf(state) });
  expect(await bring([change, snapshot, again])).toEqual({ refused: [{ index: 2, reason: 'not-due' }] });
  expect(await bring([again + behind(state)])).toEqual({ refused: [{ index: 0, reason: 'not-due' }] });

  const large = Y.encodeStateAsUpdate(withStrokes(40, 60_000));
  expect(large.byteLength).toBeGreaterThan(MAX_STATE_BYTES);
  const elsewhere = { stream: `doc/${freshInk()}`, kind: 'document-snapshot', seq: 9, prev: hashOf('x') };
  const giant = await mallory.sign({ ...elsewhere, body: bodyOf(large) });
  expect(await bring([giant + behind(large)])).toEqual({ closed: 4400 });
  const small = await mallory.sign({ ...elsewhere, body: { ...bodyOf(large), bytes: 1000 } });
  expect(await bring([small + behind(large)])).toEqual({ closed: 4400 });
  await othersStillWork();
});

test('[LOG-14] an honest laptop makes its snapshot by itself once the pen rests, and everybody drops what it stands for', async () => {
  const drawn = openWindowDocument(at.honest, `${at.meeting}/${ink}`);
  await drawn.synced;
  for (let n = 2; n < 5; n++) {
    strokesOf(drawn.doc).set(`s-${n}`, new Uint8Array(20_000).fill(n));
    await until(() => strokesOf(seen.doc).has(`s-${n}`));
  }
  drawn.close();
  for (const laptop of [at.honest, at.secretary, at.chair]) {
    const { store } = laptop.engine;
    await until(() => {
      const kept = store.entries.read(at.meeting, honest.member, `doc/${ink}`, 1, 99);
      return kept.length === 1 && kept[0]?.payload.kind === 'document-snapshot';
    });
  }
  const again = openWindowDocument(at.chair, `${at.meeting}/${ink}`);
  await again.synced;
  expect([...strokesOf(again.doc).keys()].sort()).toEqual(['s-1', 's-2', 's-3', 's-4']);
  again.close();

  // Who gets all of it as a file gets the states as well, those that Mallory made too.
  const path = join(at.chair.dataDir, 'cuoc-hop.phien');
  await at.chair.request('package.save', { meeting: at.meeting, path });
  const read = await readPackage(path);
  if (!read.ok) throw new Error(read.problem);
  let snapshots = 0;
  for (const document of read.value.documents)
    for await (const { jws } of read.value.entries(document)) if (jws.includes('~')) snapshots++;
  read.value.close();
  expect(snapshots).toBeGreaterThanOrEqual(3);
  const found = await at.chair.request('verify.file', { path });
  expect(found).toMatchObject({ verdict: { outcome: 'valid' }, package: { invalidActs: 0 } });
});

test('[LOG-15] who signs more ink than fits is refused on every laptop, also after a takeover, and the others stay alike', async () => {
  const signed: string[] = [];
  for (let n = 0; n < 9; n++)
    signed.push(await mallory.nextChange(freshInk(), Y.encodeStateAsUpdate(withStrokes(68, 64_000))));
  const last = signed.at(-1)!;
  const by = await handLink(mallory, at.address, at.meeting);
  for (const entry of signed.slice(0, -1)) expect(await by.bring([entry])).toEqual({ refused: [] });
  const tooMuch = { refused: [{ index: 0, reason: 'too-much' }] };
  expect(await by.bring([last])).toEqual(tooMuch);
  // What still fits is taken over the same link, and what is no ink is.
  const more = await mallory.nextChange(freshInk(), Y.encodeStateAsUpdate(withStrokes(1, 1000)));
  const act = await mallory.nextAct('speak-requested', { request: 'q-ink', item: null, queue: 'speech', note: '' });
  expect(await by.bring([more, act])).toEqual({ refused: [] });
  by.socket.close();
  const headsOf = (laptop: TestLaptop) =>
    laptop.engine.store.entries
      .heads(at.meeting)
      .map(({ author, stream, hash }) => `${author} ${stream} ${hash}`)
      .toSorted();
  const alike = () =>
    until(
      () => new Set([at.secretary, at.chair, at.honest].map((laptop) => headsOf(laptop).join())).size === 1,
      30_000,
    );
  await alike();

  const { addresses } = await at.chair.request('meetings.carry', { meeting: at.meeting });
  const again = await handLink(mallory, addresses[0]!, at.meeting);
  expect(await again.bring([last])).toEqual(tooMuch);
  again.socket.close();
  await at.act(at.honest, 'speak-requested', { request: 'q-after', item: null, queue: 'speech', note: '' });
  await until(async () => (await at.state(at.secretary)).queue.some(({ request }) => request === 'q-after'), 20_000);
  await alike();
}, 90_000);
