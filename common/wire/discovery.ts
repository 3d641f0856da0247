import { z } from 'zod';
import { meetingIdSchema } from '../acts/entry.ts';
import { asMeetingId, type MeetingId } from '../domain/ids.ts';

/**
 * How laptops on one network find each other: DNS service discovery over multicast DNS (RFC 6762, 6763). A hint only:
 * anybody may answer anything, and TLS decides who it really is. No titles and no names are told.
 */
export const serviceTypes = { meeting: '_phien._tcp.local', enrolment: '_phien-enrol._tcp.local' } as const;
export type ServiceKind = keyof typeof serviceTypes;

export const DISCOVERY_VERSION = 1;
/** An advertisement is repeated this often and forgotten after its time to live: that is its heartbeat. */
export const ANNOUNCE_MILLISECONDS = 4000;
export const TIME_TO_LIVE_SECONDS = 12;
/** Meetings named in one advertisement, those carried last; a TXT record of them stays in one packet. */
export const MAX_ADVERTISED_MEETINGS = 16;

export interface Advertisement {
  readonly kind: ServiceKind;
  /** First 16 hex digits of the SHA-256 of the organisation's root certificate. */
  readonly organisation: string;
  /** Random per running program: one laptop on two networks is one. */
  readonly instance: string;
  readonly port: number;
  readonly meetings: readonly MeetingId[];
}

/** A DNS resource record as far as discovery uses it. */
export type DiscoveryRecord =
  | { readonly type: 'PTR'; readonly name: string; readonly ttl: number; readonly data: string }
  | {
      readonly type: 'SRV';
      readonly name: string;
      readonly ttl: number;
      readonly data: { readonly port: number; readonly target: string };
    }
  | { readonly type: 'TXT'; readonly name: string; readonly ttl: number; readonly data: readonly string[] }
  | { readonly type: 'A'; readonly name: string; readonly ttl: number; readonly data: string };

/** What sends and hears multicast DNS; each network card is one address. */
export interface Multicast {
  query(service: string): void;
  /** Sends the answer out of every network card; `address`: that card's own. */
  answer(records: (address: string) => DiscoveryRecord[]): void;
  onQuery(listener: (services: readonly string[]) => void): () => void;
  /** `records` come from anybody: not checked. `from`: the sender's address. */
  onAnswer(listener: (records: readonly unknown[], from: string) => void): () => void;
  close(): Promise<void>;
}

const instanceSchema = z.string().regex(/^[a-z0-9]{8,32}$/);

/** The records of an advertisement as heard at `address`; `ttl` 0 says goodbye. */
export function advertisementRecords(
  it: Advertisement,
  address: string,
  ttl = TIME_TO_LIVE_SECONDS,
): DiscoveryRecord[] {
  const service = serviceTypes[it.kind];
  const name = `${it.instance}.${service}`;
  const host = `${it.instance}.local`;
  const text = [
    `v=${DISCOVERY_VERSION}`,
    `o=${it.organisation}`,
    ...it.meetings.slice(-MAX_ADVERTISED_MEETINGS).map((meeting) => `m=${meeting}`),
  ];
  return [
    { type: 'PTR', name: service, ttl, data: name },
    { type: 'SRV', name, ttl, data: { port: it.port, target: host } },
    { type: 'TXT', name, ttl, data: text },
    { type: 'A', name: host, ttl, data: address },
  ];
}

export interface HeardAdvertisement extends Advertisement {
  /** IPv4 addresses it gives for itself. */
  readonly hosts: readonly string[];
  /** 0: goodbye. */
  readonly ttl: number;
}

const ttl = z.number().int().min(0).max(0xffffffff);
const name = z.string().max(255);
const ipv4 = z.ipv4().refine((address) => address !== '0.0.0.0' && address !== '255.255.255.255');
const pointerSchema = z.object({ type: z.literal('PTR'), name, ttl, data: name });
const serviceSchema = z.object({
  type: z.literal('SRV'),
  name,
  data: z.object({ port: z.number().int().min(1).max(65535), target: name }),
});
const textSchema = z.object({ type: z.literal('TXT'), name, data: z.array(z.string().max(255)).max(64) });
const addressSchema = z.object({ type: z.literal('A'), name, data: ipv4 });

const MAX_RECORDS = 64;
const MAX_HOSTS = 8;

/** The advertisements of one answer that are complete and well formed; everything else is left out. */
export function readAdvertisements(records: readonly unknown[], kind: ServiceKind): HeardAdvertisement[] {
  const service = serviceTypes[kind];
  const heard: HeardAdvertisement[] = [];
  const bounded = records.slice(0, MAX_RECORDS);
  const services = parsed(bounded, serviceSchema);
  const texts = parsed(bounded, textSchema);
  const addresses = parsed(bounded, addressSchema);
  for (const pointer of parsed(bounded, pointerSchema)) {
    if (pointer.name.toLowerCase() !== service || !pointer.data.toLowerCase().endsWith(`.${service}`)) continue;
    const instance = instanceSchema.safeParse(pointer.data.slice(0, -service.length - 1).toLowerCase());
    const at = services.find((record) => record.name === pointer.data);
    const text = texts.find((record) => record.name === pointer.data)?.data ?? [];
    const values = (key: string) =>
      text.flatMap((line) => (line.startsWith(`${key}=`) ? [line.slice(key.length + 1)] : []));
    const organisation = values('o')[0] ?? '';
    if (!instance.success || !at || values('v')[0] !== String(DISCOVERY_VERSION)) continue;
    if (!/^[0-9a-f]{16}$/.test(organisation)) continue;
    heard.push({
      kind,
      instance: instance.data,
      organisation,
      port: at.data.port,
      meetings: values('m')
        .filter((id) => meetingIdSchema.safeParse(id).success)
        .slice(0, MAX_ADVERTISED_MEETINGS)
        .map(asMeetingId),
      hosts: addresses
        .filter((record) => record.name === at.data.target)
        .slice(0, MAX_HOSTS)
        .map((record) => record.data),
      // Who says more fills lists for longer than it is there.
      ttl: Math.min(pointer.ttl, TIME_TO_LIVE_SECONDS),
    });
  }
  return heard;
}

function parsed<Output>(records: readonly unknown[], schema: z.ZodType<Output>): Output[] {
  return records.flatMap((record) => {
    const result = schema.safeParse(record);
    return result.success ? [result.data] : [];
  });
}
