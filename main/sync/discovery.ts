import type { MeetingId } from '../../common/domain/ids.ts';
import {
  readAdvertisements,
  serviceTypes,
  type HeardAdvertisement,
  type Multicast,
  type ServiceKind,
} from '../../common/wire/discovery.ts';

/** A laptop that says it carries meetings, or enrols newcomers. Who it is shows only when it is connected to. */
export interface FoundLaptop {
  readonly instance: string;
  readonly organisation: string;
  readonly meetings: readonly MeetingId[];
  /** `host:port`, the likeliest first. */
  readonly addresses: readonly string[];
}

export interface Browser {
  found(): readonly FoundLaptop[];
  /** Asks again at once. */
  refresh(): void;
  close(): void;
}

/** More answers than this come from somebody who wants to fill memory. */
const MAX_FOUND = 200;
const FIRST_QUERIES_MILLISECONDS = [0, 500, 2000];
const QUERY_MILLISECONDS = 15_000;
const EXPIRY_CHECK_MILLISECONDS = 1000;

/**
 * Listens for laptops of one organisation (`organisation`: 16 hex digits; null: of any, as for somebody who has only a
 * code). `onChange` fires when the list differs.
 */
export function browse(options: {
  readonly multicast: Multicast;
  readonly kind: ServiceKind;
  readonly organisation: string | null;
  onChange(found: readonly FoundLaptop[]): void;
}): Browser {
  const { multicast, kind } = options;
  const known = new Map<string, Known>();
  let told = '[]';

  function found(): FoundLaptop[] {
    return [...known.values()]
      .map(({ heard: { instance, organisation, meetings }, addresses }) => ({
        instance,
        organisation,
        meetings,
        addresses,
      }))
      .sort((a, b) => (a.instance < b.instance ? -1 : 1));
  }

  function tell(): void {
    const now = found();
    const text = JSON.stringify(now);
    if (text === told) return;
    told = text;
    options.onChange(now);
  }

  const stopListening = multicast.onAnswer((records, from) => {
    for (const heard of readAdvertisements(records, kind)) {
      if (options.organisation !== null && heard.organisation !== options.organisation) continue;
      const before = known.get(heard.instance);
      if (heard.ttl === 0) {
        known.delete(heard.instance);
        continue;
      }
      if (!before && known.size >= MAX_FOUND && !giveWay(known, from)) continue;
      // The address the packet came from has just been seen to work; the ones it names may be of another network.
      const fresh = [from, ...heard.hosts.filter(isLocal)].filter(isIpv4).map((host) => `${host}:${heard.port}`);
      const addresses = [...new Set([...fresh, ...(before?.addresses ?? [])])]
        .filter((address) => address.endsWith(`:${heard.port}`))
        .slice(0, 8)
        .sort((a, b) => Number(fresh.includes(b)) - Number(fresh.includes(a)) || (a < b ? -1 : 1));
      known.set(heard.instance, { heard, from, addresses, expires: performance.now() + heard.ttl * 1000 });
    }
    tell();
  });

  const refresh = () => multicast.query(serviceTypes[kind]);
  const first = FIRST_QUERIES_MILLISECONDS.map((after) => setTimeout(refresh, after));
  const queries = setInterval(refresh, QUERY_MILLISECONDS);
  const expiry = setInterval(() => {
    const now = performance.now();
    for (const [instance, { expires }] of known) if (expires < now) known.delete(instance);
    tell();
  }, EXPIRY_CHECK_MILLISECONDS);

  return {
    found,
    refresh,
    close() {
      stopListening();
      for (const timer of first) clearTimeout(timer);
      clearInterval(queries);
      clearInterval(expiry);
      known.clear();
    },
  };
}

interface Known {
  readonly heard: HeardAdvertisement;
  /** Who sent it. */
  readonly from: string;
  readonly addresses: string[];
  readonly expires: number;
}

/** Makes room for one from `from`: the oldest goes of the sender with most, unless that is this one. */
function giveWay(known: Map<string, Known>, from: string): boolean {
  const count = new Map<string, number>();
  for (const one of known.values()) count.set(one.from, (count.get(one.from) ?? 0) + 1);
  const [most = '', many = 0] = [...count].reduce((a, b) => (b[1] > a[1] ? b : a), ['', 0]);
  if (many <= (count.get(from) ?? 0) + 1) return false;
  for (const [instance, one] of known)
    if (one.from === most) {
      known.delete(instance);
      return true;
    }
  return false;
}

/** What is found here is near: anybody on this network could have the whole room knock at somebody else's door. */
const isLocal = (address: string): boolean =>
  /^(10|192\.168|172\.(1[6-9]|2\d|3[01])|169\.254|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7]))\./.test(address);
const isIpv4 = (address: string): boolean => /^\d{1,3}(\.\d{1,3}){3}$/.test(address);
