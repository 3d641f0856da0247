import { afterAll, beforeAll, expect, test } from 'vitest';
import * as encoding from 'lib0/encoding';
import * as Y from 'yjs';
import { newClientId, tagOf } from '../../common/collab/client-id.ts';
import { shownMessage } from '../../common/collab/document-connection.ts';
import { minutesSection } from '../../common/collab/minutes.ts';
import { readAgenda } from '../../common/collab/plan.ts';
import { asMemberId, type MemberId } from '../../common/domain/ids.ts';
import { encodeDocumentFrames } from '../../common/wire/document-frames.ts';
import { MAX_SHOWN_BYTES } from '../../main/meetings/shown-changes.ts';
import { ITEM } from '../fixtures/convened-meeting.ts';
import { until, type TestLaptop } from '../fixtures/laptops.ts';
import { openWindowDocument, type WindowDocument } from '../fixtures/window-document.ts';
import { TYPE, writeUpdate, type WrittenStruct } from '../fixtures/yjs-update.ts';
import { attackedRoom, watchForCrashes, type AttackedRoom } from './attacked-room.ts';
import { handLink, hostilePerson, type HandLink, type HostilePerson } from './hostile-person.ts';

// A voting member, who may write minutes, shows much and signs nothing, and brings what others never wrote.
let at: AttackedRoom;
let mallory: HostilePerson;
let secretary: MemberId;
let minutes: WindowDocument;
let elsewhere: WindowDocument;
let plan: WindowDocument;
const watch = watchForCrashes();
const SECTION = `section/${ITEM}`;

beforeAll(async () => {
  at = await attackedRoom();
  mallory = await hostilePerson(at.hostile, at.meeting);
  await at.hostile.engine.close();
  secretary = await at.secretary.member();
  minutes = openWindowDocument(at.secretary, `${at.meeting}/minutes`, secretary);
  elsewhere = openWindowDocument(at.honest, `${at.meeting}/minutes`, await at.honest.member());
  plan = openWindowDocument(at.secretary, `${at.meeting}/plan`, secretary);
  await Promise.all([minutes.synced, elsewhere.synced, plan.synced]);
  write(minutes, 'của thư ký');
  await until(() => textOf(elsewhere).includes('của thư ký'));
}, 120_000);

afterAll(async () => {
  for (const window of [minutes, elsewhere, plan]) window?.close();
  await at?.close();
  watch.stop();
});

const textOf = ({ doc }: WindowDocument) => minutesSection(doc, ITEM).toString();

function write({ doc }: WindowDocument, text: string): void {
  const paragraph = new Y.XmlElement('paragraph');
  paragraph.insert(0, [new Y.XmlText(text)]);
  minutesSection(doc, ITEM).push([paragraph]);
}

function words(client: number, clock: number, text: string): Uint8Array {
  const structs: WrittenStruct[] = [
    { parent: SECTION, content: { kind: 'type', type: TYPE.words } },
    { parent: { client, clock }, content: { kind: 'string', text } },
  ];
  return writeUpdate([{ client, clock, structs }]);
}

function live(document: string, update: Uint8Array): Uint8Array {
  const encoder = encoding.createEncoder();
  encoding.writeVarUint(encoder, 0);
  encoding.writeVarUint(encoder, 2);
  encoding.writeVarUint8Array(encoder, update);
  return encodeDocumentFrames([{ document, message: encoding.toUint8Array(encoder) }]);
}

const brings = (document: string, update: Uint8Array) =>
  encodeDocumentFrames([{ document, message: shownMessage(update) }]);

const kept = ({ engine }: TestLaptop, document = 'minutes') => engine.store.shown.read(at.meeting, document);
const bytesOf = (laptop: TestLaptop) => kept(laptop).reduce((sum, { changes }) => sum + changes.byteLength, 0);

/** The host has taken what was sent before. */
async function heard(link: HandLink): Promise<void> {
  const pong = new Promise((resolve) => link.socket.once('pong', resolve));
  link.socket.ping();
  await pong;
}

test('[WRITE-6] who shows megabytes and signs nothing takes no more than 64 KiB of the others’ disks', async () => {
  const link = await handLink(mallory, at.address, at.meeting);
  const client = newClientId(mallory.member);
  for (let round = 0, clock = 0; round < 300; round++) {
    const text = `${round} `.padEnd(10_000, 'x');
    link.socket.send(live('minutes', words(client, clock, text)));
    clock += 1 + text.length;
  }
  // The others have it on the screen, so that each has decided what to keep of it.
  await until(() => textOf(minutes).includes('299 ') && textOf(elsewhere).includes('299 '));
  for (const laptop of [at.secretary, at.honest]) {
    await until(() => kept(laptop).some(({ tag }) => tag === tagOf(mallory.member)));
    // What is typed next waits for what is kept of others.
    write(laptop === at.secretary ? minutes : elsewhere, 'rồi đến lượt tôi');
    expect(bytesOf(laptop)).toBeLessThanOrEqual(2 * MAX_SHOWN_BYTES);
    const own = kept(laptop).find(({ tag }) => tag === tagOf(mallory.member));
    expect(own?.changes.byteLength).toBeLessThanOrEqual(MAX_SHOWN_BYTES);
  }
  link.socket.close();
});

test('[DOC-7] nobody brings words under a client that its author uses here, or of who may not write', async () => {
  const link = await handLink(mallory, at.address, at.meeting);
  const { clientID } = minutes.doc;
  link.socket.send(brings('minutes', words(clientID, Y.getState(minutes.doc.store, clientID), 'giả thư ký')));
  const stranger = asMemberId('fffff000-0000-4000-8000-000000000001');
  link.socket.send(brings('minutes', words(newClientId(stranger), 0, 'giả người lạ')));
  link.socket.send(brings('minutes', words(4_000_000, 0, 'giả không ai')));
  const item = { id: 'gia', title: 'giả', presenter: '', minutes: 1, order: 1, papers: [], motions: [] };
  const client = newClientId(secretary);
  const struct: WrittenStruct = { parent: 'items', key: 'gia', content: { kind: 'any', values: [item] } };
  link.socket.send(brings('plan', writeUpdate([{ client, clock: 0, structs: [struct] }])));
  await heard(link);
  expect(link.socket.readyState).toBe(link.socket.OPEN);
  write(minutes, 'sau những lời giả');
  await until(() => textOf(elsewhere).includes('sau những lời giả'));
  for (const window of [minutes, elsewhere]) expect(textOf(window)).not.toContain('giả thư ký');
  for (const window of [minutes, elsewhere]) expect(textOf(window)).not.toMatch(/giả người lạ|giả không ai/);
  expect(readAgenda(plan.doc).map(({ title }) => title)).not.toContain('giả');
  expect(kept(at.secretary, 'plan')).toEqual([]);
  link.socket.close();
});

test('[DOC-7] what no laptop would bring closes the connection, as does too much of it', async () => {
  const chair = await at.chair.member();
  const client = newClientId(chair);
  const circle = { parent: SECTION, origin: { client, clock: 0 }, content: { kind: 'string', text: 'z' } } as const;
  const attacks: Uint8Array[] = [
    brings('minutes', Uint8Array.of(1, 2, 3)),
    brings('minutes', words(client, 0, 'z'.repeat(MAX_SHOWN_BYTES))),
    brings(
      'minutes',
      writeUpdate([{ client, clock: 0, structs: [circle, { ...circle, origin: null, parent: 'chữ ký' }] }]),
    ),
    brings(`ink/${at.paper}/${mallory.member}`, words(newClientId(mallory.member), 0, 'z')),
  ];
  for (const attack of attacks) {
    const link = await handLink(mallory, at.address, at.meeting);
    link.socket.send(attack);
    expect(await link.closed).toBe(4400);
  }
  const link = await handLink(mallory, at.address, at.meeting);
  for (let count = 0; count < 300; count++) link.socket.send(brings('minutes', words(client, 5 + 2 * count, 'z')));
  expect(await link.closed).toBe(4400);
  expect(textOf(minutes)).toBe(textOf(elsewhere));
  expect(watch.crashes).toEqual([]);
});
