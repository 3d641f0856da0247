/** Draws one page at a time, the nearest to what is being read first: pdf.js draws all at once, and so the first page last. */
export interface RenderQueue {
  /** Runs `job` when it is its turn; returns a function that takes it out again (and does not stop a running one). */
  add(page: number, job: () => Promise<void>): () => void;
  /** Tells which page is being read. */
  readingPage(page: number): void;
  /** Resolves when nothing is left to draw, or after `limit` milliseconds: for work that should not delay drawing. */
  rest(limit: number): Promise<void>;
}

export function createRenderQueue(): RenderQueue {
  const waiting = new Set<{ page: number; job: () => Promise<void> }>();
  const resting = new Set<() => void>();
  let reading = 1;
  let running = false;

  function distance(page: number): number {
    // People mostly read on: the next page comes before the previous one.
    return page >= reading ? (page - reading) * 2 : (reading - page) * 2 + 1;
  }

  async function run(): Promise<void> {
    if (running) return;
    running = true;
    for (;;) {
      const [next] = [...waiting].sort((a, b) => distance(a.page) - distance(b.page));
      if (next === undefined) break;
      waiting.delete(next);
      // A job tells its own page what went wrong; here it only matters that it ended.
      await next.job().catch(() => undefined);
    }
    running = false;
    for (const resolve of resting) resolve();
    resting.clear();
  }

  return {
    add(page, job) {
      const entry = { page, job };
      waiting.add(entry);
      // After this turn, so that all pages that appear together are compared.
      queueMicrotask(() => void run());
      return () => waiting.delete(entry);
    },
    readingPage(page) {
      reading = page;
    },
    rest(limit) {
      if (!running && waiting.size === 0) return Promise.resolve();
      return new Promise((resolve) => {
        resting.add(resolve);
        setTimeout(() => {
          resting.delete(resolve);
          resolve();
        }, limit);
      });
    },
  };
}
