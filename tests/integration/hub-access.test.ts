import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:tls';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listMeetings } from '../../main/sync/carrier-client.ts';
import { dial } from '../../main/sync/dial.ts';
import { createOrganisation, type TestOrganisation, type TestPerson } from '../fixtures/network/organisation.ts';
import { getAs, openRawSocket, talkTls } from '../fixtures/network/raw-client.ts';
import { expectSoon, openTestRoom, type TestRoom } from '../fixtures/network/room.ts';

const DAY = 24 * 60 * 60 * 1000;
let room: TestRoom;
let others: TestOrganisation;
let an: TestPerson;
let outsider: TestPerson;

beforeAll(async () => {
  room = await openTestRoom();
  others = await createOrganisation('Tổ chức khác');
  an = await room.enrol('Nguyễn Văn An');
  outsider = await room.organisation.enrol('Phạm Văn Ngoài');
}, 60_000);
afterAll(() => room.close());

const request = (path: string) => `GET ${path} HTTP/1.1\r\nhost: x\r\n\r\n`;

describe('who gets in', () => {
  it('[CONN-2] a stranger without a certificate gets no byte', async () => {
    const answer = await talkTls(room.address, {}, request('/meetings'));
    expect(answer.received).toHaveLength(0);
    expect(answer.error).toBe('ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED');
  });

  it('[CONN-2] certificates of other organisations, expired ones and ones not valid yet get no byte', async () => {
    const foreign = await others.enrol('Người Lạ');
    const expired = await room.organisation.enrol('Đã Hết Hạn', new Date(Date.now() - 30 * DAY));
    const early = await room.organisation.enrol('Chưa Đến Ngày', new Date(Date.now() + 5 * DAY));
    for (const person of [foreign, expired, early]) {
      for (const path of ['/meetings', `/link/${room.rules.id}`]) {
        const answer = await getAs(person, room.address, path);
        expect(answer.received).toHaveLength(0);
      }
      await expect(openRawSocket(person, `wss://${room.address}/link/${room.rules.id}`)).rejects.toThrow();
      const listed = await listMeetings(room.address, {
        tls: { ...person.tls, ca: an.tls.ca },
        admit: room.organisation.admit,
      });
      expect(listed).toEqual({ ok: false, problem: 'certificate-refused' });
    }
    // The log says what was wrong with them, not only that somebody left.
    const reasons = room.log.filter(({ message }) => message === 'handshake refused').map((one) => one.values?.reason);
    expect(reasons).toEqual(expect.arrayContaining(['CERT_HAS_EXPIRED', 'CERT_NOT_YET_VALID']));
  });

  it('[CONN-2] a certificate that somebody else made in the organisation`s name gets no byte', async () => {
    const twin = await createOrganisation('Sở Thử nghiệm');
    const forged = await twin.enrol('Nguyễn Văn An');
    expect((await getAs(forged, room.address, '/meetings')).received).toHaveLength(0);
  });

  it('a certificate without its key gets no byte', async () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const key = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    await expect(async () => talkTls(room.address, { ...an.tls, key }, request('/meetings'))).rejects.toThrow(/key/);
  });

  it('[CONN-1] TLS 1.2 gets no byte', async () => {
    const answer = await talkTls(room.address, { ...an.tls, maxVersion: 'TLSv1.2' }, request('/meetings'));
    expect(answer).toMatchObject({ handshake: false });
    expect(answer.received).toHaveLength(0);
  });

  it('[CONN-2] [CONN-4] a revoked member gets a code and nothing else, and is cut off while connected', async () => {
    const binh = await room.enrol('Lê Thị Bình');
    const { link } = room.join(binh);
    await expectSoon('connected', () => link.state().state === 'connected');
    await room.organisation.revoke(binh);
    room.hub.recheck();
    await expectSoon('refused', () => link.state().state === 'refused');
    expect(link.state().problem).toBe('certificate-refused');
    await link.close();
    const answer = (await getAs(binh, room.address, '/meetings')).received.toString();
    expect(answer).toMatch(/^HTTP\/1.1 403 /);
    expect(answer).toContain('{"error":"revoked"}');
    expect(answer).not.toContain(room.rules.id);
  });

  it('[CONN-5] whoever is of the organisation but not of the meeting learns nothing of it', async () => {
    const list = await listMeetings(room.address, { tls: outsider.tls, admit: room.organisation.admit });
    expect(list).toEqual({
      ok: true,
      value: { carrier: { member: room.secretary.member, name: room.secretary.name }, meetings: [] },
    });
    const known = (
      await getAs(outsider, room.address, `/paper/${room.rules.id}/${'a'.repeat(64)}`)
    ).received.toString();
    const unknown = (
      await getAs(outsider, room.address, `/paper/${'b'.repeat(26)}/${'a'.repeat(64)}`)
    ).received.toString();
    expect(known.replace(/^date:.*$/im, '')).toBe(unknown.replace(/^date:.*$/im, ''));
    for (const route of ['link', 'doc']) {
      const url = `wss://${room.address}/${route}/${room.rules.id}${route === 'doc' ? '/plan' : ''}`;
      await expect(openRawSocket(outsider, url)).rejects.toThrow('status 404');
    }
  });

  it('a member sees what it may attend', async () => {
    const list = await listMeetings(room.address, { tls: an.tls, admit: room.organisation.admit });
    expect(list).toMatchObject({
      ok: true,
      value: { meetings: [{ meeting: room.rules.id, title: 'Phiên họp thử', start: '2026-03-02T08:00:00+07:00' }] },
    });
  });

  it('[CONN-3] nobody is sent a request before its certificate is checked', async () => {
    const foreign = await others.enrol('Máy Chủ Lạ');
    let received = 0;
    const server = createServer(foreign.tls, (socket) => {
      socket.on('data', (data: Buffer) => (received += data.byteLength));
      socket.on('error', () => undefined);
    });
    server.on('tlsClientError', () => undefined);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    const dialed = await dial(address, { tls: an.tls, admit: room.organisation.admit });
    expect(dialed).toMatchObject({ ok: false, problem: 'carrier-refused' });
    const { link } = room.join(an, { addresses: () => [address] });
    await expectSoon('refused', () => link.state().state === 'refused');
    expect(link.state().problem).toBe('carrier-refused');
    await link.close();
    expect(received).toBe(0);
    server.close();
  });

  it('says what is wrong with an address', async () => {
    const credentials = { tls: an.tls, admit: room.organisation.admit };
    expect(await listMeetings('không phải địa chỉ', credentials)).toEqual({ ok: false, problem: 'bad-address' });
    expect(await listMeetings('127.0.0.1:1', credentials)).toEqual({ ok: false, problem: 'unreachable' });
  });
});

describe('bounds of requests', () => {
  it('long headers, other methods and nonsense are refused and harm nobody', async () => {
    const long = await getAs(an, room.address, '/meetings', `x: ${'y'.repeat(20_000)}\r\n`);
    expect(long.received.toString()).not.toContain('meetings');
    const post = await talkTls(
      room.address,
      an.tls,
      'POST /meetings HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\nconnection: close\r\n\r\n',
    );
    expect(post.received.toString()).toMatch(/^HTTP\/1.1 405/);
    for (const nonsense of [
      '\0\0\0\0\r\n\r\n',
      'GET',
      'GET /../../etc/passwd HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n',
      '\u0016\u0003\u0001',
    ]) {
      expect((await talkTls(room.address, an.tls, nonsense, 300)).received.toString()).not.toMatch(/^HTTP\/1.1 200/);
    }
    expect((await getAs(an, room.address, '/meetings')).received.toString()).toMatch(/^HTTP\/1.1 200/);
  });

  it('one member`s connections are counted', async () => {
    const cuong = await room.enrol('Vũ Quốc Cường');
    const open = await Promise.all(
      Array.from({ length: 8 }, () => openRawSocket(cuong, `wss://${room.address}/link/${room.rules.id}`)),
    );
    const ninth = await openRawSocket(cuong, `wss://${room.address}/link/${room.rules.id}`);
    expect(await ninth.closed).toBe(4429);
    const { link } = room.join(an);
    await expectSoon('others connect', () => link.state().state === 'connected');
    await link.close();
    for (const { socket } of open) socket.terminate();
  });
});
