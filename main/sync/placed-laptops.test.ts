import { expect, it } from 'vitest';
import { asMemberId } from '../../common/domain/ids.ts';
import type { KnownLaptop } from '../../common/wire/carrier.ts';
import { createLingering, dialledLaptops, placedLaptops } from './placed-laptops.ts';

const laptop = (n: number, address: string, inside?: readonly string[]): KnownLaptop => ({
  member: asMemberId(`00000000-0000-4000-8000-${String(n).padStart(12, '0')}`),
  device: `device-${n}`,
  address,
  ...(inside ? { inside } : {}),
});
const here = {
  isMe: ({ device }: KnownLaptop) => device === 'device-1',
  own: (address: string) => address.startsWith('10.77.0.1:'),
  near: (address: string) => address.startsWith('10.77.0.'),
};
const addresses = (laptops: readonly KnownLaptop[]) =>
  placedLaptops(laptops, here).map(({ device, address }) => `${device} ${address}`);

it('[TAKE-8] leaves everybody where they are when the carrying laptop sees this one as it is', () => {
  const laptops = [laptop(1, '10.77.0.1:7443'), laptop(2, '10.77.0.2:7443'), laptop(3, '203.0.113.7:7443')];
  expect(placedLaptops(laptops, here)).toBe(laptops);
});

it('[TAKE-8] leaves everybody where they are when the carrying laptop does not know this one', () => {
  const laptops = [laptop(2, '10.77.0.2:7443', ['10.77.0.9:7443'])];
  expect(placedLaptops(laptops, here)).toBe(laptops);
});

it('[TAKE-8] behind the same router others are where they listen inside, and the own addresses elsewhere are nobody’s here', () => {
  expect(
    addresses([
      laptop(1, '203.0.113.7:7443', ['10.77.0.1:7443']),
      laptop(2, '203.0.113.7:7443', ['192.168.1.5:7443', '10.77.0.2:7443']),
      laptop(3, '10.77.0.2:7443'),
      laptop(4, '203.0.113.8:7443', ['10.77.0.3:7443']),
    ]),
  ).toEqual(['device-1 203.0.113.7:7443', 'device-2 10.77.0.2:7443', 'device-4 203.0.113.8:7443']);
});

it('[TAKE-5] who looks for the meeting dials others where they listen inside, and leaves nobody out', () => {
  const behindRouter = [
    laptop(1, '203.0.113.7:7443', ['10.77.0.1:7443']),
    laptop(2, '203.0.113.7:7443', ['10.77.0.2:7443']),
    laptop(3, '10.77.0.3:7443'),
  ];
  const dialled = (laptops: readonly KnownLaptop[]) => dialledLaptops(laptops, here).map(({ address }) => address);
  expect(dialled(behindRouter)).toEqual(['203.0.113.7:7443', '10.77.0.2:7443', '10.77.0.3:7443']);
  // This laptop had another address in the same network when it was told.
  const before = [laptop(1, '10.77.0.9:7443'), laptop(2, '10.77.0.2:7443')];
  expect(dialled(before)).toEqual(['10.77.0.9:7443', '10.77.0.2:7443']);
  expect(placedLaptops(before, here)).toHaveLength(1);
});

it('[TAKE-8] takes no address inside that is not of the own segment, or this laptop’s own', () => {
  expect(
    addresses([
      laptop(1, '203.0.113.7:7443'),
      laptop(2, '203.0.113.7:7443', ['192.168.1.5:7443']),
      laptop(3, '203.0.113.7:7443', ['10.77.0.1:7443']),
    ]),
  ).toEqual(['device-1 203.0.113.7:7443', 'device-2 203.0.113.7:7443', 'device-3 203.0.113.7:7443']);
});

it('[PAPER-8] who was of the own segment a moment ago still is while the carrying laptop does not know of its return', () => {
  let time = 0;
  const linger = createLingering(here.near, () => time);
  const [me, near, far] = [laptop(1, '203.0.113.7:7443'), laptop(2, '10.77.0.2:7443'), laptop(3, '203.0.113.8:7443')];
  expect(linger([me, near, far])).toEqual([me, near, far]);
  time += 4000;
  expect(linger([me])).toEqual([me, near]);
  // Its link of before, from an outer address that the site has no more.
  expect(linger([me, { ...near, address: '203.0.113.9:7443' }])).toEqual([me, near]);
  const moved = { ...near, address: '10.77.0.9:7443' };
  expect(linger([me, moved])).toEqual([me, moved]);
  time += 5001;
  expect(linger([me])).toEqual([me]);
});
