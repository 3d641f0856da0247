import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { WantedPaper } from '../../common/collab/paper-parts.ts';
import { PAPER_CHUNK_BYTES } from '../../common/collab/plan.ts';
import { asSha256, type Sha256 } from '../../common/domain/ids.ts';
import { openStore, type Store } from '../../main/store/open-store.ts';
import { nothingLive } from '../../common/wire/live-traffic.ts';
import { createPaperOffer, type OfferedPaper } from '../../main/sync/paper-offer.ts';
import { createOrganisation, type TestPerson } from '../fixtures/network/organisation.ts';
import { getAs, talkTls } from '../fixtures/network/raw-client.ts';
import { expectSoon, openTestRoom, type TestRoom } from '../fixtures/network/room.ts';
import { openTcpProxy } from '../fixtures/network/tcp-proxy.ts';

// The host lacks a paper, a member has it: the member's laptop brings it.
let room: TestRoom;
let store: Store;
let an: TestPerson;
let binh: TestPerson;
let folder: string;
const arrived: Sha256[] = [];
const open: (() => unknown)[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'phien-offers-'));
  store = openStore(join(folder, 'host'));
  room = await openTestRoom(undefined, {
    papers: store.papers,
    onPaper: (paper, complete) => complete && arrived.push(paper),
  });
  room.carried.paperFile = (paper) => store.papers.file(paper);
  an = await room.enrol('Nguyễn Văn An');
  binh = await room.enrol('Lê Thị Bình');
}, 60_000);
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});
afterAll(async () => {
  await room.close();
  await store.close();
  await rm(folder, { recursive: true, force: true });
});

const sha256 = (bytes: Uint8Array): Sha256 => asSha256(createHash('sha256').update(bytes).digest('hex'));

type Paper = OfferedPaper & { readonly bytes: Buffer };

/** A paper of random bytes on a member's disk. */
async function paperOf(size: number, options: { named?: boolean } = {}): Promise<Paper> {
  const bytes = randomBytes(size);
  const path = join(folder, `paper-${sha256(bytes)}`);
  await writeFile(path, bytes);
  const chunks: Sha256[] = [];
  for (let at = 0; at < size; at += PAPER_CHUNK_BYTES) chunks.push(sha256(bytes.subarray(at, at + PAPER_CHUNK_BYTES)));
  const paper: WantedPaper = { sha256: sha256(bytes), size, chunks };
  if (options.named ?? true) room.carried.named.set(paper.sha256, paper);
  return { ...paper, path, bytes, confirmed: false };
}

function offerOf(
  person: TestPerson,
  papers: readonly OfferedPaper[] | (() => readonly OfferedPaper[]),
  source = () => room.address as string | null,
  liveWaits = () => false,
) {
  const warnings: Record<string, unknown>[] = [];
  const offer = createPaperOffer({
    meeting: room.rules.id,
    tls: person.tls,
    admit: room.organisation.admit,
    source,
    offered: () => (typeof papers === 'function' ? papers() : papers),
    live: { ...nothingLive, waits: liveWaits },
    logger: { info: () => undefined, warn: (message, values) => warnings.push({ message, ...values }) },
  });
  open.push(() => offer.close());
  return { offer, warnings };
}

it('[PAPER-7] lets what is live pass: no piece goes while the link waits for an answer', async () => {
  const paper = await paperOf(2 * PAPER_CHUNK_BYTES + 5);
  let waits = true;
  let asked = 0;
  const liveWaits = () => {
    asked++;
    return waits;
  };
  offerOf(an, [paper], undefined, liveWaits);
  await expectSoon('it asks whether it may', () => asked > 10);
  expect(room.hub.arriving(paper.sha256)?.have ?? 0).toBe(0);
  waits = false;
  await expectSoon('the paper is there', () => arrived.includes(paper.sha256));
  expect((await bytesAtHost(paper.sha256)).equals(paper.bytes)).toBe(true);
});

async function bytesAtHost(paper: Sha256): Promise<Buffer> {
  return readFile(store.papers.file(paper)?.path ?? '');
}

const chunkOf = (paper: Paper, index: number): Buffer =>
  paper.bytes.subarray(index * PAPER_CHUNK_BYTES, (index + 1) * PAPER_CHUNK_BYTES);

/** A PUT by hand, without asking first. Resolves with the status line and body. */
async function put(person: TestPerson, path: string, body: Buffer, headers = `content-length: ${body.byteLength}\r\n`) {
  const [host = '', port = ''] = room.address.split(':');
  return new Promise<string>((resolve) => {
    let received = '';
    const socket = connect({ host, port: Number(port), ...person.tls, checkServerIdentity: () => undefined });
    const timer = setTimeout(() => socket.destroy(), 10_000);
    socket.on('data', (data: Buffer) => (received += data.toString()));
    socket.on('error', () => undefined);
    socket.on('close', () => {
      clearTimeout(timer);
      resolve(received);
    });
    socket.write(`PUT ${path} HTTP/1.1\r\nhost: test\r\nconnection: close\r\n${headers}\r\n`);
    socket.write(body);
  });
}

const chunkPath = (paper: { sha256: Sha256 }, index: number | string) =>
  `/paper/${room.rules.id}/${paper.sha256}/${index}`;

describe('a paper that only a member has', () => {
  it('[PAPER-4] is brought to the host, verified, and told', async () => {
    const large = await paperOf(5 * PAPER_CHUNK_BYTES + 99);
    const small = await paperOf(12);
    const { warnings } = offerOf(an, [large, small]);
    await expectSoon('both here', () => arrived.includes(large.sha256) && arrived.includes(small.sha256));
    expect((await bytesAtHost(large.sha256)).equals(large.bytes)).toBe(true);
    expect((await bytesAtHost(small.sha256)).equals(small.bytes)).toBe(true);
    expect(warnings).toEqual([]);
    expect(room.hub.arriving(large.sha256)).toBeUndefined();
    const got = await getAs(binh, room.address, `/paper/${room.rules.id}/${small.sha256}`);
    expect(got.received.toString('latin1')).toMatch(/^HTTP\/1.1 200/);
  });

  it('[PAPER-5] goes on after a cut and after a restart of its laptop where it was', async () => {
    const paper = await paperOf(20 * PAPER_CHUNK_BYTES + 7);
    const proxy = await openTcpProxy(room.address);
    open.push(() => proxy.close());
    const source = () => proxy.address;
    proxy.cutAfter(4.5 * PAPER_CHUNK_BYTES);
    const first = offerOf(an, [paper], source);
    await expectSoon('some after the cut', () => store.papers.have(paper.sha256) > 7 * PAPER_CHUNK_BYTES);
    await first.offer.close();
    const sent = proxy.up();
    expect(store.papers.file(paper.sha256)).toBeUndefined();
    offerOf(an, [paper], source);
    await expectSoon('here', () => arrived.includes(paper.sha256));
    expect((await bytesAtHost(paper.sha256)).equals(paper.bytes)).toBe(true);
    // At most the chunk that was on its way at the cut and the one at the stop were sent twice.
    expect(sent).toBeLessThan(paper.size);
    expect(proxy.up()).toBeLessThan(paper.size + 2.5 * PAPER_CHUNK_BYTES);
  });

  it('waits until the host knows the paper, and for a host', async () => {
    const paper = await paperOf(PAPER_CHUNK_BYTES + 3, { named: false });
    let address: string | null = null;
    const { offer } = offerOf(an, [paper], () => address);
    address = room.address;
    offer.wake();
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(store.papers.have(paper.sha256)).toBe(0);
    room.carried.named.set(paper.sha256, paper);
    await expectSoon('here', () => arrived.includes(paper.sha256));
  });

  it('that several have comes once', async () => {
    const paper = await paperOf(8 * PAPER_CHUNK_BYTES);
    const proxies = await Promise.all([openTcpProxy(room.address), openTcpProxy(room.address)]);
    open.push(() => Promise.all(proxies.map((proxy) => proxy.close())));
    offerOf(an, [paper], () => proxies[0]!.address);
    offerOf(binh, [paper], () => proxies[1]!.address);
    await expectSoon('here', () => arrived.includes(paper.sha256), 20_000);
    expect(arrived.filter((one) => one === paper.sha256)).toHaveLength(1);
    // Nobody sends a body that isn't asked for.
    expect(proxies[0]!.up() + proxies[1]!.up()).toBeLessThan(paper.size + 0.5 * PAPER_CHUNK_BYTES);
  });
});

describe('what is refused', () => {
  it('[PAPER-2] wrong bytes, whatever the length says; the paper is brought by somebody else', async () => {
    const paper = await paperOf(2 * PAPER_CHUNK_BYTES + 10);
    const wrong = Buffer.from(chunkOf(paper, 0));
    wrong[77] = (wrong[77] ?? 0) ^ 1;
    expect(await put(an, chunkPath(paper, 0), wrong)).toMatch(/^HTTP\/1.1 422[^]*wrong-bytes/);
    expect(await put(an, chunkPath(paper, 1), chunkOf(paper, 0))).toMatch(/^HTTP\/1.1 422[^]*wrong-bytes/);
    expect(store.papers.have(paper.sha256)).toBe(0);
    const damaged = join(folder, 'damaged');
    await writeFile(damaged, Buffer.alloc(paper.size));
    const { warnings } = offerOf(an, [{ ...paper, path: damaged }]);
    await expectSoon('given up', () => warnings.length > 0);
    expect(warnings[0]).toMatchObject({ paper: paper.sha256, reason: 'wrong-bytes' });
    offerOf(binh, [paper]);
    await expectSoon('here', () => arrived.includes(paper.sha256));
    expect((await bytesAtHost(paper.sha256)).equals(paper.bytes)).toBe(true);
  });

  it('what the meeting does not name', async () => {
    const paper = await paperOf(100, { named: false });
    expect(await put(an, chunkPath(paper, 0), paper.bytes)).toMatch(/^HTTP\/1.1 404/);
    expect(store.papers.get(paper.sha256)).toBeUndefined();
    const asked = await getAs(an, room.address, chunkPath(paper, 'missing'));
    expect(asked.received.toString()).toMatch(/^HTTP\/1.1 404/);
  });

  it('other lengths than the manifest has, other chunks, other methods', async () => {
    const paper = await paperOf(PAPER_CHUNK_BYTES + 100);
    expect(await put(an, chunkPath(paper, 1), Buffer.alloc(99))).toMatch(/^HTTP\/1.1 413/);
    expect(await put(an, chunkPath(paper, 1), Buffer.alloc(101))).toMatch(/^HTTP\/1.1 413/);
    const endless = 'transfer-encoding: chunked\r\n';
    expect(await put(an, chunkPath(paper, 1), Buffer.from('64\r\n'), endless)).toMatch(/^HTTP\/1.1 413/);
    expect(await put(an, chunkPath(paper, 2), Buffer.alloc(0))).toMatch(/^HTTP\/1.1 404/);
    for (const chunk of ['-1', '01', '1e0', '99999', 'missing', '0/0']) {
      expect(await put(an, chunkPath(paper, chunk), Buffer.alloc(0))).toMatch(/^HTTP\/1.1 404/);
    }
    expect(await put(an, `/paper/${room.rules.id}/${paper.sha256}`, paper.bytes)).toMatch(/^HTTP\/1.1 404/);
    expect(await put(an, `/missing/${room.rules.id}`, Buffer.alloc(0))).toMatch(/^HTTP\/1.1 404/);
    expect(store.papers.have(paper.sha256)).toBe(0);
  });

  it('[PAPER-6] a second chunk of the same paper or from the same member while one is on its way', async () => {
    const paper = await paperOf(2 * PAPER_CHUNK_BYTES);
    const other = await paperOf(50);
    const [host = '', port = ''] = room.address.split(':');
    const slow = connect({ host, port: Number(port), ...an.tls, checkServerIdentity: () => undefined });
    open.push(() => slow.destroy());
    slow.write(
      `PUT ${chunkPath(paper, 0)} HTTP/1.1\r\nhost: test\r\ncontent-length: ${PAPER_CHUNK_BYTES}\r\n\r\n` +
        'x'.repeat(9),
    );
    await expectSoon('begun', () => room.hub.arriving(paper.sha256)?.active === true);
    expect(await put(binh, chunkPath(paper, 1), chunkOf(paper, 1))).toMatch(/^HTTP\/1.1 409/);
    expect(await put(an, chunkPath(other, 0), other.bytes)).toMatch(/^HTTP\/1.1 409/);
    slow.destroy();
    await expectSoon('free again', () => room.hub.arriving(paper.sha256)?.active === false);
    expect(await put(binh, chunkPath(paper, 1), chunkOf(paper, 1))).toMatch(/^HTTP\/1.1 200[^]*"stored"/);
    expect(await put(binh, chunkPath(paper, 1), chunkOf(paper, 1))).toMatch(/^HTTP\/1.1 200[^]*"already-there"/);
    expect(await put(an, chunkPath(paper, 0), chunkOf(paper, 0))).toMatch(/^HTTP\/1.1 200[^]*"complete"/);
  });

  it('[PAPER-6] nobody keeps a paper from coming by bringing nothing of it, slowly or wrong, again and again', async () => {
    const paper = await paperOf(3 * PAPER_CHUNK_BYTES);
    const [host = '', port = ''] = room.address.split(':');
    let over = false;
    let gaps = 0;
    open.push(() => (over = true));
    // Never silent for as long as an honest line may be.
    const slowly = async () => {
      const slow = connect({ host, port: Number(port), ...an.tls, checkServerIdentity: () => undefined });
      slow.on('error', () => undefined);
      slow.write(`PUT ${chunkPath(paper, 0)} HTTP/1.1\r\nhost: test\r\ncontent-length: ${PAPER_CHUNK_BYTES}\r\n\r\n`);
      for (let count = 0; count < 150 && !over; count++) {
        slow.write('x');
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      slow.destroy();
    };
    const attack = (async () => {
      while (!over) {
        await slowly();
        gaps++;
        await put(an, chunkPath(paper, 1), Buffer.alloc(PAPER_CHUNK_BYTES));
      }
    })();
    await expectSoon('begun', () => room.hub.arriving(paper.sha256)?.active === true);
    for (const index of [0, 1, 2]) {
      const end = Date.now() + 30_000;
      let answer = '';
      while (!answer.startsWith('HTTP/1.1 200') && Date.now() < end)
        answer = await put(binh, chunkPath(paper, index), chunkOf(paper, index));
      expect(answer).toMatch(/^HTTP\/1.1 200/);
    }
    // Not by chance, between one attempt and the next.
    expect(gaps).toBe(0);
    over = true;
    await attack;
    expect((await bytesAtHost(paper.sha256)).equals(paper.bytes)).toBe(true);
  }, 60_000);

  it('no open file for each paper that somebody asks about', async () => {
    const papers = [];
    for (let index = 0; index < 50; index++) papers.push(await paperOf(10 + index));
    for (const paper of papers) {
      const asked = await getAs(an, room.address, chunkPath(paper, 'missing'));
      expect(asked.received.toString()).toMatch(/\{"chunks":\[0\]\}$/);
    }
    expect(papers.filter((paper) => room.hub.arriving(paper.sha256)).length).toBeLessThanOrEqual(32);
    expect(await put(an, chunkPath(papers[0]!, 0), papers[0]!.bytes)).toMatch(/"complete"/);
  });

  it('[CONN-2] [CONN-5] anything of people who are not of the meeting or not of the organisation', async () => {
    const paper = await paperOf(40);
    const outsider = await room.organisation.enrol('Người Ngoài Cuộc');
    expect(await put(outsider, chunkPath(paper, 0), paper.bytes)).toMatch(/^HTTP\/1.1 404/);
    const asked = await getAs(outsider, room.address, `/missing/${room.rules.id}`);
    expect(asked.received.toString()).toMatch(/^HTTP\/1.1 404[^]*\{"error":"unknown"\}$/);
    const foreign = await (await createOrganisation('Sở Khác')).enrol('Người Lạ');
    const talked = await talkTls(
      room.address,
      { ...foreign.tls, ca: room.secretary.tls.ca },
      `GET /missing/x HTTP/1.1\r\n\r\n`,
    );
    expect(talked.received).toHaveLength(0);
    expect(store.papers.have(paper.sha256)).toBe(0);
  });
});

it('[PAPER-12] what costs money is left to others at first, also when it is half brought', async () => {
  const paper = await paperOf(6 * PAPER_CHUNK_BYTES);
  const small = await paperOf(1000);
  let papers: OfferedPaper[] = [{ ...paper, restraint: 60_000 }, small];
  let pieces = Infinity;
  const { offer } = offerOf(
    an,
    () => papers,
    undefined,
    () => --pieces < 0,
  );
  await expectSoon('the one that nobody else has is there', () => arrived.includes(small.sha256));
  expect(room.hub.arriving(paper.sha256)?.have ?? 0).toBe(0);
  // Into the second chunk.
  pieces = 40;
  papers = [paper];
  offer.wake();
  await expectSoon('begun', () => (room.hub.arriving(paper.sha256)?.have ?? 0) > 0);
  papers = [{ ...paper, restraint: 60_000 }];
  offer.wake();
  pieces = Infinity;
  await new Promise((resolve) => setTimeout(resolve, 1500));
  expect(arrived).not.toContain(paper.sha256);
  papers = [paper];
  offer.wake();
  await expectSoon('brought', () => arrived.includes(paper.sha256));
  expect((await bytesAtHost(paper.sha256)).equals(paper.bytes)).toBe(true);
}, 30_000);
