import { afterAll, beforeAll, expect, test } from 'vitest';
import { strokesOf } from '../../common/collab/annotations.ts';
import type { MemberId } from '../../common/domain/ids.ts';
import { until } from '../fixtures/laptops.ts';
import { openWindowDocument, type WindowDocument } from '../fixtures/window-document.ts';
import { attackedRoom, watchForCrashes, type AttackedRoom } from './attacked-room.ts';
import { handLink, hostilePerson } from './hostile-person.ts';
import { expectRefusals, flood, type Attacked } from './whoever-carries.ts';

// The laptop that carried the meeting is gone; who took it over holds the same rules, over the same kind of links.
let room: AttackedRoom;
let at: Attacked;
let drawn: WindowDocument;
let seen: WindowDocument;
const watch = watchForCrashes();

beforeAll(async () => {
  room = await attackedRoom();
  const mallory = await hostilePerson(room.hostile, room.meeting);
  await room.hostile.engine.close();
  const [secretary, victim]: MemberId[] = await Promise.all([room.secretary.member(), room.honest.member()]);
  const ink = `ink/${room.paper}/${victim}`;
  drawn = openWindowDocument(room.honest, `${room.meeting}/${ink}`, victim);
  await drawn.synced;
  strokesOf(drawn.doc).set('mine', Uint8Array.of(1, 2, 3));
  await until(() => room.chair.engine.store.entries.heads(room.meeting).some(({ stream }) => stream === `doc/${ink}`));
  await room.secretary.engine.close();
  const connection = async () => (await room.chair.request('meetings.state', { meeting: room.meeting })).connection;
  const address = await until(async () => {
    const { role, addresses, online } = await connection();
    return role === 'host' && online.includes(victim!) && addresses[0];
  }, 30_000);
  seen = openWindowDocument(room.chair, `${room.meeting}/${ink}`);
  await until(() => strokesOf(seen.doc).has('mine'));
  at = {
    link: () => handLink(mallory, address, room.meeting),
    hostile: mallory.member,
    sign: (change) => mallory.sign(change),
    secretary: secretary!,
    victim: victim!,
    ink,
    stroke: { client: drawn.doc.clientID, clock: 0 },
  };
}, 120_000);

afterAll(async () => {
  for (const window of [drawn, seen]) window?.close();
  await room?.close();
  watch.stop();
});

test('who took the meeting over refuses what the host before would have refused', async () => {
  await expectRefusals(at);
  for (const { doc } of [drawn, seen]) expect([...strokesOf(doc).keys()]).toEqual(['mine']);
  const { heads } = room.chair.engine.store.entries;
  expect(heads(room.meeting).filter(({ author }) => author === at.hostile)).toEqual([]);
}, 60_000);

test('and serves the others while one floods it', async () => {
  await flood(at, async () => {
    strokesOf(drawn.doc).set('meanwhile', Uint8Array.of(4, 5, 6));
    await until(() => strokesOf(seen.doc).has('meanwhile'), 20_000);
    await room.act(room.honest, 'speak-requested', { request: 'q1', item: null, queue: 'speech', note: '' });
    await until(async () => (await room.state(room.chair)).queue.some(({ request }) => request === 'q1'), 20_000);
  });
  expect(watch.crashes).toEqual([]);
}, 60_000);
