import type { Socket } from 'node:net';
import type { WebSocket } from 'ws';
import type { MemberId } from '../../common/domain/ids.ts';
import type { LinkLogger } from '../../common/wire/admission.ts';
import {
  CARRIER_SILENCE_MILLISECONDS,
  closeCodes,
  HEARTBEAT_MILLISECONDS,
  type CloseCode,
} from '../../common/wire/link.ts';
import { createLiveness } from '../../common/wire/liveness.ts';
import { limits } from './connection-limits.ts';
import { countOne, type HubMeter } from './hub-meter.ts';
import { createRate } from './rate.ts';
import type { Workload } from './workload.ts';

/** A WebSocket of an admitted member: bounded, watched, closed with a reason. Once a heartbeat it pings who said nothing. */
export interface ClientSocket {
  readonly member: MemberId;
  send(data: Uint8Array, kind: FrameKind): void;
  /** One message in parts that others are sent as well. */
  sendParts(parts: readonly Uint8Array[], kind: FrameKind): void;
  /** Bytes that wait for the network and take memory for this client alone. */
  buffered(): number;
  /** All bytes that wait for the network, those of large messages that many are sent included. */
  backlog(): number;
  close(code: CloseCode, reason: string): void;
}

/** `packed` is binary to the network, and a control message to both sides. */
export type FrameKind = 'text' | 'packed' | 'binary';

interface Outgoing {
  readonly data: Uint8Array;
  readonly kind: FrameKind;
}

/** A message that is done when this is called for the last time; what is left waits while others have their turn. */
export type Steps = Iterator<void, void>;

const SLICE_BYTES = 64 * 1024;
/** Beyond this, copying costs less than the headers. */
const MAX_PARTS = 4;
/** What a client says is worked on for so long at a time. */
const TURN_MILLISECONDS = 8;

export function createClientSocket(
  socket: WebSocket,
  transport: Socket,
  member: MemberId,
  logger: LinkLogger,
  meter: HubMeter,
  /** That of the member. */
  workload: Workload,
  handlers: {
    /** In order, one after the other. */
    onMessage(data: Uint8Array, binary: boolean): Steps | void;
    onClose(): void;
    /** Once a heartbeat. */
    onBeat(): void;
  },
): ClientSocket {
  const rate = createRate(limits.messagesPerSecond, limits.messageBurst);
  const liveness = createLiveness(
    () => transport.bytesRead,
    () => performance.now(),
    { limit: () => CARRIER_SILENCE_MILLISECONDS },
  );
  let open = true;
  // Each in its own time: two hundred pings in a row take milliseconds that somebody's ink would wait for.
  const heartbeat = setInterval(beat, HEARTBEAT_MILLISECONDS);
  let heardAtBeat = transport.bytesRead;
  /** Behind a large message that is on its way; `shared`: others are sent the same bytes. */
  let queue: Outgoing[] = [];
  let queued = 0;
  let large: { readonly data: Uint8Array; at: number } | undefined;
  /** What came and is not done: no more than was read at a time, since nothing is read meanwhile. */
  let inbox: { readonly data: Uint8Array; readonly binary: boolean }[] = [];
  let underWay: Steps | undefined;
  let resting: NodeJS.Timeout | undefined;

  function ended(): void {
    if (!open) return;
    open = false;
    clearInterval(heartbeat);
    large = undefined;
    queue = [];
    queued = 0;
    inbox = [];
    underWay = undefined;
    clearTimeout(resting);
    // Its close is heard of.
    socket.resume();
    handlers.onClose();
  }

  /** A client that doesn't read never sees the close, and what waits for it takes memory; another takes its time. */
  function closing(): void {
    setTimeout(() => socket.terminate(), limits.closeMilliseconds).unref();
    ended();
  }

  /** Works on what came, until the turn is over; who makes much work rests afterwards, unread. */
  function work(): void {
    const began = performance.now();
    let spent = 0;
    try {
      for (; spent < TURN_MILLISECONDS && open; spent = performance.now() - began) {
        if (underWay) {
          if (underWay.next().done) underWay = undefined;
          continue;
        }
        const next = inbox.shift();
        if (!next) break;
        underWay = handlers.onMessage(next.data, next.binary) ?? undefined;
      }
    } catch (error) {
      // Not the client's fault as far as is known (a full disk, a fault of ours): it may come again.
      logger.warn('message failed', { member, error: String(error) });
      client.close(closeCodes.stopped, 'failed');
    }
    const rest = workload.spent(performance.now() - began);
    const before = resting;
    resting = undefined;
    if (!open) return;
    if (rest > 0 || underWay || inbox.length > 0) {
      resting = setTimeout(work, rest);
      socket.pause();
    } else if (before) socket.resume();
  }

  function pass(message: Outgoing): void {
    if (message.kind === 'binary' && message.data.byteLength > SLICE_BYTES) {
      large = { data: message.data, at: 0 };
      slice();
    } else socket.send(message.data, { binary: message.kind !== 'text' });
  }

  /**
   * A large message goes as fragments of one WebSocket message, each when the one before it has left: so that a document
   * which many are sent at a time is in memory once and not in every socket.
   */
  function slice(): void {
    if (!open || !large) return;
    const { data, at } = large;
    const end = Math.min(at + SLICE_BYTES, data.byteLength);
    const last = end === data.byteLength;
    large.at = end;
    if (last) large = undefined;
    socket.send(data.subarray(at, end), { binary: true, fin: last }, last ? undefined : slice);
    while (open && !large) {
      const next = queue.shift();
      if (!next) return;
      queued -= next.data.byteLength;
      pass(next);
    }
  }

  function mayTakeMore(): boolean {
    if (open && client.buffered() > limits.slowBytes) client.close(closeCodes.slow, 'too slow');
    return open;
  }

  function beat(): void {
    if (!open) return;
    if (liveness.check() === 'dead') {
      countOne(meter.closes, closeCodes.silent);
      logger.info('connection lost', { member });
      socket.terminate();
      return ended();
    }
    // Who says something of its own accord need not be asked.
    if (transport.bytesRead === heardAtBeat) socket.ping();
    heardAtBeat = transport.bytesRead;
    handlers.onBeat();
  }

  const client: ClientSocket = {
    member,
    send(data, kind) {
      if (!mayTakeMore()) return;
      meter.messages.out++;
      meter.bytes.out += data.byteLength;
      if (!large) return pass({ data, kind });
      queue.push({ data, kind });
      queued += data.byteLength;
    },
    sendParts(parts, kind) {
      const [first] = parts;
      if (!first) return;
      if (parts.length === 1) return client.send(first, kind);
      const bytes = parts.reduce((sum, part) => sum + part.byteLength, 0);
      const isSliced = kind === 'binary' && bytes > SLICE_BYTES;
      if (large || isSliced || parts.length > MAX_PARTS) return client.send(Buffer.concat(parts), kind);
      if (!mayTakeMore()) return;
      meter.messages.out++;
      meter.bytes.out += bytes;
      // Fragments of one message, in one write: nothing is copied.
      transport.cork();
      for (const [index, part] of parts.entries()) {
        socket.send(part, { binary: kind !== 'text', fin: index === parts.length - 1 });
      }
      transport.uncork();
    },
    buffered: () => socket.bufferedAmount + queued,
    backlog: () => client.buffered() + (large ? large.data.byteLength - large.at : 0),
    close(code, reason) {
      if (!open) return;
      countOne(meter.closes, code);
      if (code < 4500) logger.warn('connection closed', { member, code, reason });
      else logger.info('connection closed', { member, code, reason });
      socket.close(code, reason);
      closing();
    },
  };

  socket.binaryType = 'nodebuffer';
  socket.on('message', (data, binary) => {
    if (!open) return;
    meter.messages.in++;
    meter.bytes.in += (data as Buffer).byteLength;
    if (!rate.take()) return client.close(closeCodes.tooMany, 'too many messages');
    inbox.push({ data: data as Buffer, binary });
    if (!resting) work();
  });
  // ws sends the close itself after an error; too large and malformed frames end here.
  socket.on('error', (error) => {
    logger.warn('connection failed', { member, error: error.message });
    closing();
  });
  socket.on('close', ended);
  return client;
}
