import type { CarriedMeeting } from '../../common/collab/carried-meeting.ts';
import type { Entry } from '../../common/acts/entry.ts';
import type { MemberId } from '../../common/domain/ids.ts';
import type { StreamPosition } from '../../common/wire/acknowledged.ts';
import type { LinkLogger } from '../../common/wire/admission.ts';
import { decodeDocumentFrames, type DocumentFrame, type FrameEncoder } from '../../common/wire/document-frames.ts';
import {
  closeCodes,
  decodeControl,
  encodeControl,
  LINK_PROTOCOL,
  MAX_OPEN_DOCUMENTS,
  type ControlMessage,
} from '../../common/wire/link.ts';
import { createLogExchange, type LogExchange, type SharedEntries } from '../../common/wire/log-exchange.ts';
import type { ClientSocket } from './client-socket.ts';
import { limits } from './connection-limits.ts';
import { serveMeetingDocument, type ServedDocument } from './served-document.ts';
import type { Ticker } from './tick.ts';

/** A member's laptop on the link: the log, and all open documents, over one socket. */
export interface HubLink {
  readonly member: MemberId;
  /** null until its hello. */
  readonly device: string | null;
  receive(data: Uint8Array, binary: boolean): void;
  /** Entries were stored here. */
  stored(entries: readonly Entry[], shared: () => SharedEntries): void;
  sendOnline(frame: Uint8Array): void;
  beat(): void;
  ended(): void;
}

const CLOSED = new Uint8Array(0);

export function createHubLink(options: {
  readonly meeting: CarriedMeeting;
  readonly carrier: MemberId;
  readonly client: ClientSocket;
  readonly ticker: Ticker;
  readonly logger: LinkLogger;
  nextBatch(): number;
  /** One for all links of the meeting. */
  readonly encodeFrames: FrameEncoder;
  /** The hello came and was answered. */
  onReady(link: HubLink): void;
  onAcknowledged(positions: readonly StreamPosition[]): void;
}): HubLink {
  const { meeting, client, ticker, logger } = options;
  const { member } = client;
  const documents = new Map<string, ServedDocument>();
  const created = performance.now();
  let device: string | null = null;
  let ended = false;
  let outbox: DocumentFrame[] = [];
  let outboxBytes = 0;

  const exchange: LogExchange = createLogExchange({
    log: meeting.log,
    peer: member,
    nextBatch: options.nextBatch,
    send: (frame) => client.send(frame, 'text'),
    buffered: () => client.buffered(),
    onAcknowledged: options.onAcknowledged,
    onRefused: (direction, reason, position) =>
      logger.warn('entry refused', { member, direction, reason, ...position }),
  });

  const backlog = () => outboxBytes + client.buffered();

  function flush(): void {
    if (ended) return;
    let again = false;
    for (const served of documents.values()) again = served.advance() || again;
    if (outbox.length > 0) {
      const frames = outbox;
      outbox = [];
      outboxBytes = 0;
      client.send(options.encodeFrames(frames), 'binary');
    }
    if (device !== null && !exchange.idle()) {
      exchange.pump();
      again = again || !exchange.idle();
    }
    if (again) ticker.request(flush);
  }

  function sendDocument(document: string, message: Uint8Array, live: boolean): void {
    if (live && backlog() > limits.dropAwarenessBytes) return;
    outbox.push({ document, message });
    outboxBytes += message.byteLength;
    ticker.request(flush);
    if (outboxBytes > limits.slowBytes) client.close(closeCodes.slow, 'too slow');
  }

  function receiveFrame({ document, message }: DocumentFrame): void {
    let served = documents.get(document);
    if (message.byteLength === 0) {
      documents.delete(document);
      served?.close();
      return;
    }
    if (!served) {
      if (documents.size >= MAX_OPEN_DOCUMENTS) return sendDocument(document, CLOSED, false);
      served = serveMeetingDocument(meeting, document, member, {
        send: (bytes, live) => sendDocument(document, bytes, live),
        congested: () => backlog() > limits.congestedBytes,
      });
      documents.set(document, served);
    }
    const breach = served.receive(message);
    if (breach === 'malformed') client.close(closeCodes.malformed, 'malformed document message');
    else if (breach === 'not-allowed') client.close(closeCodes.notAllowed, `may not write ${document.split('/')[0]}`);
    else ticker.request(flush);
  }

  function receiveControl(message: ControlMessage): void {
    if (message.type === 'hello') {
      if (device !== null) return client.close(closeCodes.malformed, 'second hello');
      if (message.protocol !== LINK_PROTOCOL) return client.close(closeCodes.protocol, `protocol ${LINK_PROTOCOL}`);
      device = message.device;
      const heads = meeting.log.heads();
      client.send(encodeControl({ type: 'welcome', protocol: LINK_PROTOCOL, carrier: options.carrier, heads }), 'text');
      options.onReady(link);
      exchange.start(message.heads);
      ticker.request(flush);
      return;
    }
    if (device === null) return client.close(closeCodes.malformed, 'no hello');
    if (message.type === 'welcome' || message.type === 'online') {
      return client.close(closeCodes.malformed, `unexpected ${message.type}`);
    }
    exchange.receive(message).then(
      (breach) => {
        if (breach?.kind === 'malformed') client.close(closeCodes.malformed, breach.reason);
        else if (breach) client.close(closeCodes.notAllowed, breach.reason);
        else ticker.request(flush);
      },
      (error: unknown) => {
        logger.warn('storing entries failed', { member, error: String(error) });
        client.close(closeCodes.stopped, 'storing failed');
      },
    );
  }

  const link: HubLink = {
    member,
    get device() {
      return device;
    },
    receive(data, binary) {
      if (ended) return;
      if (!binary) {
        const message = decodeControl(Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('utf8'));
        if (message === 'malformed') return client.close(closeCodes.malformed, 'malformed message');
        if (message !== 'unknown-type') receiveControl(message);
        return;
      }
      const frames = device === null ? null : decodeDocumentFrames(data);
      if (frames === null) return client.close(closeCodes.malformed, 'malformed document frame');
      for (const frame of frames) if (!ended) receiveFrame(frame);
    },
    stored(entries, shared) {
      if (ended || device === null) return;
      exchange.stored(entries, shared);
      ticker.request(flush);
    },
    sendOnline: (frame) => client.send(frame, 'text'),
    beat() {
      if (device === null && performance.now() - created > limits.helloMilliseconds) {
        return client.close(closeCodes.silent, 'no hello');
      }
      client.beat();
    },
    ended() {
      if (ended) return;
      ended = true;
      for (const served of documents.values()) served.close();
      documents.clear();
      outbox = [];
    },
  };
  return link;
}
