import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { asMemberId } from '../domain/ids.ts';
import { newClientId, tagOf, tagOfClient } from './client-id.ts';
import { readUpdate, withDeletions, type Deletion } from './read-update.ts';
import { deletedIn, NOBODY, partsByAuthor, unsignedPart, withinDeletions } from './unsigned-part.ts';

const AN = asMemberId('00001000-0000-4000-8000-000000000001');
const BINH = asMemberId('00002000-0000-4000-8000-000000000002');

function writer(member = AN): Y.Doc {
  const doc = new Y.Doc();
  doc.clientID = newClientId(member);
  return doc;
}

/** The update of what is done to the document. */
function changeOf(doc: Y.Doc, work: (text: Y.Text) => void): Uint8Array {
  const before = Y.encodeStateVector(doc);
  const updates: Uint8Array[] = [];
  const collect = (update: Uint8Array) => void updates.push(update);
  doc.on('update', collect);
  doc.transact(() => work(doc.getText('t')));
  doc.off('update', collect);
  return updates[0] ?? Y.encodeStateAsUpdate(doc, before);
}

const nothing = () => false;

describe('what is not signed', () => {
  it('begins where the signed part of its client ends', () => {
    const doc = writer();
    const update = changeOf(doc, (text) => text.insert(0, 'đã ký, chưa ký'));
    const rest = unsignedPart(update, () => 6, nothing);
    const [run] = [...(readUpdate(rest as Uint8Array)?.runs.values() ?? [])];
    expect(run).toMatchObject({ client: doc.clientID, start: 6, end: 14 });
    expect(unsignedPart(update, () => 14, nothing)).toBe('nothing');
    expect(unsignedPart(update, () => 0, nothing)).toBe(update);
  });

  it('has the deletions that nobody signed, though all structs are', () => {
    const doc = writer();
    changeOf(doc, (text) => text.insert(0, 'abcdef'));
    const first = changeOf(doc, (text) => text.delete(1, 2));
    const second = changeOf(doc, (text) => text.delete(2, 1));
    const both = Y.mergeUpdates([first, second]);
    const isSigned = withinDeletions(readUpdate(first)?.deletions ?? []);
    const rest = unsignedPart(both, () => 6, isSigned) as Uint8Array;
    expect(readUpdate(rest)?.deletions).toEqual(readUpdate(second)?.deletions);
    expect(unsignedPart(both, () => 6, withinDeletions(readUpdate(both)?.deletions ?? []))).toBe('nothing');
    expect(unsignedPart(both, () => 6, deletedIn(doc))).toBe('nothing');
    const other = new Y.Doc();
    expect(unsignedPart(both, () => 6, deletedIn(other))).not.toBe('nothing');
  });

  it('is unknown of what no Yjs would write', () => {
    expect(unsignedPart(Uint8Array.of(9, 9, 9), () => 0, nothing)).toBeUndefined();
  });

  it('is the same to Yjs as the whole, where the rest is there', () => {
    const edits = fc.array(
      fc.record({ at: fc.nat(30), text: fc.string({ minLength: 1, maxLength: 4 }), cut: fc.nat(4) }),
      {
        minLength: 1,
        maxLength: 25,
      },
    );
    fc.assert(
      fc.property(edits, fc.nat(40), (list, signed) => {
        const doc = writer();
        const updates = list.map(({ at, text: words, cut }) =>
          changeOf(doc, (text) => {
            text.insert(Math.min(at, text.length), words);
            if (cut > 0 && text.length > cut) text.delete(0, cut);
          }),
        );
        const after = Math.min(signed, list.length);
        const log = new Y.Doc();
        for (const update of updates.slice(0, after)) Y.applyUpdate(log, update);
        const kept = Y.mergeUpdates(updates);
        const rest = unsignedPart(kept, (client) => Y.getState(log.store, client), deletedIn(log));
        if (rest !== 'nothing') Y.applyUpdate(log, rest as Uint8Array);
        expect(log.getText('t').toString()).toBe(doc.getText('t').toString());
        expect(rest === 'nothing').toBe(after === list.length);
      }),
    );
  });
});

describe('a change of several', () => {
  it('comes apart by author, deletions by themselves', () => {
    const an = writer();
    const binh = writer(BINH);
    const stock = new Y.Doc();
    for (const doc of [an, binh, stock]) changeOf(doc, (text) => text.insert(0, 'chữ'));
    const all = new Y.Doc();
    for (const doc of [an, binh, stock]) Y.applyUpdate(all, Y.encodeStateAsUpdate(doc));
    all.getText('t').delete(0, 2);
    const parts = partsByAuthor(Y.encodeStateAsUpdate(all));
    expect(new Set(parts.keys())).toEqual(new Set([tagOf(AN), tagOf(BINH), NOBODY]));
    for (const [tag, part] of parts) {
      const change = readUpdate(part);
      expect([...(change?.runs.keys() ?? [])].map(tagOfClient)).toEqual(tag === NOBODY ? [] : [tag]);
      expect(change?.deletions.length ?? 0).toBe(tag === NOBODY ? readUpdate(part)?.deletions.length : 0);
    }
    const again = new Y.Doc();
    for (const part of [...parts.values(), Y.encodeStateAsUpdate(stock)]) Y.applyUpdate(again, part);
    expect(again.getText('t').toString()).toBe(all.getText('t').toString());
  });

  it('stays whole when it is one author’s', () => {
    const update = changeOf(writer(), (text) => text.insert(0, 'một mình'));
    expect([...partsByAuthor(update)]).toEqual([[tagOf(AN), update]]);
    expect(partsByAuthor(Uint8Array.of(7)).size).toBe(0);
  });
});

describe('deletions', () => {
  const deletion = fc.record({ client: fc.nat(2), clock: fc.nat(20), length: fc.integer({ min: 1, max: 5 }) });

  it('are within others when each of their places is', () => {
    fc.assert(
      fc.property(fc.array(deletion, { maxLength: 12 }), deletion, (list, asked) => {
        const places = (one: Deletion) =>
          Array.from({ length: one.length }, (_, at) => `${one.client} ${one.clock + at}`);
        const all = new Set(list.flatMap(places));
        expect(withinDeletions(list)(asked)).toBe(places(asked).every((place) => all.has(place)));
      }),
    );
  });

  it('are written as Yjs writes them', () => {
    const doc = writer();
    changeOf(doc, (text) => text.insert(0, 'abcdefgh'));
    const update = changeOf(doc, (text) => text.delete(1, 1));
    expect(withDeletions(update, readUpdate(update)?.deletions ?? [])).toEqual(update);
    expect(readUpdate(withDeletions(update, []))?.deletions).toEqual([]);
  });
});
