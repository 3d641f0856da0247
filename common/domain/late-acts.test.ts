import { describe, expect, test } from 'vitest';
import {
  CHAIR,
  entry,
  ITEM,
  MEMBERS,
  MOTION,
  motionOf,
  opened,
  person,
  reasons,
  SECRETARY,
  state,
  withMotion,
} from '../../tests/fixtures/written-acts.ts';
import { refusedNow } from './act-now.ts';
import { BODY_PRESETS } from './body-rules.ts';
import { votersOf } from './count-ballots.ts';
import { asAgendaItemId, asMotionId, asSha256, type MemberId, type MotionId } from './ids.ts';
import type { RosterEntry } from './roster.ts';
import { runningVote } from './running-vote.ts';

/** What a laptop of the office that was cut off did brings its own times: earlier than what was done without it. */
type Written = ReturnType<typeof opened>;
const ALL = [CHAIR, SECRETARY, ...MEMBERS];
const everyone = (change: (entry: RosterEntry) => RosterEntry = (one) => one): RosterEntry[] =>
  ALL.map((member) =>
    change(entry(member, member === CHAIR ? 'chair' : member === SECRETARY ? 'secretary' : 'member')),
  );

/** Times from now on, for what happens elsewhere meanwhile. */
function elsewhere(written: Written) {
  const from = Date.parse(written.acts.at(-1)!.time);
  return (milliseconds: number): string => new Date(from + milliseconds).toISOString();
}

const motion = (id: MotionId) => ({
  motion: id,
  item: ITEM,
  text: 'Thông qua',
  secret: false as const,
  rule: BODY_PRESETS['peoples-committee'].vote,
});

/** They all approve, and it is closed as the application does it. */
function closeVote(written: Written, by: MemberId, voters: readonly MemberId[], id = MOTION): void {
  const ballots = voters.map((member) => written.act(member, 'ballot', { motion: id, choice: 'approve' }));
  const { rosterAct } = state(written.acts);
  written.act(by, 'motion-closed', { motion: id, ballots, present: ALL, roster: rosterAct });
}

describe('a roster that was changed elsewhere before a vote was closed', () => {
  const changes: Record<string, RosterEntry[]> = {
    'adds a voter': [...everyone(), entry(person(10), 'member')],
    'takes a vote away': everyone((one) => (one.member === MEMBERS[0] ? { ...one, voting: false } : one)),
    'takes a voter out': everyone().filter(({ member }) => member !== MEMBERS[0]),
    'makes somebody else the chair': everyone((one) =>
      one.member === CHAIR ? { ...one, role: 'member' } : one.member === MEMBERS[1] ? { ...one, role: 'chair' } : one,
    ),
  };
  test.each(Object.entries(changes))('[CON-2] [VOTE-7] and %s changes nothing of its result', (_what, roster) => {
    const written = withMotion();
    const at = elsewhere(written);
    closeVote(written, CHAIR, [CHAIR, SECRETARY, MEMBERS[0]!, MEMBERS[1]!]);
    const before = state(written.acts);
    expect(motionOf(written.acts).tally).toMatchObject({ base: 7, needed: 4, approve: 4, passed: true });
    written.act(SECRETARY, 'roster-changed', { roster }, at(1));
    const after = state(written.acts);
    // Who closes it must be of the office still: whose office it was when they closed it nobody can tell.
    if (roster.some(({ member, role }) => member === CHAIR && role === 'chair')) {
      expect(after.motions).toEqual(before.motions);
      expect(reasons(written.acts)).toEqual([]);
      expect(
        votersOf(after, after.motions[0]!)
          .map(({ member }) => member)
          .sort(),
      ).toEqual([...ALL].sort());
    } else expect(after.motions[0]?.closedAt).toBeNull();
  });

  test('[VOTE-7] a closing that names no roster known here counts by the one in force', () => {
    const written = withMotion();
    written.act(CHAIR, 'motion-closed', {
      motion: MOTION,
      ballots: [],
      present: ALL,
      roster: asSha256('e'.repeat(64)),
    });
    expect(motionOf(written.acts).tally.base).toBe(7);
  });

  test('[VOTE-7] who is no longer of the meeting keeps their ballot and their name in the list of that vote', () => {
    const written = withMotion();
    closeVote(written, CHAIR, [CHAIR, MEMBERS[0]!]);
    written.act(CHAIR, 'roster-changed', {
      roster: [...everyone().filter(({ member }) => member !== MEMBERS[0]), entry(person(10), 'member')],
    });
    const after = state(written.acts);
    expect(after.former).toContainEqual(entry(MEMBERS[0]!, 'member'));
    const named = votersOf(after, motionOf(written.acts));
    expect(named.map(({ member }) => member)).toEqual([CHAIR, SECRETARY, ...MEMBERS.slice(1), MEMBERS[0]]);
    written.act(CHAIR, 'roster-changed', { roster: everyone() });
    expect(state(written.acts).former).toContainEqual(entry(person(10), 'member'));
    expect(state(written.acts).former).not.toContainEqual(entry(MEMBERS[0]!, 'member'));
  });
});

describe('both sides of a split went on', () => {
  const OTHER = asMotionId('motion-2');

  test('[VOTE-10] a vote that was opened elsewhere takes no vote away that was held', () => {
    const written = opened();
    const at = elsewhere(written);
    written.act(CHAIR, 'motion-opened', motion(MOTION));
    closeVote(written, CHAIR, ALL);
    const held = motionOf(written.acts);
    written.act(SECRETARY, 'motion-opened', motion(OTHER), at(1));
    const both = state(written.acts).motions;
    expect(both.find((one) => one.motion === MOTION)).toEqual(held);
    expect(both.find((one) => one.motion === OTHER)?.closedAt).toBeNull();
    expect(refusedNow(state(written.acts), 'meeting-closed')).toBe('wrong-phase');
    closeVote(written, SECRETARY, ALL.slice(0, 3), OTHER);
    expect(
      state(written.acts)
        .motions.map(({ tally }) => tally.approve)
        .sort(),
    ).toEqual([3, 7]);
    expect(reasons(written.acts)).toEqual([]);
  });

  test('[VOTE-10] of two votes that run at a time each person is asked for the one that waits for them', () => {
    const written = withMotion();
    written.act(SECRETARY, 'motion-opened', motion(OTHER));
    written.act(MEMBERS[0]!, 'ballot', { motion: MOTION, choice: 'approve' });
    const now = state(written.acts);
    expect(runningVote(now, MEMBERS[0])?.motion).toBe(OTHER);
    expect(runningVote(now, MEMBERS[1])?.motion).toBe(MOTION);
    expect(runningVote(now)?.motion).toBe(MOTION);
  });

  test('[MTG-4] [VOTE-10] a vote that was opened elsewhere and never closed does not open a closed meeting again', () => {
    const written = withMotion();
    const at = elsewhere(written);
    closeVote(written, CHAIR, ALL);
    written.act(CHAIR, 'meeting-closed', {});
    const before = state(written.acts);
    const opening = written.act(SECRETARY, 'motion-opened', motion(OTHER), at(1));
    expect(state(written.acts)).toEqual({
      ...before,
      ignored: [{ hash: opening, author: SECRETARY, reason: 'wrong-phase' }],
    });
    // It was closed over there after all: both were held.
    closeVote(written, SECRETARY, ALL, OTHER);
    expect(
      state(written.acts)
        .motions.map((one) => one.motion)
        .sort(),
    ).toEqual([MOTION, OTHER].sort());
    expect(state(written.acts).phase).toBe('closed');
  });

  test('[MTG-4] what happened after the meeting was closed elsewhere is kept, and the later closing is the end', () => {
    const written = opened();
    const at = elsewhere(written);
    const second = asAgendaItemId('item-2');
    written.act(CHAIR, 'item-opened', { item: second, ordinal: 2, title: 'Mục hai' });
    written.act(CHAIR, 'floor-given', { member: MEMBERS[0]!, request: null, limitSeconds: 0 });
    written.act(CHAIR, 'motion-opened', motion(MOTION));
    closeVote(written, CHAIR, ALL);
    written.act(CHAIR, 'concluded', { item: second, text: 'Nhất trí' });
    const held = state(written.acts);
    written.act(SECRETARY, 'meeting-closed', {}, at(1));
    const closed = state(written.acts);
    expect(closed.phase).toBe('closed');
    expect(closed.motions).toEqual(held.motions);
    expect(closed.items[second]).toMatchObject({ conclusion: 'Nhất trí' });
    expect(closed.items[second]?.closedAt).not.toBeNull();
    expect(closed.speeches).toHaveLength(1);
    expect(closed.speeches[0]?.to).not.toBeNull();
    expect([closed.currentItem, closed.floor, closed.closedAt]).toEqual([null, null, at(1)]);
    // Who knows that it is closed does none of it.
    for (const kind of ['item-opened', 'floor-given', 'motion-opened', 'motion-closed', 'meeting-closed'] as const)
      expect(refusedNow(closed, kind)).toBe('wrong-phase');
    written.act(CHAIR, 'meeting-closed', {});
    expect(state(written.acts).closedAt).toBe(written.acts.at(-1)?.time);
    expect(reasons(written.acts)).toEqual([]);
  });

  test('[MTG-1] two who close it one after the other, with nothing between: the first counts', () => {
    const written = opened();
    written.act(CHAIR, 'meeting-closed', {});
    const { closedAt } = state(written.acts);
    written.act(SECRETARY, 'meeting-closed', {});
    expect(state(written.acts).closedAt).toBe(closedAt);
    expect(reasons(written.acts)).toEqual(['wrong-phase']);
  });
});

describe('minutes that chair and secretary have signed', () => {
  const frozen = { revision: asSha256('a'.repeat(64)), size: 1, chunks: [asSha256('a'.repeat(64))] };
  const other = { ...frozen, revision: asSha256('c'.repeat(64)) };
  const sealed = { paper: asSha256('b'.repeat(64)), size: 1, chunks: [asSha256('b'.repeat(64))] };
  const signature = { role: 'chair' as const, revision: frozen.revision, increment: 'AAAA' };
  const [NEW_CHAIR, NEW_SECRETARY] = [MEMBERS[0]!, MEMBERS[1]!];
  const others = everyone((one) =>
    one.member === NEW_CHAIR
      ? { ...one, role: 'chair' }
      : one.member === NEW_SECRETARY
        ? { ...one, role: 'secretary' }
        : { ...one, role: 'member' },
  );

  const SCRIBE = MEMBERS[2]!;
  /** Another secretary; who convened the meeting is at home, and may still change its people (CON-2). */
  const withScribe = everyone((one) =>
    one.member === SECRETARY ? { ...one, role: 'member' } : one.member === SCRIBE ? { ...one, role: 'secretary' } : one,
  );

  /** Sealed on one side; `at` gives times from before the meeting was closed on. */
  function sealedMinutes() {
    const written = opened();
    written.act(SECRETARY, 'roster-changed', { roster: withScribe });
    written.act(CHAIR, 'motion-opened', motion(MOTION));
    closeVote(written, CHAIR, ALL);
    const at = elsewhere(written);
    written.act(CHAIR, 'meeting-closed', {});
    written.act(SCRIBE, 'minutes-frozen', { ...frozen, roster: state(written.acts).rosterAct });
    written.act(CHAIR, 'minutes-signed', signature);
    written.act(CHAIR, 'minutes-sealed', sealed);
    const before = state(written.acts).minutes;
    expect(before.stage).toBe('sealed');
    return { written, at, before };
  }

  const chairTo = (roster: readonly RosterEntry[], chair: MemberId): RosterEntry[] =>
    roster.map((one) =>
      one.member === CHAIR ? { ...one, role: 'member' } : one.member === chair ? { ...one, role: 'chair' } : one,
    );
  const meanwhile: Record<string, (at: (milliseconds: number) => string) => [string, RosterEntry[]]> = {
    'named another chair before the chair signed': (at) => [at(2500), chairTo(withScribe, NEW_CHAIR)],
    'named another chair before anything was frozen': (at) => [at(1500), chairTo(withScribe, NEW_CHAIR)],
    'named others for both offices before anything was frozen': (at) => [at(1500), others],
    'took both out of the meeting before anything was frozen': (at) => [
      at(1500),
      others.filter(({ member }) => member !== CHAIR && member !== SCRIBE),
    ],
  };
  test.each(Object.entries(meanwhile))('[MIN-3] [MIN-7] stay so when a laptop that was cut off %s', (_what, change) => {
    const { written, at, before } = sealedMinutes();
    const [time, roster] = change(at);
    written.act(SECRETARY, 'roster-changed', { roster }, time);
    expect(state(written.acts).minutes).toEqual(before);
    expect(refusedNow(state(written.acts), 'concluded')).toBe('wrong-phase');
  });

  test('[MIN-3] [VOTE-10] stay so when a laptop that was cut off had opened a vote before the meeting was closed', () => {
    const { written, at, before } = sealedMinutes();
    written.act(SCRIBE, 'motion-opened', motion(asMotionId('mX')), at(500));
    expect(state(written.acts).minutes).toEqual(before);
  });

  test('[MIN-7] and what was signed by who holds the office comes before it', () => {
    const { written, at } = sealedMinutes();
    written.act(SECRETARY, 'roster-changed', { roster: others }, at(1500));
    written.act(NEW_SECRETARY, 'minutes-frozen', { ...other, roster: state(written.acts).rosterAct });
    expect(state(written.acts).minutes.stage).toBe('sealed');
    written.act(NEW_CHAIR, 'minutes-signed', { ...signature, revision: other.revision });
    expect(state(written.acts).minutes).toMatchObject({ stage: 'signed', signedBy: NEW_CHAIR, ...other });
  });

  test('[MIN-7] a former chair signs nothing that the chair in office has signed otherwise, whatever time it names', () => {
    const written = opened();
    written.act(CHAIR, 'meeting-closed', {});
    written.act(SECRETARY, 'minutes-frozen', frozen);
    const at = elsewhere(written);
    written.act(SECRETARY, 'minutes-reopened', { revision: frozen.revision });
    written.act(SECRETARY, 'roster-changed', { roster: others });
    written.act(NEW_SECRETARY, 'minutes-frozen', other);
    written.act(NEW_CHAIR, 'minutes-signed', { ...signature, revision: other.revision });
    const before = state(written.acts).minutes;
    written.act(CHAIR, 'minutes-signed', signature, at(2500));
    expect(state(written.acts).minutes).toEqual(before);
    expect(reasons(written.acts)).toEqual(['not-allowed']);
  });

  test('[MIN-7] a chair who was replaced signs nothing that was frozen for the new one, also at an honest time', () => {
    const written = opened();
    written.act(SECRETARY, 'roster-changed', { roster: chairTo(everyone(), NEW_CHAIR) });
    written.act(NEW_CHAIR, 'meeting-closed', {});
    written.act(SECRETARY, 'minutes-frozen', { ...frozen, roster: state(written.acts).rosterAct });
    written.act(CHAIR, 'minutes-signed', signature);
    expect(state(written.acts).minutes.stage).toBe('frozen');
    expect(reasons(written.acts)).toEqual(['not-allowed']);
    written.act(NEW_CHAIR, 'minutes-signed', signature);
    expect(state(written.acts).minutes).toMatchObject({ stage: 'signed', signedBy: NEW_CHAIR });
  });

  test('[MIN-7] who changed the roster does not freeze or sign by the one before', () => {
    const written = opened();
    const { rosterAct } = state(written.acts);
    written.act(CHAIR, 'meeting-closed', {});
    written.act(SECRETARY, 'roster-changed', { roster: others });
    written.act(SECRETARY, 'minutes-frozen', { ...frozen, roster: rosterAct });
    written.act(CHAIR, 'minutes-signed', signature);
    expect(state(written.acts).minutes.stage).toBe('draft');
    expect(reasons(written.acts)).toEqual(['not-allowed', 'not-allowed']);
  });

  test('[MIN-7] who never was of the office signs nothing', () => {
    const written = opened();
    written.act(CHAIR, 'meeting-closed', {});
    written.act(MEMBERS[2]!, 'minutes-frozen', frozen);
    written.act(SECRETARY, 'minutes-frozen', frozen);
    written.act(MEMBERS[2]!, 'minutes-signed', signature);
    written.act(person(9), 'minutes-signed', signature);
    expect(state(written.acts).minutes.stage).toBe('frozen');
    expect(reasons(written.acts)).toEqual(['not-allowed', 'not-allowed', 'not-in-roster']);
  });
});
