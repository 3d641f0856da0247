import { expect, it } from 'vitest';
import { fingerprintGroups } from './fingerprint-groups.ts';

it('is short, in groups of four, the same for the same key', () => {
  expect(fingerprintGroups(`0a1b2c3d4e5f60718293a4b5${'c'.repeat(40)}`)).toBe('0A1B 2C3D 4E5F 6071 8293 A4B5');
});

it('of nothing is nothing', () => {
  expect(fingerprintGroups('')).toBe('');
});
