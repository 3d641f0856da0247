import { connect, isIP, type Socket } from 'node:net';

/** Whether a computer answers at all: what is on it is not known yet. */
export type Reached =
  | { readonly ok: true; readonly socket: Socket }
  /** `heard`: it answered, that nobody listens there. */
  | { readonly ok: false; readonly heard: boolean; readonly detail: string };

/** The system repeats a question that was lost after a second at the earliest, and more and more seldom. */
const AGAIN_MILLISECONDS = 300;
/** Questions at a time: the first, which the system repeats, and the last ones. */
const TOGETHER = 4;
/** The way there is missing: it may be back in a moment. */
const NO_WAY: ReadonlySet<string> = new Set([
  'EHOSTUNREACH',
  'EHOSTDOWN',
  'ENETUNREACH',
  'ENETDOWN',
  'EADDRNOTAVAIL',
  'EAI_AGAIN',
  'ETIMEDOUT',
]);

/**
 * Connects to `host:port`. What is not answered is asked again beside it, since after an outage of the line only a new
 * question is answered soon; those just before it stay, since on a long way the answer may be coming.
 */
export function reach(
  host: string,
  port: number,
  signal: AbortSignal | undefined,
  /** `within`: milliseconds until it is given up. `persistent`: a missing way is no reason to give up before. */
  { within, persistent }: { readonly within: number; readonly persistent: boolean },
): Promise<Reached> {
  return new Promise((resolve) => {
    const open = new Set<Socket>();
    const giveUp = setTimeout(() => finish({ ok: false, heard: false, detail: 'timeout' }), within);
    const again = setInterval(ask, AGAIN_MILLISECONDS);
    const abort = () => finish({ ok: false, heard: false, detail: 'aborted' });
    signal?.addEventListener('abort', abort, { once: true });
    let over = false;
    /** A name is looked up by the system's few threads, once at a time. */
    let lookingUp = false;

    function ask(): void {
      if (lookingUp) return;
      const [, second] = open;
      if (second && open.size >= TOGETHER) {
        open.delete(second);
        second.destroy();
      }
      lookingUp = isIP(host) === 0;
      const socket = connect({ host, port, noDelay: true });
      open.add(socket);
      socket.once('lookup', () => (lookingUp = false));
      // Stays: whoever gets the socket has listeners of its own besides.
      socket.on('error', (error: NodeJS.ErrnoException) => {
        open.delete(socket);
        const detail = error.code ?? error.message;
        if (persistent && NO_WAY.has(detail)) return;
        finish({ ok: false, heard: detail === 'ECONNREFUSED' || detail === 'ECONNRESET', detail });
      });
      socket.once('connect', () => {
        open.delete(socket);
        finish({ ok: true, socket });
      });
    }

    function finish(reached: Reached): void {
      if (over) {
        if (reached.ok) reached.socket.destroy();
        return;
      }
      over = true;
      clearTimeout(giveUp);
      clearInterval(again);
      signal?.removeEventListener('abort', abort);
      for (const socket of open) socket.destroy();
      resolve(reached);
    }

    if (signal?.aborted) abort();
    else ask();
  });
}
