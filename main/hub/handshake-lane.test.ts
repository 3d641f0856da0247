import { expect, it } from 'vitest';
import { createHandshakeLane } from './handshake-lane.ts';

it('[CONN-7] networks take turns, of one the newest comes first, and only who is not admitted counts', () => {
  const begun: string[] = [];
  const lane = createHandshakeLane<string>(1, 1, (one) => begun.push(one));
  lane.add('a', 'a1');
  for (const one of ['a2', 'a3', 'a4']) lane.add('a', one);
  lane.add('b', 'b1');
  lane.add('c', 'c1');
  expect(begun).toEqual(['a1']);
  expect(lane.remove('a', 'a4')).toBe(true);
  expect(lane.remove('a', 'a1')).toBe(false);
  const turns = ['a3', 'b1', 'c1', 'a2'];
  for (let n = 1; n <= turns.length; n++) {
    lane.admitted();
    expect(begun.slice(1)).toEqual(turns.slice(0, n));
  }
  lane.stop();
});
