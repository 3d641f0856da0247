import { describe, expect, it } from 'vitest';
import { asMemberId, asSha256 } from '../domain/ids.ts';
import { createAcknowledged } from './acknowledged.ts';
import { decodeDocumentFrames, encodeDocumentFrames } from './document-frames.ts';
import { decodeControl, encodeControl, HEARTBEAT_MILLISECONDS } from './link.ts';
import { createLiveness, createPatience } from './liveness.ts';

const member = asMemberId('00000000-0000-4000-8000-000000000001');
const other = asMemberId('00000000-0000-4000-8000-000000000002');
const head = (seq: number, author = member) =>
  ({ author, stream: 'acts', seq, hash: asSha256('a'.repeat(64)) }) as const;
const decoded = (text: string) => decodeControl(text);
const json = (value: unknown) => decoded(JSON.stringify(value));

describe('control messages', () => {
  it('[LINK-1] come out as they went in', () => {
    const hello = { type: 'hello', protocol: 1, device: 'may-tinh-0001', heads: [head(3), head(1, other)] } as const;
    expect(decoded(new TextDecoder().decode(encodeControl(hello)))).toEqual(hello);
    const stored = { type: 'stored', batch: 7, refused: [{ index: 0, reason: 'gap' }] } as const;
    expect(decoded(new TextDecoder().decode(encodeControl(stored)))).toEqual(stored);
  });

  it('[LINK-1] of a newer laptop are skipped, malformed ones are not', () => {
    expect(json({ type: 'something-new', x: 1 })).toBe('unknown-type');
    expect(json({ type: 'stored', batch: 1, refused: [], later: true })).toEqual({
      type: 'stored',
      batch: 1,
      refused: [],
    });
    for (const bad of [
      null,
      1,
      [],
      {},
      { type: 1 },
      { type: 'x'.repeat(50) },
      { type: 'hello' },
      { type: 'entries', batch: 0, entries: [] },
    ]) {
      expect(json(bad)).toBe('malformed');
    }
    expect(decoded('{"type":')).toBe('malformed');
    expect(json({ type: 'hello', protocol: 1, device: 'a b', heads: [] })).toBe('malformed');
    expect(json({ type: 'certificates', certificates: ['not base64!'] })).toBe('malformed');
  });
});

describe('document frames', () => {
  const ink = `ink/${'b'.repeat(64)}/${member}`;
  it('[DOC-1] several in one message', () => {
    const frames = [
      { document: 'plan', message: Uint8Array.of(1, 2, 3) },
      { document: ink, message: new Uint8Array(0) },
    ];
    expect(decodeDocumentFrames(encodeDocumentFrames(frames))).toEqual(frames);
  });

  it('[DOC-1] are refused when cut, overlong or of an unknown document', () => {
    const bytes = encodeDocumentFrames([{ document: ink, message: Uint8Array.of(1, 2, 3) }]);
    for (let length = 1; length < bytes.byteLength; length++)
      expect(decodeDocumentFrames(bytes.subarray(0, length))).toBeNull();
    for (const document of ['../plan', 'secret', 'ink/x/y', `${ink}/z`, 'x'.repeat(200)]) {
      expect(decodeDocumentFrames(encodeDocumentFrames([{ document, message: Uint8Array.of(1) }]))).toBeNull();
    }
    expect(decodeDocumentFrames(Uint8Array.of(255, 255, 255, 255, 255, 255, 255, 255))).toBeNull();
  });
});

describe('liveness', () => {
  function clock() {
    let bytes = 0;
    let now = 0;
    const liveness = createLiveness(
      () => bytes,
      () => now,
    );
    return (milliseconds: number, received = 0) => {
      now += milliseconds;
      bytes += received;
      return liveness.check();
    };
  }

  it('[LINK-3] two seconds without a byte are the end', () => {
    const after = clock();
    expect([after(500), after(500), after(500), after(500)]).toEqual(['alive', 'alive', 'alive', 'dead']);
  });

  it('[LINK-3] a silent stall is found within three seconds, whenever the last byte came', () => {
    for (let late = 0; late < HEARTBEAT_MILLISECONDS; late += 50) {
      let now = 0;
      let bytes = 1;
      const liveness = createLiveness(
        () => bytes,
        () => now,
      );
      // The last byte comes somewhere between two beats and is seen at the next one.
      for (now = HEARTBEAT_MILLISECONDS; now < 5000; now += HEARTBEAT_MILLISECONDS) {
        bytes++;
        expect(liveness.check()).toBe('alive');
      }
      const lastByte = now - late;
      bytes++;
      while (liveness.check() === 'alive') now += HEARTBEAT_MILLISECONDS;
      expect(now - lastByte).toBeLessThanOrEqual(3000);
    }
  });

  it('[LINK-3] any byte counts', () => {
    const after = clock();
    expect([after(900), after(900, 1), after(900), after(900)]).not.toContain('dead');
    expect(after(900)).toBe('dead');
  });

  it('[LINK-3] after sleep the other side gets its time again', () => {
    const after = clock();
    after(1000);
    expect(after(3_600_000)).toBe('alive');
    expect([after(900), after(900), after(900)]).toEqual(['alive', 'alive', 'dead']);
  });

  it('[LINK-3] what a busy process looked at too late is no silence of the other side', () => {
    let now = 0;
    const made = () =>
      createLiveness(
        () => 1,
        () => now,
        { every: 100 },
      );
    const end = (step: number): number => {
      const liveness = made();
      const from = now;
      while (liveness.check() === 'alive') now += step;
      return now - from;
    };
    expect(end(100)).toBe(2000);
    expect(end(200)).toBe(2000);
    // Of each half second a tenth is surely the other side's.
    expect(end(500)).toBe(10_000);
  });

  it('[LINK-3] whoever was taken for gone and was there all the time is given longer, for a while', () => {
    let now = 0;
    const patience = createPatience(() => now);
    const epoch = (n: number) => ({ n, member, device: 'device-1' });
    patience.joined(epoch(1));
    patience.gaveUp(0, epoch(1));
    patience.joined(epoch(1));
    expect(patience.limit()).toBe(2000);
    patience.gaveUp(2000, epoch(1));
    patience.joined(epoch(2));
    expect(patience.limit()).toBe(2000);
    patience.gaveUp(2000, epoch(2));
    patience.joined(epoch(2));
    expect(patience.limit()).toBe(2800);
    now += 11 * 60_000;
    expect(patience.limit()).toBe(2000);
  });
});

describe('what is only here', () => {
  it('[LOG-3] counts own entries that nobody acknowledged, over all streams', () => {
    const acknowledged = createAcknowledged(member);
    const plan = { author: member, stream: 'doc/plan', seq: 4, hash: asSha256('c'.repeat(64)) } as const;
    const heads = [head(5), head(9, other), plan];
    expect(acknowledged.onlyHere(heads)).toBe(9);
    acknowledged.note([head(3), head(9, other)]);
    acknowledged.note([head(2)]);
    expect(acknowledged.onlyHere(heads)).toBe(6);
    const afterRestart = createAcknowledged(member, acknowledged.positions());
    expect(afterRestart.onlyHere(heads)).toBe(6);
    afterRestart.note(heads);
    expect(afterRestart.onlyHere(heads)).toBe(0);
  });
});
