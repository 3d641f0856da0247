import { expect, test } from 'vitest';
import * as Y from 'yjs';
import type { StreamHead } from '../../common/acts/entry.ts';
import { minutesSection } from '../../common/collab/minutes.ts';
import { asMemberId, asSha256 } from '../../common/domain/ids.ts';
import { stateHash } from './state-hash.ts';

const head = (author: string, seq: number): StreamHead => ({
  author: asMemberId(author),
  stream: 'doc/plan',
  seq,
  hash: asSha256('ab'.repeat(32)),
});

/** Two writers' changes of one plan, applied in both orders. */
function twoOrders(): [Y.Doc, Y.Doc] {
  const updates = ['Hà', 'Lò'].map((name) => {
    const doc = new Y.Doc();
    doc.getMap('meta').set(`by ${name}`, { name, bytes: Uint8Array.of(1, 2) });
    doc.getMap('meta').set('title', name);
    return Y.encodeStateAsUpdate(doc);
  });
  const [one, other] = [new Y.Doc(), new Y.Doc()];
  for (const update of updates) Y.applyUpdate(one, update);
  for (const update of updates.toReversed()) Y.applyUpdate(other, update);
  return [one, other];
}

test('the same changes give the same hash in whatever order they came', () => {
  const [one, other] = twoOrders();
  const heads = [head('a', 1), head('b', 2)];
  const hash = stateHash(heads, new Map([['plan', one]]), undefined);
  expect(stateHash(heads.toReversed(), new Map([['plan', other]]), undefined)).toBe(hash);
});

test('reading minutes does not change the hash', () => {
  const [one, other] = [new Y.Doc(), new Y.Doc()];
  minutesSection(one, 'opening');
  const hash = stateHash([], new Map([['minutes', one]]), undefined);
  expect(stateHash([], new Map([['minutes', other]]), undefined)).toBe(hash);
});

test('a change, a missing entry and a change that waits for its past make another hash', () => {
  const [one, other] = twoOrders();
  const heads = [head('a', 1)];
  const hash = stateHash(heads, new Map([['plan', one]]), undefined);
  expect(stateHash([head('a', 2)], new Map([['plan', one]]), undefined)).not.toBe(hash);
  const author = new Y.Doc();
  author.getMap('items').set('first', 1);
  const before = Y.encodeStateVector(author);
  author.getMap('items').set('second', 2);
  Y.applyUpdate(other, Y.encodeStateAsUpdate(author, before));
  expect(other.getMap('items').toJSON()).toEqual({});
  expect(stateHash(heads, new Map([['plan', other]]), undefined)).not.toBe(hash);
});
