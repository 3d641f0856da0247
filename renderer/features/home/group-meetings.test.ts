import { describe, expect, it } from 'vitest';
import type { FoundMeeting, MeetingSummary } from '../../../common/contract/requests.ts';
import { asMeetingId } from '../../../common/domain/ids.ts';
import { groupMeetings, newlyFound, standingOf } from './group-meetings.ts';

const meeting = (title: string, phase: MeetingSummary['phase'], start: string, change = {}): MeetingSummary => ({
  meeting: asMeetingId(title),
  title,
  kind: '',
  start,
  place: '',
  phase,
  mine: true,
  carrying: false,
  link: 'offline',
  onlyHereSince: null,
  readOnly: false,
  ...change,
});
const now = new Date('2026-11-22T23:30:00Z').getTime();

describe('meetings of home', () => {
  it('are now, upcoming or past, by the day in Vietnam', () => {
    const groups = groupMeetings(
      [
        meeting('done', 'sealed', '2026-11-23T08:00:00+07:00'),
        meeting('today', 'convened', '2026-11-23T08:00:00+07:00'),
        meeting('next', 'convened', '2026-11-24T08:00:00+07:00'),
        meeting('not held', 'convened', '2026-11-22T08:00:00+07:00'),
        meeting('late draft', 'draft', '2026-11-20T08:00:00+07:00'),
        meeting('long', 'open', '2026-11-20T08:00:00+07:00'),
        meeting('from a package', 'open', '2026-11-23T08:00:00+07:00', { readOnly: true }),
      ],
      now,
    );
    const titles = (list: readonly MeetingSummary[]): string[] => list.map(({ title }) => title);
    expect(titles(groups.now)).toEqual(['long', 'today']);
    expect(titles(groups.upcoming)).toEqual(['late draft', 'next']);
    expect(titles(groups.past)).toEqual(['done', 'from a package', 'not held']);
  });
});

it('a meeting on this network asks to be joined once, and not at all when it is sealed here', () => {
  const found = (title: string, joined = false): FoundMeeting => ({
    meeting: asMeetingId(title),
    title,
    start: '2026-11-23T08:00:00+07:00',
    carriedBy: '',
    address: '',
    joined,
  });
  const mine = [
    meeting('joined', 'open', ''),
    meeting('just joined', 'open', '', { link: 'connected' }),
    meeting('left', 'open', ''),
    meeting('carried', 'open', '', { link: 'alone' }),
    meeting('sealed', 'sealed', ''),
    meeting('package', 'sealed', '', { readOnly: true }),
  ];
  const shown = newlyFound(
    [
      found('new'),
      found('joined', true),
      found('just joined'),
      found('left'),
      found('carried'),
      found('sealed'),
      found('package'),
    ],
    mine,
  );
  expect(shown.map(({ title }) => title)).toEqual(['new', 'left', 'package']);
});

it('a meeting is called open only while this laptop is in it with others', () => {
  const opened = (change: Partial<MeetingSummary>): string => standingOf(meeting('', 'open', '', change));
  expect(opened({ link: 'connected', carrying: true })).toBe('open');
  expect(opened({ link: 'connecting' })).toBe('open');
  expect(opened({ link: 'offline' })).toBe('opened-offline');
  expect(opened({ link: 'alone', carrying: true })).toBe('opened-alone');
  expect(opened({ link: 'waiting' })).toBe('opened-waiting');
  expect(opened({ link: 'refused' })).toBe('opened-refused');
  expect(opened({ link: 'connected', readOnly: true })).toBe('from-package');
  expect(standingOf(meeting('', 'sealed', '', { link: 'waiting' }))).toBe('sealed');
});
