import type { TLSSocket } from 'node:tls';
import type { MeetingLog, OpenDocument } from '../../common/collab/carried-meeting.ts';
import type { MeetingId, MemberId } from '../../common/domain/ids.ts';
import { createAcknowledged, type Acknowledged } from '../../common/wire/acknowledged.ts';
import type { LinkLogger } from '../../common/wire/admission.ts';
import { HEARTBEAT_MILLISECONDS } from '../../common/wire/link.ts';
import { dial, type Credentials } from './dial.ts';
import { followDocument, type FollowedDocument } from './followed-document.ts';
import { openLinkSession, type LinkSession, type SessionEnd } from './link-session.ts';

export interface LinkOptions extends Credentials {
  readonly meeting: MeetingId;
  readonly me: MemberId;
  /** Random, made once per installation; 8 to 64 of A-Z a-z 0-9 _ -. */
  readonly device: string;
  /** `host:port` of laptops that may carry the meeting, asked again before each round; tried in turn. */
  addresses(): readonly string[];
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
  /** Own entries that no other laptop has acknowledged. */
  readonly onlyHere: number;
  readonly online: readonly MemberId[];
}

export interface Link {
  state(): LinkState;
  /** Keeps a document live with the carrying laptop until released; asking twice shares one. */
  follow(document: string): { synced(): boolean; release(): void };
  /** Tries at once, also after a refusal. */
  retry(): void;
  /** Something of this laptop is on its way to the carrying one and not yet stored there. */
  waits(): boolean;
  close(): Promise<void>;
}

const FIRST_WAIT_MILLISECONDS = 200;
const LONGEST_WAIT_MILLISECONDS = 5000;
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
  let session: LinkSession | null = null;
  let closed = false;
  let refused = false;
  let problem: string | null = null;
  let failures = 0;
  let addressIndex = 0;
  let address: string | null = null;
  let downSince = performance.now();
  let changedAt = Date.now();
  let clockAhead: number | null = null;
  let lastReceived: string | null = null;
  let online: readonly MemberId[] = [];
  let abort = new AbortController();
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
      get onlyHere() {
        return acknowledged.onlyHere(log.heads());
      },
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

  /** One round: every address once, then a pause. */
  async function attempt(): Promise<void> {
    const { signal } = abort;
    const addresses = options.addresses();
    let end: SessionEnd = { problem: 'unreachable', final: false, connected: false, silent: 0 };
    for (let tried = 0; tried < addresses.length && !signal.aborted; tried++) {
      const target = addresses[addressIndex % addresses.length] as string;
      end = await connectTo(target, signal);
      if (end.connected || end.final) break;
      addressIndex++;
    }
    if (signal.aborted || closed) return;
    problem = end.problem;
    if (end.connected) failures = 0;
    // A refusal may be about to change (a meeting not carried yet, a new certificate): ask again, slowly.
    refused = end.final || REFUSALS.has(end.problem);
    changed();
    if (end.final) return;
    const longest = refused
      ? LONGEST_WAIT_MILLISECONDS
      : Math.min(LONGEST_WAIT_MILLISECONDS, FIRST_WAIT_MILLISECONDS * 2 ** Math.min(failures++, 10));
    waiting = setTimeout(() => void attempt(), longest * (0.5 + Math.random() / 2));
  }

  async function connectTo(target: string, signal: AbortSignal): Promise<SessionEnd> {
    const dialed = await dial(target, options, signal);
    if (!dialed.ok) return { problem: dialed.problem, final: false, connected: false, silent: 0 };
    if (signal.aborted) {
      dialed.socket.destroy();
      return { problem: 'unreachable', final: false, connected: false, silent: 0 };
    }
    const end = await runSession(target, dialed.socket, dialed.peer.member, signal);
    if (end.connected) logger.info('link lost', { problem: end.problem });
    return end;
  }

  function runSession(target: string, transport: TLSSocket, peer: MemberId, signal: AbortSignal): Promise<SessionEnd> {
    return new Promise((resolve) => {
      const opening = openLinkSession({
        transport,
        peer,
        meeting: options.meeting,
        device: options.device,
        log,
        withheld,
        logger,
        onReady() {
          session = opening;
          changedAt = Date.now();
          address = target;
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
        onReceived() {
          lastReceived = new Date().toISOString();
          changed();
        },
        onDocument: (document, message) => documents.get(document)?.followed.received(message),
        onAcknowledged(positions) {
          acknowledged.note(positions);
          changed();
        },
        onHeld(laptops, streams) {
          acknowledged.noteHeld(laptops, streams);
          changed();
        },
        onEnd(end) {
          signal.removeEventListener('abort', stop);
          if (session === opening) {
            session = null;
            downSince = performance.now() - end.silent;
            changedAt = Date.now() - end.silent;
            for (const { followed } of documents.values()) followed.linkDown();
            setTimeout(changed, PATIENCE_MILLISECONDS).unref();
          }
          changed();
          resolve(end);
        },
      });
      const stop = () => opening.close();
      signal.addEventListener('abort', stop, { once: true });
    });
  }

  const stopListening = log.onStored((entries) => {
    session?.stored(entries);
    changed();
  });
  const heartbeat = setInterval(() => {
    session?.beat();
    if (++beats % QUIET_BEATS === 0) for (const { followed } of documents.values()) followed.keepQuiet();
  }, HEARTBEAT_MILLISECONDS);
  setTimeout(changed, PATIENCE_MILLISECONDS).unref();
  void attempt();

  return {
    state,
    follow(document) {
      let entry = documents.get(document);
      if (!entry) {
        const followed = followDocument({
          name: document,
          opened: options.openDocument(document),
          isUp: () => session !== null,
          send: (message) => session?.sendDocument(document, message),
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
    retry() {
      if (closed || session) return;
      abort.abort();
      abort = new AbortController();
      clearTimeout(waiting);
      refused = false;
      failures = 0;
      void attempt();
    },
    waits: () => session?.waits() ?? false,
    close() {
      if (closed) return Promise.resolve();
      closed = true;
      clearTimeout(waiting);
      clearInterval(heartbeat);
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
const REFUSALS: ReadonlySet<string> = new Set(['certificate-refused', 'carrier-refused', 'meeting-unknown']);
