import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  CHAIR,
  convened,
  entry,
  GUEST,
  ITEM,
  MEETING,
  MEMBERS,
  MOTION,
  motionOf,
  opened,
  person,
  reasons,
  SECRETARY,
  state,
  STRANGER,
  withMotion,
} from '../../tests/fixtures/written-acts.ts';
import type { ActBody } from '../acts/acts.ts';
import { refusedNow } from './act-now.ts';
import { BODY_PRESETS } from './body-rules.ts';
import { asAgendaItemId, asMotionId, asSha256, type MemberId } from './ids.ts';
import { reduceActs } from './reduce-acts.ts';

describe('convening', () => {
  test('[CON-1] without the convener there is no meeting, and nobody convenes twice', () => {
    const { acts } = convened();
    expect(reduceActs(MEETING, acts, () => false)).toBeUndefined();
    const again = convened();
    again.act(CHAIR, 'meeting-convened', { ...(acts[0]?.body as ActBody<'meeting-convened'>), title: 'Khác' });
    expect(state(again.acts).title).toBe('Phiên họp thử');
    expect(reasons(again.acts)).toEqual(['not-the-convener']);
  });

  test('[CON-2] a member cannot change the roster; the chair can', () => {
    const written = convened();
    written.act(MEMBERS[0]!, 'roster-changed', { roster: [entry(MEMBERS[0]!, 'chair')] });
    expect(reasons(written.acts)).toEqual(['not-allowed']);
    written.act(CHAIR, 'roster-changed', { roster: [entry(CHAIR, 'chair'), entry(SECRETARY, 'secretary')] });
    expect(state(written.acts).quorum.total).toBe(2);
  });

  test('[CON-5] the chair gives the meeting another time until it is closed; a member cannot, and its people stay', () => {
    const later = { title: 'Phiên họp dời', kind: 'regular', start: '2026-01-05T14:00:00+07:00', place: 'Hội trường' };
    const written = opened();
    const before = state(written.acts);
    written.act(MEMBERS[0]!, 'summons-changed', { ...later, title: 'Của ai' });
    expect(reasons(written.acts)).toEqual(['not-allowed']);
    written.act(CHAIR, 'summons-changed', later);
    expect(state(written.acts)).toMatchObject({ ...later, phase: 'open', roster: before.roster, rules: before.rules });
    written.act(CHAIR, 'meeting-closed', {});
    written.act(CHAIR, 'summons-changed', { ...later, title: 'Sau đó' });
    expect(state(written.acts).title).toBe('Phiên họp dời');
    expect(reasons(written.acts)).toEqual(['not-allowed', 'wrong-phase']);
  });

  test('[CON-3] a stranger can do nothing', () => {
    const written = convened();
    written.act(STRANGER, 'checked-in', { how: 'remote' });
    expect(reasons(written.acts)).toEqual(['not-in-roster']);
  });
});

test('[CON-4] a relay is nobody: its acts have no effect, but it may say which papers it has', () => {
  const RELAY = person(10);
  const written = opened();
  const before = state(written.acts);
  written.act(CHAIR, 'roster-changed', { roster: [...before.roster, entry(RELAY, 'relay', false)] });
  written.act(RELAY, 'checked-in', { how: 'remote' });
  written.act(RELAY, 'speak-requested', { request: 'r', item: null, queue: 'speech', note: '' });
  written.act(RELAY, 'paper-received', { paper: asSha256('a'.repeat(64)) });
  expect(reasons(written.acts)).toEqual(['not-allowed', 'not-allowed']);
  expect(state(written.acts).quorum).toEqual(before.quorum);
});

describe('order', () => {
  test('[ORD-1] the order of arrival does not matter', () => {
    const written = withMotion();
    const hashes = [CHAIR, ...MEMBERS].map((m) => written.act(m, 'ballot', { motion: MOTION, choice: 'approve' }));
    written.act(CHAIR, 'motion-closed', { motion: MOTION, ballots: hashes });
    written.act(CHAIR, 'item-closed', { item: ITEM });
    const expected = state(written.acts);
    fc.assert(
      fc.property(fc.shuffledSubarray(written.acts, { minLength: written.acts.length }), (shuffled) => {
        expect(state(shuffled)).toEqual(expected);
      }),
    );
  });

  test('[ORD-1] a clock set back does not reorder an author', () => {
    const written = convened();
    written.act(CHAIR, 'meeting-opened', {});
    written.act(CHAIR, 'meeting-closed', {}, '2020-01-01T00:00:00.000Z');
    expect(state(written.acts).phase).toBe('closed');
  });
});

describe('course', () => {
  test('[MTG-1] only the office opens, once', () => {
    const written = convened();
    written.act(MEMBERS[0]!, 'meeting-opened', {});
    written.act(CHAIR, 'meeting-opened', {});
    written.act(SECRETARY, 'meeting-opened', {});
    expect(reasons(written.acts)).toEqual(['not-allowed', 'wrong-phase']);
  });

  test('[MTG-2] opening an item closes the one before', () => {
    const written = opened();
    written.act(CHAIR, 'item-opened', { item: asAgendaItemId('item-2'), ordinal: 2, title: 'Mục hai' });
    const now = state(written.acts);
    expect(now.currentItem).toBe('item-2');
    expect(now.items[ITEM]?.closedAt).not.toBeNull();
  });

  test('[MTG-3] closing the meeting closes item and speech', () => {
    const written = opened();
    written.act(CHAIR, 'floor-given', { member: MEMBERS[0]!, request: null, limitSeconds: 0 });
    written.act(CHAIR, 'meeting-closed', {});
    const now = state(written.acts);
    expect(now.floor).toBeNull();
    expect(now.speeches[0]?.to).toBe(now.closedAt);
    expect(now.items[ITEM]?.closedAt).toBe(now.closedAt);
  });
});

describe('attendance and quorum', () => {
  test('[ATT-1] [QUO-1] [QUO-2] two thirds of seven are five; guests do not count', () => {
    const written = convened();
    written.act(GUEST, 'checked-in', { how: 'in-person' });
    for (const member of [CHAIR, SECRETARY, MEMBERS[0]!, MEMBERS[1]!])
      written.act(member, 'checked-in', { how: 'remote' });
    expect(state(written.acts).quorum).toEqual({ present: 4, total: 7, required: 5, met: false });
    written.act(MEMBERS[2]!, 'checked-in', { how: 'in-person' });
    expect(state(written.acts).quorum.met).toBe(true);
  });

  test('[ATT-2] [ATT-3] the last statement counts; a member cannot record another', () => {
    const written = convened();
    written.act(MEMBERS[0]!, 'absence-reported', { reason: 'Ốm' });
    expect(state(written.acts).attendance[MEMBERS[0]!]?.status).toBe('absent');
    written.act(SECRETARY, 'attendance-recorded', { member: MEMBERS[0]!, status: 'in-person', reason: '' });
    expect(state(written.acts).attendance[MEMBERS[0]!]?.status).toBe('in-person');
    written.act(MEMBERS[1]!, 'attendance-recorded', { member: MEMBERS[0]!, status: 'absent', reason: '' });
    expect(reasons(written.acts)).toEqual(['not-allowed']);
  });

  test('[ATT-4] someone represented is not present', () => {
    const written = convened();
    written.act(SECRETARY, 'attendance-recorded', { member: MEMBERS[0]!, status: 'represented', reason: '' });
    expect(state(written.acts).quorum.present).toBe(0);
  });
});

describe('speaking', () => {
  test('[SPK-1] [SPK-2] [SPK-3] queue, floor, one speaker at a time', () => {
    const written = opened();
    written.act(MEMBERS[0]!, 'speak-requested', { request: 'r1', item: ITEM, queue: 'speech', note: '' });
    written.act(MEMBERS[1]!, 'speak-requested', { request: 'r2', item: ITEM, queue: 'speech', note: '' });
    written.act(MEMBERS[2]!, 'speak-withdrawn', { request: 'r2' });
    expect(reasons(written.acts)).toEqual(['not-allowed']);
    written.act(CHAIR, 'floor-given', { member: MEMBERS[0]!, request: 'r1', limitSeconds: 180 });
    expect(state(written.acts).queue.map((one) => one.request)).toEqual(['r2']);
    written.act(CHAIR, 'floor-given', { member: MEMBERS[1]!, request: 'r2', limitSeconds: 0 });
    const two = state(written.acts);
    expect(two.speeches[0]?.to).toBe(two.speeches[1]?.from);
    written.act(MEMBERS[1]!, 'floor-ended', { member: MEMBERS[1]! });
    expect(state(written.acts).floor).toBeNull();
  });
});

describe('votes', () => {
  test('[VOTE-1] [VOTE-4] four of all seven pass, three do not', () => {
    const written = withMotion('peoples-council');
    const cast = [CHAIR, SECRETARY, MEMBERS[0]!].map((m) =>
      written.act(m, 'ballot', { motion: MOTION, choice: 'approve' }),
    );
    expect(motionOf(written.acts).tally).toMatchObject({ base: 7, needed: 4, approve: 3, passed: false });
    cast.push(written.act(MEMBERS[1]!, 'ballot', { motion: MOTION, choice: 'approve' }));
    written.act(CHAIR, 'motion-closed', { motion: MOTION, ballots: cast });
    expect(motionOf(written.acts).tally.passed).toBe(true);
    expect(motionOf(written.acts).waitingFor).toHaveLength(3);
  });

  test('[VOTE-5] a member cannot open; two motions are not open at once', () => {
    const written = withMotion();
    const body = {
      motion: asMotionId('m2'),
      item: null,
      text: 'x',
      secret: false as const,
      rule: BODY_PRESETS['peoples-committee'].vote,
    };
    written.act(MEMBERS[0]!, 'motion-opened', body);
    expect(reasons(written.acts)).toEqual(['not-allowed']);
    expect(refusedNow(state(written.acts), 'motion-opened')).toBe('wrong-phase');
    expect(refusedNow(state(written.acts), 'meeting-closed')).toBe('wrong-phase');
    written.act(CHAIR, 'motion-closed', { motion: MOTION, ballots: [] });
    expect(refusedNow(state(written.acts), 'motion-opened')).toBeUndefined();
    expect(refusedNow(state(written.acts), 'meeting-closed')).toBeUndefined();
  });

  test('[VOTE-6] guests and people not checked in have no ballot; a later ballot replaces', () => {
    const written = withMotion();
    written.act(GUEST, 'ballot', { motion: MOTION, choice: 'approve' });
    written.act(SECRETARY, 'attendance-recorded', { member: MEMBERS[0]!, status: 'absent', reason: '' });
    written.act(MEMBERS[0]!, 'ballot', { motion: MOTION, choice: 'approve' });
    expect(reasons(written.acts)).toEqual(['not-voting', 'not-checked-in']);
    written.act(CHAIR, 'ballot', { motion: MOTION, choice: 'approve' });
    written.act(CHAIR, 'ballot', { motion: MOTION, choice: 'reject' });
    expect(motionOf(written.acts).tally.counts).toMatchObject({ approve: 0, reject: 1 });
  });

  test('[VOTE-6] who voted and then left during the vote keeps the ballot; who left without voting has none', () => {
    const [voted, silent] = MEMBERS as [MemberId, MemberId];
    const leaving = () => {
      const written = withMotion();
      const hash = written.act(voted, 'ballot', { motion: MOTION, choice: 'approve' });
      // In the very moment of the ballot.
      const { time } = written.acts.at(-1)!;
      for (const member of [voted, silent]) written.act(CHAIR, 'left-early', { member, at: time }, time);
      written.act(silent, 'ballot', { motion: MOTION, choice: 'approve' });
      return { ...written, hash };
    };
    const closed = leaving();
    expect(reasons(closed.acts)).toEqual(['not-checked-in']);
    expect(Object.keys(motionOf(closed.acts).ballots)).toEqual([voted]);
    const listed = { motion: MOTION, ballots: [closed.hash], present: [CHAIR, voted] };
    closed.act(CHAIR, 'motion-closed', listed);
    expect(motionOf(closed.acts).tally).toMatchObject({ approve: 1, voted: 1 });

    const never = leaving();
    never.act(SECRETARY, 'attendance-recorded', { member: voted, status: 'absent', reason: '' });
    expect(motionOf(never.acts).ballots).toEqual({});
  });

  test('[VOTE-7] what the closing act does not list does not count, what it lists does', () => {
    const written = withMotion();
    const listed = written.act(CHAIR, 'ballot', { motion: MOTION, choice: 'approve' });
    written.act(MEMBERS[0]!, 'ballot', { motion: MOTION, choice: 'approve' });
    written.act(CHAIR, 'motion-closed', { motion: MOTION, ballots: [listed] });
    written.act(MEMBERS[1]!, 'ballot', { motion: MOTION, choice: 'approve' });
    expect(motionOf(written.acts).tally.approve).toBe(1);
    expect(reasons(written.acts)).toEqual(['motion-not-open', 'motion-not-open']);
  });

  test('[VOTE-7] whose ballot came too late is known, apart from who cast none or could not', () => {
    const written = withMotion();
    const changed = written.act(MEMBERS[0]!, 'ballot', { motion: MOTION, choice: 'approve' });
    written.act(MEMBERS[1]!, 'ballot', { motion: MOTION, choice: 'reject' });
    const kept = written.act(MEMBERS[1]!, 'ballot', { motion: MOTION, choice: 'approve' });
    written.act(MEMBERS[2]!, 'ballot', { motion: MOTION, choice: 'approve' });
    written.act(SECRETARY, 'attendance-recorded', { member: MEMBERS[2]!, status: 'absent', reason: '' });
    expect(motionOf(written.acts).late).toEqual([]);
    written.act(CHAIR, 'motion-closed', { motion: MOTION, ballots: [changed, kept] });
    written.act(MEMBERS[3]!, 'ballot', { motion: MOTION, choice: 'approve' });
    written.act(MEMBERS[0]!, 'ballot', { motion: MOTION, choice: 'reject' });
    written.act(MEMBERS[3]!, 'absence-reported', { reason: 'việc gấp' });
    const { late, ballots } = motionOf(written.acts);
    expect(late).toEqual([MEMBERS[0], MEMBERS[3]]);
    expect(ballots[MEMBERS[0]!]?.choice).toBe('approve');
  });

  test('[VOTE-7] a listed ballot that is not here is missing, until it is', () => {
    const written = withMotion();
    const listed = [CHAIR, ...MEMBERS].map((m) => written.act(m, 'ballot', { motion: MOTION, choice: 'approve' }));
    expect(motionOf(written.acts).missing).toBe(0);
    const never = asSha256('e'.repeat(64));
    written.act(CHAIR, 'motion-closed', { motion: MOTION, ballots: [...listed, never] });
    expect(motionOf(written.acts).missing).toBe(1);
    expect(motionOf(written.acts.filter(({ hash }) => hash !== listed[0])).missing).toBe(2);
  });

  test('[VOTE-7] a roster by which was counted and that is not here is missing as well', () => {
    const written = opened();
    const roster = [CHAIR, SECRETARY, ...MEMBERS].map((m) => entry(m, m === CHAIR ? 'chair' : 'member'));
    const changed = written.act(SECRETARY, 'roster-changed', { roster });
    written.act(CHAIR, 'motion-opened', {
      motion: MOTION,
      item: ITEM,
      text: 'Thông qua',
      secret: false,
      rule: BODY_PRESETS['peoples-council'].vote,
    });
    written.act(CHAIR, 'motion-closed', { motion: MOTION, ballots: [], roster: changed });
    expect(motionOf(written.acts).missing).toBe(0);
    expect(motionOf(written.acts.filter(({ hash }) => hash !== changed)).missing).toBe(1);
  });

  test('[VOTE-4] [VOTE-7] what arrives after the closing, whatever its time says, does not change a result', () => {
    const written = opened('peoples-council');
    const rule = { ...BODY_PRESETS['peoples-council'].vote, base: 'present' as const };
    const absent = MEMBERS[4]!;
    written.act(SECRETARY, 'attendance-recorded', { member: absent, status: 'absent', reason: '' });
    written.act(CHAIR, 'motion-opened', { motion: MOTION, item: ITEM, text: 'x', secret: false, rule });
    const voters = [CHAIR, SECRETARY, MEMBERS[0]!, MEMBERS[1]!];
    const ballots = voters.map((member) => written.act(member, 'ballot', { motion: MOTION, choice: 'approve' }));
    const present = [CHAIR, SECRETARY, ...MEMBERS.slice(0, 4)];
    const before = new Date(Date.UTC(2026, 0, 5, 1, 0, 0) + (written.acts.length + 1) * 1000 - 500).toISOString();
    written.act(CHAIR, 'motion-closed', { motion: MOTION, ballots, present });
    const result = motionOf(written.acts);
    expect(result.tally).toMatchObject({ base: 6, needed: 4, approve: 4, passed: true });

    written.act(absent, 'checked-in', { how: 'remote' }, before);
    written.act(MEMBERS[0]!, 'absence-reported', { reason: 'rút lại' }, before);
    expect(motionOf(written.acts)).toEqual(result);
    expect(reasons(written.acts)).toEqual([]);
    // Who only says later to have been there is not among those who voted too late; who was there is.
    written.act(absent, 'ballot', { motion: MOTION, choice: 'approve' }, before);
    expect(motionOf(written.acts)).toEqual(result);
    written.act(MEMBERS[2]!, 'ballot', { motion: MOTION, choice: 'approve' });
    expect(motionOf(written.acts)).toEqual({ ...result, late: [MEMBERS[2]] });
  });

  test('[VOTE-7] who leaves after the closing has still voted', () => {
    const written = withMotion();
    const ballot = written.act(MEMBERS[0]!, 'ballot', { motion: MOTION, choice: 'approve' });
    written.act(CHAIR, 'motion-closed', { motion: MOTION, ballots: [ballot] });
    written.act(MEMBERS[0]!, 'absence-reported', { reason: 'việc gấp' });
    expect(motionOf(written.acts).tally.approve).toBe(1);
    expect(reasons(written.acts)).toEqual([]);
  });

  test('[VOTE-8] an option the body does not know has no effect', () => {
    const written = withMotion('peoples-council');
    written.act(CHAIR, 'ballot', { motion: MOTION, choice: 'other' });
    expect(reasons(written.acts)).toEqual(['unknown-choice']);
  });

  test('[VOTE-9] a slow clock does not lose a vote', () => {
    const written = withMotion();
    written.act(MEMBERS[0]!, 'ballot', { motion: MOTION, choice: 'approve' }, '2001-01-01T00:00:00.000Z');
    expect(motionOf(written.acts).tally.approve).toBe(1);
    expect(reasons(written.acts)).toEqual([]);
  });
});

describe('minutes', () => {
  const frozen = {
    revision: asSha256('a'.repeat(64)),
    size: 10,
    chunks: [asSha256('a'.repeat(64))],
  };

  test('[MIN-1] [MIN-2] [MIN-3] [END-1] frozen, signed, sealed by the right people in the right order', () => {
    const written = opened();
    written.act(CHAIR, 'concluded', { item: ITEM, text: 'Một' });
    written.act(CHAIR, 'concluded', { item: ITEM, text: 'Hai' });
    written.act(SECRETARY, 'minutes-frozen', frozen);
    written.act(CHAIR, 'meeting-closed', {});
    written.act(CHAIR, 'minutes-frozen', frozen);
    written.act(SECRETARY, 'minutes-frozen', frozen);
    written.act(SECRETARY, 'minutes-signed', { role: 'chair', revision: frozen.revision, increment: 'AA' });
    written.act(CHAIR, 'minutes-signed', { role: 'chair', revision: asSha256('c'.repeat(64)), increment: 'AA' });
    expect(reasons(written.acts)).toEqual(['wrong-phase', 'not-allowed', 'not-allowed', 'unknown-revision']);
    expect(state(written.acts).items[ITEM]?.conclusion).toBe('Hai');
    written.act(CHAIR, 'minutes-signed', { role: 'chair', revision: frozen.revision, increment: 'AA' });
    written.act(CHAIR, 'minutes-reopened', { revision: frozen.revision });
    written.act(SECRETARY, 'minutes-sealed', {
      paper: asSha256('d'.repeat(64)),
      size: 20,
      chunks: [asSha256('d'.repeat(64))],
    });
    written.act(CHAIR, 'concluded', { item: null, text: 'Muộn' });
    written.act(MEMBERS[0]!, 'paper-received', { paper: asSha256('d'.repeat(64)) });
    const end = state(written.acts);
    expect(end.minutes.stage).toBe('sealed');
    expect(end.conclusion).toBeNull();
    expect(end.receipts[asSha256('d'.repeat(64))]).toEqual([MEMBERS[0]]);
    expect(reasons(written.acts).slice(4)).toEqual(['wrong-phase', 'wrong-phase']);
  });

  const sealed = { paper: asSha256('d'.repeat(64)), size: 20, chunks: [asSha256('d'.repeat(64))] };
  const signature = { role: 'chair' as const, revision: frozen.revision, increment: 'AA' };
  /** Closed, and frozen by the secretary. */
  function frozenMinutes() {
    const written = opened();
    written.act(CHAIR, 'meeting-closed', {});
    written.act(SECRETARY, 'minutes-frozen', frozen);
    return written;
  }
  const rosterWith = (secretary: MemberId, chair = CHAIR) => ({
    roster: [CHAIR, SECRETARY, ...MEMBERS].map((one) =>
      entry(one, one === secretary ? 'secretary' : one === chair ? 'chair' : 'member'),
    ),
  });

  test('[MIN-2] the chair seals when the secretary can not; both doing it is one seal', () => {
    const written = frozenMinutes();
    written.act(CHAIR, 'minutes-sealed', sealed);
    written.act(CHAIR, 'minutes-signed', signature);
    written.act(MEMBERS[0]!, 'minutes-sealed', sealed);
    written.act(CHAIR, 'minutes-sealed', sealed);
    expect(reasons(written.acts)).toEqual(['wrong-phase', 'not-allowed']);
    expect(state(written.acts).minutes).toEqual({ stage: 'sealed', ...sealed, frozenBy: SECRETARY, signedBy: CHAIR });
    written.act(SECRETARY, 'minutes-sealed', sealed);
    written.act(MEMBERS[0]!, 'minutes-sealed', sealed);
    written.act(SECRETARY, 'minutes-sealed', { ...sealed, paper: asSha256('e'.repeat(64)) });
    expect(reasons(written.acts).slice(2)).toEqual(['not-allowed', 'wrong-phase']);
    expect(state(written.acts).minutes).toMatchObject(sealed);
  });

  test('[MIN-2] who signed stays who signed, whoever holds the office when they are sealed', () => {
    const written = frozenMinutes();
    written.act(CHAIR, 'minutes-signed', signature);
    written.act(SECRETARY, 'roster-changed', rosterWith(MEMBERS[0]!, MEMBERS[1]));
    expect(state(written.acts).minutes.stage).toBe('signed');
    written.act(MEMBERS[0]!, 'minutes-sealed', sealed);
    expect(state(written.acts).minutes).toEqual({ stage: 'sealed', ...sealed, frozenBy: SECRETARY, signedBy: CHAIR });
  });

  test('[MIN-4] with another secretary, what is frozen and not signed is a draft again', () => {
    const written = frozenMinutes();
    written.act(CHAIR, 'roster-changed', { roster: rosterWith(SECRETARY).roster.slice(0, 4) });
    expect(state(written.acts).minutes.stage).toBe('frozen');
    written.act(CHAIR, 'roster-changed', rosterWith(MEMBERS[0]!));
    expect(state(written.acts).minutes.stage).toBe('draft');
    written.act(SECRETARY, 'minutes-frozen', frozen);
    expect(reasons(written.acts)).toEqual(['not-allowed']);
    written.act(MEMBERS[0]!, 'minutes-frozen', { ...frozen, revision: asSha256('f'.repeat(64)) });
    expect(state(written.acts).minutes).toMatchObject({ stage: 'frozen', frozenBy: MEMBERS[0] });
  });

  const meanwhile: Record<string, (written: ReturnType<typeof opened>, at: (ms: number) => string) => void> = {
    'opened again': (written, at) => {
      written.act(SECRETARY, 'minutes-reopened', { revision: frozen.revision }, at(1));
    },
    'opened again and froze anew': (written, at) => {
      written.act(SECRETARY, 'minutes-reopened', { revision: frozen.revision }, at(1));
      written.act(SECRETARY, 'minutes-frozen', { ...frozen, revision: asSha256('f'.repeat(64)) }, at(2));
    },
    'gave to somebody else': (written, at) => {
      written.act(SECRETARY, 'roster-changed', rosterWith(MEMBERS[0]!), at(1));
    },
  };
  test.each(Object.entries(meanwhile))(
    '[MIN-3] [MIN-5] what the secretary, cut off, %s before the chair signed undoes no seal when it arrives',
    (_what, happens) => {
      const written = frozenMinutes();
      const from = Date.parse(written.acts.at(-1)!.time);
      written.act(CHAIR, 'minutes-signed', signature);
      written.act(CHAIR, 'minutes-sealed', sealed);
      const known = state(written.acts).minutes;
      expect(known.stage).toBe('sealed');
      happens(written, (ms) => new Date(from + ms).toISOString());
      expect(state(written.acts).minutes).toEqual(known);
    },
  );

  test('[MIN-5] no other revision than one that a secretary froze is signed, and no second one', () => {
    const written = frozenMinutes();
    const other = { ...frozen, revision: asSha256('f'.repeat(64)) };
    written.act(CHAIR, 'minutes-signed', { ...signature, revision: other.revision });
    written.act(SECRETARY, 'minutes-reopened', { revision: frozen.revision });
    written.act(CHAIR, 'minutes-signed', { ...signature, revision: other.revision });
    written.act(SECRETARY, 'minutes-frozen', other);
    written.act(CHAIR, 'minutes-signed', { ...signature, revision: other.revision });
    written.act(CHAIR, 'minutes-signed', signature);
    expect(reasons(written.acts)).toEqual(['unknown-revision', 'wrong-phase', 'wrong-phase']);
    expect(state(written.acts).minutes).toMatchObject({ stage: 'signed', ...other, signedBy: CHAIR });
  });

  test('[MIN-4] what the lost secretary froze meanwhile undoes nothing when it arrives', () => {
    const written = opened();
    written.act(CHAIR, 'meeting-closed', {});
    const before = new Date(Date.parse(written.acts.at(-1)!.time) + 1).toISOString();
    written.act(CHAIR, 'roster-changed', rosterWith(MEMBERS[0]!));
    const other = { ...frozen, revision: asSha256('f'.repeat(64)) };
    written.act(MEMBERS[0]!, 'minutes-frozen', other);
    written.act(CHAIR, 'minutes-signed', { ...signature, revision: other.revision });
    written.act(CHAIR, 'minutes-sealed', sealed);
    const known = state(written.acts).minutes;
    expect(known).toEqual({ stage: 'sealed', ...sealed, frozenBy: MEMBERS[0], signedBy: CHAIR });
    written.act(SECRETARY, 'minutes-frozen', frozen, before);
    expect(state(written.acts).minutes).toEqual(known);
  });
});
