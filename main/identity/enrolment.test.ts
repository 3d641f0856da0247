import { generateKeyPairSync, randomBytes, randomUUID, type KeyObject } from 'node:crypto';
import { createServer, request as httpsRequest } from 'node:https';
import { once } from 'node:events';
import { connect as connectPlain, type AddressInfo, type Server, type Socket } from 'node:net';
import { connect, type TLSSocket } from 'node:tls';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { asMemberId } from '../../common/domain/ids.ts';
import { enrolmentLimits } from '../hub/connection-limits.ts';
import { keepPlaces } from '../hub/door.ts';
import { ENROLMENT_MAC_HEADER, ENROLMENT_PATH, parseInvitationCode } from '../../common/wire/enrolment.ts';
import type { Authority } from './authority.ts';
import type { AttemptLimits } from './attempt-limit.ts';
import { fingerprint } from './certificate-reading.ts';
import { createRequest } from './certificate-request.ts';
import { enrol, type EnrolmentOptions, type EnrolmentStatus } from './enrolment-client.ts';
import {
  memoryInvitationStore,
  requestFingerprint,
  type InvitationStore,
  type PendingEnrolment,
} from './enrolment-desk.ts';
import { channelBinding, requestMac } from './enrolment-mac.ts';
import { serveEnrolment, type EnrolmentServer } from './enrolment-server.ts';
import { must, newAuthority, newMember, ORGANISATION, type TestMember } from './identity-fixtures.ts';
import { generateRsaKey } from './rsa-key.ts';
import { createInvitation, invitationKeys, readInvitationFile, writeInvitationFile } from './invitation.ts';
import { tlsCredentials } from './tls-credentials.ts';

let authority: Authority;
let root: Buffer;
let secretary: TestMember;
/** Another organisation of the same name: what somebody in between would show. */
let foreign: { authority: Authority; root: Buffer };
let newcomerKey: KeyObject;
let otherKey: KeyObject;
beforeAll(async () => {
  ({ authority, root } = await newAuthority());
  foreign = await newAuthority();
  secretary = await newMember(authority, 'Thư Ký Mẫu');
  [newcomerKey, otherKey] = await Promise.all([generateRsaKey(2048), generateRsaKey(2048)]);
}, 60_000);

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

const silent = { info: () => undefined, warn: () => undefined };
const door = (server: Server) => keepPlaces(server, { limits: enrolmentLimits, logger: silent });

interface Desk {
  server: EnrolmentServer;
  address: string;
  store: InvitationStore;
  requests: PendingEnrolment[];
}

async function open(
  store: InvitationStore,
  options: {
    port?: number;
    now?: () => Date;
    limits?: AttemptLimits;
    onRequest?: (pending: PendingEnrolment) => void;
  } = {},
): Promise<Desk> {
  const requests: PendingEnrolment[] = [];
  const server = must(
    await serveEnrolment({
      tls: tlsCredentials(secretary.privateKey, [secretary.certificate, root]),
      listen: { host: '127.0.0.1', port: options.port ?? 0 },
      root,
      organisation: ORGANISATION,
      store,
      door,
      onRequest: (pending) => {
        requests.push(pending);
        options.onRequest?.(pending);
      },
      ...(options.now ? { now: options.now } : {}),
      ...(options.limits ? { limits: options.limits } : {}),
    }),
  );
  closing.push(() => server.close());
  return { server, address: `127.0.0.1:${server.address.port}`, store, requests };
}

async function issue(pending: PendingEnrolment): Promise<Buffer> {
  const order = { request: pending.request, memberId: asMemberId(randomUUID()), name: pending.name, validDays: 365 };
  return must(await authority.issue(order, new Date())).certificate;
}

const quick = { pollEvery: 30, patience: 8_000 };
const join = (address: string, code: string, more: Partial<EnrolmentOptions> = {}) =>
  enrol({
    addresses: [address],
    code,
    name: 'Vũ Thị Mới',
    privateKey: newcomerKey,
    ...quick,
    ...more,
  } as EnrolmentOptions);

async function until(condition: () => boolean): Promise<void> {
  const end = Date.now() + 5_000;
  while (!condition()) {
    if (Date.now() > end) throw new Error('waited too long');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** A right request by hand, to bend in one place or another. */
async function sendRaw(
  address: string,
  code: string,
  message: unknown,
  { padding = 0, mac }: { padding?: number; mac?: string } = {},
): Promise<{ status: number; body: string; mac: string | undefined }> {
  const keys = invitationKeys(parseInvitationCode(code)!);
  const body = Buffer.from(JSON.stringify(message) + ' '.repeat(padding));
  const [host, port] = address.split(':');
  const socket = await new Promise<TLSSocket>((resolve, reject) => {
    const opened = connect({ host: host!, port: Number(port), rejectUnauthorized: false }, () => resolve(opened));
    opened.on('error', reject);
  });
  return new Promise((resolve, reject) => {
    const outgoing = httpsRequest({
      createConnection: () => socket,
      method: 'POST',
      path: ENROLMENT_PATH,
      headers: {
        [ENROLMENT_MAC_HEADER]: mac ?? requestMac(keys.request, channelBinding(socket), body).toString('hex'),
      },
    });
    outgoing.on('error', reject);
    outgoing.on('response', (incoming) => {
      let text = '';
      incoming.on('data', (piece: Buffer) => (text += piece.toString()));
      incoming.on('end', () => {
        socket.destroy();
        resolve({ status: incoming.statusCode!, body: text, mac: incoming.headers[ENROLMENT_MAC_HEADER]?.toString() });
      });
    });
    outgoing.end(body);
  });
}

async function message(code: string, key: KeyObject): Promise<Record<string, unknown>> {
  return {
    version: 1,
    invitation: invitationKeys(parseInvitationCode(code)!).id,
    request: (await createRequest(key, { name: 'Ai đó' })).toString('base64'),
    name: 'Ai đó',
    nonce: randomBytes(16).toString('hex'),
  };
}

describe('enrolment', () => {
  it('by code: the secretary sees who asks, approves, the certificate arrives', async () => {
    const invitation = createInvitation({ now: new Date(), name: 'Vũ Thị Mới' });
    const desk = await open(memoryInvitationStore([invitation]));
    const seen: EnrolmentStatus[] = [];
    const joining = join(desk.address, invitation.code.toLowerCase().replaceAll('-', ' '), {
      onStatus: (status) => seen.push(status),
    });
    await until(() => seen.at(-1)?.state === 'waiting');
    const [pending] = await desk.server.pending();
    expect(pending).toMatchObject({ name: 'Vũ Thị Mới', invitedName: 'Vũ Thị Mới', remoteAddress: '127.0.0.1' });
    expect(pending?.keyFingerprint).toBe(requestFingerprint(newcomerKey));
    expect(await desk.server.approve(pending!.requestId, await issue(pending!))).toEqual({ ok: true, value: null });
    const enrolled = must(await joining);
    expect(enrolled).toMatchObject({
      name: 'Vũ Thị Mới',
      organisation: ORGANISATION,
      rootFingerprint: fingerprint(root),
    });
    expect(enrolled.root.equals(root)).toBe(true);
    expect(await desk.server.pending()).toEqual([]);
    expect(desk.requests).toHaveLength(1);
  });

  it('by file, which names the root, after a dead address', async () => {
    const invitation = createInvitation({ now: new Date() });
    const desk: Desk = await open(memoryInvitationStore([invitation]), {
      onRequest: (pending) =>
        void issue(pending).then((certificate) => desk.server.approve(pending.requestId, certificate)),
    });
    const addresses = ['127.0.0.1:9', desk.address];
    const written = writeInvitationFile(invitation, {
      name: ORGANISATION.name,
      fingerprint: fingerprint(root),
      addresses,
    });
    const file = must(readInvitationFile(Buffer.from(written), new Date()));
    const asked = { name: 'Vũ Thị Mới', privateKey: newcomerKey, ...quick };
    expect((await enrol({ file, ...asked })).ok).toBe(true);
    const elsewhere = { ...file, fingerprint: '0'.repeat(64) };
    expect(await enrol({ file: elsewhere, ...asked })).toEqual({ ok: false, error: 'false-root' });
  });

  it('goes on after either laptop was restarted while waiting', async () => {
    const invitation = createInvitation({ now: new Date() });
    const kept = memoryInvitationStore([invitation]);
    const first = await open(kept);
    const leaving = new AbortController();
    const left = join(first.address, invitation.code, { signal: leaving.signal });
    await until(() => first.requests.length === 1);
    leaving.abort();
    expect(await left).toEqual({ ok: false, error: 'cancelled' });
    await first.server.close();

    const records = JSON.parse(JSON.stringify(await kept.list()));
    const second = await open(memoryInvitationStore(records), { port: first.server.address.port });
    const [pending] = await second.server.pending();
    const again = join(second.address, invitation.code);
    await second.server.approve(pending!.requestId, await issue(pending!));
    expect((await again).ok).toBe(true);
    expect(second.requests).toHaveLength(0);
  });

  it('waits through an outage of the secretary’s laptop', async () => {
    const invitation = createInvitation({ now: new Date() });
    const store = memoryInvitationStore([invitation]);
    const first = await open(store);
    const seen: EnrolmentStatus[] = [];
    const joining = join(first.address, invitation.code, { onStatus: (status) => seen.push(status) });
    await until(() => seen.at(-1)?.state === 'waiting');
    await first.server.close();
    await until(() => seen.at(-1)?.state === 'reconnecting');
    const second = await open(store, { port: first.server.address.port });
    const [pending] = await second.server.pending();
    await second.server.approve(pending!.requestId, await issue(pending!));
    expect((await joining).ok).toBe(true);
  });

  it('tells a newcomer that the secretary refused, and gives up when nobody decides', async () => {
    const invitation = createInvitation({ now: new Date() });
    const desk = await open(memoryInvitationStore([invitation]));
    expect(await join(desk.address, invitation.code, { patience: 100 })).toEqual({ ok: false, error: 'still-waiting' });
    const [pending] = await desk.server.pending();
    await desk.server.refuse(pending!.requestId);
    expect(await join(desk.address, invitation.code)).toEqual({ ok: false, error: 'refused' });
    expect(await desk.server.approve(pending!.requestId, secretary.certificate)).toEqual({
      ok: false,
      error: 'already-decided',
    });
  });

  it('refuses a certificate that was not made for the request', async () => {
    const invitation = createInvitation({ now: new Date() });
    const desk = await open(memoryInvitationStore([invitation]));
    await join(desk.address, invitation.code, { patience: 50 });
    const [pending] = await desk.server.pending();
    expect(await desk.server.approve(pending!.requestId, secretary.certificate)).toEqual({
      ok: false,
      error: 'wrong-certificate',
    });
    expect(await desk.server.approve(randomUUID(), secretary.certificate)).toEqual({
      ok: false,
      error: 'unknown-request',
    });
  });

  it('[INV-1] turns away wrong, used, expired and withdrawn codes', async () => {
    const now = new Date();
    const [used, expired, withdrawn] = [
      createInvitation({ now }),
      createInvitation({ now: new Date(0) }),
      createInvitation({ now }),
    ];
    const desk = await open(memoryInvitationStore([used, expired, withdrawn]));
    expect(await join(desk.address, createInvitation({ now }).code)).toEqual({ ok: false, error: 'wrong-code' });
    expect(await join(desk.address, 'no code at all')).toEqual({ ok: false, error: 'not-a-code' });
    expect(await join(desk.address, expired.code)).toEqual({ ok: false, error: 'expired' });
    await desk.server.withdraw(withdrawn.id);
    expect(await join(desk.address, withdrawn.code)).toEqual({ ok: false, error: 'withdrawn' });

    await join(desk.address, used.code, { patience: 50 });
    expect(await join(desk.address, used.code, { privateKey: otherKey })).toEqual({ ok: false, error: 'used' });
    expect(desk.requests).toHaveLength(1);
  });

  it('[INV-1] lets only one of two laptops that use a code in the same moment through', async () => {
    const invitation = createInvitation({ now: new Date() });
    const slow = memoryInvitationStore([invitation]);
    const save = slow.save.bind(slow);
    slow.save = async (record) => {
      await new Promise((resolve) => setTimeout(resolve, 50));
      await save(record);
    };
    const desk = await open(slow);
    const both = await Promise.all([
      join(desk.address, invitation.code, { patience: 300 }),
      join(desk.address, invitation.code, { patience: 300, privateKey: otherKey }),
    ]);
    expect(both.map((result) => (result.ok ? 'ok' : result.error)).toSorted()).toEqual(['still-waiting', 'used']);
    expect(desk.requests).toHaveLength(1);
  });

  it('counts wrong attempts per address and in total', async () => {
    let now = new Date();
    const invitation = createInvitation({ now });
    const limits = { perAddress: 3, total: 100, windowMs: 60_000 };
    const desk = await open(memoryInvitationStore([invitation]), { limits, now: () => now });
    for (let count = 0; count < 3; count++) {
      expect(await join(desk.address, createInvitation({ now }).code)).toEqual({ ok: false, error: 'wrong-code' });
    }
    expect(await join(desk.address, invitation.code)).toEqual({ ok: false, error: 'too-many-attempts' });
    now = new Date(now.getTime() + 61_000);
    expect(await join(desk.address, invitation.code, { patience: 50 })).toEqual({ ok: false, error: 'still-waiting' });
  });
});

describe('enrolment under attack', () => {
  it('refuses bodies that are too large, malformed, from the future, or under a wrong MAC', async () => {
    const invitation = createInvitation({ now: new Date() });
    const desk = await open(memoryInvitationStore([invitation]));
    const right = await message(invitation.code, newcomerKey);
    const cases: [unknown, { padding?: number; mac?: string }, number, string][] = [
      [right, { padding: 20_000 }, 413, 'too-large'],
      [{ ...right, nonce: 'short' }, {}, 400, 'malformed'],
      [{ ...right, name: 'a\u202eb' }, {}, 400, 'malformed'],
      [null, {}, 400, 'malformed'],
      [{ ...right, version: 2 }, {}, 400, 'unsupported-version'],
      [right, { mac: '0'.repeat(64) }, 403, 'wrong-code'],
      [right, { mac: 'zz' }, 403, 'wrong-code'],
      [{ ...right, invitation: '0'.repeat(32) }, {}, 403, 'wrong-code'],
    ];
    for (const [body, options, status, error] of cases) {
      const answer = await sendRaw(desk.address, invitation.code, body, options);
      expect(answer).toEqual({ status, body: JSON.stringify({ error }), mac: undefined });
    }
    expect(desk.requests).toHaveLength(0);
    expect((await sendRaw(desk.address, invitation.code, right)).status).toBe(200);
    expect(desk.requests).toHaveLength(1);
  });

  it('refuses requests whose maker does not hold the key, or holds a short one; the code stays good', async () => {
    const invitation = createInvitation({ now: new Date() });
    const desk = await open(memoryInvitationStore([invitation]));
    const right = await message(invitation.code, newcomerKey);
    const request = Buffer.from(right['request'] as string, 'base64');
    request[request.length - 3]! ^= 4;
    const forged = await sendRaw(desk.address, invitation.code, { ...right, request: request.toString('base64') });
    expect(JSON.parse(forged.body)).toEqual({ state: 'rejected', reason: 'bad-signature' });

    const short = generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey;
    expect(await join(desk.address, invitation.code, { privateKey: short })).toEqual({ ok: false, error: 'weak-key' });
    expect(desk.requests).toHaveLength(0);
    expect(await join(desk.address, invitation.code, { patience: 50 })).toEqual({ ok: false, error: 'still-waiting' });
  });

  /** A laptop in between with its own authority. Passes on what it is given, or answers itself. */
  async function middle(
    target: string,
    forge: (genuine: { status: number; mac: string | undefined; body: string }) => {
      status: number;
      mac?: string;
      body: string;
    },
  ): Promise<{ address: string; relayed: string[] }> {
    const key = await newMember(foreign.authority, 'Kẻ Đứng Giữa');
    const relayed: string[] = [];
    const server = createServer(
      tlsCredentials(key.privateKey, [key.certificate, foreign.root]),
      (incoming, response) => {
        const pieces: Buffer[] = [];
        incoming.on('data', (piece: Buffer) => pieces.push(piece));
        incoming.on('end', () => {
          const onward = httpsRequest(`https://${target}${ENROLMENT_PATH}`, {
            method: 'POST',
            rejectUnauthorized: false,
            agent: false,
            headers: { [ENROLMENT_MAC_HEADER]: incoming.headers[ENROLMENT_MAC_HEADER]! },
          });
          onward.on('response', (genuine) => {
            let body = '';
            genuine.on('data', (piece: Buffer) => (body += piece.toString()));
            genuine.on('end', () => {
              relayed.push(body);
              const answer = forge({
                status: genuine.statusCode!,
                mac: genuine.headers[ENROLMENT_MAC_HEADER]?.toString(),
                body,
              });
              response.writeHead(answer.status, answer.mac === undefined ? {} : { [ENROLMENT_MAC_HEADER]: answer.mac });
              response.end(answer.body);
            });
          });
          onward.end(Buffer.concat(pieces));
        });
      },
    );
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    closing.push(() => {
      server.close();
      server.closeAllConnections();
    });
    return { address: `127.0.0.1:${(server.address() as AddressInfo).port}`, relayed };
  }

  it('gives nothing to somebody in between who passes everything on', async () => {
    const invitation = createInvitation({ now: new Date() });
    const desk = await open(memoryInvitationStore([invitation]));
    const between = await middle(desk.address, (genuine) => genuine as { status: number; body: string });
    expect((await join(between.address, invitation.code)).ok).toBe(false);
    expect(between.relayed).toEqual([JSON.stringify({ error: 'wrong-code' })]);
    expect(desk.requests).toHaveLength(0);
    expect((await desk.store.find(invitation.id))?.state).toBe('open');
  });

  it('takes no root from somebody in between who has no secret', async () => {
    const invitation = createInvitation({ now: new Date() });
    const desk = await open(memoryInvitationStore([invitation]));
    const request = await createRequest(newcomerKey, { name: 'Vũ Thị Mới' });
    const order = { request, memberId: asMemberId(randomUUID()), name: 'Vũ Thị Mới', validDays: 365 };
    const { certificate } = must(await foreign.authority.issue(order, new Date()));
    const body = JSON.stringify({
      state: 'approved',
      certificate: certificate.toString('base64'),
      root: foreign.root.toString('base64'),
      organisation: ORGANISATION,
    });
    for (const mac of [undefined, '0'.repeat(64), 'not hex']) {
      const between = await middle(desk.address, () => ({ status: 200, body, ...(mac === undefined ? {} : { mac }) }));
      expect(await join(between.address, invitation.code)).toEqual({ ok: false, error: 'not-authentic' });
    }
  }, 60_000);

  it('survives rubbish on the port', async () => {
    const invitation = createInvitation({ now: new Date() });
    const desk = await open(memoryInvitationStore([invitation]));
    const [host, port] = desk.address.split(':');
    for (const bytes of [Buffer.from('GET / HTTP/1.1\r\n\r\n'), randomBytes(5_000)]) {
      await new Promise<void>((resolve) => {
        const socket = connect({ host: host!, port: Number(port), rejectUnauthorized: false }, () =>
          socket.write(bytes),
        );
        socket
          .on('error', () => undefined)
          .on('data', () => undefined)
          .on('close', () => resolve());
        setTimeout(() => socket.destroy(), 200);
      });
    }
    expect(await join(desk.address, invitation.code, { patience: 50 })).toEqual({ ok: false, error: 'still-waiting' });
  });

  it('speaks TLS 1.3 only, and closes at once even with idle connections', async () => {
    const desk = await open(memoryInvitationStore());
    const port = desk.server.address.port;
    const old = new Promise<string>((resolve) => {
      const socket = connect({ host: '127.0.0.1', port, maxVersion: 'TLSv1.2', rejectUnauthorized: false }, () =>
        resolve('connected'),
      );
      socket.on('error', () => resolve('refused'));
    });
    expect(await old).toBe('refused');
    const idle = connectPlain({ host: '127.0.0.1', port });
    idle.on('error', () => undefined);
    await once(idle, 'connect');
    const gone = once(idle, 'close');
    const start = performance.now();
    await desk.server.close();
    await gone;
    expect(performance.now() - start).toBeLessThan(2_000);
  });

  // Linux and Windows answer to all of 127/8.
  const addresses = process.platform === 'darwin' ? [1] : [1, 2, 3, 4, 5, 6];
  it.each([[addresses], [[1]]])('[CONN-8] idle connections from 127.0.0.%j keep no newcomer out', async (from) => {
    const invitation = createInvitation({ now: new Date() });
    const desk = await open(memoryInvitationStore([invitation]));
    const idle: Socket[] = [];
    let left = 0;
    for (let n = 0; n < 3 * enrolmentLimits.connections; n++) {
      const localAddress = `127.0.0.${from[n % from.length]}`;
      const socket = connectPlain({ host: '127.0.0.1', port: desk.server.address.port, localAddress });
      socket.on('error', () => undefined).on('close', () => left++);
      idle.push(socket);
    }
    await until(() => left >= 2 * enrolmentLimits.connections);
    expect(await join(desk.address, invitation.code, { patience: 50 })).toEqual({ ok: false, error: 'still-waiting' });
    expect(desk.requests).toHaveLength(1);
    for (const socket of idle) socket.destroy();
  });

  it('says that its port is taken', async () => {
    const desk = await open(memoryInvitationStore());
    const options = {
      tls: tlsCredentials(secretary.privateKey, [secretary.certificate, root]),
      listen: desk.server.address,
      root,
      organisation: ORGANISATION,
      store: memoryInvitationStore(),
      door,
      onRequest: () => undefined,
    };
    expect(await serveEnrolment(options)).toEqual({ ok: false, error: 'address-in-use' });
    const nowhere = { ...options, listen: { host: '192.0.2.1', port: 0 } };
    expect(await serveEnrolment(nowhere)).toEqual({ ok: false, error: 'cannot-listen' });
  });

  it('says so when nobody is there', async () => {
    const { code } = createInvitation({ now: new Date() });
    expect(await join('127.0.0.1:9', code)).toEqual({ ok: false, error: 'no-answer' });
    expect(await join('not an address', code)).toEqual({ ok: false, error: 'no-address' });
  });
});
