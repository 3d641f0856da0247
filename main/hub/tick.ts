/** Collects work of the next few milliseconds, so that many small frames become one write per connection. */
export interface Ticker {
  /** Runs `flush` once at the end of the running window, however often it is asked for. */
  request(flush: () => void): void;
  stop(): void;
}

const WINDOW_MILLISECONDS = 10;

/** `onError`: a flush threw; the others ran nevertheless. */
export function createTicker(onError: (error: unknown) => void): Ticker {
  let requested = new Set<() => void>();
  let timer: NodeJS.Timeout | undefined;

  function run(): void {
    timer = undefined;
    const due = requested;
    requested = new Set();
    for (const flush of due) {
      try {
        flush();
      } catch (error) {
        onError(error);
      }
    }
  }

  return {
    request(flush) {
      requested.add(flush);
      timer ??= setTimeout(run, WINDOW_MILLISECONDS);
    },
    stop() {
      clearTimeout(timer);
      requested.clear();
    },
  };
}
