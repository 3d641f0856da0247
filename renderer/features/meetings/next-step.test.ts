import { describe, expect, it } from 'vitest';
import type { AgendaItem } from '../../../common/collab/plan.ts';
import type { Connection, MeetingView } from '../../../common/contract/requests.ts';
import { BODY_PRESETS } from '../../../common/domain/body-rules.ts';
import { asAgendaItemId, asMeetingId, asMemberId, asMotionId, asSha256 } from '../../../common/domain/ids.ts';
import type { AttendanceStatus, MeetingState } from '../../../common/domain/meeting-state.ts';
import { linesFor } from './attendance-lines.ts';
import { askedOfMe, wordsFor } from './asked-of-me.ts';
import { nextStep } from './next-step.ts';

const ME = asMemberId('11111111-1111-4111-8111-111111111111');
const FIRST = asAgendaItemId('first');
const SECOND = asAgendaItemId('second');
const PAPER = asSha256('a'.repeat(64));

const agenda: AgendaItem[] = [
  { id: FIRST, title: 'Một', presenter: '', minutes: 0, order: 1, papers: [PAPER], motions: ['Thông qua'] },
  { id: SECOND, title: 'Hai', presenter: '', minutes: 0, order: 2, papers: [], motions: [] },
];

const base: MeetingState = {
  meeting: asMeetingId('m'),
  convener: ME,
  title: '',
  kind: '',
  start: '',
  place: '',
  organisation: { name: '', parent: '', symbol: '' },
  rules: BODY_PRESETS['peoples-committee'],
  roster: [{ member: ME, name: 'Trần Thị Thử', position: '', role: 'secretary', voting: true }],
  rosterAct: asSha256('0'.repeat(64)),
  former: [],
  phase: 'convened',
  openedAt: null,
  closedAt: null,
  attendance: {},
  quorum: { present: 0, total: 1, required: 1, met: false },
  openingQuorum: null,
  items: {},
  currentItem: null,
  queue: [],
  floor: null,
  speeches: [],
  motions: [],
  conclusion: null,
  receipts: {},
  minutes: { stage: 'draft' },
  ignored: [],
};
const here: Partial<MeetingState> = {
  attendance: { [ME]: { status: 'in-person', since: '', reason: '', recordedBy: ME, stays: [] } },
  quorum: { present: 1, total: 1, required: 1, met: true },
};
const opened = { ordinal: 1, title: 'Một', openedAt: '', closedAt: null, conclusion: null };

function view(state: Partial<MeetingState>, roles = {}, role: Connection['role'] = 'host') {
  return {
    state: { ...base, ...state },
    me: {
      member: ME,
      roles: { office: true, chair: false, secretary: true, convener: true, voting: true, ...roles },
    },
    connection: { role } as Connection,
    summary: { readOnly: false } as MeetingView['summary'],
  };
}
const step = (state: Partial<MeetingState>, shown: string[] = [], roles = {}, role: Connection['role'] = 'host') =>
  nextStep(view(state, roles, role), agenda, new Set(shown.map(asAgendaItemId)))?.step;

const motion = (closedAt: string | null, text = 'Thông qua') => ({
  motion: asMotionId('x'),
  item: FIRST,
  text,
  rule: base.rules.vote,
  openedAt: '',
  closedAt,
  ballots: {},
  waitingFor: closedAt === null ? [ME] : [],
  late: [],
  missing: 0,
  tally: {
    counts: { approve: 0, reject: 0, abstain: 0, other: 0 },
    voted: 0,
    base: 1,
    needed: 1,
    approve: 0,
    passed: false,
    decidedByChair: false,
  },
});

describe('next natural step', () => {
  it('goes through a whole meeting in its order', () => {
    expect(step({}, [], {}, 'alone')).toBe('carry');
    expect(step({})).toBe('call-quorum');
    expect(step(here)).toBe('open-meeting');
    const open: Partial<MeetingState> = { ...here, phase: 'open' };
    expect(step(open)).toBe('open-item');
    const inItem: Partial<MeetingState> = {
      ...open,
      currentItem: FIRST,
      items: { [FIRST]: { ...opened, item: FIRST } },
    };
    expect(step(inItem)).toBe('show-paper');
    const asks = { request: 'r', member: ME, item: FIRST, queue: 'speech' as const, note: '', at: '' };
    expect(step({ ...inItem, queue: [asks] }, ['first'])).toBe('give-floor');
    expect(step({ ...inItem, floor: { member: ME, since: '', limitSeconds: 0 } }, ['first'])).toBe('end-floor');
    expect(step(inItem, ['first'])).toBe('open-vote');
    expect(step({ ...inItem, motions: [motion(null)] }, ['first'])).toBe('close-vote');
    const voted: Partial<MeetingState> = { ...inItem, motions: [motion('later')] };
    expect(step(voted, ['first'])).toBe('conclude-item');
    const concluded = { ...voted, items: { [FIRST]: { ...opened, item: FIRST, conclusion: 'Nhất trí' } } };
    expect(step(concluded, ['first'])).toBe('open-item');
    const allDone: Partial<MeetingState> = {
      ...concluded,
      currentItem: SECOND,
      items: { ...concluded.items, [SECOND]: { ...opened, item: SECOND, conclusion: 'Nhất trí' } },
    };
    expect(step(allDone)).toBe('conclude-meeting');
    expect(step({ ...allDone, conclusion: 'Xong' })).toBe('close-meeting');
  });

  it('[VOTE-6] waits for no ballot of somebody who is away', () => {
    const waiting = (attendance: MeetingState['attendance']) =>
      nextStep(view({ phase: 'open', attendance, motions: [motion(null)] }), agenda, new Set());
    expect(waiting(here.attendance ?? {})).toMatchObject({ step: 'close-vote', waiting: 1 });
    const absent = { status: 'absent' as const, since: '', reason: '', recordedBy: ME, stays: [] };
    expect(waiting({ [ME]: absent })).toMatchObject({ step: 'close-vote', waiting: 0 });
    expect(waiting({})).toMatchObject({ step: 'close-vote', waiting: 0 });
  });

  it('after the meeting depends on who one is', () => {
    const closed: Partial<MeetingState> = { ...here, phase: 'closed' };
    const chair = { chair: true, secretary: false };
    const frozen = {
      stage: 'frozen' as const,
      frozenBy: asMemberId('00000000-0000-4000-8000-000000000002'),
      revision: PAPER,
      size: 1,
      chunks: [PAPER],
      approved: { sha256: PAPER, length: 1 },
    };
    expect(step(closed)).toBe('freeze-minutes');
    expect(step(closed, [], chair)).toBe('wait-for-secretary');
    expect(step({ ...closed, minutes: frozen })).toBe('wait-for-chair');
    expect(step({ ...closed, minutes: frozen }, [], chair)).toBe('sign-minutes');
  });

  it('never waits for a second vote with a text that was already voted on', () => {
    const state: Partial<MeetingState> = {
      ...here,
      phase: 'open',
      currentItem: FIRST,
      items: { [FIRST]: { ...opened, item: FIRST } },
      motions: [motion('later', ' Thông qua ')],
    };
    expect(step(state)).toBe('conclude-item');
  });
});

describe('what is asked of me', () => {
  const asked = (state: Partial<MeetingState>, roles = {}) => askedOfMe(view(state, roles), agenda)?.what;
  const noted = (status: AttendanceStatus) => ({ [ME]: { status, since: '', reason: '', recordedBy: ME, stays: [] } });

  it('is checking in before anything else', () => {
    expect(asked({})).toBe('check-in');
    expect(asked({ phase: 'open', motions: [motion(null)] })).toBe('check-in');
    expect(asked(here)).toBe('wait-for-opening');
  });

  it('is voting while a vote waits for me, but not when I am absent', () => {
    expect(asked({ ...here, phase: 'open', motions: [motion(null)] })).toBe('vote');
    const cast = {
      ...motion(null),
      waitingFor: [],
      late: [],
      missing: 0,
      ballots: { [ME]: { choice: 'approve' as const, hash: PAPER, at: '' } },
    };
    expect(asked({ ...here, phase: 'open', motions: [cast] })).toBe('wait-for-result');
    expect(asked({ phase: 'open', attendance: noted('absent'), motions: [motion(null)] })).toBe('away');
    expect(asked({ phase: 'open', attendance: noted('represented'), motions: [motion(null)] })).toBe('wait-for-item');
  });

  it('[ATT-6] is nothing of who has left, but they may come back', () => {
    const left = { [ME]: { ...noted('left')[ME]!, since: '2026-11-22T03:20:00.000Z' } };
    const state = { phase: 'open' as const, attendance: left, motions: [motion(null)] };
    expect(askedOfMe(view(state), agenda)).toEqual({ what: 'left', at: '2026-11-22T03:20:00.000Z' });
  });

  it('is nothing of who is not to come, who is never told to have checked in', () => {
    expect(asked({ attendance: noted('absent') })).toBe('away');
    expect(asked({ attendance: noted('represented') })).toBe('away');
    expect(asked({ attendance: noted('remote') })).toBe('wait-for-opening');
    expect(asked({ attendance: noted('represented'), phase: 'open', currentItem: FIRST })).toBe('read');
  });

  it('is said to the chair in words of its own, and names no papers where there are none', () => {
    for (const what of ['wait-for-opening', 'wait-for-item'] as const) {
      expect(wordsFor({ what }, false)).toBe(what);
      expect(wordsFor({ what }, true)).toBe(`${what}-leading`);
    }
    expect(wordsFor({ what: 'read', item: FIRST, paper: PAPER }, true)).toBe('read');
    expect(wordsFor({ what: 'read', item: FIRST, paper: null }, false)).toBe('follow');
  });

  it('is speaking, reading, signing when it is their time', () => {
    expect(asked({ ...here, phase: 'open', floor: { member: ME, since: '', limitSeconds: 0 } })).toBe('speak');
    expect(asked({ ...here, phase: 'open', currentItem: FIRST })).toBe('read');
    expect(asked({ ...here, phase: 'closed' })).toBe('freeze-minutes');
    expect(asked({ ...here, phase: 'closed' }, { secretary: false })).toBe('wait-for-minutes');
  });

  it('asks nothing of who is not among the people, and does not take them for checked in', () => {
    const others = { roster: [{ ...base.roster[0]!, member: asMemberId('22222222-2222-4222-8222-222222222222') }] };
    for (const phase of ['convened', 'open'] as const)
      expect(askedOfMe(view({ ...others, phase }), agenda)).toEqual({ what: 'outside' });
    expect(askedOfMe(view({ ...others, phase: 'closed' }, { secretary: false }), agenda)).toEqual({
      what: 'wait-for-minutes',
    });
  });
});

describe('what can be recorded of somebody', () => {
  const noted = (status: AttendanceStatus) => ({ [ME]: { status, since: '', reason: '', recordedBy: ME, stays: [] } });
  const lines = (state: Partial<MeetingState>) => linesFor({ ...base, ...state }, ME);

  it('[ATT-6] is leaving early of who is here in an open meeting, and coming back of who left', () => {
    expect(lines({ ...here, phase: 'open' })).toEqual(['in-person', 'remote', 'left', 'never-here']);
    expect(lines({ attendance: noted('left'), phase: 'open' })).toContain('back-in-person');
    expect(lines(here)).not.toContain('left');
    expect(lines({ phase: 'open' })).toEqual(['in-person', 'remote', 'represented', 'absent']);
  });

  it('[ATT-5] is never that who voted was not here', () => {
    const cast = { ...motion('later'), ballots: { [ME]: { choice: 'approve' as const, hash: PAPER, at: '' } } };
    for (const status of ['in-person', 'remote', 'left'] as const) {
      const state = { attendance: noted(status), phase: 'open' as const };
      expect(lines(state)).toContain('never-here');
      expect(lines({ ...state, motions: [cast] })).not.toContain('never-here');
    }
  });
});
