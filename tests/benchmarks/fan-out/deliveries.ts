import { quantile } from '../rows.ts';

/** How long messages took to the others. Milliseconds; a lost one counts as the time that was waited for it. */
export interface Delivered {
  readonly expected: number;
  readonly arrived: number;
  readonly p50: number;
  readonly p99: number;
}

const MAX_AUTHORS = 1024;

export interface Deliveries {
  /** Forgets everything; so many laptops listen from now on. */
  begin(laptops: number): void;
  sent(author: number, number: number, measured: boolean): void;
  arrived(laptop: number, author: number, number: number): void;
  /** How many pairs of laptop and author lack the author's newest message. */
  missing(): number;
  /** Of what was sent and measured since `begin`, and of `other` together. */
  delivered(other?: Deliveries): Delivered;
  collected(): { readonly times: Float32Array; readonly expected: number; readonly longest: number };
}

/**
 * Times of numbered messages from authors to laptops. A server may leave out what a newer message replaces: a number that
 * arrives stands for all before it, whose time runs on until then.
 */
export function createDeliveries(): Deliveries {
  let sentAt: Map<number, number>[] = [];
  let last: Int32Array[] = [];
  let firstMeasured: number[] = [];
  let newest: number[] = [];
  let times = new Float32Array(1 << 16);
  let count = 0;
  let receivers = 0;

  return {
    begin(laptops: number) {
      receivers = laptops;
      sentAt = [];
      last = Array.from({ length: laptops }, () => new Int32Array(MAX_AUTHORS).fill(-1));
      firstMeasured = [];
      newest = [];
      count = 0;
    },
    sent(author: number, number: number, measured: boolean) {
      const known = (sentAt[author] ??= new Map<number, number>());
      known.set(number, performance.now());
      newest[author] = number;
      if (measured) firstMeasured[author] ??= number;
    },
    arrived(laptop: number, author: number, number: number) {
      const mine = last[laptop];
      const known = sentAt[author];
      const first = firstMeasured[author];
      const before = mine?.[author] ?? 0;
      // What is left over from before `begin` isn't counted.
      if (!mine || !known || number <= before) return;
      mine[author] = number;
      if (first === undefined || number < first) return;
      const now = performance.now();
      for (let at = Math.max(first, before + 1); at <= number; at++) {
        const sent = known.get(at);
        if (sent === undefined) continue;
        if (count === times.length) {
          const grown = new Float32Array(times.length * 2);
          grown.set(times);
          times = grown;
        }
        times[count++] = now - sent;
      }
    },
    missing() {
      let missing = 0;
      for (const [author, number] of newest.entries()) {
        if (number === undefined) continue;
        for (let laptop = 0; laptop < receivers; laptop++)
          if (laptop !== author && (last[laptop]?.[author] ?? -1) < number) missing++;
      }
      return missing;
    },
    delivered(other) {
      const parts = [collected(), ...(other ? [other.collected()] : [])];
      const expected = parts.reduce((sum, part) => sum + part.expected, 0);
      const all = new Float32Array(expected);
      let filled = 0;
      for (const part of parts) {
        all.set(part.times, filled);
        filled += part.times.length;
      }
      all.fill(Math.max(...parts.map((part) => part.longest)), filled);
      if (expected === 0) return { expected: 0, arrived: 0, p50: 0, p99: 0 };
      return { expected, arrived: filled, p50: quantile(all, 0.5), p99: quantile(all, 0.99) };
    },
    collected,
  };

  function collected(): { times: Float32Array; expected: number; longest: number } {
    let expected = 0;
    let longest = 0;
    const now = performance.now();
    for (const [author, first] of firstMeasured.entries()) {
      if (first === undefined) continue;
      for (const [number, sent] of sentAt[author] ?? []) {
        if (number < first) continue;
        expected += receivers - 1;
        longest = Math.max(longest, now - sent);
      }
    }
    return { times: times.subarray(0, count), expected, longest };
  }
}
