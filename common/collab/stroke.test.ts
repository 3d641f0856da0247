import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeStroke, encodeStroke, MAX_STROKE_BYTES, MAX_STROKE_POINTS, type Stroke } from './stroke.ts';

const coordinate = fc.integer({ min: -32_768 * 32, max: 32_768 * 32 }).map((units) => units / 32);
const strokes: fc.Arbitrary<Stroke> = fc
  .record({
    tool: fc.constantFrom('pen' as const, 'highlighter' as const),
    colour: fc.integer({ min: 0, max: 0xffffff }),
    width: fc.integer({ min: 1, max: 256 * 32 }).map((units) => units / 32),
    page: fc.integer({ min: 1, max: 100_000 }),
    pairs: fc.array(fc.tuple(coordinate, coordinate, fc.integer({ min: 0, max: 255 })), {
      minLength: 1,
      maxLength: 300,
    }),
    pressed: fc.boolean(),
  })
  .map(({ pairs, pressed, ...head }) => ({
    ...head,
    points: Float64Array.from(pairs.flatMap(([x, y]) => [x, y])),
    ...(pressed ? { pressures: Uint8Array.from(pairs.map(([, , pressure]) => pressure)) } : {}),
  }));

/** A hand-written line of `count` points: slow loops over the width of a page, 2 pt apart with a little tremor. */
function handwriting(count: number): Stroke {
  const points = new Float64Array(count * 2);
  for (let index = 0; index < count; index += 1) {
    const t = index / 8;
    points[index * 2] = 80 + t * 4 + 6 * Math.cos(t) + 0.03 * Math.sin(index * 12.9898);
    points[index * 2 + 1] = 700 + 9 * Math.sin(t * 1.3) + 0.03 * Math.cos(index * 78.233);
  }
  return { tool: 'pen', colour: 0x1a4fd6, width: 1.5, page: 12, points };
}

describe('packed stroke', () => {
  it('comes back as it was, on the 1/32 pt grid', () => {
    fc.assert(
      fc.property(strokes, (stroke) => {
        expect(decodeStroke(encodeStroke(stroke))).toEqual({ ok: true, stroke });
      }),
    );
  });

  it('takes about three bytes a point for handwriting', () => {
    const stroke = handwriting(400);
    const perPoint = encodeStroke(stroke).length / 400;
    expect(perPoint).toBeLessThan(3.5);
    const back = decodeStroke(encodeStroke(stroke));
    if (!back.ok) throw new Error(back.error);
    for (let index = 0; index < 800; index += 1) {
      expect(Math.abs((back.stroke.points[index] as number) - (stroke.points[index] as number))).toBeLessThanOrEqual(
        1 / 64,
      );
    }
  });

  it('refuses any bytes it would not write itself, and never throws', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const decoded = decodeStroke(bytes);
        if (decoded.ok) expect(encodeStroke(decoded.stroke)).toEqual(bytes);
      }),
    );
    fc.assert(
      fc.property(strokes, fc.nat(), fc.integer({ min: 0, max: 255 }), (stroke, at, value) => {
        const bytes = encodeStroke(stroke);
        bytes[at % bytes.length] = value;
        const decoded = decodeStroke(bytes);
        if (decoded.ok) expect(encodeStroke(decoded.stroke)).toEqual(bytes);
      }),
    );
  });

  it('refuses every truncation and every extra byte', () => {
    const bytes = encodeStroke({ ...handwriting(20), pressures: new Uint8Array(20).fill(128) });
    for (let length = 0; length < bytes.length; length += 1)
      expect(decodeStroke(bytes.slice(0, length)).ok).toBe(false);
    expect(decodeStroke(Uint8Array.from([...bytes, 0]))).toEqual({ ok: false, error: 'trailing-bytes' });
  });

  it('bounds size, points, page and coordinates', () => {
    expect(decodeStroke(new Uint8Array(MAX_STROKE_BYTES + 1))).toEqual({ ok: false, error: 'too-large' });
    const head = [1, 0, 0, 0, 0];
    expect(decodeStroke(Uint8Array.from([...head, 32, 1, 0]))).toEqual({ ok: false, error: 'no-points' });
    expect(decodeStroke(Uint8Array.from([...head, 32, 1, 0x81, 0x40]))).toEqual({
      ok: false,
      error: 'too-many-points',
    });
    expect(decodeStroke(Uint8Array.from([...head, 32, 0, 1, 0, 0]))).toEqual({ ok: false, error: 'out-of-bounds' });
    expect(decodeStroke(Uint8Array.from([...head, 32, 1, 1, 0xff, 0xff, 0xff, 0x7f, 0]))).toEqual({
      ok: false,
      error: 'out-of-bounds',
    });
    expect(decodeStroke(Uint8Array.from([...head, 32, 1, 1, 0x80, 0, 0]))).toEqual({ ok: false, error: 'bad-number' });
    const longest = encodeStroke({ ...handwriting(MAX_STROKE_POINTS), pressures: new Uint8Array(MAX_STROKE_POINTS) });
    expect(longest.length).toBeLessThanOrEqual(MAX_STROKE_BYTES);
    expect(() => encodeStroke(handwriting(MAX_STROKE_POINTS + 1))).toThrow(RangeError);
    expect(() => encodeStroke({ ...handwriting(1), points: Float64Array.of(Number.NaN, 0) })).toThrow(RangeError);
  });
});
