import type { createClient } from '@redis/client';
import type { LinkLogger } from '../../common/wire/admission.ts';
import type { Bus } from './bus.ts';

type Client = ReturnType<typeof createClient>;

/** Kept of each list; who was away for longer is brought up by the others' logs. */
const KEPT = 5000;
const READ_AT_ONCE = 64;
const FIRST_WAIT_MILLISECONDS = 100;
const LONGEST_WAIT_MILLISECONDS = 2000;
const PING_MILLISECONDS = 1000;
/** Nothing came for so long, pings unanswered: the connection is dead. */
const SILENCE_MILLISECONDS = 4000;
/** That it is still not reached is said this often. */
const SAY_AGAIN_MILLISECONDS = 10 * 60_000;

const listKey = (topic: string): string => `phien:list:${topic}`;
const channel = (topic: string): string => `phien:now:${topic}`;

/**
 * The bus on Redis 5 or later, or Valkey: lists are streams, telling is publish and subscribe. Connects by itself, and
 * again after a loss; the client library is loaded only here.
 */
export function openRedisBus(options: { readonly url: string; readonly logger: LinkLogger }): Bus {
  const { logger } = options;
  const upListeners = new Set<() => void>();
  const listeners = new Map<string, Set<(message: Uint8Array) => void>>();
  const subscribed = new Set<string>();
  let commands: Client | undefined;
  let subscriber: Client | undefined;
  let closed = false;
  let up = false;
  let saidAt = -Infinity;

  const opening = open().catch((error: unknown) =>
    logger.warn('bus could not be opened', { error: withoutPassword(String(error), options.url) }),
  );

  async function open(): Promise<void> {
    const redis = await import('@redis/client');
    const settings = {
      url: options.url,
      // What can't be sent now is not sent later: the logs settle what was missed.
      disableOfflineQueue: true,
      pingInterval: PING_MILLISECONDS,
      socket: {
        connectTimeout: SILENCE_MILLISECONDS,
        socketTimeout: SILENCE_MILLISECONDS,
        reconnectStrategy: (retries: number) =>
          Math.min(LONGEST_WAIT_MILLISECONDS, FIRST_WAIT_MILLISECONDS * 2 ** Math.min(retries, 8)),
      },
      commandOptions: { typeMapping: { [redis.RESP_TYPES.BLOB_STRING]: Buffer } },
    } as const;
    // The library's types differ by the mapping, which changes replies only; those are read as bytes below.
    commands = redis.createClient(settings) as unknown as Client;
    subscriber = redis.createClient(settings) as unknown as Client;
    for (const client of [commands, subscriber]) {
      client.on('error', (error: Error) => lost(error));
      client.on('ready', ready);
      // Rejects only when it is closed meanwhile: it tries again by itself.
      client.connect().catch(() => undefined);
    }
  }

  function ready(): void {
    if (up || closed || !commands?.isReady || !subscriber?.isReady) return;
    up = true;
    for (const topic of listeners.keys()) subscribe(topic);
    logger.info('bus reached', { url: withoutSecret(options.url) });
    for (const listener of upListeners) listener();
  }

  function lost(error: Error): void {
    if (closed) return;
    const now = performance.now();
    if (!up && now - saidAt < SAY_AGAIN_MILLISECONDS) return;
    saidAt = now;
    const said = withoutPassword(error.message || error.name, options.url);
    const fields = { url: withoutSecret(options.url), error: said };
    if (up) logger.warn('bus lost: this relay goes on for its own clients', fields);
    else logger.warn('bus not reached: this relay goes on for its own clients', fields);
    up = false;
  }

  /** The library does it again after a loss; it must not be asked twice. */
  function subscribe(topic: string): void {
    if (!subscriber?.isReady || subscribed.has(topic)) return;
    subscribed.add(topic);
    const hear = (message: Buffer) => {
      for (const listener of listeners.get(topic) ?? []) listener(message);
    };
    subscriber.subscribe(channel(topic), hear, true).catch((error: unknown) => {
      subscribed.delete(topic);
      if (!closed) logger.warn('bus not listened to', { error: String(error) });
    });
  }

  function connected(): Client {
    if (!commands?.isReady) throw new Error('bus not reached');
    return commands;
  }

  return {
    async append(topic, message) {
      await connected().sendCommand([
        'XADD',
        listKey(topic),
        'MAXLEN',
        '~',
        String(KEPT),
        '*',
        'm',
        Buffer.from(message.buffer, message.byteOffset, message.byteLength),
      ]);
    },
    async readAfter(topic, position) {
      const from = position === '' ? '-' : `(${position}`;
      const reply: unknown = await connected().sendCommand([
        'XRANGE',
        listKey(topic),
        from,
        '+',
        'COUNT',
        String(READ_AT_ONCE),
      ]);
      return (reply as [Buffer, [Buffer, Buffer]][]).map(([at, [, message]]) => ({ position: at.toString(), message }));
    },
    tell(topic, message) {
      if (!commands?.isReady) return;
      const bytes = Buffer.from(message.buffer, message.byteOffset, message.byteLength);
      commands.publish(channel(topic), bytes).catch(() => undefined);
    },
    listen(topic, listener) {
      let known = listeners.get(topic);
      if (!known) {
        listeners.set(topic, (known = new Set()));
        subscribe(topic);
      }
      const held = known;
      held.add(listener);
      return () => {
        held.delete(listener);
        if (held.size > 0 || listeners.get(topic) !== held) return;
        listeners.delete(topic);
        subscribed.delete(topic);
        subscriber?.unsubscribe(channel(topic)).catch(() => undefined);
      };
    },
    onUp(listener) {
      upListeners.add(listener);
      if (up) listener();
      return () => upListeners.delete(listener);
    },
    up: () => up,
    async close() {
      closed = true;
      up = false;
      await opening;
      for (const client of [commands, subscriber]) if (client?.isOpen) client.destroy();
    },
  };
}

/** What the library says should have no password in it. */
function withoutPassword(text: string, url: string): string {
  const { password } = URL.parse(url) ?? {};
  return password ? text.replaceAll(password, '…').replaceAll(decodeURIComponent(password), '…') : text;
}

/** Without the password that the address may have in it. */
function withoutSecret(url: string): string {
  try {
    const { protocol, host } = new URL(url);
    return `${protocol}//${host}`;
  } catch {
    return 'unreadable address';
  }
}
