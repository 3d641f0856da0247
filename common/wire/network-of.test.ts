import { expect, it } from 'vitest';
import { networkOf } from './network-of.ts';

it('takes the first 64 bits of an IPv6 address for one laptop', () => {
  expect(networkOf('2001:db8:0:1::5')).toBe(networkOf('2001:DB8:0:1:ffff:1:2:3'));
  expect(networkOf('2001:db8:0:1::5')).not.toBe(networkOf('2001:db8:0:2::5'));
  expect(networkOf('fe80::1%eth0')).toBe(networkOf('fe80::2'));
  expect(networkOf('::1')).toBe('0:0:0:0');
  expect(networkOf('::ffff:192.0.2.7')).toBe('192.0.2.7');
  expect(networkOf('')).toBe('');
});
