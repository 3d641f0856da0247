import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Stream } from '../../common/acts/entry.ts';
import { serveHub } from '../../main/hub/serve-hub.ts';
import { createMemoryMeeting, type MemoryMeeting } from '../fixtures/network/memory-meeting.ts';
import { createOrganisation, type TestOrganisation, type TestPerson } from '../fixtures/network/organisation.ts';
import { expectSoon, openTestRoom, type TestRoom } from '../fixtures/network/room.ts';
import { openTcpProxy, type TcpProxy } from '../fixtures/network/tcp-proxy.ts';

let organisation: TestOrganisation;
let people: TestPerson[];
let room: TestRoom;
let proxy: TcpProxy | undefined;

beforeAll(async () => {
  organisation = await createOrganisation('Sở Thử nghiệm');
  people = await Promise.all(Array.from({ length: 10 }, (_, n) => organisation.enrol(`Đại biểu thứ ${n + 1}`)));
}, 60_000);
afterEach(async () => {
  await room.close();
  await proxy?.close();
  proxy = undefined;
});

async function openRoom(): Promise<void> {
  room = await openTestRoom(organisation);
  for (const person of people) room.rules.people.add(person.member);
}

const person = (n: number): TestPerson => people[n] as TestPerson;
const acts = (count: number, filler = 0) =>
  Array.from({ length: count }, (_, n) => ({
    stream: 'acts' as Stream,
    kind: 'speak-requested',
    body: { n, note: 'x'.repeat(filler) },
  }));
const sameHeads = (a: MemoryMeeting, b: MemoryMeeting) =>
  JSON.stringify([...a.log.heads()].sort(byName)) === JSON.stringify([...b.log.heads()].sort(byName));
const byName = (a: { author: string; stream: string }, b: { author: string; stream: string }) =>
  `${a.author}${a.stream}` < `${b.author}${b.stream}` ? -1 : 1;

describe('coming back', () => {
  it('[LOG-1] continues where the connection was cut, in the middle of a batch, in both directions', async () => {
    await openRoom();
    await room.carried.record(acts(300, 2000));
    proxy = await openTcpProxy(room.address);
    const { address } = proxy;
    const an = createMemoryMeeting(room.rules, person(0));
    await an.record(acts(300, 2000));
    proxy.cutAfter(400_000);
    const { link } = room.join(person(0), { addresses: () => [address], meeting: an });
    await expectSoon('some arrived', () => an.entries() > 300);
    for (let times = 0; times < 3; times++) {
      proxy.cutAfter(150_000);
      await new Promise((resolve) => setTimeout(resolve, 400));
    }
    proxy.cutAfter(Infinity);
    await expectSoon('everything on both sides', () => an.entries() === 600 && room.carried.entries() === 600);
    await expectSoon('all acknowledged', () => link.onlyHere() === 0);
    expect(sameHeads(an, room.carried)).toBe(true);
    expect([...an.refusals, ...room.carried.refusals]).toEqual([]);
    // Entries went over the wire about once, each some 3.2 KB; a cut costs what was not acknowledged, at most the window.
    const cuts = room.log.filter(({ message }) => message === 'link lost').length;
    expect(proxy.down() + proxy.up()).toBeLessThan(600 * 3200 * 1.6 + (cuts - 1) * 2 * 1024 * 1024);
  });

  it('[LOG-3] brings what was written offline, and shows how much is only here meanwhile', async () => {
    await openRoom();
    proxy = await openTcpProxy(room.address);
    const { address } = proxy;
    const { meeting, link } = room.join(person(0), { addresses: () => [address] });
    await expectSoon('connected', () => link.state().state === 'connected');
    await proxy.close();
    await expectSoon('waiting', () => link.state().state === 'waiting');
    expect(link.state()).toMatchObject({ problem: 'unreachable', carriedBy: null, online: [] });
    await meeting.record(acts(5));
    await room.carried.record(acts(7));
    expect(link.onlyHere()).toBe(5);
    const reopened = await openTcpProxy(room.address);
    proxy = reopened;
    const again = room.join(person(0), { addresses: () => ['127.0.0.1:1', reopened.address], meeting });
    await expectSoon('both have all', () => meeting.entries() === 12 && room.carried.entries() === 12);
    await expectSoon('nothing only here', () => again.link.onlyHere() === 0);
  });

  it('[LINK-3] notices a frozen network within seconds and returns by itself', async () => {
    await openRoom();
    proxy = await openTcpProxy(room.address);
    const { address } = proxy;
    const { meeting, link } = room.join(person(0), { addresses: () => [address] });
    await expectSoon('connected', () => link.state().state === 'connected');
    await expectSoon('host sees it', () => room.hub.status(room.rules.id)?.online.length === 2);
    proxy.freeze(true);
    const frozen = performance.now();
    await expectSoon('link gave up', () => link.state().state !== 'connected', 6000);
    await expectSoon('host gave up', () => room.hub.status(room.rules.id)?.online.length === 1, 6000);
    expect(performance.now() - frozen).toBeLessThan(5500);
    await meeting.record(acts(1));
    proxy.freeze(false);
    proxy.cut();
    await expectSoon('back', () => link.state().state === 'connected' && room.carried.entries() === 1);
    expect(link.state().problem).toBeNull();
  });

  it('[LINK-3] notices a network that swallows everything, since when, and returns by itself', async () => {
    await openRoom();
    proxy = await openTcpProxy(room.address);
    const { address } = proxy;
    const { meeting, link } = room.join(person(0), { addresses: () => [address] });
    await expectSoon('connected', () => link.state().state === 'connected');
    proxy.swallow(true);
    await meeting.record(acts(1));
    expect(link.onlyHere()).toBe(1);
    await expectSoon('link gave up', () => link.state().state !== 'connected');
    // What lasts shows at once: it has lasted since the silence began.
    expect(Date.now() - Date.parse(link.state().since)).toBeGreaterThanOrEqual(1000);
    proxy.swallow(false);
    await expectSoon('back', () => link.state().state === 'connected' && link.onlyHere() === 0);
  });

  it('[TAKE-5] a carrying laptop that is slow to answer is waited for while another one makes up its mind', async () => {
    await openRoom();
    proxy = await openTcpProxy(room.address);
    proxy.freeze(true);
    const undecided = await serveHub({
      listen: { host: '127.0.0.1', port: 0 },
      tls: person(1).tls,
      me: person(1),
      admit: organisation.admit,
      logger: { info: () => undefined, warn: () => undefined },
    });
    const meeting = createMemoryMeeting(room.rules, person(1));
    let knocks = 0;
    undecided.attend(meeting, {
      report: () => ({ state: 'seeking', epoch: null, carrier: null }),
      start: () => '',
      available: () => false,
      knock() {
        knocks++;
        return new Promise(() => undefined);
      },
      notice: () => undefined,
    });
    const { address } = proxy;
    const { link } = room.join(person(0), { addresses: () => [address, `127.0.0.1:${undecided.port}`] });
    await expectSoon('the next one is asked as well', () => knocks === 1);
    proxy.freeze(false);
    await expectSoon('connected', () => link.state().state === 'connected');
    expect(link.state().address).toBe(address);
    expect(proxy.connections()).toBe(1);
    await undecided.close();
    meeting.destroy();
  });

  it('finds its host again after the host was restarted', async () => {
    await openRoom();
    const { port } = room.hub;
    const { meeting, link } = room.join(person(0));
    const followed = link.follow('plan');
    await expectSoon('synced', () => followed.synced());
    await room.hub.close();
    await expectSoon('down', () => link.state().state !== 'connected');
    await meeting.record(acts(3));
    const options = { tls: room.secretary.tls, me: room.secretary, admit: organisation.admit };
    const logger = { info: () => undefined, warn: () => undefined };
    const hub = await serveHub({ ...options, listen: { host: '127.0.0.1', port }, logger });
    hub.carry(room.carried, { start: () => '' });
    await expectSoon('entries arrive', () => room.carried.entries() === 3);
    room.carried.doc('plan').getMap('meta').set('title', 'sau khi khởi động lại');
    await expectSoon(
      'documents too',
      () => meeting.doc('plan').getMap('meta').get('title') === 'sau khi khởi động lại',
    );
    await link.close();
    await hub.close();
  });

  it('is told when the meeting is no longer carried, and is back when it is again', async () => {
    await openRoom();
    const { link } = room.join(person(0));
    await expectSoon('connected', () => link.state().state === 'connected');
    room.hub.stop(room.rules.id);
    await expectSoon('refused', () => link.state().state === 'refused' || link.state().state === 'waiting');
    await expectSoon('knows why', () => link.state().problem === 'meeting-unknown');
    room.hub.carry(room.carried, { start: () => '' });
    link.retry();
    await expectSoon('back', () => link.state().state === 'connected');
    expect(link.state()).toMatchObject({ problem: null, carriedBy: room.secretary.member });
  });

  it('[CONN-5] whoever is taken out of the roster is closed at the next act', async () => {
    await openRoom();
    const { link } = room.join(person(0));
    const stays = room.join(person(1));
    await expectSoon('both connected', () => [link, stays.link].every((it) => it.state().state === 'connected'));
    room.rules.people.delete(person(0).member);
    await room.carried.record(acts(1));
    await expectSoon('refused', () => link.state().state === 'refused');
    expect(link.state().problem).toBe('not-allowed');
    await expectSoon('the other goes on', () => stays.meeting.entries() === 1);
    expect(stays.link.state().state).toBe('connected');
  });
});

describe('together', () => {
  it('[LOG-5] ten laptops converge while all write acts and annotations', async () => {
    await openRoom();
    const laptops = people.map((who) => ({ who, ...room.join(who) }));
    await expectSoon('all connected', () => laptops.every(({ link }) => link.state().state === 'connected'));
    const ink = (who: TestPerson) => `ink/${'e'.repeat(64)}/${who.member}`;
    await Promise.all(
      laptops.map(async ({ who, meeting }) => {
        for (let n = 0; n < 10; n++) {
          await meeting.record(acts(1));
          await meeting.write(ink(who), (doc) => doc.getMap('strokes').set(`s${n}`, new Uint8Array([n])));
        }
      }),
    );
    const total = 10 * 20;
    await expectSoon('all have all', () =>
      [room.carried, ...laptops.map((it) => it.meeting)].every((it) => it.entries() === total),
    );
    for (const { meeting, link } of laptops) {
      expect(sameHeads(meeting, room.carried)).toBe(true);
      for (const { who } of laptops) expect(meeting.doc(ink(who)).getMap('strokes').size).toBe(10);
      expect(meeting.refusals).toEqual([]);
      await expectSoon('acknowledged', () => link.onlyHere() === 0);
    }
    expect(room.log.filter(({ message }) => message === 'entry refused')).toEqual([]);
  });

  it('[LOG-6] a second version of an act is refused, the rest of its author`s streams goes on', async () => {
    await openRoom();
    const first = createMemoryMeeting(room.rules, person(0));
    await first.record(acts(2));
    const one = room.join(person(0), { meeting: first });
    await expectSoon('first version there', () => room.carried.entries() === 2);
    await one.link.close();
    // The same person's laptop restored from a backup taken before: the numbers are given again.
    const restored = createMemoryMeeting(room.rules, person(0));
    await restored.record(acts(3));
    await restored.write(`ink/${'f'.repeat(64)}/${person(0).member}`, (doc) => doc.getMap('strokes').set('a', 1));
    const two = room.join(person(0), { meeting: restored });
    await expectSoon('annotations arrive', () => room.carried.entries() === 3);
    await expectSoon('fork refused', () => room.carried.refusals.includes('fork'));
    await expectSoon('its place in the acts is only here', () => two.link.onlyHere() === 1);
    expect(two.link.state().state).toBe('connected');
  });

  it('[LOG-6] an entry its author may not write closes that author`s link, which comes back without it', async () => {
    await openRoom();
    const { meeting, link } = room.join(person(0));
    await expectSoon('connected', () => link.state().state === 'connected');
    // As on a laptop that does not know yet that its member is no longer of the office.
    await meeting.write('plan', (doc) => doc.getMap('meta').set('title', 'không được phép'));
    await expectSoon('closed', () => room.log.some(({ values }) => values?.['code'] === 4403));
    expect(room.log).toContainEqual({
      message: 'entry refused',
      values: {
        member: person(0).member,
        direction: 'received',
        reason: 'not-allowed',
        author: person(0).member,
        stream: 'doc/plan',
        seq: 1,
      },
    });
    await meeting.act('checked-in', { how: 'remote' });
    await expectSoon('back', () => link.state().state === 'connected' && room.carried.entries() === 1);
    expect(room.carried.doc('plan').getMap('meta').has('title')).toBe(false);
    expect(room.log.filter(({ values }) => values?.['code'] === 4403)).toHaveLength(1);
    expect(link.onlyHere()).toBeGreaterThan(0);
  });
});

describe('leaving', () => {
  it('[LINK-1] says nothing once it is closed, also when its connection was only being made', async () => {
    let reached = false;
    // Stops the way between the two once this laptop knows the carrying one, and before it has said what it wants there.
    const watched: TestOrganisation = {
      ...organisation,
      admit(certificate) {
        const admission = organisation.admit(certificate);
        if (admission.ok && admission.value.member === room.secretary.member) {
          reached = true;
          proxy?.freeze(true);
        }
        return admission;
      },
    };
    room = await openTestRoom(watched);
    room.rules.people.add(person(0).member);
    proxy = await openTcpProxy(room.address);
    const { address } = proxy;
    const meeting = createMemoryMeeting(room.rules, person(0));
    let asked = 0;
    const log = {
      ...meeting.log,
      heads() {
        asked++;
        return meeting.log.heads();
      },
    };
    const { link } = room.join(person(0), { addresses: () => [address], meeting: { ...meeting, log } });
    await expectSoon('the carrying laptop is known', () => reached);
    await pause(50);
    await link.close();
    proxy.freeze(false);
    await pause(500);
    expect(asked).toBe(0);
  });
});
