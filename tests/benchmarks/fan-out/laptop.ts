import * as Y from 'yjs';
import type { StreamHead } from '../../../common/acts/entry.ts';
import { encodeControl, LINK_PROTOCOL } from '../../../common/wire/link.ts';
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

/** Batches that many laptops were sent have one number, so that one of them reads for all: as if each had a computer. */
const batches = new Map<string, { readonly length: number; readonly entries: readonly string[] }>();
const KEPT_BATCHES = 200;

function entriesOf(data: Buffer, batch: string, from: number): readonly string[] {
  const known = batches.get(batch);
  if (known?.length === data.length) return known.entries;
  const entries = data.toString('latin1', from, data.length - 3).split('","');
  batches.set(batch, { length: data.length, entries });
  for (const oldest of batches.keys()) {
    if (batches.size <= KEPT_BATCHES) break;
    batches.delete(oldest);
  }
  return entries;
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
  const read = createReader(dialect, {
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
        if (binary) return read(data);
        const beginning = data.toString('latin1', 0, 60);
        if (beginning.startsWith('{"type":"welcome"')) return welcome.resolve();
        const batch = BATCH.exec(beginning);
        if (!batch) return;
        ears.onEntries(entriesOf(data, `${port} ${batch[1]}`, batch[0].length));
        send(Buffer.from(`{"type":"stored","batch":${batch[1]},"refused":[]}`), false);
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
