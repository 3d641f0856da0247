import { describe, expect, it, vi } from 'vitest';
import type { Entry, Stream } from '../../common/acts/entry.ts';
import { asMeetingId, asMemberId } from '../../common/domain/ids.ts';
import { createEntryIntake } from './entry-intake.ts';

const AN = asMemberId('00000000-0000-4000-8000-000000000001');
const silent = () => undefined;

/** Takes everything in; a check takes as long as a turn. */
function intakeOf(
  disk = () => Promise.resolve(),
  addCertificate: () => void = silent,
  append = () => Promise.resolve(),
) {
  const checked: string[] = [];
  const commits: number[] = [];
  const intake = createEntryIntake({
    check(jws) {
      const until = performance.now() + 0.6;
      while (performance.now() < until);
      checked.push(jws);
      if (jws === 'known') return 'known';
      const stream: Stream = 'acts';
      return { jws, payload: { author: AN, stream: `${stream}${jws}`, seq: 1 } } as unknown as Entry;
    },
    takeIntoAccount: silent,
    forgetUnstored: silent,
    addCertificate,
    append(entries) {
      commits.push(entries.length);
      return append();
    },
    onDisk: disk,
    stored: silent,
    meeting: asMeetingId('m'.repeat(43)),
    log: { info: silent, warn: silent, error: silent, debug: silent } as never,
  });
  const bring = (name: string, yielding: boolean) =>
    intake.receive({ entries: [name], certificates: [] }, AN, yielding);
  return { intake, checked, commits, bring };
}

describe('taking in what others bring [LOG-5]', () => {
  it('begins what yields after a moment, and stores what came until then together', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const { checked, commits, bring } = intakeOf();
      const first = bring('a', true);
      await vi.advanceTimersByTimeAsync(10);
      expect(checked).toEqual([]);
      const others = [bring('b', true), bring('c', true)];
      await vi.advanceTimersByTimeAsync(1000);
      await Promise.all([first, ...others]);
      expect(checked).toEqual(['a', 'b', 'c']);
      expect(commits).toEqual([3]);
    } finally {
      vi.useRealTimers();
    }
  });

  it('[LOG-11] lets others work between certificates, however many come with a batch', async () => {
    const busy = () => {
      const until = performance.now() + 0.6;
      while (performance.now() < until);
    };
    const { intake } = intakeOf(undefined, busy);
    let turns = 0;
    let done = false;
    const certificates = Array.from({ length: 100 }, () => Uint8Array.of(1));
    void intake.receive({ entries: ['known'], certificates }, AN).then(() => (done = true));
    while (!done && turns < 10_000) {
      turns++;
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(turns).toBeGreaterThan(50);
  });

  it('goes on at once with all of it when something comes that somebody waits for', async () => {
    const { checked, bring } = intakeOf();
    const strokes = Array.from({ length: 50 }, (_, number) => bring(`${number}`, true));
    await strokes[0];
    const more = Array.from({ length: 50 }, (_, number) => bring(`more ${number}`, true));
    let turns = 0;
    let done = false;
    void bring('act', false).then(() => (done = true));
    // Without a rest: each entry is a turn of its own, and some go by around them.
    while (!done && turns < 1000) {
      await new Promise((resolve) => setImmediate(resolve));
      turns++;
    }
    expect(checked.at(-1)).toBe('act');
    expect(done).toBe(true);
    expect(turns).toBeLessThan(300);
    await Promise.all([...strokes, ...more]);
    expect(checked).toHaveLength(101);
  });

  it('answers what is known already only when all is on the disk', async () => {
    const disk = Promise.withResolvers<void>();
    const { checked, bring } = intakeOf(() => disk.promise);
    let answered = false;
    const known = bring('known', false).then(() => (answered = true));
    await vi.waitFor(() => expect(checked).toEqual(['known']));
    await bring('other', false);
    expect(answered).toBe(false);
    disk.resolve();
    await known;
    await expect(intakeOf(() => Promise.reject(new Error('no disk'))).bring('known', false)).rejects.toThrow('no disk');
  });

  it('[LOG-10] answers only when the disk has it after all, where it took nothing for a while', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout'] });
    try {
      const failing = () => Promise.reject(Object.assign(new Error('no room'), { code: 'disk-full' }));
      let tries = 0;
      const { intake, commits, bring } = intakeOf(() => (++tries < 3 ? failing() : Promise.resolve()), silent, failing);
      const answers: string[] = [];
      const brought = bring('a', false).then(
        ({ accepted }) => answers.push(`${accepted.length} accepted`),
        (error: unknown) => answers.push(String(error)),
      );
      const written = async (count: number) => {
        while (commits.length < count) await new Promise((resolve) => setImmediate(resolve));
      };
      await written(1);
      await vi.advanceTimersByTimeAsync(2500);
      expect([tries, answers]).toEqual([2, []]);
      await vi.advanceTimersByTimeAsync(1000);
      await brought;
      expect([tries, answers]).toEqual([3, ['1 accepted']]);

      tries = 0;
      const waiting = bring('b', false).catch(String);
      await written(2);
      await vi.advanceTimersByTimeAsync(500);
      intake.close();
      await vi.advanceTimersByTimeAsync(1000);
      expect(await waiting).toMatch('closed');
    } finally {
      vi.useRealTimers();
    }
  });

  it('[LOG-10] keeps what came later behind what the disk did not take, also where each is taken by itself', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout'] });
    try {
      const failures = [new Error('a defect'), Object.assign(new Error('no room'), { code: 'disk-full' })];
      const { checked, bring } = intakeOf(undefined, silent, () => {
        const failure = failures.shift();
        if (failure) throw failure;
        return Promise.resolve();
      });
      const brought = Promise.all([bring('a', false), bring('b', false)]);
      while (failures.length > 0) await new Promise((resolve) => setImmediate(resolve));
      await vi.advanceTimersByTimeAsync(1000);
      await brought;
      expect(checked).toEqual(['a', 'b', 'a', 'a', 'b']);
    } finally {
      vi.useRealTimers();
    }
  });

  it('gives up what waits when it is closed', async () => {
    const { intake, checked, bring } = intakeOf();
    const waiting = bring('a', true);
    intake.close();
    await expect(waiting).rejects.toThrow('closed');
    expect(checked).toEqual([]);
  });
});
