import type { MemberId } from '../../common/domain/ids.ts';
import type { LiveTraffic } from '../../common/wire/live-traffic.ts';
import { createCarrierClient, type CarrierClient } from './carrier-client.ts';
import type { Credentials } from './dial.ts';
import { createPacing, type Pacing } from './pacing.ts';

/** The laptops from which papers are fetched: a few kept connections each, and who is left alone for a while. */
export interface SourcePool {
  client(address: string): CarrierClient;
  pacing(address: string): Pacing;
  /** Requests on their way to it. */
  busy(address: string): number;
  /** It bears no further request now. */
  full(address: string): boolean;
  /** One more request; call what it returns when it has ended. */
  begin(address: string): () => void;
  /** It couldn't be reached or broke off: left alone, longer each time in a row. */
  failed(address: string): void;
  leaveAlone(address: string, milliseconds: number): void;
  worked(address: string): void;
  resting(address: string): boolean;
  /** It answered a question, or couldn't be asked. */
  reached(address: string): void;
  notReached(address: string): void;
  /** It couldn't be asked for so long that no paper need wait for it. */
  outOfReach(address: string): boolean;
  /** Another member's laptop answers at that address. */
  notThere(address: string, member: MemberId): void;
  /** Nobody has found out that it isn't. */
  mayBeThere(address: string, member: MemberId): boolean;
  /** What was connected to it may be dead without having been closed. */
  renew(address: string): void;
  /** Everybody may be tried again at once. */
  refresh(): void;
  close(): void;
}

/** Requests for chunks at a time: one on its way while another is checked and written. */
const REQUESTS = 2;
/** These, and one for what it has. */
const CONNECTIONS = REQUESTS + 1;
/** Laptops with kept connections; the one not used for longest is let go. */
const KEPT = 16;
/** As many as laptops are told of; whoever is forgotten is found out about again. */
const MOST_ELSEWHERE = 64;
const FIRST_REST = 200;
const LONGEST_REST = 5000;
const OUT_OF_REACH = 20_000;

interface Known {
  client: CarrierClient | undefined;
  readonly pacing: Pacing;
  busy: number;
  failures: number;
  restUntil: number;
  /** `performance.now()`; Infinity: it can be. */
  notReachedSince: number;
}

export function createSourcePool(credentials: Credentials, live: LiveTraffic): SourcePool {
  /** In the order of use. */
  const known = new Map<string, Known>();
  const elsewhere = new Set<string>();

  function at(address: string): Known {
    const one = known.get(address) ?? {
      client: undefined,
      pacing: createPacing(live),
      busy: 0,
      failures: 0,
      restUntil: 0,
      notReachedSince: Infinity,
    };
    known.delete(address);
    known.set(address, one);
    return one;
  }

  function closeOldest(): void {
    let open = [...known.values()].filter(({ client }) => client).length;
    for (const [address, one] of known) {
      if (open <= KEPT) return;
      if (!one.client || one.busy > 0) continue;
      one.client.close();
      one.client = undefined;
      if (one.restUntil <= performance.now() && one.notReachedSince === Infinity) known.delete(address);
      open--;
    }
  }

  return {
    client(address) {
      const one = at(address);
      one.client ??= createCarrierClient(address, credentials, CONNECTIONS);
      closeOldest();
      return one.client;
    },
    pacing: (address) => at(address).pacing,
    full(address) {
      const one = known.get(address);
      const most = one?.pacing.atOnce(REQUESTS) ?? 1;
      if (one && one.busy >= most) return true;
      // Two slow ones are likely slow for the same line, this laptop's own.
      return most === 1 && [...known.values()].some(({ busy, pacing }) => busy > 0 && pacing.isSlow());
    },
    busy: (address) => known.get(address)?.busy ?? 0,
    begin(address) {
      const one = at(address);
      one.busy++;
      return () => void one.busy--;
    },
    failed(address) {
      const one = at(address);
      const longest = Math.min(LONGEST_REST, FIRST_REST * 2 ** Math.min(one.failures++, 6));
      one.restUntil = performance.now() + longest * (0.5 + Math.random() / 2);
    },
    leaveAlone(address, milliseconds) {
      at(address).restUntil = performance.now() + milliseconds;
    },
    worked(address) {
      const one = known.get(address);
      if (one) one.failures = 0;
    },
    resting: (address) => (known.get(address)?.restUntil ?? 0) > performance.now(),
    reached: (address) => void (at(address).notReachedSince = Infinity),
    notReached(address) {
      const one = at(address);
      one.notReachedSince = Math.min(one.notReachedSince, performance.now());
    },
    outOfReach: (address) => performance.now() - (known.get(address)?.notReachedSince ?? Infinity) >= OUT_OF_REACH,
    notThere(address, member) {
      if (elsewhere.size >= MOST_ELSEWHERE) elsewhere.clear();
      elsewhere.add(`${member} ${address}`);
    },
    mayBeThere: (address, member) => !elsewhere.has(`${member} ${address}`),
    renew(address) {
      const one = known.get(address);
      if (!one) return;
      one.pacing.anotherLine();
      one.client?.close();
      one.client = undefined;
    },
    refresh() {
      elsewhere.clear();
      for (const one of known.values()) one.restUntil = one.failures = 0;
    },
    close() {
      for (const { client } of known.values()) client?.close();
      known.clear();
    },
  };
}
