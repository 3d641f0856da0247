/** Collects work of the next few milliseconds, so that many small frames become one write per connection. */
export interface Ticker {
  /** Runs `flush` once at the end of the running window, however often it is asked for. */
  request(flush: () => void): void;
  /** The same for what waits for somebody else (a socket that must drain, a rate): looked at every 10 ms. */
  retry(flush: () => void): void;
  stop(): void;
}

/**
 * The window is as long as sending took, times this at most: no more than a third of the time goes into sending. That
 * pays where much is gathered in it, so it is as much shorter as less than `MUCH` was asked for.
 */
const SHARE = 2;
const MUCH = 30;
const LONGEST_MILLISECONDS = 40;
const RETRY_MILLISECONDS = 10;

/** `onError`: a flush threw; the others ran nevertheless. */
export function createTicker(onError: (error: unknown) => void): Ticker {
  let requested = new Set<() => void>();
  const retried = new Set<() => void>();
  let immediate: NodeJS.Immediate | undefined;
  let timer: NodeJS.Timeout | undefined;
  let retrying: NodeJS.Timeout | undefined;
  let earliest = 0;
  /** Requests since the last run. */
  let asked = 0;

  function run(): void {
    immediate = timer = undefined;
    const due = requested;
    requested = new Set();
    const share = SHARE * Math.min(1, asked / MUCH);
    asked = 0;
    const began = performance.now();
    for (const flush of due) {
      try {
        flush();
      } catch (error) {
        onError(error);
      }
    }
    const ended = performance.now();
    earliest = ended + Math.min(LONGEST_MILLISECONDS, (ended - began) * share);
    // Asked for meanwhile.
    if (requested.size > 0) schedule();
  }

  function schedule(): void {
    if (immediate || timer) return;
    const wait = earliest - performance.now();
    // Timers count whole milliseconds. The end of the next turn gathers what is just arriving: the last ink of a stroke and
    // the stroke come together.
    if (wait < 0.5) immediate = setImmediate(() => (immediate = setImmediate(run)));
    else timer = setTimeout(run, wait);
  }

  return {
    request(flush) {
      requested.add(flush);
      asked += 1;
      schedule();
    },
    retry(flush) {
      retried.add(flush);
      retrying ??= setTimeout(() => {
        retrying = undefined;
        for (const one of retried) requested.add(one);
        retried.clear();
        schedule();
      }, RETRY_MILLISECONDS);
    },
    stop() {
      clearImmediate(immediate);
      clearTimeout(timer);
      clearTimeout(retrying);
      immediate = timer = retrying = undefined;
      requested.clear();
      retried.clear();
    },
  };
}
