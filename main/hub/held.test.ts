import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Entry, Stream, StreamHead } from '../../common/acts/entry.ts';
import { asMemberId, type MemberId } from '../../common/domain/ids.ts';
import { decodeControl, HELD_MILLISECONDS } from '../../common/wire/link.ts';
import { createHeldCount, type HeldCount, type Holder } from './held.ts';

const member = (n: number) => asMemberId(`00000000-0000-4000-8000-${String(n).padStart(12, '0')}`);
const [host, an, binh, chi] = [member(0), member(1), member(2), member(3)] as const;

type Told = { laptops: number; streams: { stream: Stream; seq: number }[] };
interface TestHolder extends Holder {
  /** How far this laptop has everybody's acts. */
  readonly has: Map<MemberId, number>;
  readonly told: Told[];
  busy: boolean;
}

const entry = (author: MemberId, seq: number, stream: Stream = 'acts') =>
  ({ payload: { author, stream, seq } }) as Entry;

describe('who has what', () => {
  let holders: Set<TestHolder>;
  let written: Map<MemberId, number>;
  let own: Told[];
  /** What the host's disk has of a stream that goes further in its log. */
  let unflushed: Map<string, StreamHead | undefined>;
  let held: HeldCount;
  beforeEach(() => {
    vi.useFakeTimers();
    holders = new Set();
    written = new Map();
    own = [];
    unflushed = new Map();
    held = createHeldCount({
      carrier: host,
      heads: [],
      unflushed: () => unflushed,
      holders: () => holders,
      onOwn: (laptops, streams) => own.push({ laptops, streams: [...streams] }),
    });
  });
  afterEach(() => {
    held.stop();
    vi.useRealTimers();
  });

  function join(who: MemberId, device: string, has: Iterable<readonly [MemberId, number]> = []): TestHolder {
    const holder: TestHolder = {
      member: who,
      device,
      has: new Map(has),
      told: [],
      busy: false,
      lacks(upTo) {
        const lacked = [...written].filter(([author, seq]) => {
          const asked = Math.min(seq, upTo({ author, stream: 'acts' }));
          return (holder.has.get(author) ?? 0) < asked;
        });
        return new Set(lacked.map(([author]) => author));
      },
      sendHeld(frame) {
        if (holder.busy) return false;
        const message = decodeControl(new TextDecoder().decode(frame));
        if (typeof message === 'string' || message.type !== 'held') throw new Error('not a held message');
        holder.told.push({ laptops: message.laptops, streams: message.streams });
        return true;
      },
    };
    holders.add(holder);
    held.changed();
    return holder;
  }

  function write(author: MemberId): void {
    const seq = (written.get(author) ?? 0) + 1;
    written.set(author, seq);
    for (const holder of holders) if (holder.member === author) holder.has.set(author, seq);
    held.stored([entry(author, seq)]);
  }

  const pass = (times = 3) => vi.advanceTimersByTime(HELD_MILLISECONDS * times);
  function acknowledge(holder: TestHolder): void {
    for (const [author, seq] of written) holder.has.set(author, seq);
    held.changed();
  }

  it('[HELD-1] counts laptops that acknowledged, the carrying one and the own one included', () => {
    const [one, two, three] = [join(an, 'a'), join(binh, 'b'), join(chi, 'c')];
    write(an);
    pass();
    expect(one.told.at(-1)).toEqual({ laptops: 2, streams: [{ stream: 'acts', seq: 1 }] });
    acknowledge(two);
    pass();
    expect(one.told.at(-1)).toEqual({ laptops: 3, streams: [] });
    acknowledge(three);
    pass();
    expect(one.told.at(-1)).toEqual({ laptops: 4, streams: [] });
    const messages = one.told.length;
    held.changed();
    pass();
    expect(one.told).toHaveLength(messages);
  });

  it('[HELD-1] does not count what the disk of the carrying laptop has not taken', () => {
    const [one, two] = [join(an, 'a'), join(binh, 'b')];
    unflushed.set(`${an} acts`, undefined);
    for (const author of [an, binh]) write(author);
    acknowledge(two);
    pass();
    const named = () => one.told.flatMap(({ streams }) => streams);
    expect(named()).toEqual([]);
    expect(two.told.at(-1)?.laptops).toBe(2);
    unflushed.set(`${an} acts`, { seq: 1 } as StreamHead);
    write(an);
    acknowledge(two);
    pass();
    // The first one it has by now.
    expect(named()).toEqual([{ stream: 'acts', seq: 1 }]);
    unflushed.clear();
    pass();
    expect(one.told.at(-1)).toEqual({ laptops: 3, streams: [{ stream: 'acts', seq: 2 }] });
  });

  it('[HELD-1] counts laptops, not people', () => {
    const [first, second] = [join(an, 'a'), join(an, 'other')];
    write(an);
    second.has.set(an, 0);
    pass();
    expect(first.told.at(-1)?.laptops).toBe(2);
    expect(second.told.at(-1)?.laptops).toBe(3);
    acknowledge(second);
    pass();
    expect(first.told.at(-1)?.laptops).toBe(3);
  });

  it('[HELD-2] what is still under way everywhere is not asked about yet', () => {
    const [one, two] = [join(an, 'a'), join(binh, 'b')];
    write(an);
    acknowledge(two);
    pass();
    expect(one.told.at(-1)?.laptops).toBe(3);
    for (let second = 0; second < 20; second++) {
      write(an);
      // The other one is always a little behind, and never far.
      vi.advanceTimersByTime(HELD_MILLISECONDS * 0.8);
      acknowledge(two);
      vi.advanceTimersByTime(HELD_MILLISECONDS * 0.2);
    }
    expect(one.told.map(({ laptops }) => laptops).slice(-10)).toEqual(Array<number>(10).fill(3));
  });

  it('[HELD-2] who has left keeps what it had, and nothing newer', () => {
    const [one, two] = [join(an, 'a'), join(binh, 'b')];
    write(an);
    acknowledge(two);
    holders.delete(two);
    held.left(two);
    pass();
    expect(one.told.at(-1)?.laptops).toBe(3);
    write(an);
    pass();
    expect(one.told.at(-1)).toEqual({ laptops: 2, streams: [{ stream: 'acts', seq: 2 }] });
    join(binh, 'b', two.has);
    pass();
    expect(one.told.at(-1)?.laptops).toBe(2);
    acknowledge([...holders].find((holder) => holder.member === binh) as TestHolder);
    pass();
    expect(one.told.at(-1)?.laptops).toBe(3);
  });

  it('[HELD-2] who comes as ever another laptop is not more than eight', () => {
    const one = join(an, 'a');
    write(an);
    for (let number = 0; number < 100; number++) {
      const many = join(binh, `device-${number}`, [[an, 1]]);
      holders.delete(many);
      held.left(many);
    }
    pass();
    expect(one.told.at(-1)?.laptops).toBe(2 + 8);
  });

  it('[HELD-1] tells a laptop that was too busy everything afterwards', () => {
    const one = join(an, 'a');
    one.busy = true;
    write(an);
    write(an);
    pass();
    expect(one.told).toEqual([]);
    one.busy = false;
    pass();
    expect(one.told.at(-1)).toEqual({ laptops: 2, streams: [{ stream: 'acts', seq: 2 }] });
  });

  it('[HELD-1] counts the carrying laptop`s own in the same way', () => {
    const two = join(binh, 'b');
    write(host);
    pass();
    expect(own.at(-1)).toEqual({ laptops: 1, streams: [{ stream: 'acts', seq: 1 }] });
    acknowledge(two);
    pass();
    expect(own.at(-1)).toEqual({ laptops: 2, streams: [] });
  });
});
