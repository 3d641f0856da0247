import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { startWatchdog } from './watchdog.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

it('counts no time in which bytes are waited for, and calls once', () => {
  let waits = true;
  const over = vi.fn();
  startWatchdog(3000, () => waits, over);
  vi.advanceTimersByTime(60_000);
  expect(over).not.toHaveBeenCalled();
  waits = false;
  vi.advanceTimersByTime(2500);
  expect(over).not.toHaveBeenCalled();
  waits = true;
  vi.advanceTimersByTime(10_000);
  waits = false;
  vi.advanceTimersByTime(500);
  expect(over).toHaveBeenCalledOnce();
  vi.advanceTimersByTime(60_000);
  expect(over).toHaveBeenCalledOnce();
});

it('calls nothing once it is stopped', () => {
  const over = vi.fn();
  startWatchdog(1000, () => false, over)();
  vi.advanceTimersByTime(5000);
  expect(over).not.toHaveBeenCalled();
});
