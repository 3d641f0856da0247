import { Agent, request, type IncomingMessage } from 'node:http';
import { Readable, type Duplex } from 'node:stream';
import type { MemberId } from '../../common/domain/ids.ts';
import { MEETINGS_PATH, meetingListSchema, type MeetingList } from '../../common/wire/link.ts';
import { dial, type Credentials, type DialProblem } from './dial.ts';

/** HTTP to one carrying laptop, over connections that are kept and checked like the link's. */
export interface CarrierClient {
  get(path: string, headers: Readonly<Record<string, string>>, signal?: AbortSignal): Promise<IncomingMessage>;
  /**
   * Sends `body` once the carrying laptop asks for it. Resolves with its answer, which may also come before the body was
   * sent; then nothing is sent.
   */
  put(
    path: string,
    body: Uint8Array,
    signal?: AbortSignal,
    /** Asked for before every piece: resolves when it may go. */
    turn?: () => Promise<void>,
  ): Promise<IncomingMessage>;
  close(): void;
}

/** Why a request to a carrying laptop failed before an answer. */
export class DialError extends Error {
  readonly problem: DialProblem;
  constructor(problem: DialProblem, detail: string) {
    super(`${problem}: ${detail}`);
    this.problem = problem;
  }
}

/** Of one request: without a byte for so long, it is given up. */
const IDLE_MILLISECONDS = 10_000;

type Peer = { readonly member: MemberId; readonly name: string };

const answering = new WeakMap<Duplex, Peer>();

/** Whose laptop it is that answered. */
export const answeredBy = (response: IncomingMessage): MemberId | undefined => answering.get(response.socket)?.member;

export function createCarrierClient(address: string, credentials: Credentials, connections = 2): CarrierClient {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  agent.createConnection = (_options, callback) => {
    void dialInto((error, socket) => callback?.(error, socket as Duplex));
    return undefined;
  };

  async function dialInto(done: (error: Error | null, socket?: Duplex) => void): Promise<void> {
    const dialed = await dial(address, credentials);
    if (dialed.ok) {
      answering.set(dialed.socket, dialed.peer);
      done(null, dialed.socket);
    } else done(new DialError(dialed.problem, dialed.detail));
  }

  return {
    get(path, headers, signal) {
      return new Promise((resolve, reject) => {
        const sent = request({ agent, host: 'carrier', path, headers, ...(signal ? { signal } : {}) }, resolve);
        sent.setTimeout(IDLE_MILLISECONDS, () => sent.destroy(new DialError('unreachable', 'timeout')));
        sent.on('error', reject);
        sent.end();
      });
    },
    put(path, body, signal, turn) {
      return new Promise((resolve, reject) => {
        const headers = { 'content-length': body.byteLength, expect: '100-continue' };
        const sent = request({
          agent,
          host: 'carrier',
          path,
          method: 'PUT',
          headers,
          ...(signal ? { signal } : {}),
        });
        sent.setTimeout(IDLE_MILLISECONDS, () => sent.destroy(new DialError('unreachable', 'timeout')));
        sent.on('error', reject);
        sent.on('response', resolve);
        // In pieces, so that a thin line that takes them one by one doesn't look silent.
        const options = { objectMode: false, highWaterMark: PIECE_BYTES };
        sent.on('continue', () => Readable.from(pieces(body, turn), options).pipe(sent));
        sent.flushHeaders();
      });
    },
    close: () => agent.destroy(),
  };
}

const PIECE_BYTES = 32 * 1024;

async function* pieces(body: Uint8Array, turn?: () => Promise<void>): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < body.byteLength; at += PIECE_BYTES) {
    await turn?.();
    yield body.subarray(at, at + PIECE_BYTES);
  }
}

export type ListProblem = DialProblem | 'carrier-malformed' | (string & {});

const MAX_LIST_BYTES = 4 * 1024 * 1024;

/** What the laptop at `host:port` carries that this member may attend. Whose it is, its certificate says, whatever it says itself. */
export async function listMeetings(
  address: string,
  credentials: Credentials,
): Promise<{ readonly ok: true; readonly value: MeetingList } | { readonly ok: false; readonly problem: ListProblem }> {
  const client = createCarrierClient(address, credentials, 1);
  try {
    const response = await client.get(MEETINGS_PATH, {});
    const peer = answering.get(response.socket);
    const body = await readAll(response, MAX_LIST_BYTES);
    const value: unknown = JSON.parse(Buffer.from(body).toString('utf8'));
    if (response.statusCode === 403) return { ok: false, problem: 'certificate-refused' };
    const parsed = meetingListSchema.safeParse(value);
    if (response.statusCode !== 200 || !parsed.success || !peer) return { ok: false, problem: 'carrier-malformed' };
    const { carrier, meetings } = parsed.data;
    return { ok: true, value: { carrier: { ...carrier, member: peer.member, name: peer.name }, meetings } };
  } catch (error) {
    if (error instanceof DialError) return { ok: false, problem: error.problem };
    if (error instanceof SyntaxError || error instanceof RangeError) return { ok: false, problem: 'carrier-malformed' };
    // Connected and cut before an answer: that is how a certificate is refused in TLS 1.3.
    return { ok: false, problem: 'certificate-refused' };
  } finally {
    client.close();
  }
}

/** The whole body; a RangeError when it is longer than `limit` bytes. */
export async function readAll(response: IncomingMessage, limit: number): Promise<Uint8Array> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of response as AsyncIterable<Buffer>) {
    length += part.byteLength;
    if (length > limit) throw new RangeError('answer too long');
    parts.push(part);
  }
  return Buffer.concat(parts);
}
