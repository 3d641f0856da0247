import type * as Y from 'yjs';
import { readAgenda, readPlanMeta, readPlanPeople } from '../../common/collab/plan.ts';
import { Refusal } from '../../common/contract/port.ts';
import { votersOf } from '../../common/domain/count-ballots.ts';
import type { MemberId, MotionId } from '../../common/domain/ids.ts';
import type { MeetingState } from '../../common/domain/meeting-state.ts';
import type {
  AttendanceListContent,
  InvitationContent,
  MinutesOrganisation,
  VoteListContent,
} from '../../common/domain/minutes.ts';
import { attendees, withRole } from '../../common/domain/roster.ts';
import { attendanceOf, choiceLabel, motionOf, quorumNow, quorumOfMinutes } from './minutes-content.ts';
import { writeOut } from './write-out.ts';

/** What is printed besides the minutes. */
export type PrintedList =
  | { readonly kind: 'attendance'; readonly content: AttendanceListContent }
  | { readonly kind: 'vote'; readonly content: VoteListContent }
  | { readonly kind: 'invitation'; readonly content: InvitationContent };

/** undefined where no window can print (a host without windows). */
export interface ListPrinting {
  readonly printList: ((list: PrintedList) => Promise<Uint8Array>) | undefined;
}

/** Prints a list into a file that somebody chose. */
export async function saveList(printing: ListPrinting, list: PrintedList, path: string): Promise<void> {
  if (!printing.printList) throw new Refusal('cannot-print-here');
  await writeOut(path, await printing.printList(list));
}

/** Who is there as of now; after the meeting, who attended. Until the meeting is closed nobody is absent only for not having checked in. */
export function attendanceList(state: MeetingState, at: Date): PrintedList {
  const attendance = attendanceOf(state, state.phase === 'closed' ? quorumOfMinutes(state) : quorumNow(state));
  const recorded = attendees(state.roster)
    .filter(({ role }) => role !== 'guest')
    .map(({ member }) => state.attendance[member]);
  const members = attendance.members.map((member, index) =>
    member.presence === 'absent' && state.phase !== 'closed' && recorded[index] === undefined
      ? { ...member, notYet: true as const }
      : member,
  );
  return { kind: 'attendance', content: { ...heading(state, at), attendance: { ...attendance, members } } };
}

/** A closed vote with everyone's ballot. An open one is refused: who said what shows only when nobody can follow it. */
export function voteList(state: MeetingState, id: MotionId, at: Date): PrintedList {
  const motion = state.motions.find((one) => one.motion === id);
  if (!motion) throw new Refusal('act.unknown-motion');
  if (motion.closedAt === null) throw new Refusal('vote-not-closed');
  const voters = votersOf(state, motion).map(({ member, name, position }) => {
    const ballot = motion.ballots[member];
    const cast = ballot ? { castAt: ballot.at, choice: choiceLabel(motion.rule.options, ballot.choice) } : {};
    const late = !ballot && motion.late.includes(member) ? { late: true as const } : {};
    return { name, position, ...cast, ...late };
  });
  return { kind: 'vote', content: { ...heading(state, at), motion: motionOf(motion), voters } };
}

function heading(state: MeetingState, at: Date): Omit<AttendanceListContent, 'attendance'> {
  return {
    organisation: organisationOf(state.organisation),
    title: state.title,
    kind: state.rules.preset === 'peoples-council' ? 'council-sitting' : 'committee-meeting',
    start: state.openedAt ?? state.start,
    place: state.place,
    printedAt: at.toISOString(),
  };
}

const organisationOf = (from: { name: string; parent: string; symbol: string }): MinutesOrganisation => ({
  name: from.name,
  symbol: from.symbol,
  ...(from.parent ? { parent: from.parent } : {}),
});

/**
 * The invitation (Form 1.7) as the plan has it now; number and date stay open for the records clerk. `organiser` is not
 * among the invited.
 */
export function invitation(
  plan: Y.Doc,
  organisation: { readonly name: string; readonly parent: string; readonly symbol: string },
  organiser: MemberId | undefined,
): PrintedList {
  const meta = readPlanMeta(plan);
  if (!meta) throw new Refusal('unknown-meeting');
  const people = readPlanPeople(plan);
  const chair = withRole(people, 'chair');
  if (!chair) throw new Refusal('invitation-without-chair');
  const council = meta.rules?.preset === 'peoples-council';
  const invited = attendees(people).filter(({ member }) => member !== chair.member && member !== organiser);
  return {
    kind: 'invitation',
    content: {
      organisation: organisationOf(organisation),
      symbol: `GM-${organisation.symbol || (council ? 'HĐND' : 'UBND')}`,
      issuedPlace: localityOf(organisation.name),
      invited: invited.map(({ name, position }) => (position === '' ? name : `${name}, ${position}`)),
      title: meta.title,
      kind: council ? 'council-sitting' : 'committee-meeting',
      chair: { name: chair.name, position: chair.position },
      start: meta.start,
      place: meta.place,
      agenda: readAgenda(plan).map(({ title, presenter }, index) => ({
        ordinal: index + 1,
        title,
        ...(presenter === '' ? {} : { presenter: { name: presenter, position: '' } }),
      })),
      notes: [
        paragraph('Tài liệu họp được gửi qua phần mềm Phiên trên máy của người dự.'),
        ...(meta.relay
          ? [paragraph(`Dự họp từ xa: mở phần mềm Phiên, chọn "Vào họp bằng địa chỉ" và gõ ${meta.relay}.`)]
          : []),
      ],
      recipients: ['Như trên'],
      signer: {
        name: chair.name,
        position: chair.position || 'Chủ trì',
        ...(council ? {} : { onBehalfOf: 'TM. Ủy ban nhân dân' }),
      },
    },
  };
}

/** `Mường Thử` of `Ủy ban nhân dân xã Mường Thử`: the place of issue (Decree 30/2020); dots where it can't be told. */
export function localityOf(organisation: string): string {
  const found =
    /^(?:Ủy ban nhân dân|Uỷ ban nhân dân|Hội đồng nhân dân)\s+(?:xã|phường|đặc khu|tỉnh|thành phố)\s+(.+)$/iu.exec(
      organisation.normalize('NFC').trim(),
    );
  return found?.[1] ?? '…';
}

const paragraph = (text: string): InvitationContent['notes'][number] => ({ type: 'paragraph', runs: [{ text }] });
