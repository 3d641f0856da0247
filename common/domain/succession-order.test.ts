import { expect, it } from 'vitest';
import { asMemberId } from './ids.ts';
import type { MeetingRole, RosterEntry } from './roster.ts';
import { successionOrder } from './succession-order.ts';

const entry = (name: string, role: MeetingRole, voting = true): RosterEntry => ({
  member: asMemberId(name),
  name,
  position: '',
  role,
  voting,
});
const roster = [
  entry('chair', 'chair'),
  entry('guest', 'guest', false),
  entry('first', 'member'),
  entry('second', 'member'),
  entry('secretary', 'secretary', false),
];
const order = (named: readonly string[], people = roster): string[] => {
  const writers = { convener: asMemberId('secretary'), roster: people };
  return [...successionOrder(writers, named.map(asMemberId))];
};

it('[CARRY-1] secretary, chair, then voting members in the order of the roster; no guest, no stranger', () => {
  expect(order([])).toEqual(['secretary', 'chair', 'first', 'second']);
});

it('[CARRY-1] whom the plan names goes first, guests too; strangers never', () => {
  expect(order(['second', 'stranger', 'guest'])).toEqual(['second', 'guest', 'secretary', 'chair', 'first']);
});

it('[CARRY-1] relays before the people in the room, unless the plan says otherwise', () => {
  const withRelay = [...roster, entry('relay', 'relay', false)];
  expect(order([], withRelay)).toEqual(['relay', 'secretary', 'chair', 'first', 'second']);
  expect(order(['chair'], withRelay)[0]).toBe('chair');
});
