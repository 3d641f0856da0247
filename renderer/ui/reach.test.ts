import { describe, expect, it } from 'vitest';
import { asMemberId } from '../../common/domain/ids.ts';
import { isApart, isOnlyHere } from './reach.ts';

const now = Date.parse('2026-11-22T02:41:00Z');
const ago = (seconds: number): string => new Date(now - seconds * 1000).toISOString();
const since = (time: string | null) => ({ onlyHere: { count: time === null ? 0 : 1, since: time } });
const me = asMemberId('00000000-0000-4000-8000-000000000001');
const other = asMemberId('00000000-0000-4000-8000-000000000002');

describe('what one did is only here', () => {
  it('from two seconds on, and until another laptop has it', () => {
    expect(isOnlyHere(since(ago(1.9)), ago(1.9), now)).toBe(false);
    expect(isOnlyHere(since(ago(2)), ago(2), now)).toBe(true);
    expect(isOnlyHere(since(null), ago(60), now)).toBe(false);
  });

  it('and not when it was done before what is only here', () => {
    expect(isOnlyHere(since(ago(10)), ago(11), now)).toBe(false);
    expect(isOnlyHere(since(ago(10)), ago(3), now)).toBe(true);
  });
});

describe('a laptop apart', () => {
  it('is one that is not connected, or carries the meeting for itself alone', () => {
    for (const state of ['connecting', 'waiting', 'offline', 'refused'] as const)
      expect(isApart({ role: 'member', state, online: [] })).toBe(true);
    expect(isApart({ role: 'member', state: 'connected', online: [other, me] })).toBe(false);
    expect(isApart({ role: 'alone', state: 'offline', online: [] })).toBe(true);
    expect(isApart({ role: 'host', state: 'connected', online: [me] })).toBe(true);
    expect(isApart({ role: 'host', state: 'connected', online: [me, other] })).toBe(false);
  });
});
