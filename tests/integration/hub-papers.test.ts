import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:https';
import { request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { WantedPaper } from '../../common/collab/paper-parts.ts';
import { PAPER_CHUNK_BYTES } from '../../common/collab/plan.ts';
import { asSha256, type Sha256 } from '../../common/domain/ids.ts';
import { openStore, type Store } from '../../main/store/open-store.ts';
import { createPaperFetcher, type PaperFetcher } from '../../main/sync/paper-fetcher.ts';
import type { TestPerson } from '../fixtures/network/organisation.ts';
import { getAs } from '../fixtures/network/raw-client.ts';
import { expectSoon, openTestRoom, type TestRoom } from '../fixtures/network/room.ts';
import { openTcpProxy, type TcpProxy } from '../fixtures/network/tcp-proxy.ts';

let room: TestRoom;
let an: TestPerson;
let binh: TestPerson;
let folder: string;
const open: (() => unknown)[] = [];

beforeAll(async () => {
  room = await openTestRoom();
  an = await room.enrol('Nguyễn Văn An');
  binh = await room.enrol('Lê Thị Bình');
  folder = await mkdtemp(join(tmpdir(), 'phien-papers-'));
}, 60_000);
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});
afterAll(async () => {
  await room.close();
  await rm(folder, { recursive: true, force: true });
});

const sha256 = (bytes: Uint8Array): Sha256 => asSha256(createHash('sha256').update(bytes).digest('hex'));

/** A paper of random bytes on the host's disk. */
async function putPaper(size: number): Promise<WantedPaper & { readonly bytes: Buffer }> {
  const bytes = randomBytes(size);
  const path = join(folder, `paper-${sha256(bytes)}`);
  await writeFile(path, bytes);
  const chunks: Sha256[] = [];
  for (let at = 0; at < size; at += PAPER_CHUNK_BYTES) chunks.push(sha256(bytes.subarray(at, at + PAPER_CHUNK_BYTES)));
  room.carried.papers.set(sha256(bytes), { path, size });
  return { sha256: sha256(bytes), size, chunks, bytes };
}

async function newStore(path?: string): Promise<{ store: Store; path: string }> {
  const at = path ?? (await mkdtemp(join(folder, 'data-')));
  const store = openStore(at);
  return { store, path: at };
}

function fetcher(options: { store: Store; source: () => string | null; wanted: () => readonly WantedPaper[] }) {
  const completed: Sha256[] = [];
  const made = createPaperFetcher({
    meeting: room.rules.id,
    tls: an.tls,
    admit: room.organisation.admit,
    around: { me: 'me', source: options.source, laptops: () => [], near: () => false, hasWhole: () => false },
    wanted: options.wanted,
    store: options.store.papers,
    logger: { info: () => undefined, warn: (message, values) => warnings.push({ message, ...values }) },
    onComplete: (paper) => completed.push(paper),
  });
  const warnings: Record<string, unknown>[] = [];
  return { fetcher: made as PaperFetcher, completed, warnings };
}

/** A member's laptop that passes requests on to the host and changes answers on the way. */
async function relayAs(person: TestPerson, alter: (path: string, range: string, body: Buffer) => Buffer) {
  const server: Server = createServer({ ...person.tls, requestCert: true, minVersion: 'TLSv1.3' }, (asked, answer) => {
    const range = asked.headers.range ?? '';
    const [host, port] = room.address.split(':');
    const options = {
      host,
      port,
      path: asked.url,
      headers: { range },
      ...person.tls,
      checkServerIdentity: () => undefined,
    };
    request(options, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('end', () => {
        const body = alter(asked.url ?? '', range, Buffer.concat(parts));
        answer.writeHead(response.statusCode ?? 500, { 'content-range': response.headers['content-range'] ?? '' });
        answer.end(body);
      });
    }).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  open.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return { address: `127.0.0.1:${(server.address() as AddressInfo).port}` };
}

describe('papers over HTTPS', () => {
  it('answers ranges as RFC 9110 says', async () => {
    const paper = await putPaper(3000);
    const path = `/paper/${room.rules.id}/${paper.sha256}`;
    const get = async (header: string) => {
      const { received } = await getAs(an, room.address, path, header);
      const end = received.indexOf('\r\n\r\n');
      return { head: received.subarray(0, end).toString(), body: received.subarray(end + 4) };
    };
    const whole = await get('');
    expect(whole.head).toMatch(/^HTTP\/1.1 200[^]*etag: "[0-9a-f]{64}"/i);
    expect(whole.body.equals(paper.bytes)).toBe(true);
    for (const [range, from, to] of [
      ['bytes=0-0', 0, 0],
      ['bytes=1000-1999', 1000, 1999],
      ['bytes=2990-', 2990, 2999],
      ['bytes=-10', 2990, 2999],
      ['bytes=2990-999999', 2990, 2999],
    ] as const) {
      const part = await get(`range: ${range}\r\n`);
      expect(part.head).toMatch(/^HTTP\/1.1 206/);
      expect(part.head).toContain(`content-range: bytes ${from}-${to}/3000`);
      expect(part.body.equals(paper.bytes.subarray(from, to + 1))).toBe(true);
    }
    for (const range of ['bytes=3000-', 'bytes=99999-100000', 'bytes=-0']) {
      const part = await get(`range: ${range}\r\n`);
      expect(part.head).toMatch(/^HTTP\/1.1 416[^]*content-range: bytes \*\/3000/);
      expect(part.body).toHaveLength(0);
    }
    for (const range of ['bytes=5-1', 'lines=1-2', 'bytes=0-1,4-5', 'bytes=-']) {
      expect((await get(`range: ${range}\r\n`)).head).toMatch(/^HTTP\/1.1 200/);
    }
    expect((await get(`if-none-match: "${paper.sha256}"\r\n`)).head).toMatch(/^HTTP\/1.1 304/);
    expect((await get(`if-range: "other"\r\nrange: bytes=0-1\r\n`)).head).toMatch(/^HTTP\/1.1 200/);
  });
});

describe('paper fetcher', () => {
  it('[PAPER-1] fetches what is wanted, the urgent one first, and tells progress', async () => {
    const large = await putPaper(12 * PAPER_CHUNK_BYTES + 5);
    const urgent = await putPaper(2 * PAPER_CHUNK_BYTES);
    const { store } = await newStore();
    open.push(() => store.close());
    let wanted: WantedPaper[] = [large];
    const { fetcher: papers, completed } = fetcher({ store, source: () => room.address, wanted: () => wanted });
    open.push(() => papers.close());
    await expectSoon('begun', () => (papers.progress()[0]?.have ?? 0) > 0);
    wanted = [urgent, large];
    await expectSoon('both here', () => completed.length === 2);
    expect(completed).toEqual([urgent.sha256, large.sha256]);
    expect(papers.progress()).toContainEqual(
      expect.objectContaining({ sha256: large.sha256, have: large.size, state: 'here', problem: null }),
    );
    const file = store.papers.file(large.sha256);
    expect((await readFile(file?.path ?? '')).equals(large.bytes)).toBe(true);
  });

  it('[PAPER-3] resumes after cuts and after a restart without fetching anything twice', async () => {
    const paper = await putPaper(24 * PAPER_CHUNK_BYTES + 77);
    const proxy: TcpProxy = await openTcpProxy(room.address);
    open.push(() => proxy.close());
    const first = await newStore();
    const before = fetcher({ store: first.store, source: () => proxy.address, wanted: () => [paper] });
    proxy.cutAfter(5.5 * PAPER_CHUNK_BYTES);
    await expectSoon('some after the cut', () => (before.fetcher.progress()[0]?.have ?? 0) > 8 * PAPER_CHUNK_BYTES);
    await before.fetcher.close();
    expect(before.completed).toEqual([]);
    await first.store.close();

    const second = await newStore(first.path);
    open.push(() => second.store.close());
    expect(second.store.papers.have(paper.sha256)).toBeGreaterThan(8 * PAPER_CHUNK_BYTES);
    const after = fetcher({ store: second.store, source: () => proxy.address, wanted: () => [paper] });
    open.push(() => after.fetcher.close());
    await expectSoon('here', () => after.completed.length === 1);
    expect((await readFile(second.store.papers.file(paper.sha256)?.path ?? '')).equals(paper.bytes)).toBe(true);
    // At most what was on its way at the cut and at the stop: two chunks each time.
    expect(proxy.down()).toBeLessThan(paper.size + 4.5 * PAPER_CHUNK_BYTES);
  });

  it('[PAPER-3] does not wait for connections that a router forgot once there is another link', async () => {
    const [first, second] = [await putPaper(3000), await putPaper(3 * PAPER_CHUNK_BYTES)];
    const proxy: TcpProxy = await openTcpProxy(room.address);
    open.push(() => proxy.close());
    const { store } = await newStore();
    open.push(() => store.close());
    let wanted = [first];
    const { fetcher: papers, completed } = fetcher({ store, source: () => proxy.address, wanted: () => wanted });
    open.push(() => papers.close());
    await expectSoon('the first', () => completed.length === 1);
    const kept = proxy.connections();
    proxy.swallow(true);
    wanted = [first, second];
    papers.wake();
    await expectSoon('asked for', () => papers.progress().length === 2);
    await new Promise((resolve) => setTimeout(resolve, 300));
    proxy.swallow(false);
    papers.relinked();
    // A request alone waits ten seconds for an answer.
    await expectSoon('the second', () => completed.length === 2, 8000);
    expect(proxy.connections()).toBeGreaterThan(kept);
  });

  it('[PAPER-2] refuses a wrong byte and fetches that chunk again', async () => {
    const paper = await putPaper(6 * PAPER_CHUNK_BYTES);
    let wrong = 2;
    const started: number[] = [];
    const relay = await relayAs(binh, (_path, range, body) => {
      const chunk = Number(/\d+/.exec(range)?.[0]) / PAPER_CHUNK_BYTES;
      if (Number.isInteger(chunk)) started.push(chunk);
      if (range.startsWith(`bytes=${3 * PAPER_CHUNK_BYTES}-`) && wrong-- > 0) body[123_456] = (body[123_456] ?? 0) ^ 1;
      return body;
    });
    const { store } = await newStore();
    open.push(() => store.close());
    const {
      fetcher: papers,
      completed,
      warnings,
    } = fetcher({ store, source: () => relay.address, wanted: () => [paper] });
    open.push(() => papers.close());
    await expectSoon('here', () => completed.length === 1);
    expect(warnings.filter(({ message }) => message === 'wrong bytes of a paper refused')).toHaveLength(2);
    expect((await readFile(store.papers.file(paper.sha256)?.path ?? '')).equals(paper.bytes)).toBe(true);
    expect(started.sort()).toEqual([0, 1, 2, 3, 3, 3, 4, 5]);
  });

  it('[PAPER-2] gives up on a paper that keeps coming wrong and says so; other papers come', async () => {
    const bad = await putPaper(2 * PAPER_CHUNK_BYTES);
    const good = await putPaper(PAPER_CHUNK_BYTES);
    const relay = await relayAs(binh, (path, _range, body) => (path.includes(bad.sha256) ? body.fill(0) : body));
    const { store } = await newStore();
    open.push(() => store.close());
    const {
      fetcher: papers,
      completed,
      warnings,
    } = fetcher({ store, source: () => relay.address, wanted: () => [bad, good] });
    open.push(() => papers.close());
    await expectSoon('the good one', () => completed.includes(good.sha256));
    const problem = () => papers.progress().find(({ sha256: name }) => name === bad.sha256);
    expect(problem()).toMatchObject({ problem: 'wrong-bytes', have: 0, state: 'waiting' });
    expect(warnings.filter(({ message }) => message === 'wrong bytes of a paper refused').length).toBeLessThan(12);
    expect(store.papers.file(bad.sha256)).toBeUndefined();
  });

  it('waits for papers the host has not got yet, and for a host', async () => {
    const missing = await putPaper(PAPER_CHUNK_BYTES + 1);
    const there = await putPaper(10);
    const entry = room.carried.papers.get(missing.sha256);
    room.carried.papers.delete(missing.sha256);
    const { store } = await newStore();
    open.push(() => store.close());
    let source: string | null = null;
    const { fetcher: papers, completed } = fetcher({ store, source: () => source, wanted: () => [missing, there] });
    open.push(() => papers.close());
    source = room.address;
    papers.wake();
    await expectSoon('the one that is there', () => completed.includes(there.sha256));
    await expectSoon('reported', () => papers.progress().some(({ problem }) => problem === 'not-there-yet'));
    if (entry) room.carried.papers.set(missing.sha256, entry);
    papers.wake();
    await expectSoon('both', () => completed.length === 2);
    expect(completed).toEqual([there.sha256, missing.sha256]);
  });

  it('pauses and resumes', async () => {
    const paper = await putPaper(10 * PAPER_CHUNK_BYTES);
    const { store } = await newStore();
    open.push(() => store.close());
    const { fetcher: papers, completed } = fetcher({ store, source: () => room.address, wanted: () => [paper] });
    open.push(() => papers.close());
    await expectSoon('begun', () => (papers.progress()[0]?.have ?? 0) > 0);
    papers.pause();
    await new Promise((resolve) => setTimeout(resolve, 300));
    const have = papers.progress()[0]?.have ?? 0;
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(papers.progress()[0]).toMatchObject({ have, state: 'paused' });
    expect(completed).toEqual([]);
    papers.resume();
    await expectSoon('here', () => completed.length === 1);
  });
});
