import * as encoding from 'lib0/encoding';
import { expect } from 'vitest';
import { newClientId } from '../../common/collab/client-id.ts';
import type { Place } from '../../common/collab/read-update.ts';
import type { MemberId } from '../../common/domain/ids.ts';
import { encodeDocumentFrames } from '../../common/wire/document-frames.ts';
import { until } from '../fixtures/laptops.ts';
import { TYPE, writeUpdate, type WrittenStruct } from '../fixtures/yjs-update.ts';
import type { HandLink } from './hostile-person.ts';

/** Whoever carries the meeting, and a member with a vote who means harm. */
export interface Attacked {
  /** A new link of the hostile member, spoken by hand. */
  link(): Promise<HandLink>;
  readonly hostile: MemberId;
  sign(change: Readonly<Record<string, unknown>>): Promise<string>;
  readonly secretary: MemberId;
  readonly victim: MemberId;
  /** Ink of the victim that is in the log, and a stroke in it. */
  readonly ink: string;
  readonly stroke: Place;
}

const SECTION = 'section/muc-1';
const STROKE: WrittenStruct = { parent: 'strokes', key: 'x', content: { kind: 'binary', bytes: Uint8Array.of(1) } };
const WORDS: WrittenStruct = { parent: SECTION, content: { kind: 'type', type: TYPE.words } };

export function live(document: string, update: Uint8Array): Uint8Array {
  const encoder = encoding.createEncoder();
  encoding.writeVarUint(encoder, 0);
  encoding.writeVarUint(encoder, 2);
  encoding.writeVarUint8Array(encoder, update);
  return encodeDocumentFrames([{ document, message: encoding.toUint8Array(encoder) }]);
}

export const question = (document: string) => encodeDocumentFrames([{ document, message: Uint8Array.of(0, 0, 1, 0) }]);

export const one = (client: number, ...structs: WrittenStruct[]) => writeUpdate([{ client, clock: 0, structs }]);

/** Each of these ends the connection that it came over, with that code. */
export async function expectRefusals(at: Attacked): Promise<void> {
  const own = () => newClientId(at.hostile);
  const ownInk = at.ink.replace(at.victim, at.hostile);
  const self = own();
  const change = (document: string, update: Uint8Array) => ({
    stream: `doc/${document}`,
    kind: 'document-change',
    body: { update: Buffer.from(update).toString('base64url') },
  });
  const meta: WrittenStruct = { parent: 'meta', key: 'title', content: { kind: 'any', values: ['bị phá'] } };
  const huge: WrittenStruct = { ...STROKE, content: { kind: 'binary', bytes: new Uint8Array(4e6) } };
  const frames: [string, number, Uint8Array][] = [
    ['the plan', 4403, live('plan', one(own(), meta))],
    ['ink of another, drawn', 4403, live(at.ink, one(own(), STROKE))],
    ['ink of another, deleted', 4403, live(at.ink, writeUpdate([], [{ ...at.stroke, length: 1 }]))],
    ['words of the secretary', 4403, live('minutes', one(newClientId(at.secretary), WORDS))],
    ['what is no update', 4400, live('minutes', Uint8Array.of(1, 2, 3))],
    ['half an update', 4400, live('minutes', one(own(), WORDS).subarray(0, -2))],
    ['a subdocument', 4400, live('minutes', one(own(), { parent: SECTION, content: { kind: 'document' } }))],
    ['a circle', 4400, live('minutes', one(self, { ...WORDS, origin: { client: self, clock: 0 } }))],
    ['a stroke of megabytes', 4400, live(ownInk, one(own(), huge))],
    ['a name that is no document', 4400, question('../plan')],
  ];
  for (const [what, code, frame] of frames) {
    const by = await at.link();
    by.socket.send(frame);
    expect([what, await by.closed]).toEqual([what, code]);
  }
  const entries: [string, number, Readonly<Record<string, unknown>>][] = [
    ['the plan, signed', 4403, change('plan', one(own(), meta))],
    ['ink of another, signed', 4403, change(at.ink, one(own(), STROKE))],
    ['an act of another', 4400, { author: at.victim }],
    ['words of the secretary, signed', 4403, change('minutes', one(newClientId(at.secretary), WORDS))],
  ];
  for (const [what, code, entry] of entries) {
    const by = await at.link();
    await by.bring([await at.sign(entry)]);
    expect([what, await by.closed]).toEqual([what, code]);
  }
}

/** Floods, a reader that takes nothing and a storm of connections; `others`: what others do meanwhile, to its end. */
export async function flood(at: Attacked, others: () => Promise<unknown>): Promise<void> {
  const [many, crowd, deaf] = await Promise.all([at.link(), at.link(), at.link()]);
  deaf.socket.pause();
  const inks = Array.from({ length: 10_000 }, (_, n) => `ink/${n.toString(16).padStart(64, '0')}/${at.hostile}`);
  const open = (documents: readonly string[], message = Uint8Array.of(0, 0, 1, 0)) =>
    encodeDocumentFrames(documents.map((document) => ({ document, message })));
  for (let from = 0; from < inks.length; from += 1000) many.socket.send(open(inks.slice(from, from + 1000)));
  many.socket.send(open(inks.flatMap((ink) => [ink, ink]).slice(0, 10_000), new Uint8Array(0)));
  deaf.socket.send(open(inks.slice(0, 500)));
  for (let round = 0; round < 50; round++) deaf.socket.send(open(Array.from({ length: 500 }, () => at.ink)));
  for (let count = 0; count < 3000; count++) crowd.socket.send(presence(5_000_000 + count));
  const storm = Array.from({ length: 4 }, async () => {
    const links = await Promise.allSettled(Array.from({ length: 12 }, () => at.link()));
    for (const link of links) if (link.status === 'fulfilled') link.value.socket.terminate();
  });
  await others();
  await Promise.all(storm);
  for (const { socket } of [many, crowd, deaf]) socket.terminate();
  // There is room for the hostile member as for anybody, once the storm is over.
  const again = await at.link();
  await until(() => again.control().some((message) => message.type === 'welcome'));
  again.socket.terminate();
}

function presence(client: number): Uint8Array {
  const update = encoding.createEncoder();
  encoding.writeVarUint(update, 1);
  encoding.writeVarUint(update, client);
  encoding.writeVarUint(update, 1);
  encoding.writeVarString(update, JSON.stringify({ pen: 'x'.repeat(8000) }));
  const message = encoding.createEncoder();
  encoding.writeVarUint(message, 1);
  encoding.writeVarUint8Array(message, encoding.toUint8Array(update));
  return encodeDocumentFrames([{ document: 'minutes', message: encoding.toUint8Array(message) }]);
}
