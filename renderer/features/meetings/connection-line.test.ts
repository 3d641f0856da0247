import { describe, expect, it } from 'vitest';
import { HELD_BACK, type Connection } from '../../../common/contract/requests.ts';
import { asMemberId } from '../../../common/domain/ids.ts';
import { connectionLine, differsSince } from './connection-line.ts';

const now = new Date('2026-11-22T02:41:00Z').getTime();
const ago = (seconds: number) => new Date(now - seconds * 1000).toISOString();
const linked: Connection = {
  role: 'member',
  state: 'connected',
  carriedBy: 'Trần Thị Thư Ký',
  addresses: ['192.0.2.1:7443'],
  online: [asMemberId('00000000-0000-4000-8000-000000000001')],
  since: ago(60),
  lastReceived: ago(1),
  onlyHere: { count: 0, since: null },
  heldBack: null,
  hasOwn: true,
  savedOn: 4,
  clockAhead: 0,
  problem: null,
  metered: false,
};

describe('[HELD-4] the connection line', () => {
  it('names the number of laptops only when they acknowledged', () => {
    expect(connectionLine(linked, now).saved).toEqual({ where: 'laptops', count: 4 });
    expect(connectionLine({ ...linked, savedOn: null }, now).saved).toEqual({ where: 'elsewhere' });
    expect(connectionLine({ ...linked, savedOn: null, hasOwn: false }, now).saved).toEqual({ where: 'nothing-own' });
  });

  it('says since when changes are only here, once that lasts, connected or not', () => {
    const young = { count: 1, since: ago(1.9) };
    expect(connectionLine({ ...linked, onlyHere: young }, now).saved).toEqual({ where: 'laptops', count: 4 });
    const old = { count: 2, since: ago(2) };
    for (const state of ['connected', 'waiting', 'offline'] as const) {
      const { saved } = connectionLine({ ...linked, state, onlyHere: old }, now);
      expect(saved).toEqual({ where: 'only-here', since: old.since });
    }
  });

  it.each(HELD_BACK)('says so when it stays here for %s, and not that it is on its way', (why) => {
    const old = { count: 2, since: ago(2) };
    const full: Connection = { ...linked, onlyHere: old, heldBack: why };
    expect(connectionLine(full, now).saved).toEqual({ where: 'held-back', since: old.since, why });
    expect(differsSince(connectionLine(full, now), connectionLine(linked, now), full)).toBe(now - 2000);
    expect(connectionLine({ ...linked, heldBack: why }, now).saved).toEqual({ where: 'laptops', count: 4 });
  });

  it('never calls a laptop connected that is trying', () => {
    const states = (['connected', 'connecting', 'waiting', 'offline', 'refused'] as const).map(
      (state) => connectionLine({ ...linked, state }, now).state,
    );
    expect(states).toEqual(['connected', 'reconnecting', 'reconnecting', 'alone', 'refused']);
    expect(connectionLine({ ...linked, role: 'host' }, now).state).toBe('carrying');
    expect(connectionLine({ ...linked, role: 'alone', state: 'offline' }, now).state).toBe('alone');
  });

  it('knows how long it has been otherwise only where the engine says so', () => {
    const shown = connectionLine(linked, now);
    // A number that has just changed has not been so since the link is up.
    expect(differsSince(connectionLine({ ...linked, savedOn: 5 }, now), shown, linked)).toBeNull();
    const stalled: Connection = { ...linked, state: 'connecting', since: ago(3) };
    expect(differsSince(connectionLine(stalled, now), shown, stalled)).toBe(now - 3000);
    const unsaved: Connection = { ...linked, onlyHere: { count: 1, since: ago(4) } };
    expect(differsSince(connectionLine(unsaved, now), shown, unsaved)).toBe(now - 4000);
  });
});
