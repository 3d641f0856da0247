import canonicalize from 'canonicalize';
import { z } from 'zod';
import type { MeetingId, MemberId, Sha256 } from '../domain/ids.ts';

/**
 * The one envelope of everything durable. An entry is a JWS (RFC 7515, compact, PS256, `x5t#S256`) over the JCS bytes
 * (RFC 8785) of its payload. Official acts of an author are the stream `acts`; the author's changes to one document are
 * the stream `doc/<document>`. Within (meeting, author, stream) entries are numbered from 1 and each names the hash of
 * the one before, so a gap or a second version of an entry shows.
 */
export const ENTRY_VERSION = 1;

/** A compact JWS longer than this is refused before it is parsed; base64url and signature included. Characters. */
export const MAX_ENTRY_CHARACTERS = 8 * 1024 * 1024;

/**
 * Streams of one author in a meeting, and acts of one author: far more than a person can have, and few enough that nobody
 * can keep the others from joining (whose first message names all streams) or busy (who compute the state of all acts).
 */
export const MAX_STREAMS_OF_AUTHOR = 500;
export const MAX_ACTS_OF_AUTHOR = 5000;
/**
 * What an author may have others keep in one meeting, characters of entries. Acts, and each document that several write
 * (others build on what is in it, so it must be the same everywhere): no further entry once those of the stream come to as
 * much. A day of typing makes some ten million.
 */
export const MAX_ACT_CHARACTERS = 32 * 1024 * 1024;
export const MAX_TEXT_CHARACTERS = 64 * 1024 * 1024;
/**
 * Ink on all papers together, of each from its snapshot on, and the states of the snapshots (bytes): nothing that would take
 * it further. A hundred papers with five hundred strokes each come to some twenty million.
 */
export const MAX_INK_CHARACTERS = 64 * 1024 * 1024;

export const ACTS_STREAM = 'acts';
export type Stream = typeof ACTS_STREAM | `doc/${string}`;

const sha256Schema = z.string().regex(/^[0-9a-f]{64}$/);
const base64UrlSchema = z.string().regex(/^[A-Za-z0-9_-]*$/);

export const meetingIdSchema = z.string().regex(/^[a-z2-7]{26}$/);
export const memberIdSchema = z.string().regex(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/);
/** A document within a meeting: `plan`, `floor`, `minutes`, `ink/<paper>/<author>`. */
export const documentNameSchema = z.string().regex(/^(plan|floor|minutes|ink\/[0-9a-f]{64}\/[0-9a-f-]{36})$/);
export const streamSchema = z.union([
  z.literal(ACTS_STREAM),
  z.string().regex(/^doc\/(plan|floor|minutes|ink\/[0-9a-f]{64}\/[0-9a-f-]{36})$/),
]);

export const entryHeaderSchema = z.strictObject({
  alg: z.literal('PS256'),
  typ: z.literal('phien-entry'),
  /** base64url SHA-256 of the author's certificate (RFC 7515, 4.1.8). */
  'x5t#S256': z.string().regex(/^[A-Za-z0-9_-]{43}$/),
});
export type EntryHeader = z.infer<typeof entryHeaderSchema>;

export const entryPayloadSchema = z.strictObject({
  v: z.literal(ENTRY_VERSION),
  meeting: meetingIdSchema,
  author: memberIdSchema,
  stream: streamSchema,
  seq: z
    .number()
    .int()
    .min(1)
    .max(2 ** 31),
  /** Hash of the author's previous entry in this stream; null for the first. */
  prev: sha256Schema.nullable(),
  /** The author's clock, RFC 3339 in UTC with milliseconds. */
  time: z.iso.datetime({ precision: 3 }),
  kind: z.string().regex(/^[a-z][a-z-]{2,40}$/),
  body: z.record(z.string(), z.unknown()),
});

export interface EntryPayload {
  readonly v: typeof ENTRY_VERSION;
  readonly meeting: MeetingId;
  readonly author: MemberId;
  readonly stream: Stream;
  readonly seq: number;
  readonly prev: Sha256 | null;
  readonly time: string;
  readonly kind: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/** An entry whose signature, certificate and place in the chain were checked. */
export interface Entry {
  /** SHA-256 of the ASCII bytes of `jws`, hex. */
  readonly hash: Sha256;
  readonly jws: string;
  /** SHA-256 of the author's certificate (DER), hex. */
  readonly certificate: Sha256;
  readonly payload: EntryPayload;
  /** Of a snapshot: what the author's document was then, as a Yjs update. The payload names its hash. */
  readonly state?: Uint8Array;
}

/** How far someone has an author's stream. */
export interface StreamHead {
  readonly author: MemberId;
  readonly stream: Stream;
  readonly seq: number;
  readonly hash: Sha256;
}

/** The body of an entry of a document stream. */
export const documentChangeBodySchema = z.strictObject({ update: base64UrlSchema });
export const DOCUMENT_CHANGE = 'document-change';

/**
 * A snapshot: what the author's entries of the stream come to so far. It takes their place. Who has them computes the
 * state; to the others it travels behind the entry.
 */
export const DOCUMENT_SNAPSHOT = 'document-snapshot';
/** Larger states are not made into snapshots. Bytes. */
export const MAX_STATE_BYTES = 2 * 1024 * 1024;
export const documentSnapshotBodySchema = z.strictObject({
  /** Of the state. */
  sha256: sha256Schema,
  bytes: z.number().int().min(1).max(MAX_STATE_BYTES),
});

/**
 * Between an entry and the state (base64url) behind it, as it travels to somebody who lacks what a snapshot stands for. In
 * no compact JWS.
 */
export const STATE_MARK = '~';

/** The entry alone of one as it travels. */
export const jwsOf = (travelling: string): string => travelling.split(STATE_MARK, 1)[0] ?? '';

/** The exact bytes of a payload: RFC 8785. Throws on what JSON can't hold (a bug of the caller). */
export function payloadBytes(payload: EntryPayload): Uint8Array {
  const text = canonicalize(payload);
  if (text === undefined) throw new Error('payload is not JSON');
  return new TextEncoder().encode(text);
}

/** Why a received entry was refused. */
export type EntryRefusal =
  | 'malformed'
  | 'too-large'
  | 'unknown-certificate'
  | 'certificate-refused'
  | 'wrong-author'
  | 'wrong-meeting'
  | 'bad-signature'
  | 'gap'
  | 'fork'
  /** A snapshot whose state could not be computed here; it is wanted along with it. */
  | 'state-wanted'
  /** A snapshot that stands for too little. */
  | 'not-due'
  /** The author has written as much in this meeting as one may. */
  | 'too-much'
  | 'not-allowed'
  | 'bad-body';

/**
 * Where `payload` stands relative to the author's stream known so far. A `fork` is proof of equivocation. Entries that a
 * snapshot has replaced have no hash any more, but for the last of them, which it names: they count as `known`.
 */
export function chainVerdict(
  payload: EntryPayload,
  hash: Sha256,
  known: { head: StreamHead | undefined; hashAt: (seq: number) => Sha256 | undefined },
): 'next' | 'known' | 'gap' | 'fork' {
  const headSeq = known.head?.seq ?? 0;
  if (payload.seq <= headSeq) return (known.hashAt(payload.seq) ?? hash) === hash ? 'known' : 'fork';
  if (payload.seq > headSeq + 1) return 'gap';
  return payload.prev === (known.head?.hash ?? null) ? 'next' : 'fork';
}

/** Whether a log goes on with it. A snapshot stands for all before it; without its state it is none. */
export function isNext(entry: Entry, verdict: ReturnType<typeof chainVerdict>): boolean {
  const isSnapshot = entry.payload.kind === DOCUMENT_SNAPSHOT;
  if (isSnapshot !== (entry.state !== undefined)) return false;
  return verdict === 'next' || (isSnapshot && verdict === 'gap');
}
