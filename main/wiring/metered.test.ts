import { expect, it } from 'vitest';
import { meteredFrom } from './metered.ts';

it('reads what systems say of the price of their network, and takes no guess for an answer that is none', () => {
  expect(['u 1', 'u 3\n', 'Fixed\r\n', 'Variable'].map(meteredFrom)).toEqual([true, true, true, true]);
  expect(['u 2\n', 'u 4', 'Unrestricted\r\n'].map(meteredFrom)).toEqual([false, false, false]);
  expect(['u 0', '', 'Unknown', 'Failed to get property', 'u 11'].map(meteredFrom)).toEqual([
    null,
    null,
    null,
    null,
    null,
  ]);
});
