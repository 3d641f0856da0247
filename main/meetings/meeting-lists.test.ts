import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { putAgendaItem, putPlanPerson, setPlanMeta } from '../../common/collab/plan.ts';
import { BODY_PRESETS } from '../../common/domain/body-rules.ts';
import { asAgendaItemId, asMeetingId, asMemberId, asMotionId, asSha256 } from '../../common/domain/ids.ts';
import type { MeetingState } from '../../common/domain/meeting-state.ts';
import type { RosterEntry } from '../../common/domain/roster.ts';
import { attendanceList, invitation, localityOf, voteList } from './meeting-lists.ts';

const person = (digit: string) => asMemberId(`${digit.repeat(8)}-0000-4000-8000-000000000000`);
const [chair, secretary, member] = [person('1'), person('2'), person('3')] as const;
const roster: readonly RosterEntry[] = [
  { member: chair, name: 'Hà Văn Thử', position: 'Chủ tịch', role: 'chair', voting: true },
  { member: secretary, name: 'Lò Thị Mẫu', position: 'Công chức Văn phòng', role: 'secretary', voting: false },
  { member, name: 'Cầm Văn Ví Dụ', position: '', role: 'member', voting: true },
];
const organisation = { name: 'Ủy ban nhân dân xã Mường Thử', parent: '', symbol: '' };
const rules = BODY_PRESETS['peoples-committee'];
const at = new Date('2026-11-23T02:00:00Z');
const motion = asMotionId('v1');

function stateOf(change: Partial<MeetingState>): MeetingState {
  return {
    meeting: asMeetingId('meeting'),
    convener: secretary,
    title: 'Phiên họp thử',
    kind: '',
    start: '2026-11-23T08:00:00+07:00',
    place: 'Phòng họp số 1',
    organisation,
    rules,
    roster,
    rosterAct: asSha256('f'.repeat(64)),
    former: [],
    phase: 'open',
    openedAt: null,
    closedAt: null,
    attendance: {
      [chair]: {
        status: 'in-person',
        since: '2026-11-23T08:00:00+07:00',
        reason: '',
        recordedBy: chair,
        stays: [{ how: 'in-person', from: '2026-11-23T08:00:00+07:00', to: null }],
      },
    },
    quorum: { present: 1, total: 2, required: 2, met: false },
    openingQuorum: null,
    items: {},
    currentItem: null,
    queue: [],
    floor: null,
    speeches: [],
    motions: [
      {
        motion,
        item: null,
        text: 'Thông qua kế hoạch',
        rule: rules.vote,
        openedAt: '2026-11-23T08:10:00+07:00',
        closedAt: '2026-11-23T08:12:00+07:00',
        ballots: { [chair]: { choice: 'approve', hash: asSha256('0'.repeat(64)), at: '2026-11-23T08:11:00+07:00' } },
        waitingFor: [member],
        late: [],
        missing: 0,
        tally: {
          counts: { approve: 1, reject: 0, abstain: 0, other: 0 },
          voted: 1,
          base: 2,
          needed: 2,
          approve: 1,
          passed: false,
          decidedByChair: false,
        },
      },
    ],
    conclusion: null,
    receipts: {},
    minutes: { stage: 'draft' },
    ignored: [],
    ...change,
  };
}

describe('the attendance list', () => {
  const membersOf = (state: MeetingState): unknown => {
    const list = attendanceList(state, at);
    return list.kind === 'attendance' ? list.content.attendance.members : undefined;
  };

  it('calls nobody absent who may still come', () => {
    expect(membersOf(stateOf({}))).toMatchObject([
      { name: 'Hà Văn Thử', presence: 'in-person' },
      { name: 'Lò Thị Mẫu', notYet: true },
      { name: 'Cầm Văn Ví Dụ', notYet: true },
    ]);
  });

  it('does so once the meeting is closed', () => {
    expect(JSON.stringify(membersOf(stateOf({ phase: 'closed' })))).not.toContain('notYet');
  });
});

describe('the list of a vote', () => {
  it('names everyone with a vote, what was cast and when, and who cast nothing', () => {
    const list = voteList(stateOf({}), motion, at);
    expect(list.content).toMatchObject({
      voters: [
        { name: 'Hà Văn Thử', choice: 'Đồng ý', castAt: '2026-11-23T08:11:00+07:00' },
        { name: 'Cầm Văn Ví Dụ' },
      ],
    });
    expect(JSON.stringify(list.content)).not.toContain('Lò Thị Mẫu');
    const [only] = stateOf({}).motions;
    const late = voteList(stateOf({ motions: only ? [{ ...only, late: [chair, member] }] : [] }), motion, at);
    expect(late.content).toMatchObject({ voters: [{ choice: 'Đồng ý' }, { name: 'Cầm Văn Ví Dụ', late: true }] });
    expect(late.content).not.toMatchObject({ voters: [{ late: true }, {}] });
  });

  it('is refused while the vote is open, and for a vote that is not there', () => {
    const [only] = stateOf({}).motions;
    const open = stateOf({ motions: only ? [{ ...only, closedAt: null }] : [] });
    expect(() => voteList(open, motion, at)).toThrow('vote-not-closed');
    expect(() => voteList(stateOf({}), asMotionId('other'), at)).toThrow('act.unknown-motion');
  });
});

describe('the invitation', () => {
  const planOf = (people: readonly RosterEntry[]): Y.Doc => {
    const doc = new Y.Doc();
    setPlanMeta(doc, { title: 'Phiên họp thử', kind: '', start: '2026-11-23T08:00:00+07:00', place: 'Phòng 1', rules });
    for (const person of people) putPlanPerson(doc, person);
    const item = { presenter: '', minutes: 0, papers: [], motions: [] };
    putAgendaItem(doc, { ...item, id: asAgendaItemId('b'), title: 'Việc sau', order: 2 });
    putAgendaItem(doc, { ...item, id: asAgendaItemId('a'), title: 'Việc trước', order: 1, presenter: 'Bà Thử' });
    return doc;
  };

  it('says who is invited, by whom and to what, and leaves number and date open', () => {
    const { content } = invitation(planOf(roster), organisation, secretary);
    expect(content).toMatchObject({
      symbol: 'GM-UBND',
      issuedPlace: 'Mường Thử',
      invited: ['Cầm Văn Ví Dụ'],
      signer: { name: 'Hà Văn Thử', position: 'Chủ tịch', onBehalfOf: 'TM. Ủy ban nhân dân' },
      agenda: [
        { ordinal: 1, title: 'Việc trước', presenter: { name: 'Bà Thử' } },
        { ordinal: 2, title: 'Việc sau' },
      ],
    });
    expect(content).not.toHaveProperty('number');
    expect(content).not.toHaveProperty('issuedAt');
  });

  it('needs somebody who chairs', () => {
    expect(() => invitation(planOf(roster.slice(1)), organisation, undefined)).toThrow('invitation-without-chair');
  });

  it('takes the place of issue from the name of the agency, or leaves it open', () => {
    expect(localityOf('Hội đồng nhân dân phường Thử Nghiệm')).toBe('Thử Nghiệm');
    expect(localityOf('Trung tâm Thử nghiệm')).toBe('…');
  });
});
