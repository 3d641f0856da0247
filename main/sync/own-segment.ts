import { BlockList, isIP } from 'node:net';
import type { NetworkInterfaceInfo } from 'node:os';

/** Whether an address (`host:port`) lies on a network that this laptop is directly on. */
export type NearBy = (address: string) => boolean;

/** Whether an address (`host:port`) is one of this computer; `interfaces` as for `ownSegment`. */
export function ownAddress(interfaces: NodeJS.Dict<NetworkInterfaceInfo[]>): NearBy {
  const hosts = new BlockList();
  for (const { address, family } of Object.values(interfaces).flatMap((some) => some ?? []))
    hosts.addAddress(address, family === 'IPv6' ? 'ipv6' : 'ipv4');
  return (address) => isIn(hosts, address);
}

/** Networks of the given interfaces (`os.networkInterfaces()`); asked anew when they may have changed. */
export function ownSegment(interfaces: NodeJS.Dict<NetworkInterfaceInfo[]>): NearBy {
  const networks = new BlockList();
  for (const { address, family, cidr } of Object.values(interfaces).flatMap((some) => some ?? [])) {
    const prefix = Number(cidr?.split('/')[1]);
    // Link-local IPv6 is the same network on every card.
    if (!Number.isInteger(prefix) || address.startsWith('fe80:')) continue;
    networks.addSubnet(address, prefix, family === 'IPv6' ? 'ipv6' : 'ipv4');
  }
  return (address) => isIn(networks, address);
}

function isIn(list: BlockList, address: string): boolean {
  const host = address.slice(0, address.lastIndexOf(':')).replace(/^\[|\]$|%[^\]]*/g, '');
  const version = isIP(host);
  return version !== 0 && list.check(host, version === 6 ? 'ipv6' : 'ipv4');
}
