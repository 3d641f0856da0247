import { expect, test } from 'vitest';
import * as Y from 'yjs';
import { isBoundedUpdate } from './update-bounds.ts';

function changed(change: (doc: Y.Doc) => void): Uint8Array {
  const doc = new Y.Doc();
  doc.transact(() => change(doc));
  return Y.encodeStateAsUpdate(doc);
}

function nestedElements(levels: number, beside = 0): Uint8Array {
  return changed((doc) => {
    let parent: Y.XmlFragment | Y.XmlElement = doc.getXmlFragment('section/opening');
    for (let level = 0; level < levels; level++) {
      for (let index = 0; index < beside; index++) parent.push([new Y.XmlElement('paragraph')]);
      const child = new Y.XmlElement('listItem');
      parent.push([child]);
      parent = child;
    }
  });
}

function nestedValue(levels: number): unknown {
  let value: unknown = 'x';
  for (let level = 0; level < levels; level++) value = level % 2 === 0 ? [value] : { value };
  return value;
}

/** Arrays in arrays, written by hand: our own writer would overflow. lib0: 117 is an array, then its length. */
function endlessValue(): Uint8Array {
  const plain = Buffer.from(changed((doc) => doc.getMap('x').set('v', ['MARK'])));
  const at = plain.indexOf('MARK') - 2;
  return Buffer.concat([plain.subarray(0, at), Buffer.alloc(400_000, Buffer.from([117, 1])), plain.subarray(at)]);
}

test('what our documents hold is within bounds, however much of it', () => {
  const plan = changed((doc) => doc.getMap('papers').set('p', { chunks: Array.from({ length: 4096 }, () => 'a') }));
  const text = changed((doc) => {
    const words = doc.getXmlFragment('section/opening');
    for (let index = 0; index < 2000; index++) {
      const paragraph = new Y.XmlElement('paragraph');
      paragraph.insert(0, [new Y.XmlText('văn bản')]);
      words.push([paragraph]);
    }
  });
  for (const update of [plan, text, nestedElements(20), nestedElements(8, 100), changed(() => undefined)])
    expect(isBoundedUpdate(update)).toBe(true);
});

test('types in types are counted, also behind neighbours', () => {
  expect(isBoundedUpdate(nestedElements(24))).toBe(true);
  expect(isBoundedUpdate(nestedElements(26))).toBe(false);
  expect(isBoundedUpdate(nestedElements(40, 3))).toBe(false);
  expect(isBoundedUpdate(nestedElements(30_000))).toBe(false);
});

test('plain values are counted, also as embeds and formats', () => {
  expect(isBoundedUpdate(changed((doc) => doc.getMap('x').set('v', nestedValue(10))))).toBe(true);
  expect(isBoundedUpdate(changed((doc) => doc.getMap('x').set('v', nestedValue(30))))).toBe(false);
  expect(isBoundedUpdate(changed((doc) => doc.getText('x').insertEmbed(0, { v: nestedValue(30) })))).toBe(false);
  expect(isBoundedUpdate(changed((doc) => doc.getText('x').insert(0, 'a', { v: nestedValue(30) })))).toBe(false);
  expect(isBoundedUpdate(endlessValue())).toBe(false);
});

test('subdocuments and what is no change at all are out', () => {
  expect(isBoundedUpdate(changed((doc) => doc.getMap('x').set('v', new Y.Doc())))).toBe(false);
  expect(isBoundedUpdate(Uint8Array.of(1, 2, 3, 4))).toBe(false);
  expect(isBoundedUpdate(new Uint8Array(0))).toBe(false);
});
