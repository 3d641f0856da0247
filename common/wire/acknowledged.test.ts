import { describe, expect, it } from 'vitest';
import type { Stream } from '../acts/entry.ts';
import { asMemberId, asSha256 } from '../domain/ids.ts';
import { createAcknowledged } from './acknowledged.ts';

const me = asMemberId('00000000-0000-4000-8000-000000000001');
const at = (acts: number, plan = 0) =>
  new Map<Stream, number>([
    ['acts', acts],
    ['doc/plan', plan],
  ]);

describe('[HELD-3] how many laptops have what was written here', () => {
  it('is not known before somebody has told, and not for more than was told', () => {
    const acknowledged = createAcknowledged(me);
    expect(acknowledged.laptops(at(1))).toBeNull();
    acknowledged.noteHeld(3, [{ stream: 'acts', seq: 5 }]);
    expect(acknowledged.laptops(at(5))).toBe(3);
    expect(acknowledged.laptops(at(6))).toBeNull();
    expect(acknowledged.laptops(at(5, 1))).toBeNull();
    acknowledged.noteHeld(2, [{ stream: 'doc/plan', seq: 1 }]);
    expect(acknowledged.laptops(at(5, 1))).toBe(2);
  });

  it('does not sink when a host that has just begun to count knows of fewer', () => {
    const acknowledged = createAcknowledged(me);
    acknowledged.noteHeld(7, [{ stream: 'acts', seq: 5 }]);
    acknowledged.noteHeld(2, [{ stream: 'acts', seq: 5 }]);
    expect(acknowledged.laptops(at(5))).toBe(7);
    acknowledged.noteHeld(2, [{ stream: 'acts', seq: 6 }]);
    expect(acknowledged.laptops(at(6))).toBe(2);
  });

  it('is believed of nobody for what is not written yet, by the next host neither', () => {
    const acknowledged = createAcknowledged(me);
    const hash = asSha256('a'.repeat(64));
    const written = (seq: number) => [
      { author: me, stream: 'acts' as const, seq, hash },
      { author: asMemberId('00000000-0000-4000-8000-000000000002'), stream: 'doc/plan' as const, seq: 9, hash },
    ];
    acknowledged.hearHeld(
      40,
      [
        { stream: 'acts', seq: 2 ** 31 },
        { stream: 'doc/plan', seq: 2 ** 31 },
      ],
      written(3),
    );
    expect(acknowledged.laptops(at(3))).toBe(40);
    expect(acknowledged.laptops(at(4))).toBeNull();
    expect(acknowledged.laptops(at(3, 1))).toBeNull();
    acknowledged.hearHeld(2, [{ stream: 'acts', seq: 4 }], written(4));
    expect(acknowledged.laptops(at(4))).toBe(2);
  });
});
