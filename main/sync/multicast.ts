import { networkInterfaces } from 'node:os';
import createMulticastDns from 'multicast-dns';
import type { DiscoveryRecord, Multicast } from '../../common/wire/discovery.ts';
import type { LinkLogger } from '../../common/wire/admission.ts';

/** `loopback`: only between programs of this computer. */
export type DiscoveryMode = 'network' | 'loopback' | 'off';

/** As the environment variable PHIEN_DISCOVERY says; anything else is `network`. */
export function discoveryMode(environment: Readonly<Record<string, string | undefined>>): DiscoveryMode {
  const { PHIEN_DISCOVERY: mode } = environment;
  return mode === 'loopback' || mode === 'off' ? mode : 'network';
}

const RESCAN_MILLISECONDS = 10_000;
const MAX_CARDS = 16;
const GOODBYE_MILLISECONDS = 300;
const MAX_RECORDS_PER_PACKET = 64;

type Card = ReturnType<typeof createMulticastDns>;

/**
 * Multicast DNS on every network card, also on those that come later (one socket per card: a socket sends through one
 * card only). Never throws: without a network nothing is heard.
 */
export function openMulticast(mode: DiscoveryMode, logger: LinkLogger): Multicast {
  const cards = new Map<string, Card>();
  const queryListeners = new Set<(services: readonly string[]) => void>();
  const answerListeners = new Set<(records: readonly unknown[], from: string) => void>();
  const failed = new Set<string>();
  const sending = new Set<Promise<void>>();

  function open(address: string): void {
    // Bound to all addresses: Linux delivers multicast only to sockets that aren't bound to a card's own.
    const card = createMulticastDns({ interface: address, bind: '0.0.0.0', reuseAddr: true, loopback: true });
    cards.set(address, card);
    const fail = (error: Error) => {
      if (!failed.has(address))
        logger.warn('discovery is not possible on a network', { address, error: error.message });
      failed.add(address);
      if (cards.get(address) === card) drop(address);
    };
    card.on('error', fail);
    card.on('warning', () => undefined);
    card.on('query', (packet) => {
      const services = (packet.questions ?? [])
        .slice(0, MAX_RECORDS_PER_PACKET)
        .map((question) => question.name.toLowerCase());
      for (const listener of queryListeners) listener(services);
    });
    card.on('response', (packet, from) => {
      const records = [...(packet.answers ?? []), ...(packet.additionals ?? [])].slice(0, MAX_RECORDS_PER_PACKET);
      const plain = records.map((record) => (record.type === 'TXT' ? { ...record, data: lines(record.data) } : record));
      for (const listener of answerListeners) listener(plain, from.address);
    });
  }

  function drop(address: string): void {
    cards.get(address)?.destroy();
    cards.delete(address);
  }

  function rescan(): void {
    const present = new Set(addressesFor(mode).slice(0, MAX_CARDS));
    for (const address of cards.keys()) if (!present.has(address)) drop(address);
    for (const address of present) if (!cards.has(address)) open(address);
  }

  rescan();
  const rescans = mode === 'off' ? undefined : setInterval(rescan, RESCAN_MILLISECONDS);
  rescans?.unref();

  return {
    query(service) {
      for (const card of cards.values()) card.query([{ name: service, type: 'PTR' }]);
    },
    answer(records) {
      for (const [address, card] of cards) {
        const sent = new Promise<void>((resolve) => card.respond(records(address).map(asAnswer), () => resolve()));
        sending.add(sent);
        void sent.then(() => sending.delete(sent));
      }
    },
    onQuery(listener) {
      queryListeners.add(listener);
      return () => void queryListeners.delete(listener);
    },
    onAnswer(listener) {
      answerListeners.add(listener);
      return () => void answerListeners.delete(listener);
    },
    async close() {
      clearInterval(rescans);
      queryListeners.clear();
      answerListeners.clear();
      // A goodbye may be on its way.
      await Promise.race([Promise.all(sending), new Promise((resolve) => setTimeout(resolve, GOODBYE_MILLISECONDS))]);
      const open = [...cards.values()];
      cards.clear();
      await Promise.all(open.map((card) => new Promise<void>((resolve) => card.destroy(resolve))));
    },
  };
}

function addressesFor(mode: DiscoveryMode): string[] {
  if (mode === 'off') return [];
  if (mode === 'loopback') return ['127.0.0.1'];
  return Object.values(networkInterfaces()).flatMap((addresses) =>
    (addresses ?? []).flatMap(({ address, family, internal }) => (family === 'IPv4' && !internal ? [address] : [])),
  );
}

function asAnswer(record: DiscoveryRecord) {
  const { name, ttl } = record;
  switch (record.type) {
    case 'SRV':
      return { type: 'SRV' as const, name, ttl, data: { ...record.data, priority: 0, weight: 0 } };
    case 'TXT':
      return { type: 'TXT' as const, name, ttl, data: [...record.data] };
    case 'PTR':
      return { type: 'PTR' as const, name, ttl, data: record.data };
    case 'A':
      return { type: 'A' as const, name, ttl, data: record.data };
  }
}

function lines(data: unknown): string[] {
  const parts: unknown[] = Array.isArray(data) ? data : [data];
  return parts.slice(0, MAX_RECORDS_PER_PACKET).map((part) => {
    return part instanceof Uint8Array ? Buffer.from(part).toString('utf8') : String(part);
  });
}
