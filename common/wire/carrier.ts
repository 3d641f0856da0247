import { z } from 'zod';
import { memberIdSchema } from '../acts/entry.ts';
import { asMemberId, type MemberId } from '../domain/ids.ts';
import { hostPortSchema } from './enrolment.ts';

/** What laptops tell each other of who carries a meeting. */

/**
 * One laptop's time of carrying a meeting: a count that only grows, and whose laptop it is. The higher one counts; no two
 * laptops ever carry with the same one.
 */
export interface Epoch {
  readonly n: number;
  readonly member: MemberId;
  readonly device: string;
}

/** Above zero when `a` is the higher one: the number, then the member, then the device. Nothing is below everything. */
export function compareEpochs(a: Epoch | null, b: Epoch | null): number {
  if (!a || !b) return Number(a !== null) - Number(b !== null);
  if (a.n !== b.n) return a.n - b.n;
  if (a.member !== b.member) return a.member > b.member ? 1 : -1;
  return a.device === b.device ? 0 : a.device > b.device ? 1 : -1;
}

/** Nobody gets there: a made-up epoch lifts a laptop's own by one of the steps below at most. */
export const MAX_EPOCH = Number.MAX_SAFE_INTEGER;
/**
 * An epoch further above what a laptop knows counts as so much above it: what somebody who comes says, and what a laptop
 * that carries the meeting says of itself. The first is much smaller, so that those who listen keep up with a host that
 * somebody drives upwards.
 */
export const MAX_STEP_OF_NEWCOMER = 1000;
export const MAX_STEP_OF_CARRIER = 2 ** 20;

/** A laptop of the meeting and where it listens (`host:port`). */
export interface KnownLaptop {
  readonly member: MemberId;
  readonly device: string;
  /** As the carrying laptop sees it. */
  readonly address: string;
  /** Where it says that it listens in its own networks, when that is another address: something translates between. */
  readonly inside?: readonly string[] | undefined;
}

/** A laptop with more network cards than this tells of the first ones. */
export const MAX_INSIDE_ADDRESSES = 4;

/** Laptops told of at a time: those who come first in the order of takeover, then others. */
export const MAX_KNOWN_LAPTOPS = 64;

/** A laptop's answer to who carries the meeting. */
export interface CarrierReport {
  readonly state: 'carrying' | 'joined' | 'seeking';
  /** The highest it has seen. */
  readonly epoch: Epoch | null;
  /** Where the carrying laptop is, while `joined`. */
  readonly carrier: string | null;
  /** Whose laptop has been serving this one, for some seconds already. */
  readonly served?: MemberId | undefined;
}

/** A report as it came; `by`: whose laptop it is of, as the connection shows. */
export type Answer = CarrierReport & { readonly by?: MemberId };

/** Whoever carries the meeting speaks for itself: what it claims is its member's, who is known from the connection. */
export const isOwnClaim = ({ state, epoch }: CarrierReport, by: MemberId): boolean =>
  state !== 'carrying' || epoch?.member === by;

/** As JSON. */
export const MAX_REPORT_BYTES = 4096;

export const deviceSchema = z.string().regex(/^[A-Za-z0-9_-]{8,64}$/);
const member = memberIdSchema.transform(asMemberId);
export const portSchema = z.number().int().min(1).max(65_535);

export const epochSchema = z.object({ n: z.number().int().min(1).max(MAX_EPOCH), member, device: deviceSchema });
export const insideSchema = z.array(hostPortSchema).max(MAX_INSIDE_ADDRESSES);
export const knownLaptopsSchema = z
  .array(z.object({ member, device: deviceSchema, address: hostPortSchema, inside: insideSchema.optional() }))
  .max(MAX_KNOWN_LAPTOPS);
export const carrierReportSchema = z.object({
  state: z.enum(['carrying', 'joined', 'seeking']),
  epoch: epochSchema.nullable(),
  carrier: hostPortSchema.nullable(),
  served: member.optional(),
});

/** `GET`: who carries it, as that laptop knows. */
export const carrierPath = (meeting: string): string => `/carrier/${meeting}`;
/** `PUT`: the caller carries it, with this epoch, and listens on this port. Answered like the question. */
export const noticePath = (meeting: string, epoch: Epoch, port: number): string =>
  `/carrier/${meeting}/${epoch.n}/${epoch.device}/${port}`;

/** Reason of the close code `moved`: who carries the meeting from now on. */
export const movedReason = (to: { device: string; address: string }): string => `${to.device} ${to.address}`;
export function readMovedReason(reason: string): { device: string; address: string } | undefined {
  const [device, address, ...more] = reason.split(' ');
  const parsed = z.object({ device: deviceSchema, address: hostPortSchema }).safeParse({ device, address });
  return parsed.success && more.length === 0 ? parsed.data : undefined;
}
