import { expect, it } from 'vitest';
import { createRenderQueue } from './render-queue.ts';

it('draws the page being read first, then onwards, one at a time', async () => {
  const queue = createRenderQueue();
  const order: number[] = [];
  let active = 0;
  queue.readingPage(10);
  const jobs = [8, 9, 10, 11, 12].map(
    (page) =>
      new Promise<void>((resolve) => {
        queue.add(page, async () => {
          active += 1;
          expect(active).toBe(1);
          order.push(page);
          await Promise.resolve();
          active -= 1;
          resolve();
          if (page === 11) throw new Error('a page that fails does not stop the others');
        });
      }),
  );
  const never = queue.add(13, () => Promise.reject(new Error('was taken out')));
  never();
  await Promise.all(jobs);
  expect(order).toEqual([10, 11, 9, 12, 8]);
});

it('lets other work wait until nothing is left to draw, but not for ever', async () => {
  const queue = createRenderQueue();
  await queue.rest(10_000);
  let finish = (): void => undefined;
  let drawn = false;
  queue.add(1, () => new Promise((resolve) => (finish = resolve)));
  await Promise.resolve();
  const patient = queue.rest(10_000).then(() => expect(drawn).toBe(true));
  await queue.rest(20);
  expect(drawn).toBe(false);
  drawn = true;
  finish();
  await patient;
});
