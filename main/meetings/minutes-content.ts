import type * as Y from 'yjs';
import { readMinutesSection } from '../../common/collab/minutes.ts';
import { readAgenda, readPapers } from '../../common/collab/plan.ts';
import { CHOICES, type Choice, type OptionSet } from '../../common/domain/body-rules.ts';
import type { AgendaItemId, MemberId } from '../../common/domain/ids.ts';
import type { MeetingState, MotionState, Quorum } from '../../common/domain/meeting-state.ts';
import { minutesItems } from '../../common/domain/minutes-items.ts';
import type {
  MinutesAttendee,
  MinutesBlock,
  MinutesContent,
  MinutesItem,
  MinutesMotion,
  MinutesPerson,
  MinutesQuorum,
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
    attendance: attendanceOf(state, quorumOfMinutes(state)),
    chair: chair ? { name: chair.name, position: chair.position } : { name: '', position: '' },
    secretary: secretary ? { name: secretary.name, position: secretary.position } : { name: '', position: '' },
    opening: readMinutesSection(minutes, 'opening'),
    ...itemsOf(state, plan, minutes),
    closing: readMinutesSection(minutes, 'closing'),
    ...(state.conclusion ? { conclusion: paragraphs(state.conclusion) } : {}),
    recipients: ['Như thành phần tham dự'],
  };
}

/** `quorum`: what is told of it, in minutes that of the opening, in a list of who is here that of now. */
export function attendanceOf(state: MeetingState, quorum: MinutesQuorum): MinutesContent['attendance'] {
  const person = (member: MemberId): MinutesPerson => personOn(state, member);
  const members = attendees(state.roster)
    .filter((entry) => entry.role !== 'guest')
    .map((entry): MinutesAttendee => {
      const attendance = state.attendance[entry.member];
      const who = person(entry.member);
      switch (attendance?.status) {
        case 'in-person':
        case 'remote':
        case 'left': {
          const presence = attendance.stays.at(-1)?.how ?? 'in-person';
          return { ...who, presence, stays: attendance.stays.map(({ to, ...stay }) => (to ? { ...stay, to } : stay)) };
        }
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
      const last = state.attendance[entry.member]?.stays.at(-1);
      return {
        ...person(entry.member),
        ...(last ? { presence: last.how } : {}),
        ...(last?.to ? { leftAt: last.to } : {}),
      };
    });
  return { members, guests, quorum };
}

function arithmeticOf(rules: MeetingState['rules'], { present, total, required, met }: Quorum): MinutesQuorum {
  const { numerator, denominator } = rules.quorum;
  return { count: present, base: total, threshold: { kind: 'reach', numerator, denominator }, required, met };
}

export const quorumNow = (state: MeetingState): MinutesQuorum => arithmeticOf(state.rules, state.quorum);

/** [QUO-3] */
export function quorumOfMinutes(state: MeetingState): MinutesQuorum {
  const opening = state.openingQuorum;
  if (opening === null) return quorumNow(state);
  const reached = opening.reached && {
    at: opening.reached.at,
    count: opening.reached.present,
    base: opening.reached.total,
    required: opening.reached.required,
  };
  return { ...arithmeticOf(state.rules, opening), atOpening: true, ...(reached ? { reached } : {}) };
}

/** [MIN-8] */
function itemsOf(
  state: MeetingState,
  plan: Y.Doc,
  minutes: Y.Doc,
): { readonly items: MinutesItem[]; readonly general?: Pick<MinutesItem, 'speakers' | 'motions'> } {
  const papers = readPapers(plan);
  const agenda = new Map(readAgenda(plan).map((item) => [item.id, item]));
  const ids = minutesItems([...agenda.keys()], state.items);
  const items = ids.map((id, index): MinutesItem => {
    const planned = agenda.get(id);
    const happened = state.items[id];
    return {
      ordinal: index + 1,
      title: happened?.title ?? planned?.title ?? '',
      ...(planned?.presenter ? { presenter: { name: planned.presenter, position: '' } } : {}),
      papers: (planned?.papers ?? []).flatMap((paper) => {
        const record = papers.get(paper);
        return record ? [{ title: record.title }] : [];
      }),
      ...(happened ? { openedAt: happened.openedAt } : {}),
      ...(happened?.closedAt ? { closedAt: happened.closedAt } : {}),
      ...saidAndDecided(state, (item) => item === id),
      text: readMinutesSection(minutes, id),
      ...(happened?.conclusion ? { conclusion: paragraphs(happened.conclusion) } : {}),
    };
  });
  const general = saidAndDecided(state, (item) => item === null || !ids.includes(item));
  return { items, ...(general.speakers.length + general.motions.length > 0 ? { general } : {}) };
}

function saidAndDecided(
  state: MeetingState,
  belongs: (item: AgendaItemId | null) => boolean,
): Pick<MinutesItem, 'speakers' | 'motions'> {
  return {
    speakers: state.speeches
      .filter(({ item }) => belongs(item))
      .map(({ member, from, to }) => ({ ...personOn(state, member), from, ...(to ? { to } : {}) })),
    motions: state.motions.filter(({ item }) => belongs(item)).map(motionOf),
  };
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
