import { networkInterfaces } from 'node:os';

/** Addresses others can use when listening on `host`. */
export function reachableHosts(host: string): string[] {
  if (host !== '0.0.0.0' && host !== '::') return [host.includes(':') ? `[${host}]` : host];
  const hosts: string[] = [];
  for (const addresses of Object.values(networkInterfaces())) {
    for (const { address, family, internal } of addresses ?? []) {
      if (family === 'IPv4' && !internal && !address.startsWith('169.254.')) hosts.push(address);
    }
  }
  return hosts;
}
