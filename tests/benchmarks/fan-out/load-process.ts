import { createPrivateKey, X509Certificate } from 'node:crypto';
import * as Y from 'yjs';
import type { EntryPayload } from '../../../common/acts/entry.ts';
import type { MeetingId, MemberId, Sha256 } from '../../../common/domain/ids.ts';
import { encodeControl } from '../../../common/wire/link.ts';
import { signEntry } from '../../../main/identity/entry-signature.ts';
import { packing } from '../../../main/hub/packing.ts';
import { createSigner } from '../../../main/identity/signer.ts';
import { answerQuestions } from '../child-process.ts';
import { createUsage } from '../process-usage.ts';
import { pause } from '../rows.ts';
import { UPDATE, syncMessage, wrap } from './dialects.ts';
import { createDeliveries, type Delivered } from './deliveries.ts';
import { connectLaptop, type Laptop, type LaptopIdentity, type Place } from './laptop.ts';
import { frameOf } from './lean-socket.ts';
import { draw, FRAMES_PER_SECOND, FRAMES_PER_STROKE, type Drawn } from './strokes.ts';

/** All laptops of the load, in one process: they count what arrives, they don't show it. */
export type LoadQuestion =
  | {
      readonly ask: 'open';
      readonly place: Place;
      readonly people: readonly LoadPerson[];
      readonly meeting: MeetingId;
      readonly paper: Sha256;
    }
  /** So many laptops in all from now on. */
  | { readonly ask: 'connect'; readonly laptops: number }
  | { readonly ask: 'draw'; readonly drawers: number; readonly seconds: number; readonly warm: number };

export interface LoadPerson extends LaptopIdentity {
  readonly member: MemberId;
}

export interface Drawing {
  /** Live ink and lifted strokes, at the other laptops. */
  readonly live: Delivered;
  /** Strokes as signed entries that are on the host's disk; only a host of ours has them. */
  readonly signed: Delivered;
  readonly loadCpuMilliseconds: number;
  readonly milliseconds: number;
}

/** The one document that all draw in at servers which have no document for each author. */
const SHARED_DOCUMENT = 'ink';
/** Beyond this what is missing counts as lost. */
const PATIENCE_MILLISECONDS = 1500;

let given: Extract<LoadQuestion, { ask: 'open' }>;
const laptops: Laptop[] = [];
const authors: Author[] = [];
const usage = createUsage();
let broken: Error | undefined;

interface Author {
  readonly document: string;
  readonly doc: Y.Doc;
  nextClock: number;
  seq: number;
  prev: Sha256 | null;
  introduced: boolean;
}

const live = createDeliveries();
const lifted = createDeliveries();
const signed = createDeliveries();
const authorOf = new Map<number, number>();
const entryOf = new Map<string, { author: number; number: number }>();

answerQuestions(async (question: LoadQuestion): Promise<Drawing | null> => {
  if (broken) throw broken;
  switch (question.ask) {
    case 'open':
      given = question;
      return null;
    case 'connect':
      await connectUpTo(question.laptops);
      return null;
    case 'draw':
      return await drawing(question.drawers, question.seconds, question.warm);
  }
});

const ownDocuments = (): boolean => given.place.dialect === 'link';

/** Ten at a time: how fast many can join is measured elsewhere. */
async function connectUpTo(count: number): Promise<void> {
  const before = laptops.length;
  for (let index = before; index < count; index++) {
    const member = given.people[index]?.member;
    const document = ownDocuments() ? `ink/${given.paper}/${member}` : SHARED_DOCUMENT;
    const doc = new Y.Doc();
    authorOf.set(doc.clientID, index);
    authors.push({ document, doc, nextClock: 1, seq: 0, prev: null, introduced: false });
  }
  const all = [...new Set(authors.map(({ document }) => document))];
  for (let from = before; from < count; from += 10) {
    const some = Array.from({ length: Math.min(10, count - from) }, (_, at) => open(from + at, all));
    laptops.push(...some);
    await Promise.all(some.map(({ ready }) => ready));
  }
  if (ownDocuments()) {
    const fresh = all.slice(before);
    for (const laptop of laptops.slice(0, before)) await laptop.follow(fresh);
  }
}

function open(index: number, documents: readonly string[]): Laptop {
  return connectLaptop(given.place, index, given.people[index] as LoadPerson, documents, {
    onAwareness(client, clock) {
      const author = authorOf.get(client);
      if (author !== undefined && author !== index) live.arrived(index, author, clock);
    },
    onUpdate(client, clock) {
      const author = authorOf.get(client);
      if (author !== undefined && author !== index) lifted.arrived(index, author, clock);
    },
    onEntries(entries) {
      for (const entry of entries) {
        const known = entryOf.get(nameOf(entry));
        if (known && known.author !== index) signed.arrived(index, known.author, known.number);
      }
    },
    onClose(reason) {
      broken ??= new Error(`laptop ${index}: ${reason}`);
    },
  });
}

/** The end of the signature. */
const nameOf = (jws: string): string => jws.slice(-24);

interface Script {
  readonly author: number;
  readonly drawn: Drawn;
  readonly frames: readonly Uint8Array[];
  readonly lifts: readonly {
    readonly clock: number;
    readonly bytes: readonly Uint8Array[];
  }[];
}

async function drawing(drawers: number, seconds: number, warm: number): Promise<Drawing> {
  const scripts: Script[] = [];
  for (let author = 0; author < drawers; author++) scripts.push(await prepared(author, warm + seconds));
  for (const deliveries of [live, lifted, signed]) deliveries.begin(laptops.length);

  const interval = 1000 / FRAMES_PER_SECOND;
  const total = (warm + seconds) * FRAMES_PER_SECOND;
  const from = performance.now() + 20;
  const due = scripts.map((_, at) => from + (at / drawers) * interval);
  const sent = scripts.map(() => 0);
  let left = drawers;
  let measuring = false;
  while (left > 0) {
    const now = performance.now();
    if (!measuring && now >= from + warm * 1000) {
      measuring = true;
      usage.begin();
    }
    for (const [at, script] of scripts.entries()) {
      if ((sent[at] as number) >= total || (due[at] as number) > now) continue;
      sendNext(script, sent[at] as number, measuring);
      due[at] = (due[at] as number) + interval;
      if (++(sent[at] as number) === total) left--;
    }
    await pause(1);
  }
  const milliseconds = performance.now() - from - warm * 1000;
  const { cpuMilliseconds } = usage.used();
  const until = performance.now() + PATIENCE_MILLISECONDS;
  const everything = ownDocuments() ? [live, lifted, signed] : [live, lifted];
  while (performance.now() < until && everything.some((one) => one.missing() > 0)) await pause(10);
  if (broken) throw broken;
  return {
    live: live.delivered(lifted),
    signed: signed.delivered(),
    loadCpuMilliseconds: cpuMilliseconds,
    milliseconds,
  };
}

function sendNext(script: Script, frame: number, measuring: boolean): void {
  const { socket } = laptops[script.author] as Laptop;
  live.sent(script.author, script.drawn.firstClock + frame, measuring);
  socket.write(script.frames[frame] as Uint8Array);
  if ((frame + 1) % FRAMES_PER_STROKE !== 0) return;
  const stroke = Math.floor(frame / FRAMES_PER_STROKE);
  const lift = script.lifts[stroke];
  if (!lift) return;
  lifted.sent(script.author, lift.clock, measuring);
  const author = authors[script.author] as Author;
  if (ownDocuments()) signed.sent(script.author, author.seq - script.lifts.length + stroke + 1, measuring);
  for (const bytes of lift.bytes) socket.write(bytes);
}

/** Everything that a person will send, encoded and signed before the clock runs. */
async function prepared(index: number, seconds: number): Promise<Script> {
  const author = authors[index] as Author;
  const { dialect } = given.place;
  const drawn = draw(author.doc, author.nextClock, seconds, index);
  author.nextClock += drawn.frames.length;
  const frames = drawn.frames.map((message) => frameOf(wrap(dialect, author.document, message), true));
  const lifts: Script['lifts'][number][] = [];
  for (const { update, clock } of drawn.strokes) {
    const bytes = [frameOf(wrap(dialect, author.document, syncMessage(UPDATE, update)), true)];
    if (ownDocuments()) bytes.push(...(await entryFrames(index, update)));
    lifts.push({ clock, bytes });
  }
  return { author: index, drawn, frames, lifts };
}

/** Packed, as a laptop of ours sends them. */
function frameOfControl(message: Parameters<typeof encodeControl>[0]): Buffer {
  const json = encodeControl(message);
  const packed = packing.pack(json);
  return frameOf(packed ?? json, packed !== null);
}

async function entryFrames(index: number, update: Uint8Array): Promise<Buffer[]> {
  const author = authors[index] as Author;
  const { member, key, cert } = given.people[index] as LoadPerson;
  const own = new X509Certificate(cert).raw;
  const payload: EntryPayload = {
    v: 1,
    meeting: given.meeting,
    author: member,
    stream: `doc/${author.document}` as EntryPayload['stream'],
    seq: author.seq + 1,
    prev: author.prev,
    time: new Date().toISOString(),
    kind: 'document-change',
    body: { update: Buffer.from(update).toString('base64url') },
  };
  const entry = await signEntry(createSigner(createPrivateKey(key), [own]), payload);
  author.seq += 1;
  author.prev = entry.hash;
  entryOf.set(nameOf(entry.jws), { author: index, number: author.seq });
  const messages = [frameOfControl({ type: 'entries', batch: author.seq, entries: [entry.jws] })];
  if (!author.introduced)
    messages.unshift(frameOfControl({ type: 'certificates', certificates: [Buffer.from(own).toString('base64')] }));
  author.introduced = true;
  return messages;
}
