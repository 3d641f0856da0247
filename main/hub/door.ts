import type { Server, Socket } from 'node:net';
import type { LinkLogger } from '../../common/wire/admission.ts';
import { networkOf } from '../../common/wire/network-of.ts';
import { createRate } from './rate.ts';

/** Where connections wait until they have shown an accepted certificate. */
export interface Door {
  /** That connection (the TLS socket on it, or itself) is admitted: it keeps its place. */
  admitted(socket: Socket): void;
  /** Cuts off whoever waits. */
  cut(): void;
}

interface Waiting {
  readonly socket: Socket;
  readonly network: string;
}

/**
 * `places` for all connections of the server, admitted or not. Nobody is turned away while one is waiting: when there is
 * no place left, the longest waiting one of the network with most of them gives way to the newcomer. So whoever fills the
 * door from one address keeps nobody elsewhere out, and who comes from that address as well (a site behind NAT, a
 * balancer) has the time in which that many others come.
 */
export function keepPlaces(server: Server, places: number, logger: LinkLogger): Door {
  /** By the connection's ends. */
  const waiting = new Map<string, Waiting>();
  /** In the order in which they came. */
  const networks = new Map<string, Set<string>>();
  const mayLog = createRate(1, 5);
  let taken = 0;

  function leave(ends: string): Waiting | undefined {
    const left = waiting.get(ends);
    if (!left) return undefined;
    waiting.delete(ends);
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

  // After TLS's own listener, which must find it open.
  server.on('connection', (socket: Socket) => {
    const ends = endsOf(socket);
    const network = networkOf(socket.remoteAddress ?? '');
    waiting.set(ends, { socket, network });
    networks.set(network, (networks.get(network) ?? new Set()).add(ends));
    taken++;
    socket.once('close', () => {
      taken--;
      if (waiting.get(ends)?.socket === socket) leave(ends);
    });
    if (taken > places) makeRoom();
  });

  return {
    admitted: (socket) => void leave(endsOf(socket)),
    cut() {
      for (const { socket } of waiting.values()) socket.destroy();
    },
  };
}

/** The same for a connection and for TLS on it, which do not know each other. */
const endsOf = ({ remoteAddress, remotePort, localAddress }: Socket): string =>
  `${remoteAddress} ${remotePort} ${localAddress}`;
