import type { Server, Socket } from 'node:net';
import type { LinkLogger } from '../../common/wire/admission.ts';
import { networkOf } from '../../common/wire/network-of.ts';
import type { Limits } from './connection-limits.ts';
import { createHandshakeLane, type HandshakeLane } from './handshake-lane.ts';
import { createRate } from './rate.ts';

/** Where connections wait until they have shown an accepted certificate. */
export interface Door {
  /** That connection (the TLS socket on it, or itself) is admitted: it keeps its place. */
  admitted(socket: Socket): void;
  /** Cuts off whoever waits. */
  cut(): void;
}

export interface DoorOptions {
  readonly limits: Pick<
    Limits,
    'connections' | 'handshakeMilliseconds' | 'firstBytes' | 'strangersPerSecond' | 'knownNetworksPerSecond'
  >;
  readonly logger: LinkLogger;
  /** One has left whose handshake had not begun. */
  onFailed?(): void;
}

interface Waiting {
  readonly socket: Socket;
  readonly network: string;
  /** Once it has said something. */
  lane: HandshakeLane<Waiting> | undefined;
  /** Gives it to TLS. */
  begin(): void;
}

const NOTHING: Buffer = Buffer.alloc(0);
/** Networks of which somebody was admitted that are remembered, the last ones. */
const NETWORKS_KNOWN = 1000;

/**
 * `limits.connections` places for all connections of the server, admitted or not. Nobody is turned away while one is
 * waiting: when there is no place left, the longest waiting one of the network with most of them gives way to the newcomer.
 * So whoever fills the door from one address keeps nobody elsewhere out, and who comes from that address as well (a site
 * behind NAT, a balancer) has the time in which that many others come.
 *
 * A handshake makes this laptop sign, a hundred times the work of asking for it. So one begins when its client has said
 * something, and only so many begin that end in no admitted connection: the others wait. Networks of which somebody was
 * admitted lately have a lane of their own, a wider one, so that nobody elsewhere is in their way.
 */
export function keepPlaces(server: Server, { limits, logger, onFailed }: DoorOptions): Door {
  /** By the connection's ends. */
  const waiting = new Map<string, Waiting>();
  /** In the order in which they came. */
  const networks = new Map<string, Set<string>>();
  /** Admitted longest ago first. */
  const known = new Set<string>();
  const lane = (perSecond: number) => createHandshakeLane<Waiting>(perSecond, perSecond, (one) => one.begin());
  const lanes = { known: lane(limits.knownNetworksPerSecond), strange: lane(limits.strangersPerSecond) };
  const mayLog = createRate(1, 5);
  let taken = 0;

  // TLS's own: they get a connection when its handshake may begin.
  const beginHandshake = server.listeners('connection');
  server.removeAllListeners('connection');

  function leave(ends: string): Waiting | undefined {
    const left = waiting.get(ends);
    if (!left) return undefined;
    waiting.delete(ends);
    left.lane?.remove(left.network, left);
    const others = networks.get(left.network);
    others?.delete(ends);
    if (others?.size === 0) networks.delete(left.network);
    return left;
  }

  function makeRoom(): void {
    let most: ReadonlySet<string> = new Set();
    for (const ends of networks.values()) if (ends.size > most.size) most = ends;
    const [longest] = most;
    const left = longest === undefined ? undefined : leave(longest);
    if (!left) return;
    if (mayLog.take()) logger.warn('no place left for connections', { from: left.network, waiting: most.size + 1 });
    left.socket.destroy();
  }

  function know(network: string): void {
    const before = known.delete(network);
    known.add(network);
    if (!before) changeLane(network);
    const [oldest] = known;
    if (known.size > NETWORKS_KNOWN && oldest !== undefined) known.delete(oldest);
  }

  /** Those who came with the first one that was admitted. */
  function changeLane(network: string): void {
    for (const ends of networks.get(network) ?? []) {
      const one = waiting.get(ends);
      if (one?.lane !== lanes.strange || !one.lane.remove(network, one)) continue;
      one.lane = lanes.known;
      one.lane.add(network, one);
    }
  }

  server.on('connection', (socket: Socket) => {
    // Gone while it waited to be accepted: nothing tells it from others of that kind any more.
    if (socket.remoteAddress === undefined) {
      onFailed?.();
      return void socket.destroy();
    }
    const ends = endsOf(socket);
    const network = networkOf(socket.remoteAddress);
    let said = NOTHING;
    let begun = false;
    const one: Waiting = { socket, network, lane: undefined, begin };

    function hear(piece: Buffer): void {
      // One piece: many small ones would take far more than they are long.
      said = said.length === 0 ? piece : Buffer.concat([said, piece]);
      // More than a handshake begins with.
      if (said.length > limits.firstBytes) return giveUp();
      if (one.lane) return;
      one.lane = known.has(network) ? lanes.known : lanes.strange;
      one.lane.add(network, one);
    }

    function begin(): void {
      begun = true;
      socket.off('data', hear).off('end', giveUp).off('error', giveUp).setTimeout(0, giveUp);
      socket.pause();
      socket.unshift(said);
      said = NOTHING;
      for (const listener of beginHandshake) listener.call(server, socket);
    }

    function giveUp(): void {
      if (waiting.get(ends) === one) leave(ends);
      socket.destroy();
    }

    // One with the same ends is over, though that was not heard of yet.
    leave(ends);
    waiting.set(ends, one);
    networks.set(network, (networks.get(network) ?? new Set()).add(ends));
    taken++;
    socket.on('data', hear).on('end', giveUp).on('error', giveUp);
    socket.setTimeout(limits.handshakeMilliseconds, giveUp);
    socket.once('close', () => {
      taken--;
      if (!begun) onFailed?.();
      if (waiting.get(ends) === one) leave(ends);
    });
    if (taken > limits.connections) makeRoom();
  });

  return {
    admitted(socket) {
      const admitted = leave(endsOf(socket));
      if (!admitted) return;
      admitted.lane?.admitted();
      know(admitted.network);
    },
    cut() {
      for (const { socket } of waiting.values()) socket.destroy();
      lanes.known.stop();
      lanes.strange.stop();
    },
  };
}

/** The same for a connection and for TLS on it, which do not know each other. */
const endsOf = ({ remoteAddress, remotePort, localAddress }: Socket): string =>
  `${remoteAddress} ${remotePort} ${localAddress}`;
