import type { TLSSocket } from 'node:tls';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { WebSocket } from 'ws';
import type { Entry, Stream } from '../../common/acts/entry.ts';
import type { MeetingLog } from '../../common/collab/carried-meeting.ts';
import type { MeetingId, MemberId } from '../../common/domain/ids.ts';
import { streamKey, type StreamPosition } from '../../common/wire/acknowledged.ts';
import type { LinkLogger } from '../../common/wire/admission.ts';
import {
  carrierReportSchema,
  MAX_REPORT_BYTES,
  readMovedReason,
  type CarrierReport,
  type Epoch,
  type KnownLaptop,
} from '../../common/wire/carrier.ts';
import { decodeDocumentFrames, encodeDocumentFrames, type DocumentFrame } from '../../common/wire/document-frames.ts';
import { createDocumentNumbers } from '../../common/wire/document-numbers.ts';
import {
  closeCodes,
  decodeControl,
  encodeControl,
  LINK_PROTOCOL,
  linkPath,
  MAX_LINK_MESSAGE_BYTES,
  type CloseCode,
  type ControlMessage,
} from '../../common/wire/link.ts';
import { createLiveness } from '../../common/wire/liveness.ts';
import { createLogExchange, headsOnDisk, shareEntries } from '../../common/wire/log-exchange.ts';
import { createPacking, MAX_PACKED } from '../../common/wire/packed-control.ts';
import { readAll } from './carrier-client.ts';

/** How a session ended: `final`, when the same again would fail again. */
export interface SessionEnd {
  readonly problem: string;
  readonly final: boolean;
  /** It had been ready. */
  readonly connected: boolean;
  /** For so long nothing had come from the other side, milliseconds. */
  readonly silent: number;
  /** That laptop doesn't carry the meeting; what it knows of who does. */
  readonly report?: CarrierReport;
  /** It said goodbye: who carries the meeting from now on. */
  readonly moved?: { readonly device: string; readonly address: string };
}

/** One connection of the link, from its first message to its end. */
export interface LinkSession {
  readonly carrier: MemberId;
  /** Milliseconds since the last byte. */
  silentFor(): number;
  stored(entries: readonly Entry[]): void;
  /** Entries wait to be sent or to be acknowledged. */
  waits(): boolean;
  sendDocument(document: string, message: Uint8Array): void;
  /** Every `LOOK_MILLISECONDS`: ends it when the other side is gone. */
  look(): void;
  beat(): void;
  /** Ends it if it has not been ready yet. */
  giveUp(): void;
  close(): void;
  readonly ended: Promise<void>;
}

export const LOOK_MILLISECONDS = 100;
const OPENING_MILLISECONDS = 8000;
const CLOSING_MILLISECONDS = 300;

const packing = createPacking({
  deflate: (bytes) => deflateRawSync(bytes, { level: 1 }),
  inflate: (bytes) => inflateRawSync(bytes, { maxOutputLength: MAX_PACKED }),
});

export function openLinkSession(options: {
  readonly transport: TLSSocket;
  readonly peer: MemberId;
  readonly meeting: MeetingId;
  readonly device: string;
  /** Where this laptop listens; undefined: it does not. */
  readonly port: number | undefined;
  /** The same with the addresses of its own network cards. */
  readonly inside: readonly string[] | undefined;
  /** The highest that this laptop has seen. */
  readonly epoch: Epoch | undefined;
  readonly log: MeetingLog;
  /** Streams that the carrying laptop doesn't allow; added to here, and not sent again. */
  readonly withheld: Set<string>;
  readonly logger: LinkLogger;
  /** So long a silence means that the other side is gone, milliseconds. */
  patience(): number;
  onReady(epoch: Epoch | undefined): void;
  /** Seconds by which the other side's clock is ahead; to a second or so. */
  onClock(ahead: number): void;
  onOnline(members: readonly MemberId[]): void;
  onLaptops(laptops: readonly KnownLaptop[], epoch: Epoch | undefined): void;
  onReceived(): void;
  onDocument(document: string, message: Uint8Array): void;
  onAcknowledged(positions: readonly StreamPosition[]): void;
  /** So many laptops have this member's streams that far; earlier positions stay. */
  onHeld(laptops: number, streams: readonly { readonly stream: Stream; readonly seq: number }[]): void;
  onEnd(end: SessionEnd): void;
}): LinkSession {
  const { transport, peer, log, logger } = options;
  let ready = false;
  let over = false;
  const numbers = createDocumentNumbers();
  let outbox: DocumentFrame[] = [];
  let flushing = false;
  let batches = 0;
  const withheldBefore = options.withheld.size;
  let finished: () => void = () => undefined;
  const ended = new Promise<void>((resolve) => (finished = resolve));

  // The TLS connection is there already, so nothing else is dialled.
  const socket = new WebSocket(`ws://carrier${linkPath(options.meeting)}`, {
    createConnection: () => transport,
    perMessageDeflate: false,
    maxPayload: MAX_LINK_MESSAGE_BYTES,
  });
  const opening = setTimeout(() => end({ problem: 'unreachable', final: false }), OPENING_MILLISECONDS);
  const liveness = createLiveness(
    () => transport.bytesRead,
    () => performance.now(),
    { every: LOOK_MILLISECONDS, limit: options.patience },
  );

  const exchange = createLogExchange({
    log,
    peer,
    nextBatch: () => batches++,
    send,
    buffered: () => socket.bufferedAmount,
    onAcknowledged: options.onAcknowledged,
    withheld: options.withheld,
    onRefused(direction, reason, position) {
      logger.warn('entry refused', { peer, direction, reason, ...position });
      if (direction === 'sent' && reason === 'not-allowed' && position) options.withheld.add(streamKey(position));
    },
  });

  function end(how: Omit<SessionEnd, 'connected' | 'silent'>): void {
    if (over) return;
    over = true;
    const silent = liveness.silentFor();
    clearTimeout(opening);
    socket.terminate();
    transport.destroy();
    outbox = [];
    finished();
    options.onEnd({ ...how, silent, connected: ready });
  }

  /** The other side broke the protocol: tell it, and come back later. */
  function breakOff(code: CloseCode, reason: string): void {
    logger.warn('carrying laptop broke the protocol', { peer, reason });
    socket.close(code, reason);
    end({ problem: 'carrier-malformed', final: false });
  }

  /** A control message. */
  function send(frame: Uint8Array): void {
    const packed = packing.pack(frame);
    socket.send(packed ?? frame, { binary: packed !== null });
  }

  function receiveText(text: string): void {
    const message = decodeControl(text);
    if (message === 'malformed') return breakOff(closeCodes.malformed, 'malformed message');
    if (message !== 'unknown-type') receiveControl(message);
  }

  function receiveControl(message: ControlMessage): void {
    switch (message.type) {
      case 'welcome':
        if (ready) return breakOff(closeCodes.malformed, 'second welcome');
        if (message.carrier !== peer) return breakOff(closeCodes.malformed, 'welcome of somebody else');
        if (message.protocol !== LINK_PROTOCOL) return end({ problem: 'other-version', final: true });
        ready = true;
        clearTimeout(opening);
        options.onReady(message.epoch);
        return guarded(() => exchange.start(message.heads));
      case 'hello':
        return breakOff(closeCodes.malformed, 'unexpected hello');
      case 'online':
        return options.onOnline(message.members);
      case 'held':
        return options.onHeld(message.laptops, message.streams);
      case 'laptops':
        return options.onLaptops(message.laptops, message.epoch);
      default: {
        if (!ready) return breakOff(closeCodes.malformed, 'no welcome');
        if (message.type === 'entries') options.onReceived();
        exchange.receive(message).then(
          (breach) => {
            if (breach?.kind === 'malformed' && !over) breakOff(closeCodes.malformed, breach.reason);
          },
          (error: unknown) => {
            logger.warn('storing entries failed', { error: String(error) });
            end({ problem: 'storing-failed', final: false });
          },
        );
      }
    }
  }

  function receive(data: Buffer, binary: boolean): void {
    if (over) return;
    if (!binary) return receiveText(data.toString('utf8'));
    const frames = decodeDocumentFrames(data);
    const text = frames && packing.unpack(frames);
    if (text !== null) return receiveText(text);
    if (frames === null || !ready) return breakOff(closeCodes.malformed, 'malformed document frame');
    options.onReceived();
    try {
      for (const frame of frames) {
        const told = numbers.incoming(frame);
        if (told === 'malformed') return breakOff(closeCodes.malformed, 'malformed number of a document');
        if (told) options.onDocument(told.document, told.message);
      }
    } catch (error) {
      logger.warn('document message failed', { peer, error: String(error) });
      breakOff(closeCodes.malformed, 'malformed document message');
    }
  }

  /** Reading the log may fail (disk): then this connection ends, and the next one tries again. */
  function guarded(work: () => void): void {
    try {
      work();
    } catch (error) {
      logger.warn('reading entries failed', { error: String(error) });
      end({ problem: 'storing-failed', final: false });
    }
  }

  function flush(): void {
    flushing = false;
    if (over || outbox.length === 0) return;
    const frames = outbox;
    outbox = [];
    socket.send(encodeDocumentFrames(frames), { binary: true });
  }

  socket.binaryType = 'nodebuffer';
  socket.on('open', () => {
    if (over) return;
    const { device, port, inside, epoch } = options;
    guarded(() => {
      const heads = headsOnDisk(log);
      send(encodeControl({ type: 'hello', protocol: LINK_PROTOCOL, device, heads, port, inside, epoch }));
    });
  });
  socket.on('message', (data, binary) => guarded(() => receive(data as Buffer, binary)));
  const asked = Date.now();
  socket.on('upgrade', (response) => {
    const theirs = Date.parse(response.headers.date ?? '');
    // The header has whole seconds, cut off; the answer was made somewhere between asking and now.
    if (!Number.isNaN(theirs)) options.onClock(Math.round((theirs + 500 - (asked + Date.now()) / 2) / 1000));
  });
  socket.on('unexpected-response', (_request, response) => {
    if (response.statusCode !== 409) {
      response.resume();
      return end({ problem: response.statusCode === 404 ? 'meeting-unknown' : 'certificate-refused', final: false });
    }
    readAll(response, MAX_REPORT_BYTES).then(
      (body) => end({ problem: 'not-carried', final: false, ...reportOf(body) }),
      () => end({ problem: 'unreachable', final: false }),
    );
  });
  socket.on('error', (error: NodeJS.ErrnoException) => {
    // Cut before any answer to the upgrade: that is how a certificate is refused in TLS 1.3.
    const cut = socket.readyState === WebSocket.CONNECTING && transport.bytesWritten > 0;
    end({ problem: cut || /ALERT/.test(error.code ?? '') ? 'certificate-refused' : 'unreachable', final: false });
  });
  socket.on('close', (code, reason) => {
    if (code === closeCodes.moved) {
      const moved = readMovedReason(reason.toString('utf8'));
      return end({ problem: 'not-carried', final: false, ...(moved ? { moved } : {}) });
    }
    // Without the stream that wasn't allowed, the next connection is not the same again.
    const other = code === closeCodes.notAllowed && options.withheld.size > withheldBefore;
    if (other) return end({ problem: 'not-allowed', final: false });
    // The packed hello, by a laptop that knows no packed messages.
    if (!ready && code === closeCodes.malformed) return end({ problem: 'other-version', final: true });
    end(endOf(code));
  });

  return {
    carrier: peer,
    silentFor: () => liveness.silentFor(),
    ended,
    stored(entries) {
      guarded(() => exchange.stored(entries, () => shareEntries(entries, batches++)));
    },
    waits: () => !over && ready && !exchange.idle(),
    sendDocument(document, message) {
      if (over) return;
      outbox.push(numbers.outgoing(document, message));
      if (flushing) return;
      flushing = true;
      setImmediate(flush);
    },
    look() {
      if (!over && ready && liveness.check() === 'dead') end({ problem: 'unreachable', final: false });
    },
    beat() {
      if (over || !ready) return;
      guarded(() => exchange.pump());
      socket.ping();
    },
    giveUp() {
      if (!ready) end({ problem: 'unreachable', final: false });
    },
    close() {
      if (over) return;
      // Nothing was said yet, and what could be said would come from a log that may be closed next.
      if (!ready) return end({ problem: 'closed', final: true });
      flush();
      socket.close(1000, '');
      setTimeout(() => end({ problem: 'closed', final: true }), CLOSING_MILLISECONDS).unref();
    },
  };
}

function reportOf(body: Uint8Array): { report?: CarrierReport } {
  try {
    const parsed = carrierReportSchema.safeParse(JSON.parse(Buffer.from(body).toString('utf8')));
    return parsed.success ? { report: parsed.data } : {};
  } catch {
    return {};
  }
}

function endOf(code: number): { problem: string; final: boolean } {
  switch (code) {
    case closeCodes.notAllowed:
      return { problem: 'not-allowed', final: true };
    case closeCodes.replaced:
      return { problem: 'replaced', final: true };
    case closeCodes.protocol:
      return { problem: 'other-version', final: true };
    case closeCodes.stopped:
      return { problem: 'not-carried', final: false };
    default:
      return code >= 4400 && code < 4500
        ? { problem: 'refused-by-carrier', final: true }
        : { problem: 'unreachable', final: false };
  }
}
