import { describe, expect, it } from 'vitest';
import { ownSegment } from './own-segment.ts';

const about = { netmask: '', mac: '', internal: false };
const card = (address: string, cidr: string) => ({ ...about, address, cidr, family: 'IPv4' as const });
const card6 = (address: string, cidr: string) => ({ ...about, address, cidr, family: 'IPv6' as const, scopeid: 0 });

describe('own network segment', () => {
  const near = ownSegment({
    lo: [card('127.0.0.1', '127.0.0.1/8')],
    wlan0: [
      card('192.168.7.20', '192.168.7.20/24'),
      card6('fd00:1::20', 'fd00:1::20/64'),
      card6('fe80::20', 'fe80::20/64'),
    ],
    tunnel: [card('10.9.0.2', '10.9.0.2/32')],
  });

  it('is what the cards and their prefixes say', () => {
    expect(
      ['192.168.7.1:7443', '127.0.0.1:1', '[fd00:1::9]:7443', '10.9.0.2:7443'].filter(
        (address) => near(address) !== true,
      ),
    ).toEqual([]);
    expect(
      ['192.168.8.1:7443', '10.9.0.1:7443', '[fd00:2::9]:7443', '[fe80::9]:7443'].filter(
        (address) => near(address) !== false,
      ),
    ).toEqual([]);
  });

  it('is never what cannot be told from a number', () => {
    for (const address of ['phien.example:7443', '', ':', 'x', '192.168.7.300:1']) expect(near(address)).toBe(false);
  });
});
