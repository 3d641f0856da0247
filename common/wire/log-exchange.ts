import { fromBase64, fromBase64UrlEncoded, toBase64 } from 'lib0/buffer';
import {
  ACTS_STREAM,
  entryPayloadSchema,
  jwsOf,
  type Entry,
  type EntryRefusal,
  type Stream,
  type StreamHead,
} from '../acts/entry.ts';
import { asMemberId, type MemberId } from '../domain/ids.ts';
import { placeOfKey, streamKey, type StreamPlace, type StreamPosition } from './acknowledged.ts';
import { ENTRY_BATCH_CHARACTERS, ENTRY_BATCH_COUNT, encodeControl, type ControlMessage } from './link.ts';

/** What the exchange needs of a meeting's log; `MeetingLog` has it. */
export interface ExchangedLog {
  heads(): StreamHead[];
  unflushed?(): ReadonlyMap<string, StreamHead | undefined>;
  readAfter(
    author: MemberId,
    stream: Stream,
    seq: number,
    limit: number,
    stateToo?: boolean,
  ): { readonly first: number; readonly entries: readonly string[]; readonly certificates: readonly Uint8Array[] };
  receive(
    batch: { readonly entries: readonly string[]; readonly certificates: readonly Uint8Array[] },
    from: MemberId,
  ): Promise<{
    readonly accepted: readonly Entry[];
    readonly refused: readonly { readonly index: number; readonly reason: EntryRefusal }[];
  }>;
  certificatesOf(entries: readonly Entry[]): Uint8Array[];
  heard?(heads: readonly StreamHead[]): void;
}

/** What the other side is told of, and takes for acknowledged: a power cut must not undo it. */
export function headsOnDisk(log: Pick<ExchangedLog, 'heads' | 'unflushed'>): StreamHead[] {
  const heads = log.heads();
  const unflushed = log.unflushed?.();
  if (!unflushed?.size) return heads;
  return heads.flatMap((head) => (unflushed.has(streamKey(head)) ? (unflushed.get(streamKey(head)) ?? []) : head));
}

/** Entries encoded, and looked at, once for all links; `batch` must not be used twice by one sender. */
export interface SharedEntries {
  readonly batch: number;
  readonly bytes: Uint8Array;
  readonly positions: readonly StreamPosition[];
  readonly characters: number;
  /** Asked for with the first link. */
  certificates?: readonly Uint8Array[];
}

export const shareEntries = (entries: readonly Entry[], batch: number): SharedEntries => ({
  batch,
  bytes: encodeControl({ type: 'entries', batch, entries: entries.map(({ jws }) => jws) }),
  positions: entries.map(positionOf),
  characters: charactersOf(entries),
});

/** Each entry is asked about by every link. */
const keys = new WeakMap<Entry, string>();

function keyOf(entry: Entry): string {
  const known = keys.get(entry) ?? streamKey(entry.payload);
  keys.set(entry, known);
  return known;
}

export interface LogExchange {
  /** The other side's hello or welcome came: from now on it is sent what it lacks. */
  start(heads: readonly StreamHead[]): void;
  /** Takes a message of the other side. A refusal that an honest side can't cause is answered with its reason. */
  receive(message: Extract<ControlMessage, { type: 'certificates' | 'entries' | 'stored' }>): Promise<Breach | null>;
  /** Entries were stored here, from anywhere. `shared` is used when (nearly) all of them go out. */
  stored(entries: readonly Entry[], shared: () => SharedEntries): void;
  /** Sends more of what the other side lacks while there is room; call it again when the socket has drained. */
  pump(): void;
  /** Nothing is waiting to be sent or acknowledged. */
  idle(): boolean;
  /** The other side lacks more than it was sent: `pump` has something to do. */
  behind(): boolean;
  /** Authors of whom the other side is not known to have everything up to `upTo` (by `streamKey`; 0: nothing to have). */
  lacks(upTo: (place: StreamPlace) => number): Set<MemberId>;
}

export interface Breach {
  readonly kind: 'malformed' | 'not-allowed';
  readonly reason: string;
}

/** Sent and not yet acknowledged, characters: beyond the first catch-up waits, beyond the second live entries too. */
const CATCH_UP_WINDOW = 2 * 1024 * 1024;
const LIVE_WINDOW = 8 * 1024 * 1024;
/** Waiting in the socket, bytes: as above. */
export const CATCH_UP_BUFFER = 1024 * 1024;
/** Received and waiting to be checked, characters. An honest sender stops at its window. */
const MAX_WAITING = 4 * LIVE_WINDOW;
const MAX_CERTIFICATES = 1200;
/** So many in a message. */
const CERTIFICATE_BATCH = 100;
/** What an entry takes beside its text. */
const ENTRY_CHARACTERS = 64;
/** Shared entries go out as they are when at most this part of them is known to the other side already. */
const KNOWN_SHARE = 1 / 8;
/** Entries read from the log at a time; one may have megabytes. */
const READ_LIMIT = 64;

/** Refusals that tell of a stream, not of the one who brought it. */
const innocent: ReadonlySet<EntryRefusal> = new Set([
  'gap',
  'fork',
  'unknown-certificate',
  'certificate-refused',
  'state-wanted',
  'not-due',
  'too-much',
]);

/**
 * Keeps one meeting's log the same on both ends of a link. Each side tells how far it has each stream, sends what the
 * other lacks in batches, and acknowledges what is on its disk. A stream of which an entry was refused is not continued
 * on this connection. Both sides run the same code.
 */
export function createLogExchange(options: {
  readonly log: ExchangedLog;
  readonly peer: MemberId;
  /** Streams (`streamKey`) not to be sent: the other side refused them before. */
  readonly withheld?: ReadonlySet<string>;
  /** Numbers batches; shared by all links of a host, so that shared batches have one number. */
  nextBatch(): number;
  send(textFrame: Uint8Array): void;
  /** Sends a batch of what the other side lacks; otherwise it is encoded for this link alone. */
  sendEntries?(batch: number, entries: readonly string[]): void;
  /** Bytes waiting in the socket. */
  buffered(): number;
  /** As many may wait there when more of what the other side lacks is sent; otherwise 1 MB. */
  catchUpBuffer?(): number;
  /** The other side has stored these. */
  onAcknowledged(positions: readonly StreamPosition[]): void;
  /** The other side refused this (`sent`), or this side refused what came (`received`). */
  onRefused(direction: 'sent' | 'received', reason: string, position: StreamPosition | null): void;
}): LogExchange {
  const { log } = options;
  /** How far the other side has a stream or was sent it. */
  const sent = new Map<string, number>();
  /** Streams of which there is more here, and how far. */
  const lagging = new Map<string, StreamPosition>();
  const blocked = new Set<string>(options.withheld);
  /** Snapshots that go once more with their states. */
  const stateWanted = new Map<string, number>();
  const unacknowledged = new Map<number, { positions: readonly StreamPosition[]; characters: number }>();
  const sentCertificates = new Set<string>();
  const arriving = new Set<string>();
  let window = 0;
  let waiting = 0;
  let started = false;
  let certificates: Uint8Array[] = [];
  /** Certificates behind entries that are being checked. */
  let comingCertificates = 0;
  let queue: Promise<unknown> = Promise.resolve();

  const hasRoom = (limit: number, buffer: number) => window < limit && options.buffered() < buffer;

  function sendCertificates(found: readonly Uint8Array[]): void {
    const fresh: CertificateText[] = [];
    for (const certificate of found) {
      const known = certificateText(certificate);
      if (sentCertificates.has(known.name)) continue;
      sentCertificates.add(known.name);
      fresh.push(known);
    }
    for (let from = 0; from < fresh.length; from += CERTIFICATE_BATCH)
      options.send(certificatesMessage(fresh.slice(from, from + CERTIFICATE_BATCH)));
  }

  function note(batch: number, positions: readonly StreamPosition[], characters: number): void {
    unacknowledged.set(batch, { positions, characters });
    window += characters;
  }

  const actsAreLagging = (): boolean => [...lagging.values()].some(isActs);

  /** Acts stay before documents, whichever began to lag first. */
  function lag(position: StreamPosition): void {
    const key = streamKey(position);
    const overtakes = isActs(position) && !lagging.has(key);
    const behind = overtakes ? [...lagging].filter(([, other]) => !isActs(other)) : [];
    lagging.set(key, position);
    for (const [other, end] of behind) {
      lagging.delete(other);
      lagging.set(other, end);
    }
  }

  function start(heads: readonly StreamHead[]): void {
    for (const head of heads) sent.set(streamKey(head), head.seq);
    log.heard?.(heads);
    const mine = log.heads();
    const hashes = new Map(mine.map((head) => [`${streamKey(head)} ${head.seq}`, head.hash]));
    const differs = (head: StreamHead) => (hashes.get(`${streamKey(head)} ${head.seq}`) ?? head.hash) !== head.hash;
    for (const head of heads.filter(differs)) {
      blocked.add(streamKey(head));
      options.onRefused('sent', 'fork', { author: head.author, stream: head.stream, seq: head.seq });
    }
    // Nobody has more of a stream than there is: who says so would be believed about what is yet to come.
    const here = new Map(mine.map((head) => [streamKey(head), head.seq]));
    options.onAcknowledged(
      heads
        .filter((head) => !differs(head))
        .map(({ author, stream, seq }) => ({
          author,
          stream,
          seq: Math.min(seq, here.get(streamKey({ author, stream })) ?? 0),
        })),
    );
    // Acts first: whether a change of a document is allowed may depend on them.
    for (const head of [...mine.filter(isActs), ...mine.filter((at) => !isActs(at))]) {
      if (blocked.has(streamKey(head))) continue;
      if (head.seq > (sent.get(streamKey(head)) ?? 0)) lagging.set(streamKey(head), head);
    }
    started = true;
    pump();
  }

  function pump(): void {
    while (started && lagging.size > 0 && hasRoom(CATCH_UP_WINDOW, options.catchUpBuffer?.() ?? CATCH_UP_BUFFER)) {
      const entries: string[] = [];
      const positions: StreamPosition[] = [];
      const needed: Uint8Array[] = [];
      let characters = 0;
      for (const [key, end] of lagging) {
        const from = sent.get(key) ?? 0;
        const limit = Math.min(READ_LIMIT, ENTRY_BATCH_COUNT - entries.length, end.seq - from);
        const read =
          limit > 0
            ? log.readAfter(end.author, end.stream, from, limit, stateWanted.has(key))
            : { first: 0, entries: [], certificates: [] };
        let seq = from;
        for (const [index, entry] of read.entries.entries()) {
          if (entries.length > 0 && characters + entry.length > ENTRY_BATCH_CHARACTERS) break;
          entries.push(entry);
          characters += entry.length;
          seq = read.first + index;
          positions.push({ author: end.author, stream: end.stream, seq });
        }
        if (seq > from) needed.push(...read.certificates);
        sent.set(key, seq);
        if (seq < end.seq && read.entries.length > 0) break;
        lagging.delete(key);
        if (entries.length >= ENTRY_BATCH_COUNT || characters >= ENTRY_BATCH_CHARACTERS) break;
      }
      if (entries.length === 0) continue;
      sendCertificates(needed);
      const batch = options.nextBatch();
      note(batch, positions, characters);
      if (options.sendEntries) options.sendEntries(batch, entries);
      else options.send(encodeControl({ type: 'entries', batch, entries }));
    }
  }

  function stored(entries: readonly Entry[], shared: () => SharedEntries): void {
    if (!started) return;
    const fresh: Entry[] = [];
    /** Not fresh, and does no harm: the other side has it. */
    let known = 0;
    // A change may be allowed by an act that is still waiting here; refused, its stream would end on this connection.
    let actsFirst = actsAreLagging();
    for (const entry of entries) {
      const { author, stream, seq } = entry.payload;
      const key = keyOf(entry);
      if (blocked.has(key)) continue;
      const end = sent.get(key) ?? 0;
      if (seq <= end) known++;
      else if (arriving.has(entry.jws)) {
        // It came over this very link.
        known++;
        sent.set(key, seq);
      } else if (seq === end + 1 && hasRoom(LIVE_WINDOW, LIVE_WINDOW) && (isActs(entry.payload) || !actsFirst)) {
        sent.set(key, seq);
        fresh.push(entry);
      } else {
        lag({ author, stream, seq });
        actsFirst ||= isActs(entry.payload);
      }
    }
    if (fresh.length > 0) {
      if (
        fresh.length + known === entries.length &&
        known <= entries.length * KNOWN_SHARE &&
        entries.length <= ENTRY_BATCH_COUNT
      ) {
        const all = shared();
        sendCertificates((all.certificates ??= log.certificatesOf(entries)));
        note(all.batch, all.positions, all.characters);
        options.send(all.bytes);
      } else {
        sendCertificates(log.certificatesOf(fresh));
        for (let from = 0; from < fresh.length; from += ENTRY_BATCH_COUNT) {
          const part = fresh.slice(from, from + ENTRY_BATCH_COUNT);
          const batch = options.nextBatch();
          note(batch, part.map(positionOf), charactersOf(part));
          options.send(encodeControl({ type: 'entries', batch, entries: part.map((entry) => entry.jws) }));
        }
      }
    }
    pump();
  }

  async function receiveEntries(message: { batch: number; entries: string[] }): Promise<Breach | null> {
    // Once only: those that hold are kept by the log, whatever becomes of these entries, and the others cost as much each time.
    const brought = certificates;
    certificates = [];
    for (const entry of message.entries) arriving.add(jwsOf(entry));
    const result = await log.receive({ entries: message.entries, certificates: brought }, options.peer);
    for (const entry of message.entries) arriving.delete(jwsOf(entry));
    for (const { payload } of result.accepted) {
      sent.set(streamKey(payload), Math.max(sent.get(streamKey(payload)) ?? 0, payload.seq));
    }
    options.onAcknowledged(result.accepted.map((entry) => entry.payload));
    options.send(encodeControl({ type: 'stored', batch: message.batch, refused: result.refused }));
    let breach: Breach | null = null;
    for (const { index, reason } of result.refused) {
      const position = claimedPosition(message.entries[index] ?? '');
      options.onRefused('received', reason, position);
      // Who relays what another wrote breaks no rule by it.
      if (reason === 'not-allowed' && position?.author === options.peer) breach ??= { kind: 'not-allowed', reason };
      else if (reason !== 'not-allowed' && !innocent.has(reason)) breach = { kind: 'malformed', reason };
    }
    return breach;
  }

  function receiveStored(message: { batch: number; refused: { index: number; reason: string }[] }): Breach | null {
    const batch = unacknowledged.get(message.batch);
    if (!batch) return { kind: 'malformed', reason: 'unknown batch' };
    unacknowledged.delete(message.batch);
    window -= batch.characters;
    const refused = new Set<number>();
    for (const { index, reason } of message.refused) {
      const position = batch.positions[index];
      if (!position) return { kind: 'malformed', reason: 'unknown entry' };
      refused.add(index);
      if (goesAgain(position, reason)) continue;
      blocked.add(streamKey(position));
      lagging.delete(streamKey(position));
      options.onRefused('sent', reason, position);
    }
    const stored = refused.size > 0 ? batch.positions.filter((_, index) => !refused.has(index)) : batch.positions;
    for (const position of stateWanted.size > 0 ? stored : []) {
      if ((stateWanted.get(streamKey(position)) ?? Infinity) <= position.seq) stateWanted.delete(streamKey(position));
    }
    options.onAcknowledged(stored);
    pump();
    return null;
  }

  /** What of a stream was sent after a snapshot whose state is wanted was refused for its gap, and follows it again. */
  function goesAgain(position: StreamPosition, reason: string): boolean {
    const key = streamKey(position);
    const wanted = stateWanted.get(key);
    if (wanted !== undefined) return reason === 'gap' && position.seq > wanted;
    if (reason !== 'state-wanted') return false;
    stateWanted.set(key, position.seq);
    lag({ ...position, seq: Math.max(sent.get(key) ?? 0, lagging.get(key)?.seq ?? 0) });
    sent.set(key, position.seq - 1);
    return true;
  }

  return {
    start,
    pump,
    stored,
    behind: () => started && lagging.size > 0,
    idle: () => started && lagging.size === 0 && unacknowledged.size === 0,
    lacks(upTo) {
      const authors = new Set<MemberId>();
      // Asked of every link twice a second, while most lack thousands.
      for (const [key, end] of lagging)
        if (!authors.has(end.author) && (sent.get(key) ?? 0) < upTo(end)) authors.add(end.author);
      for (const { positions } of unacknowledged.values())
        for (const position of positions)
          if (!authors.has(position.author) && position.seq <= upTo(position)) authors.add(position.author);
      // Not sent on, so nothing is known.
      for (const place of [...blocked].map(placeOfKey)) if (upTo(place) > 0) authors.add(place.author);
      return authors;
    },
    receive(message) {
      if (message.type === 'stored') return Promise.resolve(receiveStored(message));
      if (message.type === 'certificates') {
        if (certificates.length + comingCertificates + message.certificates.length > MAX_CERTIFICATES) {
          return Promise.resolve({ kind: 'malformed', reason: 'too many certificates' });
        }
        const found = message.certificates.map((text) => fromBase64(text));
        // In order with the entries, whose check may be under way.
        comingCertificates += found.length;
        queue = queue.then(() => {
          comingCertificates -= found.length;
          certificates.push(...found);
        });
        return Promise.resolve(null);
      }
      const characters = message.entries.reduce((sum, entry) => sum + entry.length + ENTRY_CHARACTERS, 0);
      waiting += characters;
      if (waiting > MAX_WAITING) return Promise.resolve({ kind: 'malformed', reason: 'window exceeded' });
      const answer = queue.then(async () => {
        const breach = await receiveEntries(message);
        waiting -= characters;
        return breach;
      });
      queue = answer.catch(() => undefined);
      return answer;
    },
  };
}

/** What a refused entry says of itself. */
export function claimedPosition(jws: string): StreamPosition | null {
  try {
    const text = new TextDecoder().decode(fromBase64UrlEncoded(jws.split('.', 3)[1] ?? ''));
    const parsed = entryPayloadSchema
      .pick({ author: true, stream: true, seq: true })
      .strip()
      .safeParse(JSON.parse(text));
    if (!parsed.success) return null;
    return { author: asMemberId(parsed.data.author), stream: parsed.data.stream as Stream, seq: parsed.data.seq };
  } catch {
    return null;
  }
}

interface CertificateText {
  readonly name: string;
  readonly text: string;
}

const certificatesMessages = new Map<string, Uint8Array>();
const KEPT_MESSAGES = 32;

/** Encoded once for all links that lack the same, as all do after the first strokes of new people or when many join. */
function certificatesMessage(certificates: readonly CertificateText[]): Uint8Array {
  const names = certificates.map(({ name }) => name).join(' ');
  const known = certificatesMessages.get(names);
  if (known) return known;
  const made = encodeControl({ type: 'certificates', certificates: certificates.map(({ text }) => text) });
  const [oldest] = certificatesMessages.keys();
  if (oldest !== undefined && certificatesMessages.size >= KEPT_MESSAGES) certificatesMessages.delete(oldest);
  certificatesMessages.set(names, made);
  return made;
}

const certificateTexts = new WeakMap<Uint8Array, CertificateText>();

/** Encoded once for all links; the last bytes are part of the authority's signature, so they name the certificate. */
function certificateText(certificate: Uint8Array): CertificateText {
  const known = certificateTexts.get(certificate);
  if (known) return known;
  const made = { name: toBase64(certificate.subarray(-24)), text: toBase64(certificate) };
  certificateTexts.set(certificate, made);
  return made;
}

const positionOf = ({ payload: { author, stream, seq } }: Entry): StreamPosition => ({ author, stream, seq });

const charactersOf = (entries: readonly Entry[]): number => entries.reduce((sum, { jws }) => sum + jws.length, 0);

const isActs = (head: { readonly stream: Stream }): boolean => head.stream === ACTS_STREAM;
