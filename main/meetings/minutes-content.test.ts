import { describe, expect, test } from 'vitest';
import * as Y from 'yjs';
import { minutesSection } from '../../common/collab/minutes.ts';
import { putAgendaItem, removeAgendaItem } from '../../common/collab/plan.ts';
import { BODY_PRESETS } from '../../common/domain/body-rules.ts';
import { asAgendaItemId, asMotionId, type AgendaItemId, type MemberId } from '../../common/domain/ids.ts';
import type { MinutesContent } from '../../common/domain/minutes.ts';
import type { MeetingRole } from '../../common/domain/roster.ts';
import {
  CHAIR,
  NONCE,
  person,
  reasons,
  SECRETARY,
  state as stateOf,
  writer,
} from '../../tests/fixtures/written-acts.ts';
import { attendanceList } from './meeting-lists.ts';
import { minutesContent } from './minutes-content.ts';

const LEAVER = person(3);
const [FIRST, SECOND, THIRD] = ['muc-1', 'muc-2', 'muc-3'].map(asAgendaItemId) as [
  AgendaItemId,
  AgendaItemId,
  AgendaItemId,
];
const at = (time: string) => `2026-01-05T${time}:00.000Z`;
const TEXT = 'Ủy viên đề nghị bổ sung số liệu.';
const rules = BODY_PRESETS['peoples-committee'];
const one = (member: MemberId, role: MeetingRole, name: string) => ({ member, name, position: '', role, voting: true });

/** A meeting of three, of whom two come; three items are prepared, the second has been held: a speech, a vote, a text. */
function held() {
  const { acts, act } = writer();
  act(SECRETARY, 'meeting-convened', {
    nonce: NONCE,
    title: 'Phiên họp thử',
    kind: '',
    start: '2026-01-05T08:00:00+07:00',
    place: 'Phòng họp',
    organisation: { name: 'Ủy ban nhân dân xã Mường Thử', parent: '', symbol: 'UBND' },
    rules,
    roster: [
      one(CHAIR, 'chair', 'Hà Văn Thử'),
      one(SECRETARY, 'secretary', 'Lò Thị Mẫu'),
      one(LEAVER, 'member', 'Cầm Văn Ví Dụ'),
    ],
  });
  const speak = (member: MemberId) => {
    act(CHAIR, 'floor-given', { member, request: null, limitSeconds: 0 });
    act(CHAIR, 'floor-ended', { member });
  };
  const vote = (id: string, item: AgendaItemId | null) => {
    const motion = asMotionId(id);
    act(CHAIR, 'motion-opened', { motion, item, text: `Thông qua ${id}`, secret: false, rule: rules.vote });
    const ballots = [CHAIR, LEAVER].map((member) => act(member, 'ballot', { motion, choice: 'approve' }));
    act(CHAIR, 'motion-closed', { motion, ballots, present: [CHAIR, LEAVER] });
  };
  act(CHAIR, 'checked-in', { how: 'in-person' });
  act(LEAVER, 'checked-in', { how: 'in-person' });
  act(CHAIR, 'meeting-opened', {});
  act(CHAIR, 'item-opened', { item: SECOND, ordinal: 2, title: 'Việc hai' });
  speak(LEAVER);
  vote('m1', SECOND);
  act(CHAIR, 'item-closed', { item: SECOND });

  const plan = new Y.Doc();
  for (const [index, id] of [FIRST, SECOND, THIRD].entries())
    putAgendaItem(plan, { id, title: id, presenter: '', minutes: 0, order: index, papers: [], motions: [] });
  const minutes = new Y.Doc();
  const paragraph = new Y.XmlElement('paragraph');
  paragraph.insert(0, [new Y.XmlText(TEXT)]);
  minutesSection(minutes, SECOND).insert(0, [paragraph]);
  const state = () => {
    expect(reasons(acts)).toEqual([]);
    return stateOf(acts);
  };
  return { act, speak, vote, plan, state, content: () => minutesContent(state(), plan, minutes) };
}

describe('items', () => {
  const titles = ({ items }: MinutesContent) => items.map(({ ordinal, title }) => `${ordinal} ${title}`);

  test('[MIN-8] one that was held and is on the agenda no longer stands where it stood, with all that was said and decided', () => {
    const meeting = held();
    const before = meeting.content();
    expect(titles(before)).toEqual(['1 muc-1', '2 Việc hai', '3 muc-3']);
    removeAgendaItem(meeting.plan, SECOND);
    const after = meeting.content();
    expect(after.items).toEqual(before.items);
    expect(after.items[1]).toMatchObject({
      speakers: [{ name: 'Cầm Văn Ví Dụ' }],
      motions: [{ text: 'Thông qua m1', result: 'passed' }],
      text: [{ runs: [{ text: TEXT }] }],
    });
    expect(after).not.toHaveProperty('general');
  });

  test('[MIN-8] one that was taken off before it was held is gone', () => {
    const meeting = held();
    removeAgendaItem(meeting.plan, FIRST);
    expect(titles(meeting.content())).toEqual(['1 Việc hai', '2 muc-3']);
  });

  test('[MIN-8] what was said and decided outside of items, or for one that nobody knows, stands in the general part', () => {
    const meeting = held();
    meeting.speak(CHAIR);
    meeting.vote('m2', null);
    meeting.vote('m3', asAgendaItemId('nowhere'));
    const { items, general } = meeting.content();
    expect(general).toMatchObject({
      speakers: [{ name: 'Hà Văn Thử' }],
      motions: [{ text: 'Thông qua m2' }, { text: 'Thông qua m3' }],
    });
    expect(items.flatMap(({ motions }) => motions.map(({ text }) => text))).toEqual(['Thông qua m1']);
    expect(items.flatMap(({ speakers }) => speakers)).toHaveLength(1);
  });
});

describe('attendance', () => {
  test('[MIN-9] who attended and left early is present until then, and the quorum is that of the opening', () => {
    const meeting = held();
    meeting.act(SECRETARY, 'left-early', { member: LEAVER, at: at('01:10') }, at('01:20'));
    expect(meeting.state().quorum).toMatchObject({ present: 1, met: false });
    meeting.act(CHAIR, 'meeting-closed', {}, at('02:00'));
    const { attendance, items } = meeting.content();
    expect(attendance.members).toMatchObject([
      { presence: 'in-person' },
      { name: 'Lò Thị Mẫu', presence: 'absent' },
      {
        name: 'Cầm Văn Ví Dụ',
        presence: 'in-person',
        stays: [{ how: 'in-person', from: '2026-01-05T01:00:03.000Z', to: at('01:10') }],
      },
    ]);
    expect(attendance.quorum).toMatchObject({ count: 2, base: 3, required: 2, met: true, atOpening: true });
    expect(items[1]?.motions[0]).toMatchObject({ result: 'passed', arithmetic: { count: 2, base: 3 } });
  });

  test('[MIN-9] a quorum that was reached after the opening is told as that', () => {
    const meeting = held();
    meeting.act(SECRETARY, 'attendance-recorded', { member: LEAVER, status: 'absent', reason: '' });
    meeting.act(SECRETARY, 'checked-in', { how: 'remote' });
    const { quorum } = meeting.content().attendance;
    expect(quorum).toMatchObject({ count: 1, base: 3, met: false, atOpening: true, reached: { count: 2, base: 3 } });
    expect(quorum.reached?.at).toBe(meeting.state().attendance[SECRETARY]?.since);
  });

  test('[ATT-5] who was recorded as present by mistake is absent', () => {
    const meeting = held();
    meeting.act(SECRETARY, 'attendance-recorded', { member: LEAVER, status: 'absent', reason: 'ốm' });
    expect(meeting.content().attendance.members[2]).toMatchObject({ presence: 'absent-with-reason', reason: 'ốm' });
  });

  test('a list of who is here counts who is here now; after the meeting it is that of the minutes', () => {
    const meeting = held();
    meeting.act(SECRETARY, 'left-early', { member: LEAVER, at: at('01:10') }, at('01:20'));
    const { content } = attendanceList(meeting.state(), new Date());
    expect(content).toMatchObject({ attendance: { quorum: { count: 1, base: 3, met: false } } });
    expect(content).not.toMatchObject({ attendance: { quorum: { atOpening: true } } });
    meeting.act(CHAIR, 'meeting-closed', {}, at('02:00'));
    const after = attendanceList(meeting.state(), new Date());
    expect(after.content).toMatchObject({ attendance: meeting.content().attendance });
  });
});
