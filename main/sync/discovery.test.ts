import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { asMeetingId, type MeetingId } from '../../common/domain/ids.ts';
import { advertisementRecords, type Advertisement, type Multicast } from '../../common/wire/discovery.ts';
import { browse, type FoundLaptop } from './discovery.ts';

const ORGANISATION = 'a'.repeat(16);
const advertised = (instance: string, meetings: readonly MeetingId[] = []): Advertisement => ({
  kind: 'meeting',
  instance,
  organisation: ORGANISATION,
  port: 7443,
  meetings,
});

/** A network on which `say` is heard. */
function listening() {
  let hear: (records: readonly unknown[], from: string) => void = () => undefined;
  const multicast: Multicast = {
    query: () => undefined,
    answer: () => undefined,
    onQuery: () => () => undefined,
    onAnswer(listener) {
      hear = listener;
      return () => undefined;
    },
    close: () => Promise.resolve(),
  };
  const changes: (readonly FoundLaptop[])[] = [];
  const browser = browse({
    multicast,
    kind: 'meeting',
    organisation: ORGANISATION,
    onChange: (found) => changes.push(found),
  });
  const say = (what: Advertisement, from: string, ttl?: number) => hear(advertisementRecords(what, from, ttl), from);
  return { browser, changes, say };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const fake = (n: number) => advertised(`fake${String(n).padStart(6, '0')}`);
const REAL = advertised('thatisreal1');

test('[FIND-3] who floods the network with made-up laptops hides no real one, nor do they stay', () => {
  const { browser, say } = listening();
  const isFound = () => browser.found().some(({ instance }) => instance === REAL.instance);
  for (let n = 0; n < 400; n++) say(fake(n), '192.168.1.66', 3600);
  expect(browser.found()).toHaveLength(200);
  say(REAL, '192.168.1.5');
  expect(isFound()).toBe(true);
  for (let n = 400; n < 800; n++) say(fake(n), '192.168.1.66', 3600);
  expect(isFound()).toBe(true);
  expect(browser.found()).toHaveLength(200);
  vi.advanceTimersByTime(14_000);
  expect(browser.found()).toHaveLength(0);
  browser.close();
});

test('[FIND-2] every meeting that begins to be carried is told of, however many are', () => {
  const { browser, changes, say } = listening();
  const meetings: MeetingId[] = [];
  for (let n = 0; n < 20; n++) {
    meetings.push(asMeetingId(`abcdefghijklmnopqrstuvw${'abcdefghijklmnopqrst'[n]}aa`));
    say(advertised('thatisreal1', meetings), '192.168.1.5');
    expect(changes).toHaveLength(n + 1);
    expect(changes.at(-1)?.[0]?.meetings).toContain(meetings[n]);
  }
  browser.close();
});
