import type { Socket } from 'node:net';
import type { WebSocket } from 'ws';
import { ACTS_STREAM } from '../../common/acts/entry.ts';
import type { CarriedMeeting, EntryBatch } from '../../common/collab/carried-meeting.ts';
import type { MemberId } from '../../common/domain/ids.ts';
import { createAcknowledged, type Acknowledged } from '../../common/wire/acknowledged.ts';
import type { LinkLogger } from '../../common/wire/admission.ts';
import { MAX_KNOWN_LAPTOPS, type Epoch, type KnownLaptop } from '../../common/wire/carrier.ts';
import { closeCodes, encodeControl, type CloseCode } from '../../common/wire/link.ts';
import { CATCH_UP_BUFFER } from '../../common/wire/log-exchange.ts';
import { placesIn } from '../../common/wire/takeover-places.ts';
import { createClientSocket, type ClientSocket } from './client-socket.ts';
import { limits } from './connection-limits.ts';
import type { Cluster } from './cluster.ts';
import { createDocumentSocket, type DocumentSocket } from './document-socket.ts';
import { createEntryRelay, isOneStroke } from './entry-relay.ts';
import { createHappenings } from './happenings.ts';
import { createHeldCount } from './held.ts';
import { createHubLink, type HubLink } from './hub-link.ts';
import type { HubMeter, RoomGauges } from './hub-meter.ts';
import { createLiveSign } from './live-sign.ts';
import { createRelayedDocuments } from './relayed-documents.ts';
import { shareReads } from './shared-reads.ts';
import type { Ticker } from './tick.ts';
import { createWorkload, type Workload } from './workload.ts';

/** What the interface shows of a carried meeting. */
export interface RoomStatus {
  /** Whose laptops are connected, this one included. */
  readonly online: readonly MemberId[];
  /** When the last entry arrived from elsewhere, RFC 3339. */
  readonly lastReceived: string | null;
  /** Own entries that no other laptop has acknowledged. */
  readonly onlyHere: number;
}

/** One carried meeting: its links and stock clients, and what goes between them. */
export interface MeetingRoom {
  readonly meeting: CarriedMeeting;
  status(): RoomStatus;
  /** `host:port` of other relays that carry the meeting. */
  siblings(): readonly string[];
  admitLink(socket: WebSocket, transport: Socket, member: MemberId): void;
  admitDocument(socket: WebSocket, transport: Socket, member: MemberId, document: string): void;
  /** Of this meeting alone. */
  gauges(): RoomGauges;
  /** Connected laptops that listen, in the order in which they take over; this one is not among them. */
  laptops(): readonly KnownLaptop[];
  beat(): void;
  close(code: CloseCode, reason: string): void;
}

/** What a room needs to know of who carries the meeting. */
export interface RoomTakeover {
  /** A newcomer has seen this epoch; returns the one that counts here, which is not below it. */
  seen(epoch: Epoch | undefined): Epoch | undefined;
  /** Whose laptops take over, the first first. */
  order(): readonly MemberId[];
  /** The laptops that are connected are others than before. */
  onLaptops(laptops: readonly KnownLaptop[]): void;
}

const STATUS_MILLISECONDS = 100;
/** Many may come at once. */
const LAPTOPS_MILLISECONDS = 200;

export function createMeetingRoom(options: {
  readonly meeting: CarriedMeeting;
  readonly carrier: MemberId;
  readonly ticker: Ticker;
  readonly logger: LinkLogger;
  readonly meter: HubMeter;
  /** Bytes that may wait for all connections together. */
  readonly slowBytesTogether: number;
  readonly acknowledged?: Acknowledged;
  /** Other relays carry the meeting as well. */
  readonly shared?: { readonly cluster: Cluster; acts(): EntryBatch; addresses(): readonly string[] };
  readonly takeover?: RoomTakeover;
  onStatus(): void;
}): MeetingRoom {
  const { meeting, carrier, ticker, logger, meter } = options;
  const links = new Map<HubLink, ClientSocket>();
  const sockets = new Map<DocumentSocket, ClientSocket>();
  const happenings = createHappenings();
  const live = createLiveSign();
  const reads = shareReads({
    ...meeting.log,
    receive: (batch, from) => meeting.log.receive(batch, from, live.isLive() && isOneStroke(batch)),
  });
  const relayed = createRelayedDocuments(meeting, happenings, () => {
    live.note();
    ticker.request(spread);
  });
  const acknowledged = options.acknowledged ?? createAcknowledged(carrier);
  let batches = 0;
  let lastReceived: string | null = null;
  let telling: NodeJS.Timeout | undefined;
  let closed = false;
  let online: readonly MemberId[] = [carrier];
  let tellingOnline: NodeJS.Timeout | undefined;
  let toldLaptops = '';
  let tellingLaptops: NodeJS.Timeout | undefined;

  const held = createHeldCount({
    carrier,
    heads: meeting.log.heads(),
    unflushed: () => meeting.log.unflushed?.() ?? new Map(),
    holders: () => links.keys(),
    onOwn(laptops, streams) {
      acknowledged.noteHeld(laptops, streams);
      tellStatus();
    },
  });

  const relay = createEntryRelay({
    links: () => [...links],
    nextBatch: () => batches++,
    send([link, client], entries, shared) {
      try {
        link.stored(entries, shared);
      } catch (error) {
        logger.warn('passing entries on failed', { member: link.member, error: String(error) });
        client.close(closeCodes.stopped, 'failed');
      }
    },
    onSent(entries) {
      held.stored(entries);
      // A changed roster may have taken someone out.
      if (entries.some((entry) => entry.payload.stream === ACTS_STREAM)) {
        for (const client of [...links.values(), ...sockets.values()]) {
          if (!meeting.mayAttend(client.member)) client.close(closeCodes.notAllowed, 'not of the meeting');
        }
      }
      tellStatus();
    },
    onError: (error) => logger.warn('telling of stored entries failed', { error: String(error) }),
    isLive: live.isLive,
  });

  const stopListening = meeting.log.onStored((entries, from) => {
    if (from !== 'self') {
      lastReceived = new Date().toISOString();
      meter.entriesStored += entries.length;
    }
    relay.add(entries);
    ticker.request(relay.start);
  });

  const shared = options.shared?.cluster.room({
    ...options.shared,
    meeting,
    carrier,
    relayed,
    ticker,
    logger,
    localOnline: () => localOnline(),
    onOnline: () => tellOnline(),
  });

  /** Reads the log, so not for every entry. */
  function tellStatus(): void {
    if (closed) return;
    telling ??= setTimeout(() => {
      telling = undefined;
      options.onStatus();
    }, STATUS_MILLISECONDS);
  }

  /** What happened in documents in the last few milliseconds, encoded once. */
  function spread(): void {
    for (const window of happenings.take()) {
      for (const link of links.keys()) link.happened(window);
      for (const socket of sockets.keys()) socket.happened(window);
    }
  }

  function localOnline(): readonly MemberId[] {
    const members = new Set<MemberId>([carrier]);
    for (const link of links.keys()) if (link.device !== null) members.add(link.member);
    return [...members];
  }

  /** At once, and then not again for a moment: when hundreds come, each would be told of each. */
  function tellOnline(): void {
    if (tellingOnline || closed) return;
    const before = online;
    online = [...new Set([...localOnline(), ...(shared?.online() ?? [])])].sort();
    if (online.length === before.length && online.every((member, index) => member === before[index])) return;
    tellingOnline = setTimeout(() => {
      tellingOnline = undefined;
      tellOnline();
    }, online.length);
    const frame = encodeControl({ type: 'online', members: online });
    for (const link of links.keys()) if (link.device !== null) link.tell(frame);
    tellStatus();
  }

  function laptops(): KnownLaptop[] {
    return [...links.keys()]
      .flatMap((link) => link.laptop ?? [])
      .sort(placesIn(options.takeover?.order() ?? []))
      .slice(0, MAX_KNOWN_LAPTOPS);
  }

  const laptopsNow = () => ({ type: 'laptops', laptops: laptops(), epoch: options.takeover?.seen(undefined) }) as const;

  function tellLaptops(): void {
    tellingLaptops ??= setTimeout(() => {
      tellingLaptops = undefined;
      const now = laptopsNow();
      if (JSON.stringify(now) === toldLaptops) return;
      toldLaptops = JSON.stringify(now);
      const frame = encodeControl(now);
      for (const link of links.keys()) if (link.device !== null) link.tell(frame);
      options.takeover?.onLaptops(now.laptops);
    }, LAPTOPS_MILLISECONDS);
  }

  function ready(link: HubLink): void {
    // In the order in which they connected: a hello may be held up on a line, and arrive behind that of the next connection.
    const same = [...links].filter(([other]) => other.device === link.device && other.member === link.member);
    for (const [, client] of same.slice(0, -1)) client.close(closeCodes.replaced, 'same laptop connected again');
    link.tell(encodeControl({ type: 'online', members: online }));
    // Those of now: whoever joins may have to know them before the next telling.
    if (toldLaptops !== '') link.tell(encodeControl(laptopsNow()));
    tellOnline();
    tellLaptops();
    tellStatus();
    held.changed();
  }

  function closeSlowest(): void {
    const clients = [...links.values(), ...sockets.values()];
    let together = clients.reduce((sum, client) => sum + client.buffered(), 0);
    if (together <= options.slowBytesTogether) return;
    for (const client of clients.sort((a, b) => b.buffered() - a.buffered())) {
      if (together <= options.slowBytesTogether) return;
      together -= client.buffered();
      client.close(closeCodes.slow, 'too much waits for all together');
    }
  }

  const workloads = new Map<MemberId, Workload>();

  function workloadOf(member: MemberId): Workload {
    const known = workloads.get(member) ?? createWorkload();
    workloads.set(member, known);
    return known;
  }

  const countOf = (members: Iterable<ClientSocket>, member: MemberId) =>
    [...members].filter((client) => client.member === member).length;

  return {
    meeting,
    status: () => ({
      online,
      lastReceived,
      get onlyHere() {
        return acknowledged.onlyHere(meeting.log.heads());
      },
    }),
    siblings: () => shared?.siblings() ?? [],
    admitLink(socket, transport, member) {
      const client = createClientSocket(socket, transport, member, logger, meter, workloadOf(member), {
        onMessage: (data, binary) => link.receive(data, binary),
        onBeat: () => link.beat(),
        onClose() {
          links.delete(link);
          held.left(link);
          link.ended();
          if (closed) return;
          tellOnline();
          tellLaptops();
        },
      });
      const link = createHubLink({
        meeting,
        carrier,
        client,
        ticker,
        logger,
        meter,
        nextBatch: () => batches++,
        catchUpBuffer: () => Math.min(CATCH_UP_BUFFER, limits.catchUpBytesTogether / links.size),
        remoteHost: hostOf(transport.remoteAddress),
        seen: (epoch) => options.takeover?.seen(epoch),
        reads,
        relayed,
        serve: shared?.serveFor(),
        onReady: ready,
        onAcknowledged(positions) {
          acknowledged.note(positions);
          held.changed();
          tellStatus();
        },
      });
      if (countOf(links.values(), member) >= limits.linksPerMember)
        return client.close(closeCodes.tooMany, 'too many links');
      links.set(link, client);
    },
    admitDocument(socket, transport, member, document) {
      if (countOf(sockets.values(), member) >= limits.documentSocketsPerMember) {
        return socket.close(closeCodes.tooMany, 'too many connections');
      }
      const workload = workloadOf(member);
      if (workload.spent(0) > 0) return socket.close(closeCodes.tooMany, 'too much work');
      const began = performance.now();
      const followed = relayed.follow(document);
      workload.spent(performance.now() - began);
      const client = createClientSocket(socket, transport, member, logger, meter, workload, {
        onMessage: (data, binary) => documentSocket.receive(data, binary),
        onBeat: () => documentSocket.beat(),
        onClose() {
          sockets.delete(documentSocket);
          documentSocket.ended();
        },
      });
      const documentSocket = createDocumentSocket({
        meeting,
        document: followed,
        client,
        ticker,
        serve: shared?.serveFor(),
      });
      sockets.set(documentSocket, client);
    },
    gauges() {
      const all = [...links.keys()];
      const ready = all.filter(({ device }) => device !== null).length;
      const clients = [...links.values(), ...sockets.values()];
      return {
        links: { opening: all.length - ready, ready },
        documentSockets: sockets.size,
        documentsFollowed: all.reduce((sum, { follows }) => sum + follows, sockets.size),
        bufferedBytes: clients.reduce((sum, client) => sum + client.backlog(), 0),
      };
    },
    laptops,
    beat() {
      relayed.beat();
      reads.beat();
      shared?.beat();
      closeSlowest();
    },
    close(code, reason) {
      closed = true;
      stopListening();
      relay.close();
      reads.close();
      held.stop();
      clearTimeout(telling);
      clearTimeout(tellingOnline);
      shared?.close();
      clearTimeout(tellingLaptops);
      for (const client of [...links.values(), ...sockets.values()]) client.close(code, reason);
    },
  };
}

/** As others write it in an address: IPv4 also where the socket is one for both, IPv6 in brackets. */
export function hostOf(remoteAddress: string | undefined): string | undefined {
  const plain = remoteAddress?.replace(/^::ffff:(?=\d+\.)/, '');
  return plain?.includes(':') ? `[${plain}]` : plain;
}
