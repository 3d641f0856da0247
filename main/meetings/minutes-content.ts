import type * as Y from 'yjs';
import { readMinutesSection } from '../../common/collab/minutes.ts';
import { readAgenda, readPapers } from '../../common/collab/plan.ts';
import { CHOICES, type Choice, type OptionSet } from '../../common/domain/body-rules.ts';
import type { MemberId } from '../../common/domain/ids.ts';
import type { MeetingState, MotionState } from '../../common/domain/meeting-state.ts';
import type {
  MinutesAttendee,
  MinutesBlock,
  MinutesContent,
  MinutesItem,
  MinutesMotion,
  MinutesPerson,
} from '../../common/domain/minutes.ts';
import { attendees, personOf, withRole } from '../../common/domain/roster.ts';

/** Labels as the ballots showed them: minutes are a Vietnamese document whatever the interface speaks. */
const LABELS: Readonly<Record<OptionSet, Readonly<Partial<Record<Choice, string>>>>> = {
  'approve-reject-abstain': { approve: 'Tán thành', reject: 'Không tán thành', abstain: 'Không biểu quyết' },
  'agree-disagree-other': { approve: 'Đồng ý', reject: 'Không đồng ý', other: 'Ý kiến khác' },
};

/** A choice as the ballot showed it. */
export const choiceLabel = (options: OptionSet, choice: Choice): string => LABELS[options][choice] ?? choice;

function personOn(state: MeetingState, member: MemberId): MinutesPerson {
  const entry = personOf(state, member);
  return { name: entry?.name ?? '', position: entry?.position ?? '' };
}

/** What the minutes say: every fact from the acts, the secretary's and deputies' text between them. */
export function minutesContent(state: MeetingState, plan: Y.Doc, minutes: Y.Doc): MinutesContent {
  const person = (member: MemberId): MinutesPerson => personOn(state, member);
  const council = state.rules.preset === 'peoples-council';
  const chair = withRole(state.roster, 'chair');
  const secretary = withRole(state.roster, 'secretary');
  return {
    organisation: {
      name: state.organisation.name,
      symbol: state.organisation.symbol,
      ...(state.organisation.parent ? { parent: state.organisation.parent } : {}),
    },
    symbol: `BB-${state.organisation.symbol || (council ? 'HĐND' : 'UBND')}`,
    title: state.title,
    kind: council ? 'council-sitting' : 'committee-meeting',
    start: state.openedAt ?? state.start,
    ...(state.closedAt ? { end: state.closedAt } : {}),
    place: state.place,
    attendance: attendanceOf(state),
    chair: chair ? { name: chair.name, position: chair.position } : { name: '', position: '' },
    secretary: secretary ? { name: secretary.name, position: secretary.position } : { name: '', position: '' },
    items: itemsOf(state, plan, minutes, person),
    closing: readMinutesSection(minutes, 'closing'),
    ...(state.conclusion ? { conclusion: paragraphs(state.conclusion) } : {}),
    recipients: ['Như thành phần tham dự'],
  };
}

export function attendanceOf(state: MeetingState): MinutesContent['attendance'] {
  const person = (member: MemberId): MinutesPerson => personOn(state, member);
  const members = attendees(state.roster)
    .filter((entry) => entry.role !== 'guest')
    .map((entry): MinutesAttendee => {
      const attendance = state.attendance[entry.member];
      const who = person(entry.member);
      switch (attendance?.status) {
        case 'in-person':
        case 'remote':
          return { ...who, presence: attendance.status, checkedInAt: attendance.since };
        case 'represented':
          return { ...who, presence: 'represented', by: { name: attendance.reason, position: '' } };
        case 'absent':
          return attendance.reason
            ? { ...who, presence: 'absent-with-reason', reason: attendance.reason }
            : { ...who, presence: 'absent' };
        default:
          return { ...who, presence: 'absent' };
      }
    });
  const guests = state.roster
    .filter((entry) => entry.role === 'guest')
    .map((entry) => {
      const status = state.attendance[entry.member]?.status;
      const presence = status === 'in-person' || status === 'remote' ? { presence: status } : {};
      return { ...person(entry.member), ...presence };
    });
  const { numerator, denominator } = state.rules.quorum;
  return {
    members,
    guests,
    quorum: {
      count: state.quorum.present,
      base: state.quorum.total,
      threshold: { kind: 'reach', numerator, denominator },
      required: state.quorum.required,
      met: state.quorum.met,
    },
  };
}

function itemsOf(
  state: MeetingState,
  plan: Y.Doc,
  minutes: Y.Doc,
  person: (member: MemberId) => MinutesPerson,
): MinutesItem[] {
  const papers = readPapers(plan);
  const planned = readAgenda(plan).map((item, index): MinutesItem => {
    const happened = state.items[item.id];
    return {
      ordinal: index + 1,
      title: happened?.title ?? item.title,
      ...(item.presenter ? { presenter: { name: item.presenter, position: '' } } : {}),
      papers: item.papers.flatMap((paper) => {
        const record = papers.get(paper);
        return record ? [{ title: record.title }] : [];
      }),
      ...(happened ? { openedAt: happened.openedAt } : {}),
      ...(happened?.closedAt ? { closedAt: happened.closedAt } : {}),
      speakers: state.speeches
        .filter((speech) => speech.item === item.id)
        .map((speech) => ({ ...person(speech.member), from: speech.from, ...(speech.to ? { to: speech.to } : {}) })),
      text: readMinutesSection(minutes, item.id),
      motions: state.motions.filter((motion) => motion.item === item.id).map((motion) => motionOf(motion)),
      ...(happened?.conclusion ? { conclusion: paragraphs(happened.conclusion) } : {}),
    };
  });
  const opening = readMinutesSection(minutes, 'opening');
  const general = state.motions.filter((motion) => motion.item === null);
  const first = planned[0];
  if (!first) {
    return opening.length === 0 && general.length === 0
      ? []
      : [{ ordinal: 1, title: state.title, papers: [], speakers: [], text: opening, motions: general.map(motionOf) }];
  }
  return [{ ...first, text: [...opening, ...first.text] }, ...planned.slice(1)].map((item, index, all) =>
    index === all.length - 1 ? { ...item, motions: [...item.motions, ...general.map(motionOf)] } : item,
  );
}

export function motionOf(motion: MotionState): MinutesMotion {
  const half = motion.rule.threshold === 'more-than-half';
  return {
    text: motion.text,
    secrecy: 'open',
    openedAt: motion.openedAt,
    ...(motion.closedAt ? { closedAt: motion.closedAt } : {}),
    options: CHOICES[motion.rule.options].map((choice) => ({
      label: choiceLabel(motion.rule.options, choice),
      count: motion.tally.counts[choice],
    })),
    notVoted: motion.waitingFor.length,
    votedLate: motion.late.filter((member) => !motion.ballots[member]).length,
    voteBase: motion.rule.base,
    deciding: 0,
    arithmetic: {
      count: motion.tally.approve,
      base: motion.tally.base,
      threshold: half
        ? { kind: 'exceed', numerator: 1, denominator: 2 }
        : { kind: 'reach', numerator: 2, denominator: 3 },
      required: motion.tally.needed,
    },
    result: motion.tally.passed ? 'passed' : 'failed',
    ...(motion.tally.decidedByChair ? { decidedByChair: true } : {}),
  };
}

function paragraphs(text: string): MinutesBlock[] {
  return text
    .normalize('NFC')
    .split(/\n+/)
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .map((line) => ({ type: 'paragraph', runs: [{ text: line }] }));
}
