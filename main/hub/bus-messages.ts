import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';
import { z } from 'zod';
import { documentNameSchema, memberIdSchema, type StreamHead } from '../../common/acts/entry.ts';
import { asMemberId, type MemberId } from '../../common/domain/ids.ts';
import { MAX_HEADS, streamHeadSchema } from '../../common/wire/link.ts';

/** What relays of a cluster say to each other about one meeting, inside the seal. */

/** A message of a client's document connection, as the relay that it is connected to has admitted it. */
export interface BusFrame {
  /** Names the connection at its relay. */
  readonly client: number;
  readonly member: MemberId;
  readonly document: string;
  /** Of y-websocket's protocol; empty: that connection has closed the document. */
  readonly message: Uint8Array;
}

/** In the meeting's list: entries that a client brought to `relay`. */
const listedSchema = z.object({
  relay: z.string().max(64),
  certificates: z.array(z.string().max(12_000)).max(2000),
  entries: z.array(z.string()).max(2000),
});
export type Listed = z.output<typeof listedSchema>;

const relay = z.string().max(64);
const spokenSchema = z.discriminatedUnion('type', [
  /** There is something new in the list. */
  z.object({ type: z.literal('listed'), relay }),
  /** Every second: whose laptops are connected to it, what its log is like, where other relays reach it. */
  z.object({
    type: z.literal('here'),
    relay,
    online: z.array(memberIdSchema.transform(asMemberId)).max(2000),
    /** Hash over all stream heads. */
    log: z.string().max(64),
    addresses: z.array(z.string().max(300)).max(16),
  }),
  /** `relay` has its log up to there; `to` has more, or something else. */
  z.object({
    type: z.literal('lacks'),
    relay,
    to: z.string().max(64),
    heads: z.array(streamHeadSchema).max(MAX_HEADS),
  }),
  z.object({ type: z.literal('gone'), relay }),
]);
export type Spoken = z.output<typeof spokenSchema> | { readonly type: 'frames'; relay: string; frames: BusFrame[] };

type Speech =
  | Exclude<z.output<typeof spokenSchema>, { type: 'lacks' }>
  | { readonly type: 'lacks'; relay: string; to: string; heads: readonly StreamHead[] };

const JSON_MESSAGE = 0;
const FRAMES_MESSAGE = 1;
const MAX_FRAMES = 10_000;
/** Of one message, bytes; a larger frame goes alone. Who subscribes and is behind with more than some megabytes is cut off. */
const TOGETHER_BYTES = 1024 * 1024;

export const encodeListed = (listed: Listed): Uint8Array => Buffer.from(JSON.stringify(listed));

export function decodeListed(bytes: Uint8Array): Listed | null {
  return listedSchema.safeParse(parsed(bytes)).data ?? null;
}

export function encodeSpeech(message: Speech): Uint8Array {
  const plain =
    message.type === 'lacks'
      ? { ...message, heads: message.heads.map((at) => [at.author, at.stream, at.seq, at.hash]) }
      : message;
  return Buffer.concat([Buffer.of(JSON_MESSAGE), Buffer.from(JSON.stringify(plain))]);
}

/** Messages that together hold these frames, each of a size that is read: one client's flood must not cost the others' words. */
export function* inMessages(relayName: string, frames: readonly BusFrame[]): Generator<Uint8Array> {
  let [from, bytes] = [0, 0];
  for (const [at, { message }] of frames.entries()) {
    if (at > from && (at - from >= MAX_FRAMES || bytes + message.byteLength > TOGETHER_BYTES)) {
      yield encodeBusFrames(relayName, frames.slice(from, at));
      [from, bytes] = [at, 0];
    }
    bytes += message.byteLength;
  }
  if (from < frames.length) yield encodeBusFrames(relayName, frames.slice(from));
}

export function encodeBusFrames(relayName: string, frames: readonly BusFrame[]): Uint8Array {
  const encoder = encoding.createEncoder();
  encoding.writeUint8(encoder, FRAMES_MESSAGE);
  encoding.writeVarString(encoder, relayName);
  for (const frame of frames) {
    encoding.writeVarUint(encoder, frame.client);
    encoding.writeVarString(encoder, frame.member);
    encoding.writeVarString(encoder, frame.document);
    encoding.writeVarUint8Array(encoder, frame.message);
  }
  return encoding.toUint8Array(encoder);
}

/** null: not such a message, as from a relay of another version. */
export function decodeSpoken(bytes: Uint8Array): Spoken | null {
  if (bytes[0] === JSON_MESSAGE) return spokenSchema.safeParse(parsed(bytes.subarray(1))).data ?? null;
  if (bytes[0] !== FRAMES_MESSAGE) return null;
  try {
    const decoder = decoding.createDecoder(bytes.subarray(1));
    const from = decoding.readVarString(decoder);
    const frames: BusFrame[] = [];
    while (decoding.hasContent(decoder)) {
      if (frames.length >= MAX_FRAMES) return null;
      const client = decoding.readVarUint(decoder);
      const member = memberIdSchema.safeParse(decoding.readVarString(decoder));
      const document = decoding.readVarString(decoder);
      const message = decoding.readVarUint8Array(decoder);
      if (!member.success || !documentNameSchema.safeParse(document).success) return null;
      frames.push({ client, member: asMemberId(member.data), document, message });
    }
    return { type: 'frames', relay: from, frames };
  } catch {
    return null;
  }
}

function parsed(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8'));
  } catch {
    return undefined;
  }
}
