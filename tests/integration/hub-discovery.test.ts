import { afterEach, describe, expect, it } from 'vitest';
import { advertise } from '../../main/hub/discovery.ts';
import { browse } from '../../main/sync/discovery.ts';
import { discoveryMode, openMulticast } from '../../main/sync/multicast.ts';
import { advertisementRecords, type Advertisement } from '../../common/wire/discovery.ts';
import { expectSoon, randomMeetingId } from '../fixtures/network/room.ts';

const OURS = '0123456789abcdef';
const THEIRS = 'fedcba9876543210';
const quiet = { info: () => undefined, warn: () => undefined };
const open: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

function laptop() {
  const multicast = openMulticast('loopback', quiet);
  open.push(() => multicast.close());
  return multicast;
}

const instanceName = () => Math.random().toString(36).slice(2, 12).padEnd(10, '0');
const offering = (organisation: string, port: number, kind: Advertisement['kind'] = 'meeting'): Advertisement => ({
  kind,
  organisation,
  instance: instanceName(),
  port,
  meetings: kind === 'meeting' ? [randomMeetingId()] : [],
});

function offer(it: Advertisement | (() => Advertisement | null)) {
  const advertiser = advertise({ multicast: laptop(), advertisement: typeof it === 'function' ? it : () => it });
  open.push(() => advertiser.close());
  return advertiser;
}

function look(kind: Advertisement['kind'], organisation: string | null) {
  const changes: number[] = [];
  const browser = browse({ multicast: laptop(), kind, organisation, onChange: (found) => changes.push(found.length) });
  open.push(() => browser.close());
  return browser;
}

describe('discovery', () => {
  it('[FIND-2] finds laptops of the own organisation only, on one machine with many instances', async () => {
    const mine = [offering(OURS, 40001), offering(OURS, 40002), offering(OURS, 40003)];
    for (const it of [...mine, offering(THEIRS, 40004), offering(OURS, 40005, 'enrolment')]) offer(it);
    const browsers = [look('meeting', OURS), look('meeting', OURS)];
    for (const browser of browsers) {
      await expectSoon('three laptops', () => browser.found().length >= 3);
      expect(browser.found().map((found) => found.instance)).toEqual(mine.map((it) => it.instance).sort());
      for (const it of mine) {
        expect(browser.found()).toContainEqual({
          instance: it.instance,
          organisation: OURS,
          meetings: it.meetings,
          addresses: [`127.0.0.1:${it.port}`],
        });
      }
    }
  });

  it('finds whoever enrols, for a newcomer that knows no organisation yet', async () => {
    offer(offering(OURS, 40011, 'enrolment'));
    const browser = look('enrolment', null);
    await expectSoon('the laptop that enrols', () =>
      browser.found().some(({ addresses }) => addresses[0] === '127.0.0.1:40011'),
    );
  });

  it('[FIND-2] forgets a laptop that says goodbye at once, and shows a changed list of meetings', async () => {
    let now: Advertisement | null = offering(OURS, 40021);
    const advertiser = offer(() => now);
    const browser = look('meeting', OURS);
    await expectSoon('found', () => browser.found().length === 1);
    now = { ...now, meetings: [...now.meetings, randomMeetingId()] };
    advertiser.changed();
    await expectSoon('second meeting', () => browser.found()[0]?.meetings.length === 2, 2000);
    advertiser.close();
    await expectSoon('goodbye', () => browser.found().length === 0, 2000);
  });

  it('says goodbye also when the program ends right after', async () => {
    const multicast = openMulticast('loopback', quiet);
    const it = offering(OURS, 40031);
    const advertiser = advertise({ multicast, advertisement: () => it });
    const browser = look('meeting', OURS);
    await expectSoon('found', () => browser.found().length === 1);
    advertiser.close();
    await multicast.close();
    await expectSoon('goodbye', () => browser.found().length === 0, 2000);
  });

  it('[FIND-3] sends nobody to somebody else’s door: what answers name counts only where it is near', async () => {
    const browser = look('meeting', OURS);
    const it = offering(OURS, 40041);
    const liar = laptop();
    const said = ['203.0.113.9', '10.1.2.3', '127.0.0.2', '224.0.0.251'];
    for (const address of said) liar.answer(() => advertisementRecords(it, address));
    const addresses = () => browser.found().find(({ instance }) => instance === it.instance)?.addresses ?? [];
    await expectSoon('what is near', () => addresses().includes('10.1.2.3:40041'));
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect([...addresses()].sort()).toEqual(['10.1.2.3:40041', '127.0.0.1:40041']);
  });

  it('takes its mode from the environment', () => {
    expect(discoveryMode({})).toBe('network');
    expect(discoveryMode({ PHIEN_DISCOVERY: 'loopback' })).toBe('loopback');
    expect(discoveryMode({ PHIEN_DISCOVERY: 'off' })).toBe('off');
  });
});
