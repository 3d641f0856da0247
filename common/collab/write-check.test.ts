import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as Y from 'yjs';
import { TYPE, writeUpdate, type WrittenStruct } from '../../tests/fixtures/yjs-update.ts';
import { asMemberId, type MemberId } from '../domain/ids.ts';
import { applyEntry } from './apply-entry.ts';
import { addNote, addStroke, notesOf, removeAnnotations, setNoteText, strokesOf } from './annotations.ts';
import { mayBeClientOf, newClientId } from './client-id.ts';
import { createDocumentClients, type DocumentClients } from './document-clients.ts';
import { MAX_TYPE_DEPTH, shapeOf } from './document-shapes.ts';
import { putAgendaItem, removeAgendaItem, setPlanMeta } from './plan.ts';
import { readUpdate, type Place } from './read-update.ts';
import { createWaitingChanges } from './waiting-changes.ts';
import { judgeLive, signedProblem } from './write-check.ts';

const member = (n: number): MemberId => asMemberId(`00000000-0000-4000-8000-00000000000${n}`);
const INK = `ink/${'a'.repeat(64)}/${member(0)}`;

interface Step {
  readonly who: number;
  readonly what: number;
  readonly at: number;
  readonly text: string;
}
/** Editors don't cut a surrogate pair in two; these steps would. */
const words = fc.string({ unit: fc.constantFrom('a', 'đ', 'ệ', ' '), maxLength: 6 });
const steps = fc.array(fc.record({ who: fc.nat(2), what: fc.nat(15), at: fc.nat(30), text: words }), {
  minLength: 5,
  maxLength: 60,
});

/** What people do in a document, through a window. */
function edit(document: string, doc: Y.Doc, { what, at, text }: Step): void {
  if (document === 'minutes') {
    const section = doc.getXmlFragment('section/opening');
    const words = section
      .toArray()
      .flatMap((node) => (node instanceof Y.XmlElement ? node.toArray() : []))
      .filter((node) => node instanceof Y.XmlText);
    const chosen = words[at % Math.max(1, words.length)];
    if (what % 4 === 0 || chosen === undefined) {
      const [list, item] = [new Y.XmlElement('bulletList'), new Y.XmlElement('listItem')];
      if (what % 3 === 0) section.insert(Math.min(at, section.length), [list]);
      if (what % 3 === 0) list.insert(0, [item]);
      const paragraph = new Y.XmlElement('paragraph');
      (what % 3 === 0 ? item : section).insert(0, [paragraph]);
      paragraph.insert(0, [new Y.XmlText(text)]);
    } else if (what % 4 === 1) chosen.insert(Math.min(at, chosen.length), text || 'x');
    else if (what % 4 === 2 && chosen.length > 0) chosen.format(0, Math.min(at + 1, chosen.length), { bold: {} });
    else if (at % 3 === 0) section.delete(0, 1);
    else if (chosen.length > 0) chosen.delete(0, Math.min(at, chosen.length));
  } else if (document === 'plan') {
    const id = `muc-${at % 4}` as never;
    if (what % 3 === 0) setPlanMeta(doc, { title: text });
    else if (what % 3 === 1) removeAgendaItem(doc, id);
    else putAgendaItem(doc, { id, title: text, presenter: '', minutes: 1, order: at, papers: [], motions: [] });
  } else {
    const id = `0000000${at % 10}-a`;
    if (what % 5 === 0) addNote(doc, { id, page: 1, x: at, y: 1, at: 1, text }, null);
    else if (what % 5 === 1) setNoteText(doc, id, text, null);
    else if (what % 5 === 2) removeAnnotations(doc, [id], null);
    else if (what % 5 === 3 && notesOf(doc).get(id) instanceof Y.Map)
      (notesOf(doc).get(id) as Y.Map<unknown>).set('x', at);
    else addStroke(doc, id, { tool: 'pen', colour: 1, width: 1, page: 1, points: Float64Array.of(at, 1, 2, 3) }, null);
  }
}

const contentOf = (document: string, doc: Y.Doc): unknown =>
  document === 'minutes'
    ? // Without bold: Yjs clears double marks away wherever it sees them, and only there.
      doc
        .getXmlFragment('section/opening')
        .toJSON()
        .replaceAll(/<\/?bold>/g, '')
    : ['strokes', 'notes', 'meta', 'items'].map((name) => doc.getMap(name).toJSON());

interface Signed {
  readonly author: MemberId;
  readonly update: Uint8Array;
}

/** A document on a laptop that takes entries in, as `meeting-documents.ts` and `meeting-log.ts` do. */
function reader(document: string) {
  const doc = new Y.Doc();
  const clients = createDocumentClients();
  const shape = shapeOf(document);
  const waiting = createWaitingChanges<Signed>(doc, 1000, (signed) => apply(signed));
  function apply(signed: Signed): void {
    waiting.around(() => {
      const missing = applyEntry(doc, signed.update, shape, 'log');
      if (missing === 'refused') throw new Error('an honest change was refused');
      if (missing.length > 0) waiting.add(missing, signed);
    });
  }
  return {
    doc,
    clients,
    take(signed: Signed, own = false): void {
      const change = readUpdate(signed.update)!;
      expect(signedProblem(change, shape, signed.author, clients)).toBeUndefined();
      clients.sign(change, signed.author);
      if (!own) apply(signed);
    },
  };
}

/** People with windows on their laptops, one laptop that carries, changes live and as entries, absences in between. */
function hold(document: string, writers: number, course: readonly Step[]) {
  const shape = shapeOf(document);
  const host = reader(document);
  const log: Signed[] = [];
  const laptops = Array.from({ length: 3 }, (_, n) => {
    const self = reader(document);
    const laptop = {
      ...self,
      me: member(n),
      online: true,
      pending: [] as Uint8Array[],
      own: [] as Signed[],
      has: 0,
      told: 0,
    };
    self.doc.on('update', (update: Uint8Array, origin: unknown) => {
      if (origin !== 'own') return;
      laptop.pending.push(update);
      if (laptop.online) toHost(laptop.me, update);
    });
    return laptop;
  });
  const windows = laptops.map(({ doc }) => openWindow(doc));
  host.doc.on('update', (update: Uint8Array, origin: unknown) => {
    for (const laptop of laptops) if (laptop.online && origin !== laptop.me) Y.applyUpdate(laptop.doc, update, 'host');
  });

  function toHost(from: MemberId, update: Uint8Array): void {
    const judgement = judgeLive(update, shape, from, host.doc, host.clients);
    expect(judgement).not.toMatchObject({ verdict: 'refuse' });
    if (judgement.verdict === 'apply') Y.applyUpdate(host.doc, judgement.update, from);
    expect([host.doc.store.pendingStructs, host.doc.store.pendingDs]).toEqual([null, null]);
  }

  function openWindow(engine: Y.Doc) {
    const doc = new Y.Doc();
    Y.applyUpdate(doc, Y.encodeStateAsUpdate(engine), 'engine');
    const relay = (update: Uint8Array, origin: unknown) => origin !== doc && Y.applyUpdate(doc, update, 'engine');
    engine.on('update', relay);
    const laptop = laptops.find((one) => one.doc === engine)!;
    doc.on('update', (update: Uint8Array, origin: unknown) => {
      if (origin === 'engine') return;
      const judgement = judgeLive(update, shape, laptop.me, engine, laptop.clients);
      expect(judgement).not.toMatchObject({ verdict: 'refuse' });
      if (judgement.verdict === 'apply') Y.applyUpdate(engine, judgement.update, 'own');
    });
    const roots = document === 'minutes' ? [doc.getXmlFragment('section/opening')] : [strokesOf(doc), notesOf(doc)];
    const undo = document === 'plan' ? undefined : new Y.UndoManager(roots, { captureTimeout: 0 });
    return { doc, undo, close: () => engine.off('update', relay) };
  }

  function sign(n: number): void {
    const laptop = laptops[n]!;
    if (laptop.pending.length === 0) return;
    const signed = { author: laptop.me, update: Y.mergeUpdates(laptop.pending) };
    laptop.pending = [];
    laptop.take(signed, true);
    laptop.own.push(signed);
  }

  /** Both directions of the log. */
  function meet(n: number): void {
    const laptop = laptops[n]!;
    laptop.online = true;
    for (; laptop.told < laptop.own.length; laptop.told++) {
      host.take(laptop.own[laptop.told]!);
      log.push(laptop.own[laptop.told]!);
    }
    for (; laptop.has < log.length; laptop.has++) {
      const signed = log[laptop.has]!;
      if (signed.author !== laptop.me) laptop.take(signed);
    }
    // What was live at the host meanwhile.
    Y.applyUpdate(laptop.doc, Y.encodeStateAsUpdate(host.doc, Y.encodeStateVector(laptop.doc)), 'host');
  }

  for (const step of course) {
    const who = step.who % writers;
    const window = windows[who]!;
    if (step.what === 15) laptops[who]!.online = false;
    else if (step.what === 14) meet(who);
    else if (step.what === 13) sign(who);
    else if (step.what === 12) window.undo?.undo();
    else if (step.what === 11) window.undo?.redo();
    else if (step.what === 10 && step.at % 3 === 0) {
      window.close();
      windows[who] = openWindow(laptops[who]!.doc);
    } else if (step.at % 7 === 0)
      window.doc.transact(() => [1, 2].forEach((n) => edit(document, window.doc, { ...step, at: step.at + n })));
    else edit(document, window.doc, step);
  }
  for (const n of [0, 1, 2]) sign(n);
  for (const n of [0, 1, 2, 0, 1, 2]) meet(n);
  return { log, docs: [host.doc, ...laptops.map(({ doc }) => doc), ...windows.map(({ doc }) => doc)] };
}

describe.each([
  ['minutes', 3],
  ['plan', 3],
  [INK, 1],
] as const)('in %s', (document, writers) => {
  test('[WRITE-1] [WRITE-3] whatever honest people do passes, live and signed, and is the same for who comes later', () => {
    fc.assert(
      fc.property(steps, fc.array(fc.nat(2), { minLength: 1, maxLength: 30 }), (course, order) => {
        const { log, docs } = hold(document, writers, course);
        const late = reader(document);
        // Streams each in their own order, mixed in any.
        const streams = [0, 1, 2].map((n) => log.filter(({ author }) => author === member(n)));
        for (let left = log.length; left > 0; left--) {
          const chosen = streams[order[left % order.length] ?? 0];
          const from = chosen?.length ? chosen : streams.find(({ length }) => length > 0);
          late.take(from!.shift()!);
        }
        const content = contentOf(document, late.doc);
        for (const doc of docs) expect(contentOf(document, doc)).toEqual(content);
        expect([late.doc.store.pendingStructs, late.doc.store.pendingDs]).toEqual([null, null]);
      }),
      { numRuns: 100 },
    );
  });
});

/** Says by its effect whether a change may be: applied to a copy, everything new in it looked at. */
function effectOf(document: string, doc: Y.Doc, update: Uint8Array, mine: (client: number) => boolean): string {
  const copy = new Y.Doc({ gc: false });
  Y.applyUpdate(copy, Y.encodeStateAsUpdate(doc));
  try {
    Y.applyUpdate(copy, update);
  } catch {
    return 'throws';
  }
  if (copy.store.pendingStructs !== null || copy.store.pendingDs !== null) return 'left waiting';
  for (const [client, structs] of copy.store.clients) {
    for (const struct of structs) {
      const fresh = struct.id.clock + struct.length > Y.getState(doc.store, client);
      const before = !fresh && Y.getItem(doc.store, struct.id);
      if (before && !before.deleted && struct.deleted && shapeOf(document).oneAuthor && !mine(client))
        return 'deletes of another';
      if (!fresh) continue;
      if (!mine(client)) return 'writes as another';
      if (struct instanceof Y.Item && !(struct.content instanceof Y.ContentDeleted)) {
        const path = pathOf(struct);
        if (
          !path.some((one) => one.startsWith('deleted')) &&
          !HOLDS[document === INK ? 'ink' : document]!.test(path.join(' > '))
        )
          return `holds ${path.join(' > ')}`;
      }
    }
  }
  return 'fine';
}

/** From the outermost type to the item: names of types, keys, content. */
function pathOf(item: Y.Item): string[] {
  const { content, parentSub } = item;
  const key = parentSub === null ? '' : `[${parentSub}] `;
  const is =
    content instanceof Y.ContentType
      ? content.type.constructor.name.replace('_', '')
      : `${content.constructor.name}${content instanceof Y.ContentAny ? content.arr.map((v) => ` ${typeof v}`).join('') : ''}`;
  const type = item.parent as Y.AbstractType<unknown>;
  if (item.parent === null) return ['deleted'];
  const above = type._item === null ? [Y.findRootTypeKey(type)] : pathOf(type._item);
  return [...above, `${item.deleted ? 'deleted ' : ''}${key}${is}`];
}

const HOLDS: Record<string, RegExp> = {
  ink: /^strokes > \[[\w-]+\] ContentBinary$|^notes > \[[\w-]+\] YMap( > \[(page|x|y|at)\] ContentAny number| > \[text\] YText( > ContentString)?)?$/,
  plan: /^(meta|items|papers|people) > \[[\w-]+\] ContentAny \w+$/,
  minutes:
    /^section\/[\w-]+( > YXmlElement)*( > YXmlElement| > YXmlElement > \[\w+\] ContentAny \w+| > YXmlText( > ContentString| > ContentFormat)?)$/,
};

const places = fc.record({ whose: fc.nat(3), clock: fc.nat(14) });
const contents = fc.oneof(
  fc.record({ kind: fc.constantFrom('deleted' as const, 'collected' as const), length: fc.nat(3) }),
  fc.record({ kind: fc.constant('string' as const), text: fc.constantFrom('a', 'bò', '🖊') }),
  fc.record({ kind: fc.constant('binary' as const), bytes: fc.uint8Array({ maxLength: 4 }) }),
  fc.record({
    kind: fc.constant('any' as const),
    values: fc.array(fc.constantFrom<unknown>(1, 'x', { a: 1 }, null), { maxLength: 2 }),
  }),
  fc.record({ kind: fc.constant('embed' as const), value: fc.constant({ a: 1 }) }),
  fc.record({ kind: fc.constant('format' as const), name: fc.constant('bold'), value: fc.constantFrom(null, true) }),
  fc.record({ kind: fc.constant('type' as const), type: fc.nat(6) }),
  fc.record({
    kind: fc.constant('type' as const),
    type: fc.constantFrom(TYPE.map, TYPE.text, TYPE.element, TYPE.words),
  }),
);
const written = (roots: readonly string[]) =>
  fc.record({
    origin: fc.option(places, { freq: 1 }),
    rightOrigin: fc.option(places, { freq: 1 }),
    parent: fc.oneof(fc.constantFrom(...roots), places, fc.constant('other')),
    key: fc.option(fc.constantFrom('a', 'x', 'text', 'title'), { freq: 2 }),
    content: contents,
  });
const attack = (roots: readonly string[]) =>
  fc.record({
    runs: fc.array(
      fc.record({
        whose: fc.constantFrom(0, 0, 3, 1, 2),
        skip: fc.constantFrom(0, 0, 0, 0, 1, -1),
        structs: fc.array(written(roots), { minLength: 1, maxLength: 3 }),
      }),
      { minLength: 1, maxLength: 2 },
    ),
    deletions: fc.array(fc.record({ whose: fc.nat(3), clock: fc.nat(14), length: fc.integer({ min: 1, max: 3 }) }), {
      maxLength: 1,
    }),
  });

describe.each([
  ['minutes', ['section/opening', 'section/closing']],
  ['plan', ['items', 'meta']],
  [INK, ['strokes', 'notes']],
])('written by hand for %s', (document, roots) => {
  test('what passes is seen by its effect to be the author’s own and in its place', () => {
    const seen = { applied: 0, refused: 0 };
    fc.assert(
      fc.property(steps, fc.array(attack(roots), { minLength: 1, maxLength: 6 }), (course, attacks) => {
        // Two clients of others, one of the attacker, one that nobody knows; ink is of one person only.
        const doc = new Y.Doc();
        const clients = createDocumentClients();
        const shape = shapeOf(document);
        const [attacker, victim] = [member(0), shape.oneAuthor ? member(0) : member(1)];
        const ids = [11, 12, 13, 14];
        for (const [n, client] of [12, 13, 11].entries()) {
          const author = new Y.Doc();
          author.clientID = client;
          Y.applyUpdate(author, Y.encodeStateAsUpdate(doc));
          const before = Y.encodeStateVector(author);
          for (const step of course.slice(n * 4, n * 4 + 4)) edit(document, author, step);
          const update = Y.encodeStateAsUpdate(author, before);
          clients.sign(readUpdate(update)!, client === 11 ? attacker : victim);
          Y.applyUpdate(doc, update);
        }
        const owned = (client: number) => clients.ownerOf(client) !== victim || shape.oneAuthor;
        for (const { runs, deletions } of attacks) {
          const place = ({ whose, clock }: { whose: number; clock: number }): Place => ({ client: ids[whose]!, clock });
          const update = writeUpdate(
            runs
              .filter((run, index) => runs.findIndex((other) => other.whose === run.whose) === index)
              .map(({ whose, skip, structs }) => ({
                client: ids[whose]!,
                clock: Math.max(0, Y.getState(doc.store, ids[whose]!) + skip),
                structs: structs.map((struct): WrittenStruct => ({
                  ...struct,
                  origin: struct.origin && place(struct.origin),
                  rightOrigin: struct.rightOrigin && place(struct.rightOrigin),
                  parent: typeof struct.parent === 'string' ? struct.parent : place(struct.parent),
                })),
              })),
            deletions.map(({ length, ...at }) => ({ ...place(at), length })),
          );
          const judgement = judgeLive(update, shape, attacker, doc, clients);
          if (judgement.verdict === 'apply') {
            expect(effectOf(document, doc, judgement.update, owned)).toBe('fine');
            Y.applyUpdate(doc, judgement.update);
            seen.applied += 1;
          } else if (judgement.verdict === 'refuse') seen.refused += 1;
        }
      }),
      { numRuns: 600 },
    );
    // Neither everything nor nothing passes, or this would say little: by chance some twenty of them do.
    expect(seen.applied).toBeGreaterThan(2);
    expect(seen.refused).toBeGreaterThan(100);
  });
});

test('[WRITE-2] an id for a session says whose it is to everybody, and Yjs can write it', () => {
  fc.assert(
    fc.property(fc.uuid(), fc.uuid(), (one, other) => {
      const client = newClientId(asMemberId(one));
      expect(Number.isSafeInteger(client)).toBe(true);
      expect(mayBeClientOf(client, asMemberId(one))).toBe(true);
      expect(mayBeClientOf(client, asMemberId(other))).toBe(
        one.slice(0, 5) === other.slice(0, 5) || one.startsWith('00000'),
      );
    }),
  );
});

describe('each way to break the rule is refused', () => {
  const shape = shapeOf('minutes');
  const [victim, mallory] = [member(1), member(2)];

  /** Minutes with a paragraph of the victim's; what the victim signed. */
  function minutes(): { doc: Y.Doc; clients: DocumentClients; client: number } {
    const doc = new Y.Doc();
    const clients = createDocumentClients();
    const author = new Y.Doc();
    edit('minutes', author, { who: 1, what: 4, at: 0, text: 'của người khác' });
    const update = Y.encodeStateAsUpdate(author);
    Y.applyUpdate(doc, update);
    clients.sign(readUpdate(update)!, victim);
    return { doc, clients, client: author.clientID };
  }
  const judged = (update: Uint8Array, { doc, clients }: { doc: Y.Doc; clients: DocumentClients }) => [
    judgeLive(update, shape, mallory, doc, clients),
    signedProblem(readUpdate(update)!, shape, mallory, clients),
  ];
  const refused = (problem: string) => [{ verdict: 'refuse', problem }, problem];
  const text = { kind: 'string', text: 'giả' } as const;

  test('[WRITE-2] structs under another’s client', () => {
    const at = minutes();
    const clock = Y.getState(at.doc.store, at.client);
    const forged = { parent: 'section/opening', content: { kind: 'type', type: TYPE.words } } as const;
    expect(judged(writeUpdate([{ client: at.client, clock, structs: [forged] }]), at)).toEqual(refused('foreign'));
  });

  test('[WRITE-2] structs under a client that another wrote with live and has not signed yet', () => {
    const at = minutes();
    const theirs = new Y.Doc();
    edit('minutes', theirs, { who: 1, what: 4, at: 0, text: 'đang gõ' });
    const live = Y.encodeStateAsUpdate(theirs);
    expect(judgeLive(live, shape, victim, at.doc, at.clients).verdict).toBe('apply');
    Y.applyUpdate(at.doc, live);
    const forged = { parent: 'section/opening', content: { kind: 'type', type: TYPE.words } } as const;
    const next = Y.getState(at.doc.store, theirs.clientID);
    expect(judged(writeUpdate([{ client: theirs.clientID, clock: next, structs: [forged] }]), at)).toEqual(
      refused('foreign'),
    );
    expect(signedProblem(readUpdate(live)!, shape, victim, at.clients)).toBeUndefined();
  });

  test('[WRITE-2] a client that says whose it is, on laptops that have never heard of its member as on those that have', () => {
    const [here, there] = [asMemberId('1a2b3c4d-0000-4000-8000-000000000001'), asMemberId(`f${mallory.slice(1)}`)];
    const written = new Y.Doc();
    written.clientID = newClientId(here);
    edit('minutes', written, { who: 1, what: 4, at: 0, text: 'của đúng người' });
    const update = Y.encodeStateAsUpdate(written);
    const change = readUpdate(update)!;
    expect([...change.runs.keys()]).toEqual([written.clientID]);
    for (const known of [false, true]) {
      const clients = createDocumentClients();
      if (known) clients.sign(change, here);
      const doc = new Y.Doc();
      expect(signedProblem(change, shape, there, clients)).toBe('foreign');
      expect(judgeLive(update, shape, there, doc, clients)).toEqual({ verdict: 'refuse', problem: 'foreign' });
      expect(judgeLive(update, shape, here, doc, clients).verdict).toBe('apply');
      Y.applyUpdate(doc, update);
      expect(Y.encodeStateAsUpdate(doc)).toEqual(update);
    }
  });

  test('[WRITE-3] [WRITE-4] gaps, and structs that wait for themselves', () => {
    const at = minutes();
    const paragraph = { kind: 'type', type: TYPE.words } as const;
    const later = writeUpdate([{ client: 5, clock: 3, structs: [{ parent: 'section/opening', content: paragraph }] }]);
    // Live it may have overtaken the entry with what is missing, so it waits; signed it may not be.
    expect(judged(later, at)).toEqual([{ verdict: 'wait', missing: [{ client: 5, clock: 0 }] }, 'gap']);
    const self = { origin: { client: 5, clock: 0 }, content: paragraph };
    expect(judged(writeUpdate([{ client: 5, clock: 0, structs: [self] }]), at)).toEqual(refused('gap'));
    const circle = writeUpdate([
      { client: 5, clock: 0, structs: [{ origin: { client: 6, clock: 0 }, content: paragraph }] },
      { client: 6, clock: 0, structs: [{ origin: { client: 5, clock: 0 }, content: paragraph }] },
    ]);
    expect(judged(circle, at)).toEqual(refused('gap'));
  });

  test('[WRITE-2] in ink: a key overwritten, a list inserted into, a map added to, a deletion, of anything unknown', () => {
    const ink = shapeOf(INK);
    const clients = createDocumentClients();
    const doc = new Y.Doc();
    const other = { client: 77, clock: 0 };
    const binary = { kind: 'binary', bytes: Uint8Array.of(1) } as const;
    const changes: [Uint8Array, string][] = [
      [writeUpdate([{ client: 5, clock: 0, structs: [{ origin: other, content: binary }] }]), 'foreign'],
      [writeUpdate([{ client: 5, clock: 0, structs: [{ rightOrigin: other, content: text }] }]), 'foreign'],
      [
        writeUpdate([
          { client: 5, clock: 0, structs: [{ parent: other, key: 'x', content: { kind: 'any', values: [1] } }] },
        ]),
        'foreign',
      ],
      [writeUpdate([], [{ ...other, length: 1 }]), 'foreign'],
    ];
    for (const [update, problem] of changes) {
      expect(signedProblem(readUpdate(update)!, ink, member(0), clients)).toBe(problem);
      expect(judgeLive(update, ink, member(0), doc, clients)).toEqual({ verdict: 'wait', missing: [other] });
    }
  });

  test('[WRITE-1] types in types without end, a few with each change', () => {
    const at = minutes();
    let parent: string | Place = 'section/opening';
    let depth = 0;
    for (let clock = 0; clock < 100; clock++) {
      const update = writeUpdate([
        { client: 5, clock, structs: [{ parent, content: { kind: 'type', type: TYPE.element } }] },
      ]);
      const { verdict } = judgeLive(update, shape, mallory, at.doc, at.clients);
      if (verdict === 'refuse') break;
      expect(verdict).toBe('apply');
      Y.applyUpdate(at.doc, update);
      parent = { client: 5, clock };
      depth += 1;
    }
    expect(depth).toBe(MAX_TYPE_DEPTH);
  });

  test('[WRITE-5] what a change says once more of what is there does not count', () => {
    const { doc, clients } = { doc: new Y.Doc(), clients: createDocumentClients() };
    const ink = shapeOf(INK);
    const stroke = { parent: 'strokes', key: 'a', content: { kind: 'binary', bytes: Uint8Array.of(1) } } as const;
    Y.applyUpdate(doc, writeUpdate([{ client: 5, clock: 0, structs: [stroke] }]));
    const lie = { parent: 'notes', key: 'a', content: { kind: 'type', type: TYPE.map } } as const;
    const below = { parent: { client: 5, clock: 0 }, key: 'text', content: { kind: 'type', type: TYPE.text } } as const;
    const update = writeUpdate([{ client: 5, clock: 0, structs: [lie, below] }]);
    expect(judgeLive(update, ink, member(0), doc, clients)).toEqual({ verdict: 'refuse', problem: 'content' });
  });
});
