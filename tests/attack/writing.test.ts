import * as encoding from 'lib0/encoding';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as Y from 'yjs';
import { strokesOf } from '../../common/collab/annotations.ts';
import { newClientId, tagOf } from '../../common/collab/client-id.ts';
import { shownMessage } from '../../common/collab/document-connection.ts';
import { minutesSection } from '../../common/collab/minutes.ts';
import { readAgenda } from '../../common/collab/plan.ts';
import type { Place } from '../../common/collab/read-update.ts';
import { asMemberId, type MemberId } from '../../common/domain/ids.ts';
import { encodeDocumentFrames } from '../../common/wire/document-frames.ts';
import { encodeControl, LINK_PROTOCOL } from '../../common/wire/link.ts';
import { MAX_LIVE } from '../../main/meetings/meeting-documents.ts';
import { MAX_SHOWN_BYTES } from '../../main/meetings/shown-changes.ts';
import { until, type TestLaptop } from '../fixtures/laptops.ts';
import { openRawSocket } from '../fixtures/network/raw-client.ts';
import { openWindowDocument, type WindowDocument } from '../fixtures/window-document.ts';
import { TYPE, writeUpdate, type WrittenStruct } from '../fixtures/yjs-update.ts';
import { attackedRoom, watchForCrashes, type AttackedRoom } from './attacked-room.ts';
import { ITEM } from '../fixtures/convened-meeting.ts';
import { handLink, hostilePerson, type HandLink, type HostilePerson } from './hostile-person.ts';

// A voting member, who may write minutes and own ink, writes what is not theirs, what is nothing, and much too much.
let at: AttackedRoom;
let mallory: HostilePerson;
/** Minutes as the carrying laptop's own window has them, and ink as its author's and another's window have it. */
let minutes: WindowDocument;
let drawn: WindowDocument;
let seen: WindowDocument;
const watch = watchForCrashes();

beforeAll(async () => {
  at = await attackedRoom();
  mallory = await hostilePerson(at.hostile, at.meeting);
  await at.hostile.engine.close();
  const ink = `${at.meeting}/ink/${at.paper}/${await at.honest.member()}`;
  minutes = openWindowDocument(at.secretary, `${at.meeting}/minutes`);
  drawn = openWindowDocument(at.honest, ink);
  seen = openWindowDocument(at.secretary, ink);
  await Promise.all([minutes.synced, drawn.synced, seen.synced]);
  write('của thư ký');
}, 120_000);

afterAll(async () => {
  for (const window of [minutes, drawn, seen]) window?.close();
  await at?.close();
  watch.stop();
});

function write(text: string): void {
  const paragraph = new Y.XmlElement('paragraph');
  paragraph.insert(0, [new Y.XmlText(text)]);
  minutesSection(minutes.doc, ITEM).push([paragraph]);
}

const link = () => handLink(mallory, at.address, at.meeting);
const ownInk = () => `ink/${at.paper}/${mallory.member}`;
const SECTION = `section/${ITEM}`;
const WORDS: WrittenStruct = { parent: SECTION, content: { kind: 'type', type: TYPE.words } };
const STROKE: WrittenStruct = { parent: 'strokes', key: 'a', content: { kind: 'binary', bytes: Uint8Array.of(1) } };
let clients = 4_000_000;

function live(document: string, update: Uint8Array): Uint8Array {
  const encoder = encoding.createEncoder();
  encoding.writeVarUint(encoder, 0);
  encoding.writeVarUint(encoder, 2);
  encoding.writeVarUint8Array(encoder, update);
  return encodeDocumentFrames([{ document, message: encoding.toUint8Array(encoder) }]);
}

/** Two honest laptops exchange strokes until the attack is over; how long that takes decides nothing, that it goes on does. */
async function whileOthersWork(attack: () => Promise<unknown>): Promise<void> {
  const before = process.memoryUsage().rss;
  let over = false;
  let highest = before;
  const attacking = attack().finally(() => (over = true));
  attacking.catch(() => undefined);
  let exchanged = 0;
  do {
    const id = `s${exchanged}-${Date.now().toString(36)}`;
    strokesOf(drawn.doc).set(id, Uint8Array.of(1, 2, 3));
    await until(() => strokesOf(seen.doc).has(id), 20_000);
    exchanged += 1;
    highest = Math.max(highest, process.memoryUsage().rss);
  } while (!over);
  await attacking;
  expect(exchanged).toBeGreaterThan(0);
  // All laptops of the room are in this process, the attacker too.
  expect((highest - before) / 1e6).toBeLessThan(500);
  expect(drawn.closedWith).toBeUndefined();
  const [honest] = at.secretary.engine.store.entries.heads(at.meeting).filter((head) => head.stream.includes('ink/'));
  expect(honest).toBeDefined();
}

const refusals: [string, number, (there: Place) => { document: string; update: Uint8Array }][] = [
  [
    'words under the secretary’s client',
    4403,
    ({ client }) => ({
      document: 'minutes',
      update: writeUpdate([{ client, clock: Y.getState(minutes.doc.store, client), structs: [WORDS] }]),
    }),
  ],
  [
    'a struct that waits for itself',
    4400,
    () => {
      const client = clients++;
      const structs = [{ ...WORDS, origin: { client, clock: 0 } }];
      return { document: 'minutes', update: writeUpdate([{ client, clock: 0, structs }]) };
    },
  ],
  [
    'structs that wait for each other',
    4400,
    () => {
      const [one, other] = [clients++, clients++];
      const run = (client: number, origin: number) => ({
        client,
        clock: 0,
        structs: [{ ...WORDS, origin: { client: origin, clock: 0 } }],
      });
      return { document: 'minutes', update: writeUpdate([run(one, other), run(other, one)]) };
    },
  ],
  ['a subdocument', 4400, () => one('minutes', { parent: SECTION, content: { kind: 'document' } })],
  ['a map in the minutes', 4400, () => one('minutes', { parent: SECTION, content: { kind: 'type', type: TYPE.map } })],
  ['a part that there is not', 4400, () => one('minutes', { ...WORDS, parent: 'signatures' })],
  ['numbers as ink', 4400, () => one(ownInk(), { ...STROKE, content: { kind: 'any', values: [[1, 2, 3]] } })],
  [
    'a stroke of megabytes',
    4400,
    () => one(ownInk(), { ...STROKE, content: { kind: 'binary', bytes: new Uint8Array(4e6) } }),
  ],
  [
    'structs without number',
    4400,
    () => {
      const structs = Array.from({ length: 200_000 }, () => ({ content: { kind: 'collected', length: 1 } as const }));
      return { document: ownInk(), update: writeUpdate([{ client: clients++, clock: 0, structs }]) };
    },
  ],
  ['text that is not UTF-8', 4400, () => spoilt((bytes) => bytes.map((byte) => (byte === 0x7a ? 0xff : byte)))],
  ['half an update', 4400, () => spoilt((bytes) => bytes.subarray(0, bytes.length - 4))],
];

function one(document: string, struct: WrittenStruct) {
  return { document, update: writeUpdate([{ client: clients++, clock: 0, structs: [struct] }]) };
}

function spoilt(spoil: (bytes: Uint8Array) => Uint8Array) {
  const { document, update } = one('minutes', { parent: SECTION, key: 'zzz', content: { kind: 'string', text: 'zz' } });
  return { document, update: spoil(update) };
}

test.each(refusals)(
  '[WRITE-1] [WRITE-2] [WRITE-3] %s: the connection is closed with %i, nothing is applied',
  async (_, code, make) => {
    const before = JSON.stringify(minutesSection(minutes.doc, ITEM).toJSON());
    const { document, update } = make({ client: minutes.doc.clientID, clock: 0 });
    await whileOthersWork(async () => {
      const first = await link();
      first.socket.send(live(document, update));
      expect(await first.closed).toBe(code);
      const second = await link();
      const body = { update: Buffer.from(update).toString('base64url') };
      const stream = `doc/${document}`;
      const head = at.secretary.engine.store.entries.head(at.meeting, mallory.member, stream as never);
      const entry = await mallory.sign({
        stream,
        seq: (head?.seq ?? 0) + 1,
        prev: head?.hash ?? null,
        kind: 'document-change',
        body,
      });
      await second.bring([entry]);
      expect(await second.closed).toBe(code);
      expect(at.secretary.engine.store.entries.head(at.meeting, mallory.member, stream as never)).toEqual(head);
    });
    expect(JSON.stringify(minutesSection(minutes.doc, ITEM).toJSON())).toBe(before);
  },
);

test('[WRITE-2] in ink that says whose it is, another’s strokes can be neither deleted, overwritten nor drawn beside', async () => {
  const place = { client: drawn.doc.clientID, clock: 0 };
  const attempts: [string, Uint8Array][] = [
    ['deleted', writeUpdate([], [{ ...place, length: 1 }])],
    ['overwritten', writeUpdate([{ client: clients++, clock: 0, structs: [{ ...STROKE, origin: place }] }])],
    ['beside', writeUpdate([{ client: clients++, clock: 0, structs: [{ ...STROKE, rightOrigin: place }] }])],
    ['within', writeUpdate([{ client: clients++, clock: 0, structs: [{ ...STROKE, parent: place, key: 'x' }] }])],
  ];
  const strokes = [...strokesOf(seen.doc).keys()];
  for (const [what, update] of attempts) {
    const theirs = await link();
    theirs.socket.send(live(`ink/${at.paper}/${await at.honest.member()}`, update));
    expect([what, await theirs.closed]).toEqual([what, 4403]);
    const own = await link();
    const entry = await mallory.sign({
      stream: `doc/${ownInk()}`,
      kind: 'document-change',
      body: { update: Buffer.from(update).toString('base64url') },
    });
    await own.bring([entry]);
    expect([what, await own.closed]).toEqual([what, 4403]);
  }
  expect([...strokesOf(seen.doc).keys()]).toEqual(strokes);
});

test('[WRITE-3] [WRITE-4] changes that build on what never comes are kept by nobody, and hold nobody up', async () => {
  const structs = (client: number, nobody: number) => [
    { ...WORDS, origin: { client: nobody, clock: 7 } },
    { content: { kind: 'string', text: 'x'.repeat(20_000) }, origin: { client, clock: 0 } } as const,
  ];
  await whileOthersWork(async () => {
    const by = await link();
    // Live ones: more than are kept waiting, and no reason to close. Fewer than the messages allowed at once.
    for (let count = 0; count < 2000; count++) {
      const client = clients++;
      const update = writeUpdate([{ client, clock: 0, structs: [structs(client, 3_999_999)[0]!] }]);
      by.socket.send(live('minutes', update));
    }
    // Signed ones are in the log, and in no document.
    for (let count = 0; count < 40; count++) {
      const client = clients++;
      const update = writeUpdate([{ client, clock: 0, structs: structs(client, 3_999_998) }]);
      expect(await by.bring([await mallory.nextChange('minutes', update)])).toEqual({ refused: [] });
    }
    by.socket.close();
  });
  write('sau những thứ treo');
  for (const laptop of [at.honest, at.chair]) {
    const other = openWindowDocument(laptop, `${at.meeting}/minutes`);
    await until(() => JSON.stringify(minutesSection(other.doc, ITEM).toJSON()).includes('sau những thứ treo'));
    expect(Y.encodeStateAsUpdate(other.doc).byteLength).toBeLessThan(20_000);
    other.close();
  }
});

test('[LINK-2] a storm of connections, of one laptop and of many, stops nobody’s work', async () => {
  await whileOthersWork(async () => {
    for (let wave = 0; wave < 4; wave++) {
      const opened = await Promise.allSettled(
        Array.from({ length: 16 }, (_, index) =>
          openRawSocket(mallory, `wss://${at.address}/link/${at.meeting}`).then((raw) => {
            raw.socket.on('error', () => undefined);
            const device = wave % 2 === 0 ? 'the-same-laptop' : `laptop-${wave}-${index}`;
            const hello = { type: 'hello', protocol: LINK_PROTOCOL, device, heads: [] } as const;
            raw.socket.send(encodeControl(hello), { binary: false });
            raw.socket.send(encodeDocumentFrames([{ document: 'minutes', message: Uint8Array.of(0, 0, 1, 0) }]));
            return raw;
          }),
        ),
      );
      for (const raw of opened) if (raw.status === 'fulfilled') raw.value.socket.terminate();
    }
  });
  const again = await link();
  await until(() => again.control().some((message) => message.type === 'welcome'));
  again.socket.close();
  expect(watch.crashes).toEqual([]);
});

test('[DOC-9] who has a long document opened, or asks for it, ten thousand times with one message holds nobody up', async () => {
  const client = newClientId(mallory.member);
  const structs = Array.from({ length: 4000 }, (_, index) => ({ ...STROKE, key: `s${index}` }));
  const own = await link();
  const entry = await mallory.nextChange(ownInk(), writeUpdate([{ client, clock: 0, structs }]));
  expect(await own.bring([entry])).toEqual({ refused: [] });
  const question = Uint8Array.of(0, 0, 1, 0);
  const frames = Array.from({ length: 5000 }, () => [
    { document: ownInk(), message: question },
    { document: ownInk(), message: new Uint8Array(0) },
  ]);
  const questions = Array.from({ length: 10_000 }, () => ({ document: ownInk(), message: question }));
  let [last, longest] = [performance.now(), 0];
  const watching = setInterval(() => {
    longest = Math.max(longest, performance.now() - last);
    last = performance.now();
  }, 20);
  // Done at once it takes the host a minute, in which it hears nobody.
  await whileOthersWork(async () => {
    for (const attack of [frames.flat(), questions]) {
      const by = await link();
      by.socket.send(encodeDocumentFrames(attack));
      await new Promise((resolve) => setTimeout(resolve, 1000));
      by.socket.terminate();
    }
  });
  clearInterval(watching);
  expect(longest).toBeLessThan(10_000);
  own.socket.close();
}, 120_000);

test('[AWARE-1] [AWARE-4] presence of thousands of made-up clients is nobody’s', async () => {
  const presence = (client: number) => {
    const update = encoding.createEncoder();
    encoding.writeVarUint(update, 1);
    encoding.writeVarUint(update, client);
    encoding.writeVarUint(update, 1);
    encoding.writeVarString(update, JSON.stringify({ pen: 'x'.repeat(12_000) }));
    const message = encoding.createEncoder();
    encoding.writeVarUint(message, 1);
    encoding.writeVarUint8Array(message, encoding.toUint8Array(update));
    return encodeDocumentFrames([{ document: 'minutes', message: encoding.toUint8Array(message) }]);
  };
  await whileOthersWork(async () => {
    const by = await link();
    for (let client = 0; client < 4000; client++) by.socket.send(presence(9_000_000 + client));
    await Promise.race([by.closed, new Promise((resolve) => setTimeout(resolve, 1500))]);
    by.socket.terminate();
  });
  expect(watch.crashes).toEqual([]);
});

describe('what is shown live and signed by nobody', () => {
  let secretary: MemberId;
  let here: WindowDocument;
  let there: WindowDocument;
  let plan: WindowDocument;

  beforeAll(async () => {
    secretary = await at.secretary.member();
    here = openWindowDocument(at.secretary, `${at.meeting}/minutes`, secretary);
    there = openWindowDocument(at.honest, `${at.meeting}/minutes`, await at.honest.member());
    plan = openWindowDocument(at.secretary, `${at.meeting}/plan`, secretary);
    await Promise.all([here.synced, there.synced, plan.synced]);
    type(here, 'từ cửa sổ này');
    await until(() => textOf(there).includes('từ cửa sổ này'));
  });
  afterAll(() => {
    for (const window of [here, there, plan]) window?.close();
  });

  const textOf = ({ doc }: WindowDocument) => minutesSection(doc, ITEM).toString();

  function type({ doc }: WindowDocument, text: string): void {
    const paragraph = new Y.XmlElement('paragraph');
    paragraph.insert(0, [new Y.XmlText(text)]);
    minutesSection(doc, ITEM).push([paragraph]);
  }

  function words(client: number, clock: number, text: string): Uint8Array {
    const structs: WrittenStruct[] = [WORDS, { parent: { client, clock }, content: { kind: 'string', text } }];
    return writeUpdate([{ client, clock, structs }]);
  }

  const brings = (document: string, update: Uint8Array) =>
    encodeDocumentFrames([{ document, message: shownMessage(update) }]);
  const kept = ({ engine }: TestLaptop, document = 'minutes') => engine.store.shown.read(at.meeting, document);

  /** The host has taken what was sent before. */
  async function heard({ socket }: HandLink): Promise<void> {
    const pong = new Promise((resolve) => socket.once('pong', resolve));
    socket.ping();
    await pong;
  }

  test('[WRITE-6] who shows megabytes and signs nothing takes no more than 64 KiB of the others’ disks', async () => {
    const by = await link();
    const client = newClientId(mallory.member);
    for (let round = 0, clock = 0; round < 300; round++) {
      const text = `${round} `.padEnd(10_000, 'x');
      by.socket.send(live('minutes', words(client, clock, text)));
      clock += 1 + text.length;
    }
    // The others have it on the screen, so that each has decided what to keep of it.
    await until(() => textOf(here).includes('299 ') && textOf(there).includes('299 '));
    for (const laptop of [at.secretary, at.honest]) {
      await until(() => kept(laptop).some(({ tag }) => tag === tagOf(mallory.member)));
      // What is typed next waits for what is kept of others.
      type(laptop === at.secretary ? here : there, 'rồi đến lượt tôi');
      const own = kept(laptop).find(({ tag }) => tag === tagOf(mallory.member));
      expect(own?.changes.byteLength).toBeLessThanOrEqual(MAX_SHOWN_BYTES);
    }
    by.socket.close();
  });

  test('[WRITE-7] nor more than some megabytes of their memories', async () => {
    const by = await link();
    const client = newClientId(mallory.member);
    const length = 1024 * 1024;
    for (let round = 0; round < 12; round++)
      by.socket.send(live('minutes', words(client, round * (length + 1), 'y'.repeat(length))));
    await heard(by);
    const shown = (window: WindowDocument) => textOf(window).split('y').length;
    await until(() => shown(there) > length && shown(there) === shown(here));
    expect(shown(here)).toBeLessThanOrEqual(MAX_LIVE);
    expect(by.socket.readyState).toBe(by.socket.OPEN);
    type(here, 'và vẫn viết được');
    await until(() => textOf(there).includes('và vẫn viết được'));
    by.socket.close();
  });

  test('[DOC-7] nobody brings words under a client that its author uses here, or of who may not write', async () => {
    const by = await link();
    const { clientID } = here.doc;
    by.socket.send(brings('minutes', words(clientID, Y.getState(here.doc.store, clientID), 'giả thư ký')));
    const stranger = asMemberId('fffff000-0000-4000-8000-000000000001');
    by.socket.send(brings('minutes', words(newClientId(stranger), 0, 'giả người lạ')));
    by.socket.send(brings('minutes', words(4_000_000, 0, 'giả không ai')));
    const item = { id: 'gia', title: 'giả', presenter: '', minutes: 1, order: 1, papers: [], motions: [] };
    const client = newClientId(secretary);
    const struct: WrittenStruct = { parent: 'items', key: 'gia', content: { kind: 'any', values: [item] } };
    by.socket.send(brings('plan', writeUpdate([{ client, clock: 0, structs: [struct] }])));
    await heard(by);
    expect(by.socket.readyState).toBe(by.socket.OPEN);
    type(here, 'sau những lời giả');
    await until(() => textOf(there).includes('sau những lời giả'));
    for (const window of [here, there]) expect(textOf(window)).not.toContain('giả thư ký');
    for (const window of [here, there]) expect(textOf(window)).not.toMatch(/giả người lạ|giả không ai/);
    expect(readAgenda(plan.doc).map(({ title }) => title)).not.toContain('giả');
    expect(kept(at.secretary, 'plan')).toEqual([]);
    by.socket.close();
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
      const by = await link();
      by.socket.send(attack);
      expect(await by.closed).toBe(4400);
    }
    const by = await link();
    for (let count = 0; count < 300; count++) by.socket.send(brings('minutes', words(client, 5 + 2 * count, 'z')));
    expect(await by.closed).toBe(4400);
    expect(textOf(here)).toBe(textOf(there));
    expect(watch.crashes).toEqual([]);
  });
});
