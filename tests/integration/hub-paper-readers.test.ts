import { createHash } from 'node:crypto';
import { mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { connect as connectPlain, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type TLSSocket } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { asSha256 } from '../../common/domain/ids.ts';
import { limits } from '../../main/hub/connection-limits.ts';
import { createHubMeter } from '../../main/hub/hub-meter.ts';
import { createPaperSending } from '../../main/hub/paper-sending.ts';
import type { TestPerson } from '../fixtures/network/organisation.ts';
import { talkTls } from '../fixtures/network/raw-client.ts';
import { expectSoon, openTestRoom, type TestRoom } from '../fixtures/network/room.ts';

const KILOBYTE = 1024;
const MEGABYTE = 1024 * KILOBYTE;
/** One record of TLS. */
const SMALL = 16 * KILOBYTE;

const meter = createHubMeter();
let room: TestRoom;
let an: TestPerson;
let binh: TestPerson;
let folder: string;

beforeAll(async () => {
  room = await openTestRoom(undefined, { meter });
  an = await room.enrol('Nguyễn Văn An');
  binh = await room.enrol('Lê Thị Bình');
  folder = await mkdtemp(join(tmpdir(), 'phien-readers-'));
}, 60_000);
afterAll(async () => {
  await room.close();
  await rm(folder, { recursive: true, force: true });
});

/** A paper on the host's disk; where it is asked for. */
async function putPaper(bytes: Buffer): Promise<string> {
  const sha256 = asSha256(createHash('sha256').update(bytes).digest('hex'));
  const path = join(folder, sha256);
  await writeFile(path, bytes);
  room.carried.papers.set(sha256, { path, size: bytes.byteLength });
  return `/paper/${room.rules.id}/${sha256}`;
}

const get = (path: string, last = false): string =>
  `GET ${path} HTTP/1.1\r\nhost: test\r\n${last ? 'connection: close\r\n' : ''}\r\n`;

/** Asks and reads nothing. */
function askAndSleep(person: TestPerson, requests: string): TLSSocket {
  const [host = '', port = ''] = room.address.split(':');
  const socket = connect({ host, port: Number(port), ...person.tls, checkServerIdentity: () => undefined });
  socket.on('error', () => undefined);
  socket.once('secureConnect', () => socket.write(requests));
  socket.pause();
  return socket;
}

describe('readers of papers', () => {
  it('[PAPER-11] who read nothing cost little memory, give it back, and hold nobody up', async () => {
    const bytes = Buffer.alloc(48 * MEGABYTE, 'tờ trình ');
    const path = await putPaper(bytes);
    const sleepers = Array.from({ length: 40 }, () => askAndSleep(binh, get(path)));
    const waiting = () => meter.now().bufferedBytes;
    await expectSoon('all of it is lent', () => waiting() >= limits.paperBytesTogether);

    let highest = 0;
    const watch = setInterval(() => (highest = Math.max(highest, waiting())), 1);
    const { received } = await talkTls(room.address, an.tls, get(path, true), 30_000);
    clearInterval(watch);
    const body = received.subarray(received.indexOf('\r\n\r\n') + 4);
    expect(body.equals(bytes)).toBe(true);
    expect(highest).toBeGreaterThan(0);
    expect(highest).toBeLessThanOrEqual(limits.paperBytesTogether + (sleepers.length + 1) * SMALL);

    for (const socket of sleepers) socket.destroy();
    await expectSoon('all of it is back', () => waiting() === 0);
  });

  it('[PAPER-11] who asks for much at once waits for it one by one', async () => {
    const bytes = Buffer.alloc(300 * KILOBYTE, 'phụ lục ');
    const path = await putPaper(bytes);
    const requests = 400;
    const socket = askAndSleep(an, get(path).repeat(requests - 1) + get(path, true));
    await expectSoon('the first waits', () => meter.now().bufferedBytes > 0);
    let highest = 0;
    const watch = setInterval(() => (highest = Math.max(highest, meter.now().bufferedBytes)), 1);
    let received = 0;
    const ended = new Promise((resolve) => socket.once('end', resolve));
    socket.on('data', (part: Buffer) => (received += part.byteLength));
    socket.resume();
    await ended;
    clearInterval(watch);
    const head = received / requests - bytes.byteLength;
    expect(head).toBeGreaterThan(100);
    expect(head).toBeLessThan(400);
    expect(highest).toBeLessThanOrEqual(2 * 256 * KILOBYTE);
    await expectSoon('all of it is back', () => meter.now().bufferedBytes === 0);
  });

  it('[PAPER-11] are cut off when they take nothing for long, and the file is closed', async () => {
    const path = join(folder, 'unread');
    await writeFile(path, Buffer.alloc(48 * MEGABYTE));
    const sending = createPaperSending({ ...limits, readerSilenceMilliseconds: 300 });
    const file = await open(path);
    const sent = Promise.withResolvers<void>();
    const server = createServer((_request, response) =>
      sending.send(response, file, 0, 48 * MEGABYTE - 1).then(sent.resolve),
    );
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const socket = connectPlain((server.address() as AddressInfo).port, '127.0.0.1');
    socket.pause();
    socket.on('error', () => undefined);
    socket.write(get('/'));
    await sent.promise;
    expect(file.fd).toBe(-1);
    expect(sending.waiting()).toBe(0);
    socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });

  it('of a file that ends too early or is gone get no wrong byte: the connection is cut', async () => {
    const path = await putPaper(Buffer.alloc(3 * MEGABYTE, 'tờ trình '));
    const file = join(folder, path.split('/').at(-1) as string);
    const handle = await open(file, 'r+');
    await handle.truncate(2 * MEGABYTE + 5);
    await handle.close();
    const short = await talkTls(room.address, an.tls, get(path, true), 10_000);
    const body = short.received.subarray(short.received.indexOf('\r\n\r\n') + 4);
    expect(body.byteLength).toBeLessThanOrEqual(2 * MEGABYTE + 5);
    expect(body.equals(Buffer.alloc(3 * MEGABYTE, 'tờ trình ').subarray(0, body.byteLength))).toBe(true);
    await rm(file);
    const gone = await talkTls(room.address, an.tls, get(path, true), 10_000);
    expect(gone.received.toString()).not.toContain('tờ trình');
    await expectSoon('all of it is back', () => meter.now().bufferedBytes === 0);
  });
});
