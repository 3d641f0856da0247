import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { Server, Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { KEY_EXCHANGES } from '../../common/wire/admission.ts';
import {
  ENROLMENT_BODY_LIMIT,
  ENROLMENT_MAC_HEADER,
  ENROLMENT_PATH,
  ENROLMENT_VERSION,
  enrolmentRequestSchema,
  parseInvitationCode,
  type EnrolmentFailure,
  type EnrolmentRequest,
  type OrganisationInfo,
} from '../../common/wire/enrolment.ts';
import { createAttemptLimit, defaultAttemptLimits, type AttemptLimits } from './attempt-limit.ts';
import {
  createEnrolmentDesk,
  type EnrolmentDesk,
  type InvitationStore,
  type PendingEnrolment,
} from './enrolment-desk.ts';
import { answerMac, channelBinding, macMatches, requestMac } from './enrolment-mac.ts';
import { invitationKeys, type InvitationKeys } from './invitation.ts';
import { fail, succeed, type Result } from './result.ts';
import type { TlsCredentials } from './tls-credentials.ts';

export interface EnrolmentServerOptions {
  /** Of the laptop that takes requests, usually the secretary's. Newcomers cannot check it; see `channelBinding`. */
  tls: TlsCredentials;
  /** Port 0 takes any free one. */
  listen: { host: string; port: number };
  /** The organisation's root certificate, DER. */
  root: Uint8Array;
  organisation: OrganisationInfo;
  store: InvitationStore;
  /** Somebody with a right code is waiting. Fires once for each request, not again after a restart: see `pending`. */
  onRequest(pending: PendingEnrolment): void;
  /** Something that deserves a line in the log; never the secret, never the body. */
  onProblem?(problem: { code: EnrolmentFailure; remoteAddress: string; cause?: unknown }): void;
  limits?: AttemptLimits;
  /** Where connections of that server wait until they have shown a right code; bounds how many, and their handshakes. */
  door(server: Server): EnrolmentDoor;
  now?(): Date;
}

export interface EnrolmentDoor {
  /** That connection has shown a right code. */
  admitted(socket: Socket): void;
  /** Cuts off whoever waits. */
  cut(): void;
}

export interface EnrolmentServer extends Omit<EnrolmentDesk, 'answer'> {
  readonly address: { host: string; port: number };
  close(): Promise<void>;
}

const statusOf: Record<EnrolmentFailure, number> = {
  malformed: 400,
  'unsupported-version': 400,
  'wrong-code': 403,
  'too-large': 413,
  'too-many-attempts': 429,
  internal: 500,
};

/** An expected refusal on the way through a request; carries what the other side may know. */
class Refusal extends Error {
  readonly code: EnrolmentFailure;
  constructor(code: EnrolmentFailure) {
    super(code);
    this.code = code;
  }
}

/** Takes newcomers' requests over HTTPS (TLS 1.3). It holds and answers them; deciding is the caller's. */
export async function serveEnrolment(
  options: EnrolmentServerOptions,
): Promise<Result<EnrolmentServer, 'address-in-use' | 'cannot-listen'>> {
  const now = options.now ?? (() => new Date());
  const desk = createEnrolmentDesk({ ...options, now });
  const attempts = createAttemptLimit(options.limits ?? defaultAttemptLimits, now);
  // Stands in for the keys of an invitation that does not exist, so that this takes as long as a wrong MAC.
  const nobody: InvitationKeys = { id: '', request: randomBytes(32), answer: randomBytes(32) };

  async function respond(incoming: IncomingMessage, remoteAddress: string): Promise<{ body: Buffer; mac: string }> {
    if (!attempts.mayTry(remoteAddress)) throw new Refusal('too-many-attempts');
    const channel = channelBinding(incoming.socket as TLSSocket);
    const bytes = await readBody(incoming);
    const request = readMessage(bytes);
    const record = await options.store.find(request.invitation);
    const secret = record === null ? null : parseInvitationCode(record.code);
    const keys = secret === null ? nobody : invitationKeys(secret);
    const fits = macMatches(requestMac(keys.request, channel, bytes), incoming.headers[ENROLMENT_MAC_HEADER]);
    if (!fits || keys === nobody) throw new Refusal('wrong-code');
    door.admitted(incoming.socket);
    attempts.succeeded(remoteAddress);
    const answer = await desk.answer(request.invitation, request, remoteAddress);
    const body = Buffer.from(JSON.stringify(answer), 'utf8');
    return { body, mac: answerMac(keys.answer, channel, bytes, body).toString('hex') };
  }

  function refuse(response: ServerResponse, cause: unknown, remoteAddress: string): void {
    const code = cause instanceof Refusal ? cause.code : 'internal';
    if (code === 'wrong-code' || code === 'malformed') attempts.failed(remoteAddress);
    options.onProblem?.({ code, remoteAddress, ...(code === 'internal' ? { cause } : {}) });
    send(response, statusOf[code], Buffer.from(JSON.stringify({ error: code })), {});
  }

  const server = createServer(
    {
      ...options.tls,
      minVersion: 'TLSv1.3',
      ecdhCurve: KEY_EXCHANGES,
      handshakeTimeout: 5_000,
      headersTimeout: 5_000,
      requestTimeout: 10_000,
      connectionsCheckingInterval: 2_000,
      maxHeaderSize: 8 * 1024,
    },
    (incoming, response) => {
      const remoteAddress = incoming.socket.remoteAddress ?? 'unknown';
      if (incoming.method !== 'POST' || incoming.url !== ENROLMENT_PATH) {
        send(response, 404, Buffer.alloc(0), {});
        return;
      }
      respond(incoming, remoteAddress).then(
        ({ body, mac }) => send(response, 200, body, { [ENROLMENT_MAC_HEADER]: mac }),
        (cause: unknown) => refuse(response, cause, remoteAddress),
      );
    },
  );
  const door = options.door(server);
  server.on('clientError', (_error, socket) => socket.destroy());

  const listening = await new Promise<'listening' | 'address-in-use' | 'cannot-listen'>((resolve) => {
    server.once('error', ({ code }: NodeJS.ErrnoException) =>
      resolve(code === 'EADDRINUSE' ? 'address-in-use' : 'cannot-listen'),
    );
    server.listen(options.listen.port, options.listen.host, () => resolve('listening'));
  });
  if (listening !== 'listening') return fail(listening);
  server.on('error', (cause) => options.onProblem?.({ code: 'internal', remoteAddress: 'none', cause }));

  const bound = server.address();
  const port = typeof bound === 'object' && bound !== null ? bound.port : options.listen.port;
  const { pending, approve, refuse: refuseRequest, withdraw } = desk;
  return succeed({
    address: { host: options.listen.host, port },
    pending,
    approve,
    refuse: refuseRequest,
    withdraw,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        // Those still in their handshake as well, which the server itself would wait for.
        door.cut();
        server.closeAllConnections();
      }),
  });
}

function send(response: ServerResponse, status: number, body: Buffer, headers: Record<string, string>): void {
  // One request a connection: nothing that follows on the same connection is ever read.
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': body.length,
    connection: 'close',
    ...headers,
  });
  response.end(body);
}

async function readBody(incoming: IncomingMessage): Promise<Buffer> {
  if (Number(incoming.headers['content-length'] ?? 0) > ENROLMENT_BODY_LIMIT) throw new Refusal('too-large');
  const pieces: Buffer[] = [];
  let length = 0;
  // `destroyOnReturn` would cut the connection before the refusal is out.
  for await (const piece of incoming.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    length += piece.length;
    if (length > ENROLMENT_BODY_LIMIT) throw new Refusal('too-large');
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

function readMessage(bytes: Buffer): EnrolmentRequest {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw new Refusal('malformed');
  }
  const version = typeof json === 'object' && json !== null && 'version' in json ? json.version : null;
  if (typeof version === 'number' && version > ENROLMENT_VERSION) throw new Refusal('unsupported-version');
  const parsed = enrolmentRequestSchema.safeParse(json);
  if (!parsed.success) throw new Refusal('malformed');
  return parsed.data;
}
