import fc from 'fast-check';
import { expect, test } from 'vitest';
import * as Y from 'yjs';
import { writeUpdate } from '../../tests/fixtures/yjs-update.ts';
import { COMPOSITE, readUpdate, type Struct } from './read-update.ts';

function changed(change: (doc: Y.Doc) => void): Uint8Array {
  const doc = new Y.Doc();
  doc.transact(() => change(doc));
  return Y.encodeStateAsUpdate(doc);
}

const structsOf = (update: Uint8Array): Struct[] =>
  [...(readUpdate(update)?.runs.values() ?? [])].flatMap(({ structs }) => structs);

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

/** Everything that our documents hold, in some order. */
const documents = fc
  .array(fc.record({ what: fc.nat(7), at: fc.nat(40), text: fc.string({ unit: 'grapheme', maxLength: 12 }) }), {
    maxLength: 40,
  })
  .map((steps) => {
    const doc = new Y.Doc();
    const updates: Uint8Array[] = [];
    doc.on('update', (update: Uint8Array) => updates.push(update));
    const [map, text, words] = [doc.getMap('m'), doc.getText('t'), doc.getXmlFragment('f')];
    for (const { what, at, text: said } of steps) {
      if (what === 0) map.set(said, at);
      if (what === 1) map.set(`b${at}`, new Uint8Array(at));
      if (what === 2) map.set(`o${at % 3}`, { list: [said, at / 3, null, true], deep: { said } });
      if (what === 3) text.insert(Math.min(at, text.length), said);
      if (what === 4 && text.length > 0) text.delete(0, Math.min(at, text.length));
      if (what === 5) text.insert(0, `${said}.`, { bold: true, colour: said });
      if (what === 6) {
        const element = new Y.XmlElement('paragraph');
        element.setAttribute('level', said);
        element.insert(0, [new Y.XmlText(said)]);
        words.insert(Math.min(at, words.length), [element]);
      }
      if (what === 7 && words.length > 0) words.delete(0, 1);
    }
    return { updates, whole: Y.encodeStateAsUpdate(doc) };
  });

test('what Yjs writes is read as Yjs reads it', () => {
  fc.assert(
    fc.property(documents, ({ updates, whole }) => {
      for (const update of [...updates, whole]) {
        const { structs, ds } = Y.decodeUpdate(update);
        const seen = structsOf(update);
        expect(seen.map(({ client, clock, length }) => [client, clock, length])).toEqual(
          structs.map(({ id, length }) => [id.client, id.clock, length]),
        );
        for (const [index, struct] of structs.entries()) {
          if (!(struct instanceof Y.Item)) continue;
          const { origin, rightOrigin, parent, key } = seen[index]!;
          expect(origin).toEqual(struct.origin && { client: struct.origin.client, clock: struct.origin.clock });
          const right = struct.rightOrigin as Y.ID | null;
          expect(rightOrigin).toEqual(right && { client: right.client, clock: right.clock });
          const named: unknown = struct.parent;
          expect(parent).toEqual(named instanceof Y.ID ? { client: named.client, clock: named.clock } : named);
          expect(key).toEqual(struct.parentSub);
        }
        const deletions = readUpdate(update)!.deletions;
        const known = [...ds.clients].flatMap(([client, items]) =>
          items.map(({ clock, len }) => ({ client, clock, length: len })),
        );
        expect(deletions).toEqual(known);
      }
    }),
  );
});

test('bytes of no update never throw; what is taken, Yjs takes as the same structs and deletions', () => {
  let taken = 0;
  fc.assert(
    fc.property(
      documents,
      fc.array(fc.tuple(fc.nat(5000), fc.nat(255), fc.nat(3)), { minLength: 1, maxLength: 3 }),
      ({ whole }, hits) => {
        let bytes = Buffer.from(whole);
        for (const [at, value, how] of hits) {
          const where = at % (bytes.length + 1);
          if (how === 0) bytes = bytes.subarray(0, where);
          else if (how === 1)
            bytes = Buffer.concat([bytes.subarray(0, where), Buffer.of(value), bytes.subarray(where)]);
          else if (where < bytes.length) bytes[where] = value;
        }
        // In the middle of other memory, as a frame lies in what came from the network.
        const around = Buffer.concat([Buffer.alloc(64, 1), bytes, Buffer.alloc(4096, 0)]);
        const update = around.subarray(64, 64 + bytes.length);
        const change = readUpdate(update);
        if (change === undefined) return;
        taken += 1;
        const { structs } = Y.decodeUpdate(update);
        expect(structsOf(update).map(({ client, clock, length }) => [client, clock, length])).toEqual(
          structs.map(({ id, length }) => [id.client, id.clock, length]),
        );
        expect(structs.some((struct) => struct instanceof Y.Skip)).toBe(false);
      },
    ),
    { numRuns: 3000 },
  );
  expect(taken).toBeGreaterThan(100);
});

test('a text or bytes that go on behind the end are not read', () => {
  const inner = changed((doc) => doc.getText('t').insert(0, 'khoá bí mật'));
  const secret = Buffer.concat([Buffer.from(inner), Buffer.from('mật khẩu của người khác')]);
  const longer = Buffer.from(secret);
  const at = longer.indexOf('khoá') - 1;
  longer[at] = longer[at]! + 8;
  expect(readUpdate(longer.subarray(0, inner.length))).toBeUndefined();
});

test('values: plain ones are told, others counted and bounded', () => {
  const [number] = structsOf(changed((doc) => doc.getMap('m').set('v', 7)));
  expect(number).toMatchObject({ kind: 'any', value: 7, parent: 'm', key: 'v' });
  expect(structsOf(changed((doc) => doc.getMap('m').set('v', { a: [1] })))[0]?.value).toBe(COMPOSITE);
  expect(readUpdate(changed((doc) => doc.getMap('x').set('v', nestedValue(10))))).toBeDefined();
  expect(readUpdate(changed((doc) => doc.getMap('x').set('v', nestedValue(30))))).toBeUndefined();
  expect(readUpdate(changed((doc) => doc.getText('x').insertEmbed(0, { v: nestedValue(30) })))).toBeUndefined();
  expect(readUpdate(changed((doc) => doc.getText('x').insert(0, 'a', { v: nestedValue(30) })))).toBeUndefined();
  expect(readUpdate(endlessValue())).toBeUndefined();
  const proto = { kind: 'any', values: [JSON.parse('{"__proto__":{"a":1}}')] } as const;
  expect(readUpdate(writeUpdate([{ client: 1, clock: 0, structs: [{ parent: 'm', key: 'k', content: proto }] }]))).toBe(
    undefined,
  );
});

test('what no honest laptop writes is out', () => {
  const one = { parent: 't', content: { kind: 'string', text: 'a' } } as const;
  const run = { client: 1, clock: 0, structs: [one] };
  expect(readUpdate(writeUpdate([run]))).toBeDefined();
  const bad = {
    'a client twice': writeUpdate([run, { ...run, clock: 1 }]),
    'a client without structs': writeUpdate([{ ...run, structs: [] }]),
    'an empty text': writeUpdate([{ ...run, structs: [{ parent: 't', content: { kind: 'string', text: '' } }] }]),
    'nothing collected': writeUpdate([{ ...run, structs: [{ content: { kind: 'collected', length: 0 } }] }]),
    'a clock without end': writeUpdate([{ ...run, structs: [{ content: { kind: 'collected', length: 2 ** 40 } }] }]),
    'a deletion without end': writeUpdate([run], [{ client: 1, clock: 0, length: 2 ** 50 }]),
    'a deletion of nothing': writeUpdate([run], [{ client: 1, clock: 0, length: 0 }]),
    'a subdocument': writeUpdate([{ ...run, structs: [{ parent: 't', key: 'k', content: { kind: 'document' } }] }]),
    'a type there is not': writeUpdate([{ ...run, structs: [{ parent: 't', content: { kind: 'type', type: 9 } }] }]),
    'more behind it': Buffer.concat([writeUpdate([run]), Buffer.of(0)]),
    nothing: new Uint8Array(0),
    noise: Uint8Array.of(1, 2, 3, 4),
    'structs without number': writeUpdate([
      {
        ...run,
        structs: Array.from({ length: 100_001 }, () => ({ content: { kind: 'collected', length: 1 } as const })),
      },
    ]),
    'a count that lies': Uint8Array.of(1, 255, 255, 255, 255, 15, 1, 0),
    'text that is not UTF-8': writeUpdate([run]).map((byte) => (byte === 0x61 ? 0xff : byte)),
    'half a surrogate pair': Buffer.from(
      Buffer.from(writeUpdate([{ ...run, structs: [{ parent: 't', content: { kind: 'string', text: '€' } }] }]))
        .toString('hex')
        .replace('e282ac', 'eda080'),
      'hex',
    ),
    'a gap': Uint8Array.of(1, 1, 1, 0, 10, 5, 0),
  };
  for (const [what, update] of Object.entries(bad)) expect([what, readUpdate(update)]).toEqual([what, undefined]);
});
