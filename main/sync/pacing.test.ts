import { describe, expect, it } from 'vitest';
import { PAPER_CHUNK_BYTES } from '../../common/collab/plan.ts';
import { nothingLive } from '../../common/wire/live-traffic.ts';
import { createPacing, fetchPaced, type ArrivingChunk } from './pacing.ts';

const never = new AbortController().signal;
const chunkOf = (size: number): ArrivingChunk => ({ source: 'a', bytes: new Uint8Array(size), have: 0 });

describe('pacing of papers', () => {
  it('[PAPER-7] asks for pieces of about half a second on a thin line, one at a time', () => {
    const pacing = createPacing(nothingLive);
    // 256 kbit/s: 32 KB a second.
    for (let piece = 0; piece < 5; piece++) pacing.came(pacing.pieceBytes(), pacing.pieceBytes() / 32);
    expect(pacing.pieceBytes()).toBe(16 * 1024);
    expect(pacing.atOnce(4)).toBe(1);
  });

  it('[PAPER-7] asks for pieces of an eighth of a second while people draw', () => {
    let draws = false;
    const pacing = createPacing({ ...nothingLive, lately: () => draws });
    const bringAt = (bytesPerMillisecond: number): number => {
      for (let piece = 0; piece < 8; piece++) {
        const bytes = pacing.pieceBytes();
        pacing.came(bytes, bytes / bytesPerMillisecond);
      }
      return pacing.pieceBytes();
    };
    expect(bringAt(128)).toBe(64_000);
    draws = true;
    expect(pacing.pieceBytes()).toBe(16_000);
    // 256 kbit/s.
    expect(bringAt(32)).toBe(4096);
    draws = false;
    expect(bringAt(32)).toBe(16 * 1024);
    draws = true;
    expect(bringAt(100_000)).toBe(PAPER_CHUNK_BYTES);
  });

  it('[PAPER-7] is not deceived by a line that lets a few kilobytes pass at once after a rest', () => {
    const pacing = createPacing({ ...nothingLive, lately: () => true });
    for (let piece = 0; piece < 40; piece++) {
      const bytes = pacing.pieceBytes();
      // A bucket of 8 KB, full again each time; the rest at 256 kbit/s.
      pacing.came(bytes, 1 + Math.max(0, bytes - 8192) / 32);
      expect(bytes).toBeLessThanOrEqual(20 * 1024);
      expect(pacing.atOnce(2)).toBe(1);
    }
  });

  it('[PAPER-7] asks for whole chunks, several at a time, once the line has shown to be fast', () => {
    const pacing = createPacing(nothingLive);
    expect(pacing.atOnce(2)).toBe(1);
    pacing.came(pacing.pieceBytes(), 2);
    expect(pacing.pieceBytes()).toBe(PAPER_CHUNK_BYTES);
    expect(pacing.atOnce(2)).toBe(2);
  });

  it('[PAPER-7] forgets over another line that the one before was fast, and not that it was slow', () => {
    const pacing = createPacing(nothingLive);
    pacing.came(pacing.pieceBytes(), 2);
    pacing.anotherLine();
    expect(pacing.pieceBytes()).toBe(64 * 1024);
    expect(pacing.atOnce(2)).toBe(1);
    for (let piece = 0; piece < 5; piece++) pacing.came(pacing.pieceBytes(), pacing.pieceBytes() / 32);
    pacing.anotherLine();
    expect(pacing.pieceBytes()).toBe(16 * 1024);
  });

  it('[PAPER-7] waits while the link waits, but not for ever', async () => {
    let waits = true;
    let time = 0;
    const pacing = createPacing({ ...nothingLive, waits: () => waits }, () => time);
    let had = false;
    const turn = pacing.turn(never).then(() => (had = true));
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(had).toBe(false);
    waits = false;
    await turn;
    waits = true;
    const patience = pacing.turn(never);
    time = 10_000;
    await patience;
    // What waited in vain is not waited for again before something has been stored.
    await pacing.turn(never);
    waits = false;
    await pacing.turn(never);
    waits = true;
    had = false;
    const again = pacing.turn(never).then(() => (had = true));
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(had).toBe(false);
    waits = false;
    await again;
  });

  it('[PAPER-7] leaves a slow line to a link that is looking for its host, and a fast one not', async () => {
    let away = true;
    let time = 0;
    const pacing = createPacing({ ...nothingLive, away: () => away }, () => time);
    let had = false;
    const turn = pacing.turn(never).then(() => (had = true));
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(had).toBe(false);
    away = false;
    await turn;
    // Where no link comes about, papers from others are better than nothing.
    away = true;
    const patience = pacing.turn(never);
    time = 10_000;
    await patience;
    const fast = createPacing({ ...nothingLive, away: () => true }, () => 0);
    fast.came(64 * 1024, 2);
    await fast.turn(never);
  });

  it('[PAPER-3] keeps the pieces that came before a cut', async () => {
    const pacing = createPacing(nothingLive);
    const whole = Uint8Array.from({ length: 200_000 }, (_, index) => index % 251);
    const chunk = chunkOf(whole.byteLength);
    const asked: number[] = [];
    const get = (start: number, end: number) => {
      asked.push(start);
      if (asked.length === 2) return Promise.reject(new Error('cut'));
      return Promise.resolve(whole.subarray(start, end + 1));
    };
    await expect(fetchPaced(chunk, pacing, get, never)).rejects.toThrow('cut');
    expect(chunk.have).toBe(64 * 1024);
    expect(await fetchPaced(chunk, pacing, get, never)).toEqual(whole);
    expect(asked.filter((start) => start === 0)).toHaveLength(1);
  });

  it('passes on what came instead of bytes', async () => {
    const pacing = createPacing(nothingLive);
    expect(await fetchPaced(chunkOf(10), pacing, () => Promise.resolve('not-there-yet' as const), never)).toBe(
      'not-there-yet',
    );
  });
});
