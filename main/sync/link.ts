import type { MeetingLog, OpenDocument } from '../../common/collab/carried-meeting.ts';
import type { MeetingId, MemberId } from '../../common/domain/ids.ts';
import { createAcknowledged, type Acknowledged } from '../../common/wire/acknowledged.ts';
import type { LinkLogger } from '../../common/wire/admission.ts';
import { isOwnClaim, type Answer, type Epoch, type KnownLaptop } from '../../common/wire/carrier.ts';
import { HEARTBEAT_MILLISECONDS } from '../../common/wire/link.ts';
import { createPatience } from '../../common/wire/liveness.ts';
import type { LiveTraffic } from '../../common/wire/live-traffic.ts';
import { dialInTurn, type Connected, type Dialing } from './dial-in-turn.ts';
import type { Credentials } from './dial.ts';
import { followDocument, type FollowedDocument } from './followed-document.ts';
import { LOOK_MILLISECONDS, openLinkSession, type LinkSession, type SessionEnd } from './link-session.ts';

export interface LinkOptions extends Credentials {
  readonly meeting: MeetingId;
  readonly me: MemberId;
  /** Random, made once per installation; 8 to 64 of A-Z a-z 0-9 _ -. */
  readonly device: string;
  /** `host:port` of laptops that may carry the meeting, asked again before each round; tried in turn. */
  addresses(): readonly string[];
  readonly takeover?: LinkTakeover;
  readonly log: MeetingLog;
  openDocument(name: string): OpenDocument;
  /** Whether this laptop's member may write that document. */
  mayWrite(document: string): boolean;
  readonly logger: LinkLogger;
  /** Where it is noted what others acknowledge. */
  readonly acknowledged?: Acknowledged;
  /** May be called often; at most every 100 ms. */
  onState?(state: LinkState): void;
}

/** What the link tells, and asks, of who carries the meeting. */
export interface LinkTakeover {
  /** Where this laptop listens. */
  readonly port: number;
  /** The same with the addresses of its own network cards (`host:port`). */
  inside(): readonly string[];
  /** The highest that this laptop has seen. */
  epoch(): Epoch | null;
  onJoined(at: { readonly address: string; readonly carrier: MemberId; readonly epoch: Epoch | undefined }): void;
  onLaptops(laptops: readonly KnownLaptop[], epoch: Epoch | undefined): void;
  /** The link was up and is down. */
  onLost(moved: { readonly device: string; readonly address: string } | undefined): void;
  /**
   * A try to join there failed; `report`: it answered that it doesn't carry the meeting, and this. `heard` false: nothing
   * shows that there is a computer at all.
   */
  onFailed(address: string, report: Answer | undefined, heard: boolean): void;
  /** The last try there, of whatever kind, failed so. */
  unheard(address: string): boolean;
}

export interface LinkState {
  /** `waiting`: disconnected for over two seconds and trying again. `offline`: closed here. */
  readonly state: 'connected' | 'connecting' | 'waiting' | 'offline' | 'refused';
  /** Error code of the last failure; null while connected. */
  readonly problem: string | null;
  readonly carriedBy: MemberId | null;
  readonly address: string | null;
  /** When the present `state` began, RFC 3339; after a silent stall: when the silence began. */
  readonly since: string;
  /** Seconds by which the carrying laptop's clock is ahead of this one; null: not known. */
  readonly clockAhead: number | null;
  /** When the last thing arrived from the carrying laptop, RFC 3339. */
  readonly lastReceived: string | null;
  readonly online: readonly MemberId[];
}

export interface Link {
  state(): LinkState;
  /** Own entries that no other laptop has acknowledged; asks the log. */
  onlyHere(): number;
  /** Keeps a document live with the carrying laptop until released; asking twice shares one. */
  follow(document: string): { synced(): boolean; release(): void };
  /** Tries at once, also after a refusal. `address`: since the meeting is carried there; if that one is answering, it goes on. */
  retry(address?: string): void;
  /** Leaves the laptop that it is linked to, and tries `addresses` again at once. */
  redirect(): void;
  /** Milliseconds since the last byte of the carrying laptop; Infinity while the link is down. */
  silentFor(): number;
  readonly live: LiveTraffic;
  close(): Promise<void>;
}

/** For so long after the last stroke papers go on letting others pass. */
const LIVE_MILLISECONDS = 15_000;
const FIRST_WAIT_MILLISECONDS = 200;
const LONGEST_WAIT_MILLISECONDS = 5000;
/** Just lost: whoever follows is there in a moment. */
const HURRY_MILLISECONDS = 5000;
/** Not all at the same moment. */
const JITTER_MILLISECONDS = 50;
/** Disconnected for longer than this shows as `waiting`. */
const PATIENCE_MILLISECONDS = 2000;
const STATE_MILLISECONDS = 100;
const QUIET_BEATS = 10;

/**
 * Keeps this laptop in step with the one that carries the meeting, over cuts, sleep and restarts of either. Never
 * throws and never gives up, except when the other side says that the same would fail again.
 */
export function connectLink(options: LinkOptions): Link {
  const { logger, log } = options;
  const documents = new Map<string, { followed: FollowedDocument; holders: number }>();
  const acknowledged = options.acknowledged ?? createAcknowledged(options.me);
  const withheld = new Set<string>();
  const patience = createPatience(() => performance.now());
  let session: LinkSession | null = null;
  /** Told by the carrying laptop. */
  let carriedWith: Epoch | undefined;
  let closed = false;
  let refused = false;
  let problem: string | null = null;
  let failures = 0;
  let address: string | null = null;
  let downSince = performance.now();
  let changedAt = Date.now();
  let clockAhead: number | null = null;
  let lastReceived: string | null = null;
  /** By a clock that nobody sets. */
  let lastLive = -Infinity;
  let online: readonly MemberId[] = [];
  let abort = new AbortController();
  let talksWith: Dialing['talksWith'] = () => false;
  /** Carries the meeting as it says, and is answering already; what comes may be older than that. */
  let told: string | undefined;
  let waiting: NodeJS.Timeout | undefined;
  let telling: NodeJS.Timeout | undefined;
  let beats = 0;

  function state(): LinkState {
    const up = session !== null;
    const patience = performance.now() - downSince < PATIENCE_MILLISECONDS;
    return {
      state: closed ? 'offline' : up ? 'connected' : refused ? 'refused' : patience ? 'connecting' : 'waiting',
      problem: up ? null : problem,
      carriedBy: session?.carrier ?? null,
      address: up ? address : null,
      since: new Date(changedAt).toISOString(),
      clockAhead: up ? clockAhead : null,
      lastReceived,
      online: up ? online : [],
    };
  }

  function changed(): void {
    if (!options.onState || telling || closed) return;
    telling = setTimeout(() => {
      telling = undefined;
      options.onState?.(state());
    }, STATE_MILLISECONDS);
  }

  /** Goes on for ever, whatever happens in a round. */
  function attempt(): void {
    const { signal } = abort;
    round(signal).catch((error: unknown) => {
      logger.warn('looking for the laptop that carries the meeting failed', { error: String(error) });
      if (!signal.aborted && !closed) waiting = setTimeout(attempt, LONGEST_WAIT_MILLISECONDS);
    });
  }

  /** Every address once, then a pause. */
  async function round(signal: AbortSignal): Promise<void> {
    let end: SessionEnd = { problem: 'unreachable', final: false, connected: false, silent: 0 };
    const dialing = dialInTurn(options.addresses(), signal, {
      ...options,
      unheard: (address) => options.takeover?.unheard(address) ?? false,
      onFailed(address, dialProblem, heard) {
        end = { problem: dialProblem, final: false, connected: false, silent: 0 };
        options.takeover?.onFailed(address, undefined, heard);
      },
    });
    talksWith = dialing.talksWith;
    for (;;) {
      const dialed = await dialing.next();
      if (!dialed) break;
      if (signal.aborted) {
        dialed.socket.destroy();
        break;
      }
      let wasLeft = false;
      end = await runSession(dialed, signal, dialing, () => (wasLeft = true));
      if (signal.aborted || end.connected || end.final) break;
      if (dialed.address === told) return again();
      const by = dialed.peer.member;
      const report = end.report && isOwnClaim(end.report, by) ? { ...end.report, by } : undefined;
      if (!wasLeft) options.takeover?.onFailed(dialed.address, report, true);
    }
    dialing.stop();
    if (signal.aborted || closed) return;
    problem = end.problem;
    if (end.connected) failures = 0;
    // A refusal may be about to change (a meeting not carried yet, a new certificate): ask again, slowly.
    refused = end.final || REFUSALS.has(end.problem);
    changed();
    if (end.final) return;
    const wait = end.connected && options.takeover ? JITTER_MILLISECONDS * Math.random() : pause();
    waiting = setTimeout(attempt, wait);
  }

  function pause(): number {
    const growing = Math.min(LONGEST_WAIT_MILLISECONDS, FIRST_WAIT_MILLISECONDS * 2 ** Math.min(failures++, 10));
    const hurry = options.takeover && performance.now() - downSince < HURRY_MILLISECONDS;
    const longest = refused ? LONGEST_WAIT_MILLISECONDS : hurry ? FIRST_WAIT_MILLISECONDS : growing;
    return longest * (0.5 + Math.random() / 2);
  }

  /** `onLeft`: a laptop that comes before this one in the order is there, and this one hasn't answered yet. */
  function runSession(to: Connected, signal: AbortSignal, dialing: Dialing, onLeft: () => void): Promise<SessionEnd> {
    const { address: target, socket: transport } = to;
    const peer = to.peer.member;
    return new Promise((resolve) => {
      const opening = openLinkSession({
        transport,
        peer,
        meeting: options.meeting,
        device: options.device,
        port: options.takeover?.port,
        inside: options.takeover?.inside(),
        epoch: options.takeover?.epoch() ?? undefined,
        log,
        withheld,
        logger,
        patience: patience.limit,
        onReady(epoch) {
          session = opening;
          dialing.stop();
          told = undefined;
          carriedWith = epoch;
          if (epoch) patience.joined(epoch);
          changedAt = Date.now();
          address = target;
          options.takeover?.onJoined({ address: target, carrier: peer, epoch });
          refused = false;
          failures = 0;
          for (const { followed } of documents.values()) followed.linkUp();
          changed();
        },
        onClock(ahead) {
          clockAhead = ahead;
        },
        onOnline(members) {
          online = members;
          changed();
        },
        onLaptops(laptops, epoch) {
          carriedWith = epoch ?? carriedWith;
          options.takeover?.onLaptops(laptops, epoch);
        },
        onReceived() {
          lastReceived = new Date().toISOString();
          lastLive = performance.now();
          changed();
        },
        onDocument: (document, message) => documents.get(document)?.followed.received(message),
        onAcknowledged(positions) {
          acknowledged.note(positions);
          changed();
        },
        onHeld(laptops, streams) {
          acknowledged.hearHeld(laptops, streams, log.heads());
          changed();
        },
        onEnd(end) {
          // First: whatever fails in what follows, the next round comes, after this one has been dealt with.
          resolve(end);
          signal.removeEventListener('abort', stop);
          if (session === opening) {
            session = null;
            if (carriedWith) patience.gaveUp(end.silent, carriedWith);
            downSince = performance.now() - end.silent;
            changedAt = Date.now() - end.silent;
            for (const { followed } of documents.values()) followed.linkDown();
            setTimeout(changed, PATIENCE_MILLISECONDS).unref();
            logger.info('link lost', { problem: end.problem });
            if (!signal.aborted) options.takeover?.onLost(end.moved);
          }
          changed();
        },
      });
      dialing.onEarlier(target, () => {
        if (session === opening) return;
        onLeft();
        opening.giveUp();
      });
      const stop = () => opening.close();
      signal.addEventListener('abort', stop, { once: true });
    });
  }

  function again(): void {
    if (closed) return;
    abort.abort();
    abort = new AbortController();
    clearTimeout(waiting);
    refused = false;
    failures = 0;
    told = undefined;
    attempt();
  }

  const stopListening = log.onStored((entries) => {
    session?.stored(entries);
    changed();
  });
  const looks = setInterval(() => session?.look(), LOOK_MILLISECONDS);
  const heartbeat = setInterval(() => {
    session?.beat();
    if (++beats % QUIET_BEATS === 0) for (const { followed } of documents.values()) followed.keepQuiet();
  }, HEARTBEAT_MILLISECONDS);
  setTimeout(changed, PATIENCE_MILLISECONDS).unref();
  attempt();

  return {
    state,
    onlyHere: () => acknowledged.onlyHere(log.heads()),
    follow(document) {
      let entry = documents.get(document);
      if (!entry) {
        const followed = followDocument({
          name: document,
          opened: options.openDocument(document),
          isUp: () => session !== null,
          send(message) {
            lastLive = performance.now();
            session?.sendDocument(document, message);
          },
          mayWrite: () => options.mayWrite(document),
        });
        entry = { followed, holders: 0 };
        documents.set(document, entry);
      }
      const held = entry;
      held.holders++;
      let released = false;
      return {
        synced: () => held.followed.synced(),
        release() {
          if (released) return;
          released = true;
          if (--held.holders > 0) return;
          documents.delete(document);
          held.followed.close();
        },
      };
    },
    retry(address) {
      if (session) return;
      if (address !== undefined && talksWith(address)) told = address;
      else again();
    },
    redirect: again,
    silentFor: () => session?.silentFor() ?? Infinity,
    live: {
      waits: () => session?.waits() ?? false,
      away: () => session === null && !closed,
      lately: () => performance.now() - lastLive < LIVE_MILLISECONDS,
    },
    close() {
      if (closed) return Promise.resolve();
      closed = true;
      clearTimeout(waiting);
      clearInterval(heartbeat);
      clearInterval(looks);
      stopListening();
      for (const { followed } of documents.values()) followed.close();
      documents.clear();
      const ended = session?.ended ?? Promise.resolve();
      abort.abort();
      clearTimeout(telling);
      options.onState?.(state());
      return ended;
    },
  };
}

/** Problems that are answers, not silence. */
const REFUSALS: ReadonlySet<string> = new Set([
  'certificate-refused',
  'carrier-refused',
  'carrier-out-of-date',
  'meeting-unknown',
]);
