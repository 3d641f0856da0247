import { request as httpRequest, type IncomingMessage } from 'node:http';
import { connect, type TLSSocket } from 'node:tls';
import {
  ENROLMENT_BODY_LIMIT,
  ENROLMENT_MAC_HEADER,
  ENROLMENT_PATH,
  enrolmentAnswerSchema,
  enrolmentFailureSchema,
  type EnrolmentAnswer,
  type EnrolmentFailure,
} from '../../common/wire/enrolment.ts';
import { answerMac, channelBinding, macMatches, requestMac } from './enrolment-mac.ts';
import type { InvitationKeys } from './invitation.ts';

/** How one request to one address came out. Only `answer` is known to come from the organisation. */
export type Exchange =
  | { kind: 'answer'; answer: EnrolmentAnswer }
  | { kind: 'failure'; error: EnrolmentFailure }
  | { kind: 'not-authentic' }
  | { kind: 'unreachable' };

const EXCHANGE_TIMEOUT = 10_000;

/** Sends one request over a connection of its own and checks the answer's MAC. Never throws. */
export async function exchange(
  address: string,
  keys: InvitationKeys,
  body: Buffer,
  signal: AbortSignal | undefined,
): Promise<Exchange> {
  const deadline = AbortSignal.timeout(EXCHANGE_TIMEOUT);
  const stop = signal === undefined ? deadline : AbortSignal.any([signal, deadline]);
  let socket: TLSSocket | undefined;
  try {
    socket = await connectTo(address, stop);
    const channel = channelBinding(socket);
    const mac = requestMac(keys.request, channel, body).toString('hex');
    const { bytes, status, answeredMac } = await post(socket, body, mac, stop);
    if (answeredMac === undefined && status !== 200) return asFailure(bytes);
    return macMatches(answerMac(keys.answer, channel, body, bytes), answeredMac)
      ? asAnswer(bytes)
      : { kind: 'not-authentic' };
  } catch {
    return { kind: 'unreachable' };
  } finally {
    socket?.destroy();
  }
}

function connectTo(address: string, signal: AbortSignal): Promise<TLSSocket> {
  const colon = address.lastIndexOf(':');
  const host = address.slice(0, colon).replace(/^\[|\]$/g, '');
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    // Nothing here is trusted for its certificate: a newcomer knows none. The MACs, bound to this connection, decide.
    const socket = connect({
      host,
      port: Number(address.slice(colon + 1)),
      minVersion: 'TLSv1.3',
      rejectUnauthorized: false,
    });
    const abort = (): void => void socket.destroy(new Error('cancelled'));
    signal.addEventListener('abort', abort, { once: true });
    socket.once('close', () => signal.removeEventListener('abort', abort));
    socket.on('error', reject);
    socket.once('secureConnect', () => resolve(socket));
  });
}

interface Response {
  bytes: Buffer;
  status: number;
  answeredMac: string | undefined;
}

function post(socket: TLSSocket, body: Buffer, mac: string, signal: AbortSignal): Promise<Response> {
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest({
      createConnection: () => socket,
      method: 'POST',
      path: ENROLMENT_PATH,
      headers: {
        host: 'phien',
        'content-type': 'application/json',
        'content-length': body.length,
        [ENROLMENT_MAC_HEADER]: mac,
      },
      maxHeaderSize: 8 * 1024,
      signal,
    });
    outgoing.on('error', reject);
    outgoing.on('response', (incoming) => {
      const answeredMac = incoming.headers[ENROLMENT_MAC_HEADER];
      readBounded(incoming).then(
        (bytes) => resolve({ bytes, status: incoming.statusCode ?? 0, answeredMac: answeredMac?.toString() }),
        reject,
      );
    });
    outgoing.end(body);
  });
}

async function readBounded(incoming: IncomingMessage): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of incoming as AsyncIterable<Buffer>) {
    length += piece.length;
    if (length > ENROLMENT_BODY_LIMIT) throw new Error('answer too large');
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

function asAnswer(bytes: Buffer): Exchange {
  const parsed = enrolmentAnswerSchema.safeParse(JSON.parse(bytes.toString('utf8')));
  return parsed.success ? { kind: 'answer', answer: parsed.data } : { kind: 'not-authentic' };
}

function asFailure(bytes: Buffer): Exchange {
  try {
    const parsed = enrolmentFailureSchema.safeParse(JSON.parse(bytes.toString('utf8')));
    return parsed.success ? { kind: 'failure', error: parsed.data.error } : { kind: 'unreachable' };
  } catch {
    // Something else answers on that port.
    return { kind: 'unreachable' };
  }
}
