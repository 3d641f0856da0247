import { describe, expect, it } from 'vitest';
import { createTurns } from './turns.ts';

const nextTurn = () => new Promise<void>((resolve) => void setImmediate(resolve));

describe('turns', () => {
  it('bring no more in one turn of the event loop than they may, in the order asked, and all in the end', async () => {
    const turn = createTurns(10);
    const done: number[] = [];
    for (let n = 0; n < 9; n++) void turn(4).then(() => done.push(n));
    const seen: number[] = [];
    while (done.length < 9) {
      await nextTurn();
      seen.push(done.length);
    }
    expect(done).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
    // Three of four each are the first to reach ten.
    expect(seen[0]).toBeLessThanOrEqual(6);
    for (const [index, count] of seen.entries()) expect(count - (seen[index - 1] ?? 0)).toBeLessThanOrEqual(6);
    expect(seen.length).toBeGreaterThan(1);
  });

  it('let what else came be dealt with in between', async () => {
    const turn = createTurns(1);
    const order: string[] = [];
    const work = Promise.all(Array.from({ length: 5 }, async (_, n) => turn(1).then(() => order.push(`work ${n}`))));
    setImmediate(() => order.push('live'));
    await work;
    expect(order.indexOf('live')).toBeLessThan(order.indexOf('work 4'));
    expect(order).toHaveLength(6);
  });
});
