import { expect, test } from 'vitest';
import { entry, MEMBERS } from '../../tests/fixtures/written-acts.ts';
import { actBodySchemas } from './acts.ts';

test('[CON-6] a roster that names somebody twice is none: votes and quorum count entries', () => {
  const roster = [entry(MEMBERS[0]!, 'chair'), entry(MEMBERS[1]!, 'secretary')];
  const changed = actBodySchemas['roster-changed'];
  expect(changed.safeParse({ roster }).success).toBe(true);
  expect(changed.safeParse({ roster: [...roster, entry(MEMBERS[1]!, 'member')] }).success).toBe(false);
});
