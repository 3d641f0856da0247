import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, request as httpsRequest, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { WebSocketServer, type WebSocket } from 'ws';
import { encodeDocumentFrames } from '../../common/wire/document-frames.ts';
import { encodeControl, LINK_PROTOCOL } from '../../common/wire/link.ts';
import { listMeetings } from '../../main/sync/carrier-client.ts';
import { askCarrier } from '../../main/sync/carrier-question.ts';
import { signMinutes } from '../fixtures/convened-meeting.ts';
import { until, type TestLaptop } from '../fixtures/laptops.ts';
import { attackedRoom, watchForCrashes, type AttackedRoom } from './attacked-room.ts';
import { handLink, hostilePerson, type HostilePerson } from './hostile-person.ts';

// A member who carries the meeting, as any member may, and lies to those who join; then a secretary who lies about minutes.
let at: AttackedRoom;
let mallory: HostilePerson;
let newcomer: TestLaptop;
let host: Server;
let address: string;
/** What the lying host answers. */
let onRequest: (request: IncomingMessage, response: ServerResponse) => void;
let onLink: (socket: WebSocket) => void;
const watch = watchForCrashes();

const json = (response: ServerResponse, body: unknown) => response.end(JSON.stringify(body));
const listed = () => ({
  carrier: { member: mallory.member, name: 'Kẻ Phá Rối' },
  meetings: [{ meeting: at.meeting, title: 'Phiên họp giả', start: '2026-11-23T08:00:00+07:00' }],
});
const say = (socket: WebSocket, message: Parameters<typeof encodeControl>[0]) =>
  socket.send(encodeControl(message), { binary: false });
const welcome = (socket: WebSocket) =>
  say(socket, { type: 'welcome', protocol: LINK_PROTOCOL, carrier: mallory.member, heads: [] });
/** Everything that the real carrying laptop has, which whoever has joined can pass on. */
function realEntries() {
  const { entries } = at.secretary.engine.store;
  const heads = entries.heads(at.meeting).sort((a, b) => (a.stream === 'acts' ? -1 : b.stream === 'acts' ? 1 : 0));
  return heads.flatMap((head) => entries.read(at.meeting, head.author, head.stream, 1, 500));
}
function realCertificates(): string[] {
  const { certificates } = at.secretary.engine.store;
  const used = new Set(realEntries().map((entry) => entry.certificate));
  const found = [...used].flatMap((fingerprint) => certificates.get(fingerprint)?.der ?? []);
  return [...found, mallory.certificate].map((der) => Buffer.from(der).toString('base64'));
}

beforeAll(async () => {
  at = await attackedRoom();
  newcomer = await at.room.addMember(at.secretary, 'Tòng Văn Mới');
  mallory = await hostilePerson(at.hostile, at.meeting);
  await at.hostile.engine.close();
  host = createServer({ ...mallory.tls, requestCert: true, minVersion: 'TLSv1.3' });
  host.on('request', (request, response) => onRequest(request, response));
  const sockets = new WebSocketServer({ server: host });
  sockets.on('connection', (socket) => {
    socket.on('error', () => undefined);
    socket.once('message', () => onLink(socket));
  });
  await new Promise<void>((resolve) => host.listen(0, '127.0.0.1', resolve));
  address = `127.0.0.1:${(host.address() as AddressInfo).port}`;
}, 120_000);

beforeEach(() => {
  onRequest = (_request, response) => json(response, listed());
  onLink = welcome;
});

afterAll(async () => {
  host?.closeAllConnections();
  host?.close();
  await at?.close();
  watch.stop();
});

const view = (laptop: TestLaptop) => laptop.request('meetings.state', { meeting: at.meeting });

test('a list of meetings out of form is refused with a code', async () => {
  const answers: ((response: ServerResponse) => void)[] = [
    (response) => response.end('no JSON'),
    (response) => json(response, { carrier: {}, meetings: [] }),
    (response) => json(response, { ...listed(), meetings: [{ meeting: '../../x', title: 'x', start: '' }] }),
    (response) => response.end(`"${'x'.repeat(6_000_000)}"`),
    (response) => response.writeHead(302, { location: 'https://127.0.0.1:1/' }).end(),
    (response) => response.destroy(),
  ];
  for (const answer of answers) {
    onRequest = (_request, response) => answer(response);
    await expect(newcomer.request('meetings.join', { address })).rejects.toMatchObject({
      code: expect.stringMatching(/^[a-z-]+$/),
    });
  }
  expect(await newcomer.request('meetings.list', {})).toEqual([]);
});

test('whose laptop it is that offers meetings is what its certificate says', async () => {
  const secretary = await at.secretary.member();
  onRequest = (_request, response) =>
    json(response, { ...listed(), carrier: { member: secretary, name: 'Thư ký Ủy ban', relay: true } });
  const { tls, member, name } = mallory;
  const list = await listMeetings(address, { tls, admit: () => ({ ok: true, value: { member, name } }) });
  expect(list).toMatchObject({ ok: true, value: { carrier: { member, name }, meetings: listed().meetings } });
});

test('[TAKE-6] who says to carry the meeting with an epoch of somebody else says nothing', async () => {
  const secretary = await at.secretary.member();
  const { tls, member, name } = mallory;
  const credentials = { tls, admit: () => ({ ok: true as const, value: { member, name } }) };
  const ask = (state: string, by: string) => {
    const report = { state, epoch: { n: 9, member: by, device: 'made-up-device' }, carrier: null };
    onRequest = (_request, response) => json(response, report);
    return askCarrier(address, at.meeting, credentials, { within: 5000 });
  };
  expect(await ask('carrying', member)).toMatchObject({ state: 'carrying', epoch: { member } });
  expect(await ask('carrying', secretary)).toBeNull();
  // What it has seen may be anybody's.
  expect(await ask('seeking', secretary)).toMatchObject({ state: 'seeking' });
});

test('[CON-1] a roster of its own for a known meeting is not believed, nor forged acts of others', async () => {
  const roster = (await at.state(at.honest)).roster.map((entry) => ({
    ...entry,
    role: entry.member === mallory.member ? ('chair' as const) : ('member' as const),
  }));
  const { rules, organisation, convener } = await at.state(at.honest);
  const body = {
    nonce: 'A'.repeat(22),
    title: 'Giả',
    kind: '',
    start: '2026-11-23T08:00:00+07:00',
    place: '',
    organisation,
    rules,
    roster,
  };
  const own = await mallory.sign({ kind: 'meeting-convened', body });
  const forged = await mallory.sign({ kind: 'meeting-convened', body, author: convener });
  let closed = 0;
  onLink = (socket) => {
    welcome(socket);
    socket.on('close', () => closed++);
    say(socket, { type: 'certificates', certificates: realCertificates() });
    say(socket, { type: 'entries', batch: 0, entries: [own] });
    say(socket, { type: 'entries', batch: 1, entries: [forged] });
  };
  await newcomer.request('meetings.join', { address, meeting: at.meeting });
  await until(() => closed > 0);
  expect((await view(newcomer)).state).toBeNull();
  expect(newcomer.engine.store.entries.heads(at.meeting).every((head) => head.author === mallory.member)).toBe(true);
}, 30_000);

test('endless batches, answers to nothing and messages out of turn end the connection, not the laptop', async () => {
  const before = process.memoryUsage().rss;
  const filler = 'x'.repeat(1_000_000);
  const attacks: ((socket: WebSocket) => void)[] = [
    (socket) => {
      welcome(socket);
      for (let batch = 0; batch < 60; batch++) say(socket, { type: 'entries', batch, entries: [filler] });
    },
    (socket) => {
      welcome(socket);
      say(socket, { type: 'stored', batch: 77, refused: [] });
    },
    (socket) => {
      welcome(socket);
      welcome(socket);
    },
    (socket) => say(socket, { type: 'welcome', protocol: LINK_PROTOCOL, carrier: 'a'.repeat(36), heads: [] }),
    (socket) => socket.send(Buffer.alloc(20_000_000)),
    (socket) => {
      welcome(socket);
      socket.send('['.repeat(200_000));
    },
    (socket) => {
      welcome(socket);
      const message = deflateRawSync(Buffer.alloc(100_000_000));
      socket.send(encodeDocumentFrames([{ document: 0, message }]));
    },
  ];
  for (const attack of attacks) {
    let closed = false;
    onLink = (socket) => {
      socket.on('close', () => (closed = true));
      attack(socket);
    };
    await newcomer.request('meetings.join', { address, meeting: at.meeting });
    await until(() => closed, 15_000);
  }
  expect((process.memoryUsage().rss - before) / 1e6).toBeLessThan(500);
  expect((await newcomer.request('app.status', {})).stage).toBe('ready');
}, 90_000);

test('[PAPER-2] papers with wrong bytes are never taken; the real host’s are', async () => {
  let asked = 0;
  onRequest = (request, response) => {
    if (!request.url?.startsWith('/paper/')) return void json(response, listed());
    asked++;
    const size = 1_000_000;
    // Wrong bytes, too many bytes, bytes without end, nothing.
    if (asked % 4 === 0) return void response.destroy();
    response.writeHead(206, { 'content-range': `bytes 0-${size - 1}/${size}` });
    if (asked % 4 === 1) return void response.end(Buffer.alloc(10));
    for (let part = 0; part < 30; part++) response.write(Buffer.alloc(size));
    response.end();
  };
  onLink = (socket) => {
    welcome(socket);
    say(socket, { type: 'certificates', certificates: realCertificates() });
    say(socket, { type: 'entries', batch: 0, entries: realEntries().map((entry) => entry.jws) });
  };
  await newcomer.request('meetings.join', { address, meeting: at.meeting });
  await until(async () => (await view(newcomer)).state !== null);
  // Not in the roster: the real host would not have told it.
  await until(() => asked >= 4);
  const papers = await newcomer.request('papers.status', { meeting: at.meeting });
  expect(papers.map(({ paper, state }) => [paper, state === 'here'])).toEqual([[at.paper, false]]);
  expect((await at.honest.request('papers.status', { meeting: at.meeting }))[0]?.state).toBe('here');
}, 60_000);

/** Brings bytes as a paper to a carrying laptop, by hand. */
function putPaper(person: HostilePerson, to: string, sha256: string, bytes: Uint8Array): Promise<number> {
  const [hostname = '', port = ''] = to.split(':');
  return new Promise((resolve, reject) => {
    const path = `/paper/${at.meeting}/${sha256}/0`;
    const options = {
      ...person.tls,
      hostname,
      port,
      path,
      method: 'PUT',
      agent: false,
      checkServerIdentity: () => undefined,
    };
    const sent = httpsRequest({ ...options, headers: { 'content-length': bytes.byteLength } }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    sent.on('error', reject);
    sent.end(bytes);
  });
}

test('[MIN-2] minutes that are no PDF are not signed, and sealed ones that nobody signed are not handed out', async () => {
  await at.act(at.chair, 'meeting-closed', {});
  await until(async () => (await at.state(at.secretary)).phase === 'closed');
  await at.secretary.request('minutes.freeze', { meeting: at.meeting });
  await until(async () => (await at.state(at.chair)).minutes.stage === 'frozen');
  await until(async () => (await at.state(at.honest)).minutes.stage === 'frozen');
  const { addresses } = await at.chair.request('meetings.carry', { meeting: at.meeting });
  const chairAddress = addresses[0] ?? '';
  await at.honest.request('meetings.join', { address: chairAddress, meeting: at.meeting });
  const secretary = await hostilePerson(at.secretary, at.meeting);
  const stage = async (laptop: TestLaptop) => (await at.state(laptop)).minutes.stage;
  const real = (await at.state(at.chair)).minutes;
  if (real.stage !== 'frozen') throw new Error('not frozen');
  const realPdf = at.secretary.engine.store.papers.file(real.revision)!.path;
  const bytes = await readFile(realPdf);
  const told = at.secretary.engine.store.entries.read(at.meeting, secretary.member, 'acts', 1, 500);
  await at.secretary.engine.close();

  const sha = (content: Uint8Array) => createHash('sha256').update(content).digest('hex');
  const junk = Buffer.from('%PDF-1.7\nkhông phải biên bản\n%%EOF\n');
  const by = await handLink(secretary, chairAddress, at.meeting);
  const junkPaper = { size: junk.length, chunks: [sha(junk)] };
  const again = await by.bring([
    ...told.map((entry) => entry.jws),
    await secretary.nextAct('minutes-reopened', { revision: real.revision }),
    await secretary.nextAct('minutes-frozen', { revision: sha(junk), ...junkPaper }),
  ]);
  expect(again).toEqual({ refused: [] });
  await until(async () => {
    const { minutes } = await at.state(at.chair);
    return minutes.stage === 'frozen' && minutes.revision === sha(junk);
  });
  await expect(signMinutes(at.chair, at.meeting)).rejects.toMatchObject({
    code: 'minutes-not-here-yet',
  });
  expect(await putPaper(secretary, chairAddress, sha(junk), Buffer.alloc(junk.length))).toBe(422);
  expect(await putPaper(secretary, chairAddress, sha(junk), junk)).toBe(200);
  const refusal = await signMinutes(at.chair, at.meeting).catch((error: unknown) => error);
  expect(refusal).toMatchObject({ code: expect.stringMatching(/^[a-z-]+$/) });
  expect(await stage(at.chair)).toBe('frozen');

  // The right revision again, signed by the chair; then something else is called the sealed minutes.
  await by.bring([
    await secretary.nextAct('minutes-reopened', { revision: sha(junk) }),
    await secretary.nextAct('minutes-frozen', { revision: real.revision, size: real.size, chunks: [...real.chunks] }),
  ]);
  await until(async () => {
    const { minutes } = await at.state(at.chair);
    return minutes.stage === 'frozen' && minutes.revision === real.revision;
  });
  await putPaper(secretary, chairAddress, real.revision, bytes);
  await signMinutes(at.chair, at.meeting);
  await by.bring([await secretary.nextAct('minutes-sealed', { paper: sha(junk), ...junkPaper })]);
  await putPaper(secretary, chairAddress, sha(junk), junk);
  await new Promise((resolve) => setTimeout(resolve, 300));
  for (const laptop of [at.chair, at.honest]) {
    await expect(
      laptop.request('minutes.save', { meeting: at.meeting, path: join(laptop.dataDir, 'bien-ban.pdf') }),
    ).rejects.toMatchObject({ code: expect.stringMatching(/^[a-z-]+$/) });
  }
}, 60_000);
