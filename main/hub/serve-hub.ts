import { constants } from 'node:crypto';
import { createServer, type Server } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import { documentNameSchema } from '../../common/acts/entry.ts';
import type { CarriedMeeting, EntryBatch } from '../../common/collab/carried-meeting.ts';
import type { PaperParts } from '../../common/collab/paper-parts.ts';
import type { MeetingId, MemberId, Sha256 } from '../../common/domain/ids.ts';
import type { Acknowledged } from '../../common/wire/acknowledged.ts';
import { KEY_EXCHANGES, type Admit, type LinkLogger, type TlsIdentity } from '../../common/wire/admission.ts';
import {
  closeCodes,
  HEARTBEAT_MILLISECONDS,
  MAX_LINK_MESSAGE_BYTES,
  MEETINGS_PATH,
  type MeetingList,
} from '../../common/wire/link.ts';
import {
  epochSchema,
  movedReason,
  portSchema,
  type CarrierReport,
  type Epoch,
  type KnownLaptop,
} from '../../common/wire/carrier.ts';
import { admitPeers } from './admitted-peers.ts';
import { limits as usualLimits, type Limits } from './connection-limits.ts';
import type { Cluster } from './cluster.ts';
import { keepPlaces } from './door.ts';
import { createEntrustRoute, type TakeMeeting } from './entrust-route.ts';
import { createHubMeter, gaugesOf, type HubMeter } from './hub-meter.ts';
import { answerJson, refuseUpgrade } from './json-answers.ts';
import { createMeetingRoom, hostOf, type MeetingRoom, type RoomStatus, type RoomTakeover } from './meeting-room.ts';
import { createPaperIntake } from './paper-intake.ts';
import { createPaperGiving } from './paper-giving.ts';
import { answerPaperRequest, type PaperShelf } from './paper-requests.ts';
import { createPaperSending } from './paper-sending.ts';
import { createRate } from './rate.ts';
import { reachableHosts } from './reachable-hosts.ts';
import { createTicker } from './tick.ts';

export interface HubOptions {
  /** Port 0: any free one. */
  readonly listen: { readonly host: string; readonly port: number };
  readonly tls: TlsIdentity;
  readonly me: { readonly member: MemberId; readonly name: string };
  readonly admit: Admit;
  readonly logger: LinkLogger;
  /** Where it counts what it does. */
  readonly meter?: HubMeter;
  /** In place of the usual ones: so that tests need no gigabytes. */
  readonly limits?: Partial<
    Pick<
      Limits,
      'connections' | 'handshakeMilliseconds' | 'strangersPerSecond' | 'knownNetworksPerSecond' | 'slowBytesTogether'
    >
  >;
  /** A carried meeting's status changed. */
  onStatus?(meeting: MeetingId, status: RoomStatus): void;
  /** Where papers that this laptop lacks are put together; without it nobody can bring one, nor take a part of one. */
  readonly papers?: PaperParts;
  /** This is a relay: it carries what members of the organisation show to be its. Without it nobody can ask. */
  readonly take?: TakeMeeting;
  /** What this laptop itself fetches of a paper; its neighbours ask. */
  fetching?: PaperShelf['fetching'];
  /** Relays that carry the same meetings. */
  readonly cluster?: Cluster | undefined;
  /** More of a paper came; `complete`: it is whole now. */
  onPaper?(paper: Sha256, complete: boolean): void;
}

/** How a meeting stands on this laptop while somebody else carries it, or nobody. */
export interface Standing {
  report(): CarrierReport;
  /** Planned beginning, RFC 3339. */
  start(): string;
  /** Nobody carries it as far as this laptop knows, and whoever comes is served here. */
  available(): boolean;
  /** One of the meeting wants to join here; resolves, soon, with whether the meeting is carried here now. */
  knock(by: MemberId): Promise<boolean>;
  /** One of the meeting says that it carries it, and is reached at `address`. */
  notice(epoch: Epoch, address: string): void;
}

export interface Hub {
  readonly port: number;
  /** `host:port` under which others reach this laptop. */
  addresses(): string[];
  /** Answers questions about a meeting and hands out its papers, also while it is not carried here. */
  attend(meeting: CarriedMeeting, standing: Standing): void;
  leave(meeting: MeetingId): void;
  /** Serves a meeting from now on. What others acknowledge is noted in `acknowledged`. */
  carry(
    meeting: CarriedMeeting,
    about: {
      start(): string;
      readonly acknowledged?: Acknowledged;
      readonly takeover?: RoomTakeover;
      /** The acts that show who is of the meeting; for other relays. */
      acts?(): EntryBatch;
    },
  ): void;
  /** Stops serving it; its clients are told to come back later, or where it is carried from now on. */
  stop(meeting: MeetingId, moved?: { readonly device: string; readonly address: string }): void;
  /** Laptops that are connected and listen, the first to take over first. */
  laptops(meeting: MeetingId): readonly KnownLaptop[];
  /** `host:port` of other relays that carry the meeting now. */
  siblings(meeting: MeetingId): readonly string[];
  status(meeting: MeetingId): RoomStatus | undefined;
  /** A paper that somebody brings just now, or did lately. `have`: bytes on this disk, verified. */
  arriving(paper: Sha256): { readonly have: number; readonly active: boolean } | undefined;
  /** Papers of meetings that aren't carried here are handed out no more, or again. */
  keepPapers(kept: boolean): void;
  /** Checks the certificates of everyone connected again; call it when a revocation list arrived. */
  recheck(): void;
  close(): Promise<void>;
}

const NO_ACTS: EntryBatch = { entries: [], certificates: [] };
const RECHECK_MILLISECONDS = 60_000;
const METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'PUT']);

/**
 * Carries meetings for others: mutual TLS 1.3 with certificates of the organisation, then `admit`; whoever isn't
 * admitted gets no content. Rejects when the port can't be listened on (`EADDRINUSE`, `EACCES`).
 */
export async function serveHub(options: HubOptions): Promise<Hub> {
  const { logger, me, meter = createHubMeter() } = options;
  const limits: Limits = { ...usualLimits, ...options.limits };
  const rooms = new Map<MeetingId, { room: MeetingRoom; start(): string }>();
  const attended = new Map<MeetingId, { meeting: CarriedMeeting; standing: Standing }>();
  const ticker = createTicker((error) => logger.warn('sending failed', { error: String(error) }));

  const intake = options.papers
    ? createPaperIntake({
        parts: options.papers,
        logger,
        onChunk: (paper, complete) => options.onPaper?.(paper, complete),
      })
    : undefined;

  const entrust = options.take && createEntrustRoute({ take: options.take, logger });
  const { papers } = options;
  const sending = createPaperSending(limits);
  const giving = createPaperGiving((meeting) => rooms.has(meeting));
  const shelf: PaperShelf | undefined = papers && {
    held: (paper) => papers.held(paper),
    fetching: (meeting, paper) => options.fetching?.(meeting, paper),
  };

  const server = createServer({
    ...options.tls,
    minVersion: 'TLSv1.3',
    requestCert: true,
    rejectUnauthorized: true,
    // Every connection proves its certificate anew; no session outlives a revocation.
    secureOptions: constants.SSL_OP_NO_TICKET,
    ecdhCurve: KEY_EXCHANGES,
    handshakeTimeout: limits.handshakeMilliseconds,
    maxHeaderSize: limits.headerBytes,
    headersTimeout: 10_000,
    requestTimeout: limits.requestMilliseconds,
    keepAliveTimeout: 30_000,
    noDelay: true,
  });

  const door = keepPlaces(server, { limits, logger, onFailed: () => void meter.connections.failed++ });
  const peers = admitPeers(server, options, meter, door);
  // Anybody can have as many of these as they like.
  const mayLogHandshake = createRate(1, 20);
  server.on('tlsClientError', (error, socket) => {
    meter.connections.failed++;
    // Of a refused certificate the error says only that the connection is over.
    const reason = socket.authorizationError ? String(socket.authorizationError) : error.message;
    if (mayLogHandshake.take()) logger.warn('handshake refused', { from: socket.remoteAddress, reason });
    socket.destroy();
  });
  server.on('clientError', (_error, socket) => socket.destroy());

  function roomFor(meeting: string | undefined, member: MemberId): MeetingRoom | undefined {
    const found = rooms.get(meeting as MeetingId)?.room;
    return found?.meeting.mayAttend(member) ? found : undefined;
  }

  function attendedBy(
    meeting: string | undefined,
    member: MemberId,
  ): { meeting: CarriedMeeting; standing: Standing } | undefined {
    const found = attended.get(meeting as MeetingId);
    return found?.meeting.mayAttend(member) ? found : undefined;
  }

  /** `/carrier/<meeting>`: who carries it; with epoch and port behind it: the caller does. */
  function answerCarrier(
    request: IncomingMessage,
    response: ServerResponse,
    member: MemberId,
    parts: readonly string[],
  ): void {
    const [meeting, n, device, port, ...more] = parts;
    const found = attendedBy(meeting, member);
    const put = request.method === 'PUT';
    if (!found || more.length > 0 || (put ? port === undefined : n !== undefined)) {
      return answerJson(response, 404, { error: 'unknown' });
    }
    if (put) {
      const epoch = epochSchema.safeParse({ n: Number(n), member, device });
      const at = portSchema.safeParse(Number(port));
      const host = hostOf(request.socket.remoteAddress);
      if (!epoch.success || !at.success || !host) return answerJson(response, 400, { error: 'malformed' });
      found.standing.notice(epoch.data, `${host}:${at.data}`);
    }
    answerJson(response, 200, found.standing.report());
  }

  function answer(request: IncomingMessage, response: ServerResponse): void {
    const asker = peers.asker(request);
    if ('error' in asker) {
      response.shouldKeepAlive = false;
      return answerJson(response, 403, { error: asker.error });
    }
    if (!METHODS.has(request.method ?? '')) return answerJson(response, 405, { error: 'method' });
    if (request.url === MEETINGS_PATH) return answerJson(response, 200, listFor(asker.member));
    const [, route, meeting, ...rest] = (request.url ?? '').split('/');
    if (route === 'carry' && entrust && meeting && rest.length === 0) {
      return void entrust({ request, response, from: asker.member }, meeting).then((found) =>
        answerJson(response, found.status, found.body),
      );
    }
    if (route === 'carrier') return answerCarrier(request, response, asker.member, [meeting ?? '', ...rest]);
    const found =
      route === 'paper' || route === 'missing'
        ? (roomFor(meeting, asker.member) ?? attendedBy(meeting, asker.member))?.meeting
        : undefined;
    if (!found) return answerJson(response, 404, { error: 'unknown' });
    countPaperBytes(request.socket, response, meter);
    giving.begin(response, found.id);
    const withheld = giving.withheld(found.id);
    const asked = { request, response, meeting: found, from: asker.member, route, rest, withheld };
    answerPaperRequest(asked, intake, shelf, sending).then(
      (found) => found && answerJson(response, found.status, found.body),
      (error: unknown) => {
        logger.warn('request about a paper failed', { member: asker.member, error: String(error) });
        answerJson(response, 503, { error: 'failed' });
      },
    );
  }

  server.on('request', answer);
  // The body is asked for only when it will be taken.
  server.on('checkContinue', answer);

  function listFor(member: MemberId): MeetingList {
    const carried = [...rooms.values()].map(({ room, start }) => ({ meeting: room.meeting, start: start() }));
    const available = [...attended.values()]
      .filter(({ meeting, standing }) => !rooms.has(meeting.id) && standing.available())
      .map(({ meeting, standing }) => ({ meeting, start: standing.start() }));
    return {
      carrier: entrust ? { ...me, relay: true } : me,
      meetings: [...carried, ...available]
        .filter(({ meeting }) => meeting.mayAttend(member))
        .map(({ meeting, start }) => ({ meeting: meeting.id, title: meeting.title(), start })),
    };
  }

  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_LINK_MESSAGE_BYTES,
    maxFragments: limits.messageFragments,
    maxBufferedChunks: limits.messageChunks,
    perMessageDeflate: false,
  });
  // So that the other side sees how far the clocks are apart.
  sockets.on('headers', (headers) => headers.push(`Date: ${new Date().toUTCString()}`));

  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => socket.destroy());
    const asker = peers.asker(request);
    if ('error' in asker) return refuseUpgrade(socket, 403, { error: asker.error });
    const { member } = asker;
    const [, route, meeting, ...rest] = (request.url ?? '').split('?', 1)[0]?.split('/') ?? [];
    const room = roomFor(meeting, member);
    const document = rest.join('/');
    const transport = request.socket;
    if (route === 'link' && rest.length === 0) {
      const admit = (to: MeetingRoom) =>
        sockets.handleUpgrade(request, socket, head, (client) => to.admitLink(client, transport, member));
      if (room) return admit(room);
      const found = attendedBy(meeting, member);
      if (!found) return refuseUpgrade(socket, 404, { error: 'unknown' });
      // Whoever lost the carrying laptop comes to the one that follows, which may be about to notice.
      found.standing.knock(member).then(
        () => {
          const carried = roomFor(meeting, member);
          if (socket.destroyed) return;
          if (carried) admit(carried);
          else refuseUpgrade(socket, 409, found.standing.report());
        },
        (error: unknown) => {
          logger.warn('meeting could not be taken over', { error: String(error) });
          socket.destroy();
        },
      );
    } else if (room && route === 'doc' && documentNameSchema.safeParse(document).success) {
      sockets.handleUpgrade(request, socket, head, (client) => room.admitDocument(client, transport, member, document));
    } else {
      refuseUpgrade(socket, 404, { error: 'unknown' });
    }
  });

  await listen(server, options.listen);
  server.on('error', (error) => logger.warn('server failed', { error: error.message }));
  const { port } = server.address() as AddressInfo;
  meter.now = () =>
    gaugesOf(
      [...rooms.values()].map(({ room }) => room.gauges()),
      peers.count(),
      sending.waiting(),
    );
  const addresses = () => reachableHosts(options.listen.host).map((host) => `${host}:${port}`);
  const heartbeat = setInterval(() => {
    for (const { room } of rooms.values()) room.beat();
  }, HEARTBEAT_MILLISECONDS);
  const rechecks = setInterval(peers.recheck, RECHECK_MILLISECONDS);

  return {
    port,
    addresses,
    carry(meeting, about) {
      if (rooms.has(meeting.id)) return;
      const room = createMeetingRoom({
        meeting,
        carrier: me.member,
        ticker,
        logger,
        meter,
        slowBytesTogether: limits.slowBytesTogether,
        ...(about.acknowledged ? { acknowledged: about.acknowledged } : {}),
        ...(options.cluster && about.acts
          ? { shared: { cluster: options.cluster, acts: () => about.acts?.() ?? NO_ACTS, addresses } }
          : {}),
        ...(about.takeover ? { takeover: about.takeover } : {}),
        onStatus: () => options.onStatus?.(meeting.id, room.status()),
      });
      rooms.set(meeting.id, { room, start: () => about.start() });
    },
    attend: (meeting, standing) => void attended.set(meeting.id, { meeting, standing }),
    leave: (meeting) => void attended.delete(meeting),
    stop(meeting, moved) {
      const found = rooms.get(meeting);
      rooms.delete(meeting);
      if (moved) found?.room.close(closeCodes.moved, movedReason(moved));
      else found?.room.close(closeCodes.stopped, 'no longer carried here');
      giving.left();
    },
    siblings: (meeting) => rooms.get(meeting)?.room.siblings() ?? [],
    laptops: (meeting) => rooms.get(meeting)?.room.laptops() ?? [],
    status: (meeting) => rooms.get(meeting)?.room.status(),
    arriving: (paper) => intake?.arriving(paper),
    keepPapers: giving.keep,
    recheck: peers.recheck,
    async close() {
      clearInterval(heartbeat);
      clearInterval(rechecks);
      for (const { room } of rooms.values()) room.close(closeCodes.stopped, 'closing');
      rooms.clear();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      sockets.close();
      server.closeIdleConnections();
      // The close frames get a moment to leave.
      const cut = setTimeout(() => {
        peers.cut();
        // The server itself would wait for whoever is in the handshake.
        door.cut();
        server.closeAllConnections();
      }, 300);
      await closed;
      clearTimeout(cut);
      await intake?.close();
      ticker.stop();
    },
  };
}

function listen(server: Server, at: { host: string; port: number }): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(at.port, at.host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

/** Requests follow each other on a connection, so what passes until the answer is over belongs to this one. */
function countPaperBytes(socket: Socket, response: ServerResponse, meter: HubMeter): void {
  const { bytesRead, bytesWritten } = socket;
  response.once('close', () => {
    meter.papers.in += socket.bytesRead - bytesRead;
    meter.papers.out += socket.bytesWritten - bytesWritten;
  });
}
