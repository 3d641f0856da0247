import { BlockList, isIP } from 'node:net';
import type { NetworkInterfaceInfo } from 'node:os';

/** Whether an address (`host:port`) lies on a network that this laptop is directly on. */
export type NearBy = (address: string) => boolean;

/** Networks of the given interfaces (`os.networkInterfaces()`); asked anew when they may have changed. */
export function ownSegment(interfaces: NodeJS.Dict<NetworkInterfaceInfo[]>): NearBy {
  const networks = new BlockList();
  for (const { address, family, cidr } of Object.values(interfaces).flatMap((some) => some ?? [])) {
    const prefix = Number(cidr?.split('/')[1]);
    // Link-local IPv6 is the same network on every card.
    if (!Number.isInteger(prefix) || address.startsWith('fe80:')) continue;
    networks.addSubnet(address, prefix, family === 'IPv6' ? 'ipv6' : 'ipv4');
  }
  return (address) => {
    const host = address.slice(0, address.lastIndexOf(':')).replace(/^\[|\]$/g, '');
    const version = isIP(host);
    return version !== 0 && networks.check(host, version === 6 ? 'ipv6' : 'ipv4');
  };
}
