import { z } from 'zod';
import {
  MAX_STREAMS_OF_AUTHOR,
  meetingIdSchema,
  memberIdSchema,
  streamSchema,
  type Stream,
  type StreamHead,
} from '../acts/entry.ts';
import { asMeetingId, asMemberId, asSha256 } from '../domain/ids.ts';
import {
  deviceSchema,
  epochSchema,
  insideSchema,
  knownLaptopsSchema,
  portSchema,
  type Epoch,
  type KnownLaptop,
} from './carrier.ts';

/**
 * The link between a laptop and the one that carries the meeting: one WebSocket over mutual TLS. Text frames are the
 * control messages below, binary frames are document frames (`document-frames.ts`) or a packed control message. The first
 * message of each side tells the protocol version: `hello` from the laptop that connects, `welcome` back.
 *
 * Within one protocol version only optional fields and new message types are added: unknown fields and types are
 * skipped. Anything else raises the number. 2: snapshots take the place of entries. 3: documents have numbers. 4: longer
 * control messages come packed (`packed-control.ts`). 5: acts say more (the
 * roster of a vote and of frozen minutes, a changed summons, who left early).
 */
export const LINK_PROTOCOL = 5;

export const linkPath = (meeting: string): string => `/link/${meeting}`;
export const paperPath = (meeting: string, paper: string): string => `/paper/${meeting}/${paper}`;
export const MEETINGS_PATH = '/meetings';

/**
 * Why a connection was closed. 44xx: the same again will fail again, so nobody reconnects by itself (y-websocket gives up
 * for ever on these); 45xx: come back later.
 */
export const closeCodes = {
  malformed: 4400,
  notAllowed: 4403,
  replaced: 4409,
  protocol: 4426,
  tooMany: 4429,
  stopped: 4503,
  silent: 4508,
  /** Another laptop carries the meeting from now on: `movedReason` says which. */
  moved: 4510,
  slow: 4513,
} as const;
export type CloseCode = (typeof closeCodes)[keyof typeof closeCodes];

/** Largest WebSocket message, bytes: one entry or document frame of the largest size and its envelope. */
export const MAX_LINK_MESSAGE_BYTES = 9 * 1024 * 1024;
/** A batch of entries is cut here, characters; a single longer entry travels alone. */
export const ENTRY_BATCH_CHARACTERS = 256 * 1024;
export const ENTRY_BATCH_COUNT = 500;
/** A stream head is some 200 characters of JSON. */
export const MAX_HEADS = 40_000;
/** Documents open on one link at a time. */
export const MAX_OPEN_DOCUMENTS = 512;
/**
 * JSON text of one awareness state; how many of them, and how many characters, a second a connection may send of one
 * document. Everybody is sent them.
 */
export const MAX_AWARENESS_CHARACTERS = 16 * 1024;
export const MAX_AWARENESS_RATE = 60;
export const MAX_AWARENESS_VOLUME = 128 * 1024;

/** Between two recounts of who has what, milliseconds. */
export const HELD_MILLISECONDS = 500;

export const HEARTBEAT_MILLISECONDS = 500;
/** Nothing received for so long: the carrying laptop is gone. */
export const SILENCE_MILLISECONDS = 2000;
/** The same after it has turned out lately that it was not. */
export const PATIENT_SILENCE_MILLISECONDS = 2800;
/** So long the carrying laptop waits for the others: nobody can go on sooner because of it. */
export const CARRIER_SILENCE_MILLISECONDS = 2500;

const meetingId = meetingIdSchema.transform(asMeetingId);
const memberId = memberIdSchema.transform(asMemberId);
const sequence = z
  .number()
  .int()
  .min(1)
  .max(2 ** 31);
export const streamHeadSchema = z
  .tuple([memberId, streamSchema, sequence, z.string().regex(/^[0-9a-f]{64}$/)])
  .transform(([author, stream, seq, hash]): StreamHead => ({
    author,
    stream: stream as Stream,
    seq,
    hash: asSha256(hash),
  }));
const heads = z.array(streamHeadSchema).max(MAX_HEADS);

export const controlMessageSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('hello'),
    protocol: z.number().int().min(1).max(1_000_000),
    /** Stays the same over reconnects: a new link of the same device replaces the old one. */
    device: deviceSchema,
    heads,
    /** Where this laptop listens, at the address that it connects from. */
    port: portSchema.optional(),
    /** Where it listens in its own networks (`host:port`). */
    inside: insideSchema.optional(),
    /** The highest that it has seen. */
    epoch: epochSchema.optional(),
  }),
  z.object({
    type: z.literal('welcome'),
    protocol: z.number().int().min(1).max(1_000_000),
    carrier: memberId,
    heads,
    /** With which the meeting is carried here. */
    epoch: epochSchema.optional(),
  }),
  /** Certificates (DER, base64) that entries after this message need; each once per connection. */
  z.object({
    type: z.literal('certificates'),
    certificates: z
      .array(
        z
          .string()
          .max(12_000)
          .regex(/^[A-Za-z0-9+/]+={0,2}$/),
      )
      .max(ENTRY_BATCH_COUNT),
  }),
  /** `batch` names it in the answer. Entries of a stream come in order. */
  z.object({
    type: z.literal('entries'),
    batch: z.number().int().min(0),
    entries: z.array(z.string().max(MAX_LINK_MESSAGE_BYTES)).min(1).max(ENTRY_BATCH_COUNT),
  }),
  /** All entries of the batch are on the other side's disk, except those listed. */
  z.object({
    type: z.literal('stored'),
    batch: z.number().int().min(0),
    refused: z
      .array(z.object({ index: z.number().int().min(0).max(ENTRY_BATCH_COUNT), reason: z.string().max(40) }))
      .max(ENTRY_BATCH_COUNT),
  }),
  /** From the carrying laptop: whose laptops are connected, itself included. */
  z.object({ type: z.literal('online'), members: z.array(memberId).max(2000) }),
  /**
   * From the carrying laptop: so many laptops, itself and the receiving one included, have all of the receiving member's
   * streams as far as given here and in earlier messages of this kind.
   */
  z.object({
    type: z.literal('held'),
    laptops: z.number().int().min(2).max(100_000),
    streams: z
      .array(z.tuple([streamSchema, sequence]).transform(([stream, seq]) => ({ stream: stream as Stream, seq })))
      .max(MAX_STREAMS_OF_AUTHOR),
  }),
  /**
   * From the carrying laptop: laptops that are connected and where they listen, those first that take over first; and the
   * epoch that it carries with now.
   */
  z.object({ type: z.literal('laptops'), laptops: knownLaptopsSchema, epoch: epochSchema.optional() }),
]);
export type ControlMessage = z.output<typeof controlMessageSchema>;

type Outgoing =
  | {
      type: 'hello';
      protocol: number;
      device: string;
      heads: readonly StreamHead[];
      port?: number | undefined;
      inside?: readonly string[] | undefined;
      epoch?: Epoch | undefined;
    }
  | { type: 'welcome'; protocol: number; carrier: string; heads: readonly StreamHead[]; epoch?: Epoch | undefined }
  | { type: 'certificates'; certificates: readonly string[] }
  | { type: 'entries'; batch: number; entries: readonly string[] }
  | { type: 'stored'; batch: number; refused: readonly { index: number; reason: string }[] }
  | { type: 'online'; members: readonly string[] }
  | { type: 'held'; laptops: number; streams: readonly (readonly [Stream, number])[] }
  | { type: 'laptops'; laptops: readonly KnownLaptop[]; epoch?: Epoch | undefined };

/** The UTF-8 bytes of a text frame. */
export function encodeControl(message: Outgoing): Uint8Array {
  const plain =
    'heads' in message
      ? { ...message, heads: message.heads.map((at) => [at.author, at.stream, at.seq, at.hash]) }
      : message;
  return new TextEncoder().encode(JSON.stringify(plain));
}

/** `unknown-type` may come from a newer laptop and is skipped; `malformed` ends the connection. */
export function decodeControl(text: string): ControlMessage | 'malformed' | 'unknown-type' {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return 'malformed';
  }
  const parsed = controlMessageSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const type = typeof value === 'object' && value !== null && 'type' in value ? value.type : undefined;
  const known = controlMessageSchema.options.some((option) => option.shape.type.value === type);
  return typeof type === 'string' && /^[a-z-]{1,40}$/.test(type) && !known ? 'unknown-type' : 'malformed';
}

/** Answer of `GET /meetings`: what the caller may attend here. */
export const meetingListSchema = z.object({
  /** `relay`: it carries meetings that it is shown (`entrust.ts`). */
  carrier: z.object({ member: memberId, name: z.string().max(200), relay: z.boolean().optional() }),
  meetings: z.array(z.object({ meeting: meetingId, title: z.string().max(1000), start: z.string().max(64) })).max(1000),
});
export type MeetingList = z.output<typeof meetingListSchema>;
