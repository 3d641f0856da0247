import { execFileSync } from 'node:child_process';
import {
  ignoring,
  namespaces,
  ownPrefix,
  quietly,
  remove,
  removeLeftovers,
  shape,
  whyNoNetwork,
} from './namespaces.ts';

/**
 * Two sites, each behind a router that translates addresses (masquerading) as those of homes and offices do, and a computer
 * with an address that both reach. Both sites have the same private network, with the same addresses in it, as routers of
 * one make have. Needs root, iproute2 and nftables.
 */
export interface TranslatedSites {
  /** Of the computer that everybody can reach. */
  readonly relay: string;
  /** Of that laptop in its own site: the same at both. */
  address(laptop: number): string;
  /** Under which the site is seen outside. */
  outer(site: Site): string;
  /** Put before a command, it runs there. */
  at(place: 'relay' | { readonly site: Site; readonly laptop: number }): readonly string[];
  /** The router forgets all connections, as after a restart: what comes for them is dropped, without an answer. */
  forget(site: Site): void;
  /** The router gets another address from its provider; what it knew of connections goes with the old one. */
  renumber(site: Site, outer: string): void;
  /** Packets with which connections began that laptops of the site wanted out, to wherever. */
  tries(site: Site): number;
  /** Pulls the cable of the site's line, or puts it back; what the router knows stays. */
  plug(site: Site, plugged: boolean): void;
  /** Limits the site's line, each way; undefined: it goes as fast as it can. */
  limit(site: Site, kilobitsPerSecond: number | undefined): void;
  /** Bytes that came over the site's line, headers included. */
  received(site: Site): number;
  /** Who connects to the site's outer address at that port gets to that laptop; nothing else comes in. */
  forward(site: Site, port: number, laptop: number): void;
  remove(): void;
}

export type Site = 0 | 1;

const RELAY = '10.78.0.1';
const GATEWAY = '10.77.0.254';

/** Why there can be no such sites here; undefined where there can. */
export function whyNoSites(): string | undefined {
  const why = whyNoNetwork();
  if (why !== undefined) return why;
  try {
    quietly('nft', '--version');
  } catch {
    return 'nftables (nft) is missing';
  }
  const trial = `${ownPrefix()}trial`;
  try {
    quietly('ip', 'netns', 'add', trial);
    nft(trial, translation([], true));
    return undefined;
  } catch (error) {
    return `this kernel translates no addresses (${String(error instanceof Error ? error.message : error).split('\n')[0]})`;
  } finally {
    ignoring(() => quietly('ip', 'netns', 'del', trial));
  }
}

export function layTranslatedSites(laptops: number): TranslatedSites {
  removeLeftovers();
  const own = ownPrefix();
  const outside = `${own}outside`;
  const relay = `${own}relay`;
  const router = (site: Site) => `${own}router${site}`;
  const space = (site: Site, laptop: number) => `${own}site${site}-${laptop}`;
  const address = (laptop: number) => `10.77.0.${laptop + 1}`;
  const outer = ['10.78.0.11', '10.78.0.12'];
  const forwarded: Forwarded[][] = [[], []];
  /** One router refuses what comes for it, the other drops it. */
  const silent = (site: Site) => site === 1;
  const removeNow = () => remove(namespaces(own));
  process.once('exit', removeNow);

  add(outside);
  bridge(outside);
  add(relay);
  cable({ from: outside, port: 'relay', to: relay, card: 'eth0', address: RELAY });
  for (const site of [0, 1] as const) {
    add(router(site));
    bridge(router(site));
    quietly('ip', '-n', router(site), 'addr', 'add', `${GATEWAY}/24`, 'dev', 'switch');
    cable({ from: outside, port: `site${site}`, to: router(site), card: 'wan', address: outer[site] as string });
    setting(router(site), 'net.ipv4.ip_forward', 1);
    // Packets of a connection that it doesn't know make none anew: a router that forgot lets nothing through.
    setting(router(site), 'net.netfilter.nf_conntrack_tcp_loose', 0);
    nft(router(site), translation([], silent(site)));
    for (let laptop = 0; laptop < laptops; laptop++) {
      const name = space(site, laptop);
      add(name);
      cable({ from: router(site), port: `to${laptop}`, to: name, card: 'eth0', address: address(laptop) });
      quietly('ip', '-n', name, 'route', 'add', 'default', 'via', GATEWAY);
    }
  }

  function renumber(site: Site, to: string): void {
    const from = outer[site] as string;
    outer[site] = to;
    // With an address the kernel drops the translations that were made to it.
    quietly('ip', '-n', router(site), 'addr', 'del', `${from}/24`, 'dev', 'wan');
    quietly('ip', '-n', router(site), 'addr', 'add', `${to}/24`, 'dev', 'wan');
  }

  return {
    relay: RELAY,
    address,
    outer: (site) => outer[site] as string,
    at: (place) => ['ip', 'netns', 'exec', place === 'relay' ? relay : space(place.site, place.laptop)],
    forget: (site) => renumber(site, outer[site] as string),
    renumber,
    tries(site) {
      const told = execFileSync('ip', ['netns', 'exec', router(site), 'nft', '-j', 'list', 'counters', 'ip'], {
        encoding: 'utf8',
      });
      const { nftables } = JSON.parse(told) as { nftables: { counter?: { packets: number } }[] };
      return nftables.reduce((sum, { counter }) => sum + (counter?.packets ?? 0), 0);
    },
    plug: (site, plugged) => quietly('ip', '-n', outside, 'link', 'set', `site${site}`, plugged ? 'up' : 'down'),
    limit(site, rate) {
      shape(router(site), 'wan', rate);
      shape(outside, `site${site}`, rate);
    },
    received(site) {
      const args = ['-n', router(site), '-s', '-j', 'link', 'show', 'wan'];
      const [card] = JSON.parse(execFileSync('ip', args, { encoding: 'utf8' })) as [
        { stats64: { rx: { bytes: number } } },
      ];
      return card.stats64.rx.bytes;
    },
    forward(site, port, laptop) {
      forwarded[site]?.push({ port, to: address(laptop) });
      nft(router(site), translation(forwarded[site] ?? [], silent(site)));
    },
    remove() {
      process.off('exit', removeNow);
      removeNow();
    },
  };
}

interface Forwarded {
  readonly port: number;
  readonly to: string;
}

/** What a router for homes and small offices does: out yes, in no, and outside there is only its own address. */
const translation = (forwarded: readonly Forwarded[], silent: boolean): string => `
  table ip router
  delete table ip router
  table ip router {
    counter tries {}
    chain seen {
      type filter hook prerouting priority raw
      iifname "switch" tcp flags & (syn | ack) == syn counter name tries
    }
    chain own {
      type filter hook input priority filter
      ${silent ? 'iifname "wan" drop' : ''}
    }
    chain arriving {
      type nat hook prerouting priority dstnat
      ${forwarded.map(({ port, to }) => `iifname "wan" tcp dport ${port} dnat to ${to}`).join('\n')}
    }
    chain leaving {
      type nat hook postrouting priority srcnat
      oifname "wan" masquerade
    }
    chain passing {
      type filter hook forward priority filter; policy drop;
      ct state established,related accept
      ct status dnat accept
      iifname "switch" ct state new accept
    }
  }`;

function nft(name: string, rules: string): void {
  execFileSync('ip', ['netns', 'exec', name, 'nft', '-f', '-'], { input: rules, stdio: ['pipe', 'ignore', 'pipe'] });
}

function add(name: string): void {
  quietly('ip', 'netns', 'add', name);
  quietly('ip', '-n', name, 'link', 'set', 'lo', 'up');
}

function bridge(name: string): void {
  quietly('ip', '-n', name, 'link', 'add', 'switch', 'type', 'bridge', 'mcast_snooping', '0', 'forward_delay', '0');
  quietly('ip', '-n', name, 'link', 'set', 'switch', 'up');
}

/** From a switch to the card of somebody. */
function cable(one: { from: string; port: string; to: string; card: string; address: string }): void {
  const { from, port, to, card } = one;
  quietly('ip', '-n', from, 'link', 'add', port, 'type', 'veth', 'peer', 'name', card, 'netns', to);
  quietly('ip', '-n', from, 'link', 'set', port, 'master', 'switch', 'up');
  quietly('ip', '-n', to, 'addr', 'add', `${one.address}/24`, 'dev', card);
  quietly('ip', '-n', to, 'link', 'set', card, 'up');
}

function setting(name: string, key: string, value: number): void {
  quietly('ip', 'netns', 'exec', name, 'sh', '-c', `echo ${value} > /proc/sys/${key.replaceAll('.', '/')}`);
}
