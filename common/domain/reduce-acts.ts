import type { Act, ActBody } from '../acts/acts.ts';
import { assertNever } from './assert-never.ts';
import { countBallots, lateVoters, voteProblem, type BallotAct, type Counted } from './count-ballots.ts';
import type { AgendaItemId, MeetingId, MemberId, MotionId, Sha256 } from './ids.ts';
import type {
  Attendance,
  Floor,
  IgnoredReason,
  ItemState,
  MeetingState,
  MinutesStage,
  SpeakRequest,
  Speech,
} from './meeting-state.ts';
import { minutesAfter, minutesUnder, type FrozenMinutes } from './minutes-course.ts';
import { quorumOf } from './quorum.ts';
import { isOffice, type RosterEntry } from './roster.ts';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

interface OpenMotion {
  readonly body: ActBody<'motion-opened'>;
  readonly openedAt: string;
  closedAt: string | null;
  /** Set at closing. */
  closed: Counted | null;
}

interface Course {
  convened: ActBody<'meeting-convened'>;
  convener: MemberId;
  roster: readonly RosterEntry[];
  phase: MeetingState['phase'];
  openedAt: string | null;
  closedAt: string | null;
  attendance: Record<MemberId, Attendance>;
  items: Record<AgendaItemId, Mutable<ItemState>>;
  currentItem: AgendaItemId | null;
  queue: SpeakRequest[];
  floor: Floor | null;
  speeches: Mutable<Speech>[];
  motions: Map<MotionId, OpenMotion>;
  conclusion: string | null;
  receipts: Record<Sha256, MemberId[]>;
  minutes: MinutesStage;
  frozen: Map<Sha256, FrozenMinutes>;
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

  const course: Course = {
    convened: first.body,
    convener: first.author,
    roster: first.body.roster,
    phase: 'convened',
    openedAt: null,
    closedAt: null,
    attendance: {},
    items: {},
    currentItem: null,
    queue: [],
    floor: null,
    speeches: [],
    motions: new Map(),
    conclusion: null,
    receipts: {},
    minutes: { stage: 'draft' },
    frozen: new Map(),
  };
  const ballots = ordered.filter((act): act is BallotAct => act.kind === 'ballot');
  const ignored: MeetingState['ignored'][number][] = [];
  for (const act of ordered) {
    if (act === first) continue;
    const reason = apply(course, act, ballots);
    if (reason) ignored.push({ hash: act.hash, author: act.author, reason });
  }
  for (const motion of course.motions.values()) motion.closed ??= countBallots(course, motion.body, ballots);
  for (const ballot of ballots) {
    const reason = ballotProblem(course, ballot);
    if (reason) ignored.push({ hash: ballot.hash, author: ballot.author, reason });
  }
  return stateOf(meeting, course, ignored);
}

function apply(course: Course, act: Act, ballots: readonly BallotAct[]): IgnoredReason | undefined {
  const entry = course.roster.find((one) => one.member === act.author);
  const convener = act.author === course.convener;
  if (!entry && !convener) return 'not-in-roster';
  if (entry?.role === 'relay' && !convener && act.kind !== 'paper-received') return 'not-allowed';
  const sealed = course.minutes.stage === 'sealed';
  if (sealed && act.kind !== 'paper-received' && act.kind !== 'minutes-sealed') return 'wrong-phase';
  const office = isOffice(course.roster, act.author);
  const needsOffice = (): IgnoredReason | undefined => (office ? undefined : 'not-allowed');
  const needsOpen = (): IgnoredReason | undefined =>
    needsOffice() ?? (course.phase === 'open' ? undefined : 'wrong-phase');

  switch (act.kind) {
    case 'meeting-convened':
      return 'not-the-convener';
    case 'roster-changed':
      if (!office && !convener) return 'not-allowed';
      course.roster = act.body.roster;
      course.minutes = minutesUnder(course.roster, course.minutes);
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
      const reason = needsOpen();
      if (reason) return reason;
      if ([...course.motions.values()].some((one) => one.closedAt === null)) return 'wrong-phase';
      closeItem(course, act.time);
      endSpeech(course, act.time);
      course.phase = 'closed';
      course.closedAt = act.time;
      return undefined;
    }
    case 'checked-in':
      if (!entry) return 'not-in-roster';
      if (course.phase === 'closed') return 'wrong-phase';
      course.attendance[act.author] = { status: act.body.how, since: act.time, reason: '', recordedBy: act.author };
      return undefined;
    case 'absence-reported':
      if (!entry) return 'not-in-roster';
      if (course.phase === 'closed') return 'wrong-phase';
      course.attendance[act.author] = {
        status: 'absent',
        since: act.time,
        reason: act.body.reason,
        recordedBy: act.author,
      };
      return undefined;
    case 'attendance-recorded': {
      if (!office) return 'not-allowed';
      if (course.phase === 'closed') return 'wrong-phase';
      if (!course.roster.some((one) => one.member === act.body.member)) return 'not-in-roster';
      const { status, reason } = act.body;
      course.attendance[act.body.member] = { status, since: act.time, reason, recordedBy: act.author };
      return undefined;
    }
    case 'paper-received': {
      const receivers = (course.receipts[act.body.paper] ??= []);
      if (!receivers.includes(act.author)) receivers.push(act.author);
      return undefined;
    }
    case 'item-opened': {
      const reason = needsOpen();
      if (reason) return reason;
      if (course.currentItem === act.body.item) return undefined;
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
      const reason = needsOpen();
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
      const reason = needsOpen();
      if (reason) return reason;
      if (!course.roster.some((one) => one.member === act.body.member)) return 'not-in-roster';
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
      const reason = needsOpen();
      if (reason) return reason;
      if (course.motions.has(act.body.motion)) return 'wrong-phase';
      if ([...course.motions.values()].some((one) => one.closedAt === null)) return 'wrong-phase';
      course.motions.set(act.body.motion, {
        body: act.body,
        openedAt: act.time,
        closedAt: null,
        closed: null,
      });
      return undefined;
    }
    case 'ballot':
      // Counted with its motion, so that a laptop whose clock is slow has its vote. [VOTE-9]
      return undefined;
    case 'motion-closed': {
      const reason = needsOpen();
      if (reason) return reason;
      const motion = course.motions.get(act.body.motion);
      if (!motion) return 'unknown-motion';
      if (motion.closedAt !== null) return 'motion-not-open';
      motion.closedAt = act.time;
      const listed = new Set(act.body.ballots);
      const counted = ballots.filter((ballot) => listed.has(ballot.hash));
      const { present } = act.body;
      const there = present && new Set(present);
      const wasThere = there && ((member: MemberId) => there.has(member));
      motion.closed = {
        ...countBallots(course, motion.body, counted, wasThere),
        late: lateVoters(course, motion.body, ballots, listed, wasThere),
      };
      return undefined;
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
    case 'minutes-frozen':
    case 'minutes-reopened':
    case 'minutes-signed':
    case 'minutes-sealed': {
      const { minutes, phase, frozen } = course;
      const after = minutesAfter(minutes, act, { role: entry?.role, phase, frozen });
      if (typeof after === 'string') return after;
      course.minutes = after;
      if (after.stage === 'frozen') frozen.set(after.revision, after);
      return undefined;
    }
    default:
      return assertNever(act);
  }
}

/** Why a ballot does not count; undefined also for one that a later ballot of the same member replaced. */
function ballotProblem(course: Course, act: BallotAct): IgnoredReason | undefined {
  const motion = course.motions.get(act.body.motion);
  if (!motion) return 'unknown-motion';
  // What a closed motion has counted stays counted, wherever its author is now.
  if (motion.closedAt !== null && motion.closed?.ballots[act.author]) return undefined;
  const reason = voteProblem(course, motion.body, act);
  if (reason) return reason;
  return motion.closedAt === null ? undefined : 'motion-not-open';
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
    phase: course.phase,
    openedAt: course.openedAt,
    closedAt: course.closedAt,
    attendance: course.attendance,
    quorum: quorumOf(rules, course.roster, course.attendance),
    items: course.items,
    currentItem: course.currentItem,
    queue: course.queue,
    floor: course.floor,
    speeches: course.speeches,
    motions: [...course.motions.values()].map((motion) => ({
      motion: motion.body.motion,
      item: motion.body.item,
      text: motion.body.text,
      rule: motion.body.rule,
      openedAt: motion.openedAt,
      closedAt: motion.closedAt,
      ...(motion.closed ?? countBallots(course, motion.body, [])),
    })),
    conclusion: course.conclusion,
    receipts: course.receipts,
    minutes: course.minutes,
    ignored,
  };
}
