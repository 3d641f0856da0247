import { constants, inflateRawSync } from 'node:zlib';
import * as Y from 'yjs';
import type { StreamHead } from '../../../common/acts/entry.ts';
import { encodeControl, LINK_PROTOCOL } from '../../../common/wire/link.ts';
import { controlText } from '../../fixtures/control-text.ts';
import { createReader, hocuspocusToken, STEP_1, syncMessage, wrap, type Dialect } from './dialects.ts';
import { connectLean, frameOf, type LeanSocket } from './lean-socket.ts';

/** Where the laptops of the load connect to. */
export interface Place {
  readonly dialect: Dialect;
  readonly port: number;
  readonly path: string;
  /** The organisation's root; null: plain. */
  readonly ca: string | null;
  /** Of the meeting at a host of ours. */
  readonly heads: readonly StreamHead[];
}

export interface LaptopIdentity {
  readonly key: string;
  readonly cert: string;
}

/** What arrives at a laptop; `documents` are followed from the start. */
export interface LaptopEars {
  onAwareness(client: number, clock: number): void;
  onUpdate(client: number, clock: number): void;
  /** Signed entries, on the host's disk. */
  onEntries(entries: readonly string[]): void;
  onClose(reason: string): void;
}

export interface Laptop {
  readonly socket: LeanSocket;
  /** All documents are there. */
  readonly ready: Promise<void>;
  /** Bytes of documents that have arrived. */
  stateBytes(): number;
  /** Follows more documents; resolves when they are there. */
  follow(documents: readonly string[]): Promise<void>;
}

const QUESTION = syncMessage(STEP_1, Y.encodeStateVector(new Y.Doc()));
const BATCH = /^\{"type":"entries","batch":(\d+),"entries":\["/;
const LIVING_MILLISECONDS = 1000;

interface Batch {
  readonly batch: string;
  readonly entries: readonly string[];
}

/** What many laptops were sent is read by one of them for all: as if each had a computer. By its beginning, end and length. */
const read = new Map<string, Batch | null>();
const KEPT_MESSAGES = 200;
/** Where the blocks that many are sent begin, if others with the number of the batch stand before them. */
const FLUSHED = Buffer.from([0, 0, 0xff, 0xff]);
const MAX_START = 100;

/** The entries in a control message; null when it is another one. */
function batchIn(data: Buffer, isPacked: boolean): Batch | null {
  const flushed = isPacked ? data.subarray(0, MAX_START).indexOf(FLUSHED) : -1;
  const from = flushed < 0 ? 0 : flushed + FLUSHED.length;
  const end = data.toString('latin1', Math.max(0, data.length - 32));
  const name = `${data.length - from} ${data.toString('latin1', from, from + 80)} ${end}`;
  const known = read.get(name);
  if (known && from > 0) return { ...known, batch: batchBefore(data, from) };
  if (known !== undefined) return known;
  const text = controlText(data, isPacked) ?? '';
  const batch = BATCH.exec(text.slice(0, 60));
  const found = batch && { batch: batch[1] as string, entries: text.slice(batch[0].length, -3).split('","') };
  read.set(name, found);
  for (const oldest of read.keys()) {
    if (read.size <= KEPT_MESSAGES) break;
    read.delete(oldest);
  }
  return found;
}

/** The number in the blocks that end there. */
function batchBefore(data: Buffer, end: number): string {
  // Two zeros, and the length of the message in 1 to 3 bytes of which all but the last have the highest bit.
  let from = 2;
  while ((data[from++] as number) >= 128);
  const start = inflateRawSync(data.subarray(from, end), { finishFlush: constants.Z_SYNC_FLUSH }).toString();
  return /"batch":(\d+)/.exec(start)?.[1] ?? '';
}

/** A client that speaks to each server as its own client does, and only reads what it must to measure. */
export function connectLaptop(
  place: Place,
  index: number,
  identity: LaptopIdentity,
  documents: readonly string[],
  ears: LaptopEars,
): Laptop {
  const { dialect, port, ca } = place;
  let missing = 0;
  let bytes = 0;
  let settle: (() => void) | undefined;
  const readDocuments = createReader(dialect, {
    onAwareness: ears.onAwareness,
    onUpdate: ears.onUpdate,
    onState(length) {
      bytes += length;
      if (--missing === 0) settle?.();
    },
  });
  function follow(more: readonly string[]): Promise<void> {
    if (more.length === 0) return Promise.resolve();
    missing += more.length;
    // The bare server sends what it has unasked.
    for (const document of dialect === 'bare' ? [] : more) {
      if (dialect === 'hocuspocus') send(hocuspocusToken(document));
      send(wrap(dialect, document, QUESTION));
    }
    return new Promise((resolve) => (settle = resolve));
  }

  let welcomed = false;
  const welcome = Promise.withResolvers<void>();
  const ready = Promise.withResolvers<void>();
  let living: NodeJS.Timeout | undefined;
  const socket = connectLean(
    { port, path: place.path, tls: ca === null ? null : { ...identity, ca } },
    {
      onOpen() {
        // A laptop tells every second that it lives.
        living = setInterval(() => socket.ping(), LIVING_MILLISECONDS);
        if (dialect !== 'link') return void follow(documents).then(ready.resolve, ready.reject);
        const device = `measured-${String(index).padStart(4, '0')}`;
        const hello = { type: 'hello', protocol: LINK_PROTOCOL, device, heads: place.heads } as const;
        send(encodeControl(hello), false);
        welcome.promise.then(() => follow(documents)).then(ready.resolve, ready.reject);
      },
      onMessage(data, binary) {
        const isPacked = dialect === 'link' && binary && data[0] === 0 && data[1] === 0;
        if (binary && !isPacked) return readDocuments(data);
        // It is the first of all.
        if (!welcomed) return void ((welcomed = true), welcome.resolve());
        const found = batchIn(data, isPacked);
        if (!found) return;
        ears.onEntries(found.entries);
        send(Buffer.from(`{"type":"stored","batch":${found.batch},"refused":[]}`), false);
      },
      onClose(reason) {
        clearInterval(living);
        ready.reject(new Error(`laptop ${index}: ${reason}`));
        ears.onClose(reason);
      },
    },
  );
  const send = (data: Uint8Array, binary = true): void => socket.write(frameOf(data, binary));
  return { socket, ready: ready.promise, stateBytes: () => bytes, follow };
}
