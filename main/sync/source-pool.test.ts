import { expect, it } from 'vitest';
import { nothingLive } from '../../common/wire/live-traffic.ts';
import type { Credentials } from './dial.ts';
import { createSourcePool } from './source-pool.ts';

it('[PAPER-7] asks slow sources one at a time, fast ones side by side', () => {
  // Nobody is dialled here.
  const pool = createSourcePool({} as Credentials, nothingLive);
  const hadAt = (address: string, bytesPerSecond: number) =>
    pool.pacing(address).came(64 * 1024, (64 * 1024 * 1000) / bytesPerSecond);
  const [slow, slower, fast, unknown] = ['10.0.0.1:1', '10.0.0.2:1', '10.0.0.3:1', '10.0.0.4:1'];
  const full = () => [slow, slower, fast, unknown].map((address) => pool.full(address));
  hadAt(slow, 32_000);
  hadAt(slower, 16_000);
  hadAt(fast, 50_000_000);
  expect(full()).toEqual([false, false, false, false]);
  const ended = pool.begin(slow);
  expect(full()).toEqual([true, true, false, true]);
  ended();
  const first = pool.begin(unknown);
  expect(full()).toEqual([false, false, false, true]);
  first();
  pool.begin(fast);
  expect(full()).toEqual([false, false, false, false]);
  pool.begin(fast);
  expect(full()).toEqual([false, false, true, false]);
  pool.close();
});
