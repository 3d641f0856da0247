import { createHash } from 'node:crypto';
import type { Entry, StreamHead } from '../../common/acts/entry.ts';
import type { CarriedMeeting } from '../../common/collab/carried-meeting.ts';
import { asSha256, type MemberId } from '../../common/domain/ids.ts';
import { streamKey } from '../../common/wire/acknowledged.ts';
import type { LinkLogger } from '../../common/wire/admission.ts';
import { ENTRY_BATCH_CHARACTERS, ENTRY_BATCH_COUNT } from '../../common/wire/link.ts';
import { claimedPosition } from '../../common/wire/log-exchange.ts';
import {
  decodeListed,
  decodeSpoken,
  encodeListed,
  encodeSpeech,
  inMessages,
  type BusFrame,
  type Spoken,
} from './bus-messages.ts';
import type { BusSeal } from './bus-seal.ts';
import type { Bus } from './bus.ts';
import { createRate } from './rate.ts';
import type { RelayedDocuments } from './relayed-documents.ts';
import { isLive, serveMeetingDocument, type ServedDocument, type ServeDocument } from './served-document.ts';
import type { Ticker } from './tick.ts';

/** One meeting's side on the bus: what goes between this relay's clients and those of the other relays. */
export interface ClusterRoom {
  /** Members whose laptops are connected to other relays. */
  online(): readonly MemberId[];
  /** `host:port` of the other relays that carry the meeting now. */
  siblings(): readonly string[];
  /** Serves documents to one of this relay's clients; what it says live is passed on. */
  serveFor(): ServeDocument;
  /** Once a second. */
  beat(): void;
  close(): void;
}

/** A relay of which nothing came for so long is gone. Clients that it had are back at another one before. */
const GONE_MILLISECONDS = 3500;
/** Two logs that differ may differ because entries are on their way: asked about only after so many seconds of it. */
const DIFFERENT_BEATS = 3;
/** Of an answer to `lacks`, characters; the rest is asked for again. */
const ANSWER_CHARACTERS = 4 * 1024 * 1024;
const READ_LIMIT = 64;
/** As if one had all of a stream. */
const MAX_SEQUENCE = 2 ** 31;
const NO_HASH = asSha256('0'.repeat(64));
/** What a client says live goes to the other relays up to so many bytes a second, and at once; the rest comes as entries. */
const SPOKEN_PER_SECOND = 1024 * 1024;
const SPOKEN_AT_ONCE = 8 * SPOKEN_PER_SECOND;

interface Sibling {
  heard: number;
  online: readonly MemberId[];
  addresses: readonly string[];
  log: string;
  /** Documents of its clients that are open here as well. */
  readonly served: Map<string, ServedDocument>;
}

export function createClusterRoom(options: {
  readonly bus: Bus;
  readonly seal: BusSeal;
  /** Names this relay; another one at every start. */
  readonly relay: string;
  readonly meeting: CarriedMeeting;
  /** The identity that the relays share. */
  readonly carrier: MemberId;
  readonly relayed: RelayedDocuments;
  readonly ticker: Ticker;
  readonly logger: LinkLogger;
  addresses(): readonly string[];
  /** Whose laptops are connected to this relay. */
  localOnline(): readonly MemberId[];
  onOnline(): void;
}): ClusterRoom {
  const { bus, seal, relay, meeting, carrier, ticker, logger } = options;
  const topic = meeting.id;
  const siblings = new Map<string, Sibling>();
  const openHere = new Map<string, number>();
  let frames: BusFrame[] = [];
  let entries: Entry[] = [];
  let clients = 0;
  let position = '';
  /** How often the bus came up. */
  let times = 0;
  let pulling = false;
  let pullAgain = false;
  let different = 0;
  let closed = false;
  /**
   * Streams (`streamKey`) of which an entry was too much here: the relay that has it took it before something else of its
   * author, and would list it again and again. Asked for no more, until a snapshot of that author may have made room.
   */
  const tooMuch = new Map<string, StreamHead>();
  let log: { readonly heads: readonly StreamHead[]; readonly hash: string } | undefined;

  function ownLog(): NonNullable<typeof log> {
    if (log) return log;
    const heads = meeting.log.heads();
    const lines = heads.map((head) => `${streamKey(head)} ${head.seq} ${head.hash}`).sort();
    const hash = createHash('sha256').update(lines.join('\n')).digest('hex');
    return (log = { heads, hash });
  }

  const speak = (message: Uint8Array): void => bus.tell(topic, seal.seal(topic, message));

  // Entries

  function mayHaveRoom(author: MemberId): void {
    for (const [key, at] of tooMuch) if (at.author === author) tooMuch.delete(key);
  }

  const stopListening = meeting.log.onStored((stored, from) => {
    log = undefined;
    for (const { state, payload } of stored) if (state) mayHaveRoom(payload.author);
    // What came by the bus is in the list already.
    if (from === carrier) return;
    entries.push(...stored);
    ticker.request(flushEntries);
  });

  function flushEntries(): void {
    const due = entries;
    entries = [];
    for (const part of inBatches(due)) {
      const certificates = meeting.log.certificatesOf(part).map((der) => Buffer.from(der).toString('base64'));
      append(
        part.map((entry) => entry.jws),
        certificates,
      );
    }
  }

  /** What can't be listed now is settled by comparing logs when the bus is back. */
  function append(jws: readonly string[], certificates: readonly string[]): void {
    const listed = encodeListed({ relay, certificates: [...certificates], entries: [...jws] });
    bus.append(topic, seal.seal(topic, listed)).then(
      () => speak(encodeSpeech({ type: 'listed', relay })),
      () => undefined,
    );
  }

  /** Reads on in the list, one after the other, and again if asked meanwhile. */
  async function pull(): Promise<void> {
    if (pulling) {
      pullAgain = true;
      return;
    }
    pulling = true;
    try {
      do {
        pullAgain = false;
        for (let more = true; more && !closed;) {
          const from = times;
          const messages = await bus.readAfter(topic, position);
          for (const { position: at, message } of messages) {
            if (closed) return;
            if (from !== times) break;
            await take(message);
            if (from === times) position = at;
          }
          more = messages.length > 0;
        }
      } while (pullAgain && !closed);
    } catch (error) {
      if (bus.up() && !closed) logger.warn('entries of other relays not taken', { error: String(error) });
    } finally {
      pulling = false;
    }
  }

  async function take(sealed: Uint8Array): Promise<void> {
    const plain = seal.open(topic, sealed);
    const listed = plain && decodeListed(plain);
    if (!listed) return logger.warn('unreadable message on the bus', { meeting: topic });
    if (listed.relay === relay) return;
    const certificates = listed.certificates.map((text) => Buffer.from(text, 'base64'));
    const { refused } = await meeting.log.receive({ entries: listed.entries, certificates }, carrier);
    for (const { index, reason } of refused) {
      const at = reason === 'too-much' ? claimedPosition(listed.entries[index] ?? '') : null;
      if (at) tooMuch.set(streamKey(at), { ...at, seq: MAX_SEQUENCE, hash: NO_HASH });
      if (reason !== 'gap') logger.warn('entry of another relay refused', { meeting: topic, reason });
    }
  }

  /** Lists what a relay lacks and this one has. */
  function answerLack(heads: readonly StreamHead[]): void {
    const theirs = new Map(heads.map((head) => [streamKey(head), head.seq]));
    let characters = 0;
    for (const head of ownLog().heads) {
      for (let from = theirs.get(streamKey(head)) ?? 0; from < head.seq && characters < ANSWER_CHARACTERS;) {
        const read = meeting.log.readAfter(head.author, head.stream, from, READ_LIMIT, true);
        if (read.entries.length === 0) break;
        append(
          read.entries,
          read.certificates.map((der) => Buffer.from(der).toString('base64')),
        );
        from = read.first + read.entries.length - 1;
        characters += read.entries.reduce((sum, jws) => sum + jws.length, 0);
      }
    }
  }

  /** Logs that stay different are compared: each relay asks those that differ from it. */
  function compare(): void {
    const own = ownLog();
    const others = [...siblings].filter(([, sibling]) => sibling.log !== own.hash);
    different = others.length > 0 ? different + 1 : 0;
    if (different < DIFFERENT_BEATS) return;
    different = 0;
    logger.info('log differs from other relays', { meeting: topic, relays: others.length });
    const heads = [...own.heads.filter((head) => !tooMuch.has(streamKey(head))), ...tooMuch.values()];
    for (const [to] of others) speak(encodeSpeech({ type: 'lacks', relay, to, heads }));
  }

  // Live frames

  function flushFrames(): void {
    if (frames.length === 0 || closed) return;
    const due = frames;
    frames = [];
    for (const message of inMessages(relay, due)) speak(message);
  }

  function say(frame: BusFrame): void {
    // Nobody to tell: a cluster of one, or a bus that can't be reached.
    if (siblings.size === 0 || !bus.up()) return;
    frames.push(frame);
    ticker.request(flushFrames);
  }

  /** A frame of another relay's client goes through the same checks as that of an own one. */
  function hear(sibling: Sibling, { client, member, document, message }: BusFrame): void {
    const key = `${client} ${document}`;
    if (message.byteLength === 0) return forget(sibling, key);
    if (!openHere.has(document) || !meeting.mayAttend(member) || !isLive(message)) return;
    let served = sibling.served.get(key);
    if (!served) {
      const connection = { self: {}, member, send: () => undefined, congested: () => true };
      served = serveMeetingDocument(meeting, options.relayed.follow(document), connection);
      sibling.served.set(key, served);
    }
    // Mostly that this relay lacks what the change builds upon: the entry will bring both.
    if (served.receive(message) !== null) forget(sibling, key);
  }

  function forget(sibling: Sibling, key: string): void {
    sibling.served.get(key)?.close();
    sibling.served.delete(key);
  }

  function closedHere(document: string): void {
    const left = (openHere.get(document) ?? 0) - 1;
    if (left > 0) return void openHere.set(document, left);
    openHere.delete(document);
    for (const sibling of siblings.values()) {
      for (const key of [...sibling.served.keys()]) if (key.endsWith(` ${document}`)) forget(sibling, key);
    }
  }

  // Presence

  function receive(message: Spoken): void {
    if (message.relay === relay) return;
    if (message.type === 'listed') return void pull();
    if (message.type === 'gone') return lose(message.relay);
    if (message.type === 'lacks') return message.to === relay ? answerLack(message.heads) : undefined;
    let sibling = siblings.get(message.relay);
    if (!sibling) {
      if (message.type === 'frames') return;
      logger.info('another relay is here', { meeting: topic, relay: message.relay });
      sibling = { heard: 0, online: [], addresses: [], log: '', served: new Map() };
      siblings.set(message.relay, sibling);
    }
    sibling.heard = performance.now();
    if (message.type === 'frames') {
      for (const frame of message.frames) hear(sibling, frame);
      return;
    }
    const { online, addresses } = message;
    const changed = online.join() !== sibling.online.join();
    Object.assign(sibling, { online, addresses, log: message.log });
    if (changed) options.onOnline();
  }

  function lose(name: string): void {
    const sibling = siblings.get(name);
    if (!sibling) return;
    siblings.delete(name);
    logger.info('another relay is gone', { meeting: topic, relay: name });
    for (const key of [...sibling.served.keys()]) forget(sibling, key);
    options.onOnline();
  }

  function announce(): void {
    const online = [...options.localOnline()];
    const addresses = [...options.addresses()].slice(0, 16);
    speak(encodeSpeech({ type: 'here', relay, online, addresses, log: ownLog().hash }));
  }

  const stopHearing = bus.listen(topic, (sealed) => {
    const plain = seal.open(topic, sealed);
    const message = plain && decodeSpoken(plain);
    if (closed) return;
    if (!message) return logger.warn('unreadable message on the bus', { meeting: topic });
    try {
      receive(message);
    } catch (error) {
      logger.warn('message of another relay failed', { meeting: topic, error: String(error) });
    }
  });
  const stopUp = bus.onUp(() => {
    // It may be another one, or have lost its list: positions of before tell nothing about what is new in it.
    times += 1;
    position = '';
    announce();
    void pull();
  });

  return {
    online: () => [...siblings.values()].flatMap((sibling) => sibling.online),
    siblings: () => [...siblings.values()].flatMap((sibling) => sibling.addresses.slice(0, 1)),
    serveFor() {
      const client = ++clients;
      const spoken = createRate(SPOKEN_PER_SECOND, SPOKEN_AT_ONCE);
      return (served, document, connection) => {
        const local = serveMeetingDocument(served, document, connection);
        const { name } = document;
        const { member } = connection;
        openHere.set(name, (openHere.get(name) ?? 0) + 1);
        return {
          document,
          isWaiting: () => local.isWaiting(),
          receive(message) {
            const breach = local.receive(message);
            if (breach === null && isLive(message) && spoken.take(message.byteLength))
              say({ client, member, document: name, message: message.slice() });
            return breach;
          },
          advance: () => local.advance(),
          beat: () => local.beat(),
          close() {
            local.close();
            closedHere(name);
            say({ client, member, document: name, message: new Uint8Array(0) });
          },
        };
      };
    },
    beat() {
      const since = performance.now() - GONE_MILLISECONDS;
      for (const [name, sibling] of siblings) if (sibling.heard < since) lose(name);
      // What was held back of the awareness of remote clients, and what is no longer theirs to say.
      for (const { served } of siblings.values()) {
        for (const one of served.values()) {
          one.beat();
          one.advance();
        }
      }
      if (!bus.up()) return;
      announce();
      void pull();
      compare();
    },
    close() {
      speak(encodeSpeech({ type: 'gone', relay }));
      closed = true;
      stopListening();
      stopHearing();
      stopUp();
      for (const name of [...siblings.keys()]) {
        for (const served of siblings.get(name)?.served.values() ?? []) served.close();
        siblings.delete(name);
      }
    },
  };
}

function* inBatches(entries: readonly Entry[]): Generator<readonly Entry[]> {
  let part: Entry[] = [];
  let characters = 0;
  for (const entry of entries) {
    if (
      part.length >= ENTRY_BATCH_COUNT ||
      (part.length > 0 && characters + entry.jws.length > ENTRY_BATCH_CHARACTERS)
    ) {
      yield part;
      part = [];
      characters = 0;
    }
    part.push(entry);
    characters += entry.jws.length;
  }
  if (part.length > 0) yield part;
}
