import { networkOf } from '../../common/wire/network-of.ts';

export interface AttemptLimits {
  /** Wrong attempts from one address (one /64 for IPv6) within `windowMs`. */
  perAddress: number;
  /** Wrong attempts from everywhere; beyond it only addresses that have shown a right code get through. */
  total: number;
  windowMs: number;
}

export const defaultAttemptLimits: AttemptLimits = { perAddress: 20, total: 300, windowMs: 10 * 60_000 };

/** An attacker with many addresses must not fill the memory. */
const ADDRESS_LIMIT = 4096;

export interface AttemptLimit {
  mayTry(address: string): boolean;
  failed(address: string): void;
  succeeded(address: string): void;
}

export function createAttemptLimit(limits: AttemptLimits, now: () => Date): AttemptLimit {
  let windowStart = now().getTime();
  let total = 0;
  const failures = new Map<string, number>();
  const proven = new Set<string>();

  function turnWindow(): void {
    if (now().getTime() - windowStart < limits.windowMs) return;
    windowStart = now().getTime();
    total = 0;
    failures.clear();
    proven.clear();
  }

  return {
    mayTry(address) {
      turnWindow();
      const network = networkOf(address);
      if ((failures.get(network) ?? 0) >= limits.perAddress) return false;
      return total < limits.total || proven.has(network);
    },
    failed(address) {
      total++;
      const network = networkOf(address);
      const known = failures.get(network);
      if (known !== undefined || failures.size < ADDRESS_LIMIT) failures.set(network, (known ?? 0) + 1);
    },
    succeeded(address) {
      if (proven.size < ADDRESS_LIMIT) proven.add(networkOf(address));
    },
  };
}
