import type { Act, ActBody } from '../acts/acts.ts';
import { assertNever } from './assert-never.ts';
import { attendanceAfter, attendanceAfterLeaving } from './attendance.ts';
import type { BallotAct } from './count-ballots.ts';
import type { AgendaItemId, MeetingId, MemberId, Sha256 } from './ids.ts';
import type {
  Attendance,
  Floor,
  IgnoredReason,
  ItemState,
  MeetingState,
  SpeakRequest,
  Speech,
} from './meeting-state.ts';
import { createMinutesCourse, isMinutesAct, type MinutesCourse } from './minutes-course.ts';
import { createMotionCourse, type MotionCourse } from './motion-course.ts';
import { openingQuorumOf, quorumOf } from './quorum.ts';
import { isOffice, type RosterEntry, type RosterInForce } from './roster.ts';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

interface Course {
  convened: ActBody<'meeting-convened'>;
  convener: MemberId;
  roster: readonly RosterEntry[];
  /** The act that put the roster into force. */
  rosterAct: Sha256;
  rosters: Map<Sha256, RosterInForce>;
  phase: MeetingState['phase'];
  openedAt: string | null;
  closedAt: string | null;
  /** The office did something after the closing, not knowing of it. */
  wentOn: boolean;
  attendance: Record<MemberId, Attendance>;
  items: Record<AgendaItemId, Mutable<ItemState>>;
  currentItem: AgendaItemId | null;
  queue: SpeakRequest[];
  floor: Floor | null;
  speeches: Mutable<Speech>[];
  readonly motions: MotionCourse;
  conclusion: string | null;
  receipts: Record<Sha256, MemberId[]>;
  readonly minutes: MinutesCourse;
}

/** Acts in the order in which they count. [ORD-1] */
export function inOrder(acts: readonly Act[]): Act[] {
  const byAuthor = new Map<MemberId, Act[]>();
  for (const act of acts) {
    const own = byAuthor.get(act.author);
    if (own) own.push(act);
    else byAuthor.set(act.author, [act]);
  }
  const timed: { act: Act; time: string }[] = [];
  for (const own of byAuthor.values()) {
    own.sort((a, b) => a.seq - b.seq);
    let time = '';
    for (const act of own) {
      if (act.time > time) time = act.time;
      timed.push({ act, time });
    }
  }
  timed.sort((a, b) => compare(a.time, b.time) || compare(a.act.author, b.act.author) || a.act.seq - b.act.seq);
  return timed.map(({ act }) => act);
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/**
 * The state of a meeting from its verified acts; `isConvener` says whether author and nonce give the meeting's id.
 * Undefined until the convening act is known. Pure: same acts, same state.
 */
export function reduceActs(
  meeting: MeetingId,
  acts: readonly Act[],
  isConvener: (author: MemberId, nonce: string) => boolean,
): MeetingState | undefined {
  const ordered = inOrder(acts);
  const first = ordered.find((act) => act.kind === 'meeting-convened' && isConvener(act.author, act.body.nonce));
  if (first?.kind !== 'meeting-convened') return undefined;

  const ballots = ordered.filter((act): act is BallotAct => act.kind === 'ballot');
  const course: Course = {
    convened: first.body,
    convener: first.author,
    roster: [],
    rosterAct: first.hash,
    rosters: new Map(),
    phase: 'convened',
    openedAt: null,
    closedAt: null,
    wentOn: false,
    attendance: {},
    items: {},
    currentItem: null,
    queue: [],
    floor: null,
    speeches: [],
    motions: createMotionCourse(ballots),
    conclusion: null,
    receipts: {},
    minutes: createMinutesCourse(),
  };
  putIntoForce(course, first);
  const reasons = new Map<Sha256, IgnoredReason>();
  for (const act of ordered) {
    if (act === first) continue;
    const reason = apply(course, act);
    if (reason) reasons.set(act.hash, reason);
  }
  for (const opening of finish(course)) reasons.set(opening, 'wrong-phase');
  for (const ballot of ballots) {
    const reason = course.motions.ballotProblem(ballot, course);
    if (reason) reasons.set(ballot.hash, reason);
  }
  for (const [hash, reason] of course.minutes.result().ignored) reasons.set(hash, reason);
  const ignored = ordered.flatMap(({ hash, author }) => {
    const reason = reasons.get(hash);
    return reason ? [{ hash, author, reason }] : [];
  });
  return stateOf(meeting, course, ignored);
}

function putIntoForce(course: Course, act: Act & { kind: 'meeting-convened' | 'roster-changed' }): void {
  const { roster } = act.body;
  course.roster = roster;
  course.rosterAct = act.hash;
  course.rosters.set(act.hash, { since: act.time, roster });
  course.minutes.under(act, roster);
}

/** What is still under way when the meeting is closed ends with it; returns the acts that opened a vote without result. */
function finish(course: Course): readonly Sha256[] {
  if (course.phase !== 'closed') return [];
  const closedAt = course.closedAt ?? '';
  const item = course.currentItem === null ? undefined : course.items[course.currentItem];
  closeItem(course, later(closedAt, item?.openedAt ?? ''));
  endSpeech(course, later(closedAt, course.floor?.since ?? ''));
  return course.motions.dropOpen();
}

const later = (a: string, b: string): string => (a > b ? a : b);

function apply(course: Course, act: Act): IgnoredReason | undefined {
  const convener = act.author === course.convener;
  if (isMinutesAct(act)) {
    course.minutes.apply(act, course.phase, convener);
    return undefined;
  }
  // Counted with its motion, so that a laptop whose clock is slow has its vote. [VOTE-9]
  if (act.kind === 'ballot') return undefined;
  const entry = course.roster.find((one) => one.member === act.author);
  if (!entry && !convener) return 'not-in-roster';
  if (entry?.role === 'relay' && !convener && act.kind !== 'paper-received') return 'not-allowed';
  if (course.minutes.isSealed() && act.kind !== 'paper-received') return 'wrong-phase';
  const office = isOffice(course.roster, act.author);
  const needsOffice = (): IgnoredReason | undefined => (office ? undefined : 'not-allowed');
  // Also where it is closed: who knew that, did not do it. [MTG-4]
  const needsOpened = (): IgnoredReason | undefined =>
    needsOffice() ?? (course.phase === 'convened' ? 'wrong-phase' : undefined);

  switch (act.kind) {
    case 'meeting-convened':
      return 'not-the-convener';
    case 'roster-changed':
      if (!office && !convener) return 'not-allowed';
      putIntoForce(course, act);
      return undefined;
    case 'summons-changed':
      if (!office && !convener) return 'not-allowed';
      if (course.phase === 'closed') return 'wrong-phase';
      course.convened = { ...course.convened, ...act.body };
      return undefined;
    case 'meeting-opened':
      if (!office) return 'not-allowed';
      if (course.phase !== 'convened') return 'wrong-phase';
      course.phase = 'open';
      course.openedAt = act.time;
      return undefined;
    case 'meeting-closed': {
      const reason = needsOpened();
      if (reason) return reason;
      if (course.phase === 'closed' && !course.wentOn) return 'wrong-phase';
      closeItem(course, act.time);
      endSpeech(course, act.time);
      course.phase = 'closed';
      course.closedAt = act.time;
      course.wentOn = false;
      return undefined;
    }
    case 'checked-in':
      if (!entry) return 'not-in-roster';
      if (course.phase === 'closed') return 'wrong-phase';
      attend(course, act, act.author, { status: act.body.how, reason: '' });
      return undefined;
    case 'absence-reported':
      if (!entry) return 'not-in-roster';
      if (course.phase === 'closed') return 'wrong-phase';
      attend(course, act, act.author, { status: 'absent', reason: act.body.reason });
      return undefined;
    case 'attendance-recorded': {
      if (!office) return 'not-allowed';
      if (course.phase === 'closed') return 'wrong-phase';
      if (!course.roster.some((one) => one.member === act.body.member)) return 'not-in-roster';
      attend(course, act, act.body.member, act.body);
      return undefined;
    }
    case 'left-early': {
      const { member, at } = act.body;
      if (!office) return 'not-allowed';
      if (course.phase !== 'open') return 'wrong-phase';
      if (!course.roster.some((one) => one.member === member)) return 'not-in-roster';
      const after = attendanceAfterLeaving(course.attendance[member], at, act, course.openedAt ?? act.time);
      if (typeof after === 'string') return after;
      course.motions.leave(member, act.time, course);
      course.attendance[member] = after;
      return undefined;
    }
    case 'paper-received': {
      const receivers = (course.receipts[act.body.paper] ??= []);
      if (!receivers.includes(act.author)) receivers.push(act.author);
      return undefined;
    }
    case 'item-opened': {
      const reason = needsOpened();
      if (reason) return reason;
      if (course.currentItem === act.body.item) return undefined;
      goOn(course);
      closeItem(course, act.time);
      const before = course.items[act.body.item];
      course.items[act.body.item] = {
        item: act.body.item,
        ordinal: act.body.ordinal,
        title: act.body.title,
        openedAt: before?.openedAt ?? act.time,
        closedAt: null,
        conclusion: before?.conclusion ?? null,
      };
      course.currentItem = act.body.item;
      return undefined;
    }
    case 'item-closed': {
      const reason = needsOpened();
      if (reason) return reason;
      if (course.currentItem !== act.body.item) return 'wrong-phase';
      closeItem(course, act.time);
      return undefined;
    }
    case 'speak-requested':
      if (!entry) return 'not-in-roster';
      if (course.phase === 'closed') return 'wrong-phase';
      if (course.queue.some((one) => one.request === act.body.request)) return undefined;
      course.queue.push({ ...act.body, member: act.author, at: act.time });
      return undefined;
    case 'speak-withdrawn': {
      const index = course.queue.findIndex((one) => one.request === act.body.request);
      if (index < 0) return 'unknown-request';
      if (course.queue[index]?.member !== act.author && !office) return 'not-allowed';
      course.queue.splice(index, 1);
      return undefined;
    }
    case 'floor-given': {
      const reason = needsOpened();
      if (reason) return reason;
      if (!course.roster.some((one) => one.member === act.body.member)) return 'not-in-roster';
      goOn(course);
      endSpeech(course, act.time);
      course.queue = course.queue.filter((one) => one.request !== act.body.request);
      course.floor = { member: act.body.member, since: act.time, limitSeconds: act.body.limitSeconds };
      course.speeches.push({ member: act.body.member, item: course.currentItem, from: act.time, to: null });
      return undefined;
    }
    case 'floor-ended':
      if (!office && act.author !== act.body.member) return 'not-allowed';
      if (course.floor?.member !== act.body.member) return 'wrong-phase';
      endSpeech(course, act.time);
      return undefined;
    case 'motion-opened': {
      const reason = needsOpened() ?? course.motions.open(act);
      if (!reason) goOn(course);
      return reason;
    }
    case 'motion-closed': {
      const reason = needsOpened() ?? course.motions.close(act, course, course.rosters);
      if (!reason) goOn(course);
      return reason;
    }
    case 'concluded': {
      const reason = needsOffice();
      if (reason) return reason;
      if (course.phase === 'convened') return 'wrong-phase';
      if (act.body.item === null) course.conclusion = act.body.text;
      else {
        const item = course.items[act.body.item];
        if (!item) return 'wrong-phase';
        item.conclusion = act.body.text;
      }
      return undefined;
    }
    default:
      return assertNever(act);
  }
}

function goOn(course: Course): void {
  if (course.phase === 'closed') course.wentOn = true;
}

function attend(
  course: Course,
  act: Act,
  member: MemberId,
  said: Pick<ActBody<'attendance-recorded'>, 'status' | 'reason'>,
): void {
  course.attendance[member] = attendanceAfter(course.attendance[member], said, act);
}

function closeItem(course: Course, time: string): void {
  const open = course.currentItem === null ? undefined : course.items[course.currentItem];
  if (open) open.closedAt = time;
  course.currentItem = null;
}

function endSpeech(course: Course, time: string): void {
  const speech = course.speeches.at(-1);
  if (speech && speech.to === null) speech.to = time;
  course.floor = null;
}

/** Who is in no roster any more, as the last one said that they were in. */
function formerOf({ roster, rosters }: Course): RosterEntry[] {
  const former = new Map(
    [...rosters.values()].flatMap((one) => one.roster.map((entry) => [entry.member, entry] as const)),
  );
  for (const { member } of roster) former.delete(member);
  return [...former.values()];
}

function stateOf(meeting: MeetingId, course: Course, ignored: MeetingState['ignored']): MeetingState {
  const { title, kind, start, place, organisation, rules } = course.convened;
  return {
    meeting,
    convener: course.convener,
    title,
    kind,
    start,
    place,
    organisation,
    rules,
    roster: course.roster,
    rosterAct: course.rosterAct,
    former: formerOf(course),
    phase: course.phase,
    openedAt: course.openedAt,
    closedAt: course.closedAt,
    attendance: course.attendance,
    quorum: quorumOf(rules, course.roster, course.attendance),
    openingQuorum:
      course.openedAt === null
        ? null
        : openingQuorumOf(rules, [...course.rosters.values()], course.attendance, course.openedAt),
    items: course.items,
    currentItem: course.currentItem,
    queue: course.queue,
    floor: course.floor,
    speeches: course.speeches,
    motions: course.motions.result(course),
    conclusion: course.conclusion,
    receipts: course.receipts,
    minutes: course.minutes.result().stage,
    ignored,
  };
}
