import type { CarriedMeeting } from '../../common/collab/carried-meeting.ts';
import type { Entry } from '../../common/acts/entry.ts';
import type { MemberId } from '../../common/domain/ids.ts';
import type { StreamPlace, StreamPosition } from '../../common/wire/acknowledged.ts';
import type { LinkLogger } from '../../common/wire/admission.ts';
import type { Epoch, KnownLaptop } from '../../common/wire/carrier.ts';
import {
  decodeDocumentFrames,
  encodeDocumentFrames,
  numberedMessage,
  type DocumentFrame,
} from '../../common/wire/document-frames.ts';
import {
  closeCodes,
  decodeControl,
  encodeControl,
  LINK_PROTOCOL,
  MAX_OPEN_DOCUMENTS,
  type ControlMessage,
} from '../../common/wire/link.ts';
import {
  createLogExchange,
  headsOnDisk,
  type LogExchange,
  type SharedEntries,
} from '../../common/wire/log-exchange.ts';
import type { ClientSocket, Steps } from './client-socket.ts';
import { limits } from './connection-limits.ts';
import { countOne, type HubMeter } from './hub-meter.ts';
import { envelopeOf, type Happening, type Window } from './happenings.ts';
import { packing } from './packing.ts';
import type { RelayedDocument, RelayedDocuments } from './relayed-documents.ts';
import {
  serveMeetingDocument,
  type ServedConnection,
  type ServedDocument,
  type ServeDocument,
} from './served-document.ts';
import type { SharedReads } from './shared-reads.ts';
import type { Ticker } from './tick.ts';

/** A member's laptop on the link: the log, and all open documents, over one socket. */
export interface HubLink {
  readonly member: MemberId;
  /** null until its hello. */
  readonly device: string | null;
  /** Where it listens; null when it does not. */
  readonly laptop: KnownLaptop | null;
  receive(data: Uint8Array, binary: boolean): Steps | void;
  /** Entries were stored here. */
  stored(entries: readonly Entry[], shared: () => SharedEntries): void;
  /** Something happened in documents, followed ones among them or not. */
  happened(window: Window): void;
  /** A control message that all get. */
  tell(frame: Uint8Array): void;
  /** Authors of whom this laptop is not known to have everything up to there. */
  lacks(upTo: (place: StreamPlace) => number): Set<MemberId>;
  /** False when too much is waiting for this laptop already: nothing was sent. */
  sendHeld(frame: Uint8Array): boolean;
  /** Documents that it follows. */
  readonly follows: number;
  /** Once a heartbeat: closes what has not said who it is in time. */
  beat(): void;
  ended(): void;
}

const CLOSED = new Uint8Array(0);

/** Where it listens in its own networks matters to others only where it can't be told from here. */
const knownAs = (laptop: KnownLaptop, inside: readonly string[] = []): KnownLaptop =>
  inside.length === 0 || inside.includes(laptop.address) ? laptop : { ...laptop, inside };
/** Larger answers go by themselves: they may be the same for many. Bytes. */
const LARGE_BYTES = 16 * 1024;
const ANSWERS_TOGETHER = 32;

export function createHubLink(options: {
  readonly meeting: CarriedMeeting;
  readonly carrier: MemberId;
  readonly client: ClientSocket;
  readonly ticker: Ticker;
  readonly logger: LinkLogger;
  readonly meter: HubMeter;
  nextBatch(): number;
  /** Of entries that this link lacks, so many bytes may wait in its socket. */
  catchUpBuffer(): number;
  /** Where the other side connects from; undefined when it is gone already. */
  readonly remoteHost: string | undefined;
  /** A newcomer's highest epoch; returns the one that the meeting is carried with. */
  seen(epoch: Epoch | undefined): Epoch | undefined;
  /** That of the meeting, read once for all links. */
  readonly reads: SharedReads;
  /** Those of the meeting, shared by all connections. */
  readonly relayed: RelayedDocuments;
  /** Otherwise `serveMeetingDocument`. */
  readonly serve?: ServeDocument | undefined;
  /** The hello came and was answered. */
  onReady(link: HubLink): void;
  onAcknowledged(positions: readonly StreamPosition[]): void;
}): HubLink {
  const { meeting, client, ticker, logger, serve = serveMeetingDocument } = options;
  const { member } = client;
  /** By name and by number. */
  const documents = new Map<string | number, ServedDocument>();
  const followed = new Set<Happening['document']>();
  const waiting = new Set<ServedDocument>();
  /** What this client has said something in: two hundred laptops follow the ink of two hundred, and most only listen. */
  const spoken = new Set<ServedDocument>();
  let answers: DocumentFrame[] = [];
  const created = performance.now();
  let device: string | null = null;
  let laptop: KnownLaptop | null = null;
  let ended = false;

  const exchange: LogExchange = createLogExchange({
    log: options.reads.log,
    peer: member,
    nextBatch: options.nextBatch,
    send,
    sendEntries(batch, entries) {
      const { parts, kind } = options.reads.entriesMessage(batch, entries);
      client.sendParts(parts, kind);
    },
    buffered: () => client.buffered(),
    catchUpBuffer: options.catchUpBuffer,
    onAcknowledged: options.onAcknowledged,
    onRefused(direction, reason, position) {
      logger.warn('entry refused', { member, direction, reason, ...position });
      // What the other side says of its reasons is its own choice of words.
      if (direction === 'received') countOne(options.meter.entriesRefused, reason);
    },
  });

  /** A control message. */
  function send(frame: Uint8Array): void {
    const packed = packing.pack(frame);
    client.send(packed ?? frame, packed ? 'packed' : 'text');
  }

  function flush(): void {
    if (ended) return;
    sendAnswers();
    for (const served of waiting) {
      served.advance();
      if (!served.isWaiting()) waiting.delete(served);
    }
    exchange.pump();
    if (waiting.size > 0 || exchange.behind()) ticker.retry(flush);
  }

  const hears = (live: boolean) => !live || client.backlog() <= limits.dropAwarenessBytes;

  /** What goes to this link alone: answers to its questions, many at a time when it opens many documents. */
  function answer(document: string, message: Uint8Array, live: boolean): void {
    if (!hears(live)) return;
    if (message.byteLength < LARGE_BYTES) {
      answers.push({ document, message });
      ticker.request(flush);
    } else {
      sendAnswers();
      client.send(envelopeOf(document, message), 'binary');
    }
  }

  function sendAnswers(): void {
    for (let from = 0; from < answers.length; from += ANSWERS_TOGETHER)
      client.send(encodeDocumentFrames(answers.slice(from, from + ANSWERS_TOGETHER)), 'binary');
    answers = [];
  }

  /** Any of them may cost much, as the first that opens a long document. */
  function* receiveFrames(frames: readonly DocumentFrame[]): Generator<void, void> {
    for (const frame of frames) {
      if (ended) return;
      receiveFrame(frame);
      yield;
    }
  }

  function receiveFrame({ document, message }: DocumentFrame): void {
    let served = documents.get(document);
    if (message.byteLength === 0) {
      if (served) leave(served);
      return;
    }
    if (!served) {
      // Whoever counts wrongly loses a live change, which comes by the log as well, and not its link.
      if (typeof document === 'number') return;
      if (followed.size >= MAX_OPEN_DOCUMENTS) return answer(document, CLOSED, false);
      served = follow(options.relayed.follow(document));
    }
    spoken.add(served);
    const breach = served.receive(message);
    if (breach) client.close(breach.kind === 'malformed' ? closeCodes.malformed : closeCodes.notAllowed, breach.reason);
    else if (served.isWaiting()) {
      waiting.add(served);
      ticker.retry(flush);
    }
  }

  function follow(document: RelayedDocument): ServedDocument {
    // Before anything else about it, so that what happens in it can come by number.
    answer(document.name, numberedMessage(document.number), false);
    const served = serve(meeting, document, connection);
    documents.set(document.name, served).set(document.number, served);
    followed.add(document);
    return served;
  }

  function leave(served: ServedDocument): void {
    documents.delete(served.document.name);
    documents.delete(served.document.number);
    followed.delete(served.document);
    waiting.delete(served);
    spoken.delete(served);
    served.close();
  }

  function receiveText(text: string): void {
    const message = decodeControl(text);
    if (message === 'malformed') return client.close(closeCodes.malformed, 'malformed message');
    if (message !== 'unknown-type') receiveControl(message);
  }

  function receiveControl(message: ControlMessage): void {
    if (message.type === 'hello') {
      if (device !== null) return client.close(closeCodes.malformed, 'second hello');
      if (message.protocol !== LINK_PROTOCOL) return client.close(closeCodes.protocol, `protocol ${LINK_PROTOCOL}`);
      device = message.device;
      const { remoteHost } = options;
      if (message.port !== undefined && remoteHost)
        laptop = knownAs({ member, device, address: `${remoteHost}:${message.port}` }, message.inside);
      const epoch = options.seen(message.epoch);
      const { carrier } = options;
      const heads = headsOnDisk(options.reads.log);
      send(encodeControl({ type: 'welcome', protocol: LINK_PROTOCOL, carrier, heads, epoch }));
      options.onReady(link);
      exchange.start(message.heads);
      ticker.request(flush);
      return;
    }
    if (device === null) return client.close(closeCodes.malformed, 'no hello');
    if (
      message.type === 'welcome' ||
      message.type === 'online' ||
      message.type === 'held' ||
      message.type === 'laptops'
    ) {
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

  const connection: ServedConnection = {
    get self() {
      return link;
    },
    member,
    send: answer,
    congested: () => client.backlog() > limits.congestedBytes,
  };

  const link: HubLink = {
    member,
    get device() {
      return device;
    },
    get follows() {
      return followed.size;
    },
    get laptop() {
      return laptop;
    },
    receive(data, binary) {
      if (ended) return;
      if (!binary) return receiveText(Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('utf8'));
      const frames = decodeDocumentFrames(data);
      const text = frames && packing.unpack(frames);
      if (text !== null) return receiveText(text);
      if (frames === null || device === null) return client.close(closeCodes.malformed, 'malformed document frame');
      return receiveFrames(frames);
    },
    stored(entries, shared) {
      if (ended || device === null) return;
      exchange.stored(entries, shared);
      ticker.request(flush);
    },
    happened(window) {
      if (ended || followed.size === 0) return;
      // Numbers among them.
      sendAnswers();
      const live = hears(true);
      client.sendParts(
        window.frameOf((one) => one.by !== link && (live || !one.live) && followed.has(one.document)),
        'binary',
      );
    },
    tell: send,
    lacks: (upTo) => exchange.lacks(upTo),
    sendHeld(frame) {
      if (!hears(true)) return false;
      send(frame);
      return true;
    },
    beat() {
      if (device === null && performance.now() - created > limits.helloMilliseconds) {
        client.close(closeCodes.silent, 'no hello');
      }
      for (const served of spoken) served.beat();
    },
    ended() {
      if (ended) return;
      ended = true;
      for (const served of documents.values()) leave(served);
      answers = [];
    },
  };
  return link;
}
